"""Puts this project into the environment that runs it: importable from where it lies, and `mash` beside its Python."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
'''
import sys

from deploy.mash.cli import main

sys.exit(main())
"""


def link() -> None:
    """Write a .pth file and the command."""
    Path(sysconfig.get_path("purelib"), "mash.pth").write_text(f"{ROOT}\n")
    command = Path(sys.prefix, "bin", "mash")
    command.write_text(COMMAND.format(python=Path(sys.prefix, "bin", "python")))
    command.chmod(0o755)


if __name__ == "__main__":
    link()
