"""`mash access`."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.mash.addresses import database_url
from deploy.mash.layout import Mistake, NotReachable, UsageMistake

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

AGENCY_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # It stands in settings, links and file names.
USERNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
LONGEST = 63
KINDS = ("police", "school", "health", "vcs")

access = typer.Typer(no_args_is_help=True, help="Let an agency send contacts, or a person sign in.")


@access.command()
def agency(
    agency_id: Annotated[str, typer.Argument(metavar="ID", help="Such as school-ferndale.")],
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(KINDS)}.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
) -> None:
    """Register an agency and print its token, which is kept nowhere: hand it over by a safe way.

    For an agency that is known already, the token printed replaces the one it had.
    """
    from services.intake.access import register_agency

    if kind not in KINDS:
        raise UsageMistake(f"no kind of agency {kind}: there are {', '.join(KINDS)}")
    if not AGENCY_ID.fullmatch(agency_id) or len(agency_id) > LONGEST:
        raise UsageMistake(
            f"{agency_id!a} is no agency id: lower-case letters and digits with single hyphens, such as school-ferndale"
        )
    if not name.strip() or not name.isprintable():
        raise UsageMistake("--name is empty or holds control characters: give what people call the agency")
    print(_with_engine(lambda engine: register_agency(engine, agency_id=agency_id, kind=kind, name=name)))


@access.command()
def staff(
    username: Annotated[str, typer.Argument(help="What the person signs in with.")],
    role: Annotated[str, typer.Option(help="screener, manager, ops or auditor.")],
) -> None:
    """Register a person and print a password. For one who is known already, role and password are replaced."""
    from services.console.access import register_staff

    if not USERNAME.fullmatch(username) or len(username) > LONGEST:
        raise UsageMistake(f"{username!a} is no user name: letters, digits, dots and hyphens, such as a.screener")
    try:
        print(_with_engine(lambda engine: register_staff(engine, username=username, role=role)))
    except ValueError as error:
        raise UsageMistake(f"no role {role}: there are screener, manager, ops and auditor") from error


def _with_engine(register: "Callable[[AsyncEngine], Coroutine[Any, Any, str]]") -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from shared.database import is_database_away, make_engine

    async def run() -> str:
        engine = make_engine(database_url(), application="mash-access", pool_size=1)
        try:
            return await register(engine)
        except (SQLAlchemyError, OSError) as error:
            if is_database_away(error):
                raise NotReachable("PostgreSQL does not answer: is the system up?") from error
            raise Mistake("it could not be registered: does `mash migrate` succeed?") from error
        finally:
            await engine.dispose()

    return asyncio.run(run())
