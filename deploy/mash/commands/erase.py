"""`mash erase`."""

import asyncio
import getpass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from deploy.mash.addresses import database_url
from deploy.mash.layout import Mistake, NotReachable, UsageMistake

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

REASONS = ("retention-ended", "wrong-person", "controller-exit", "court-order")


def erase(
    contact_id: Annotated[str, typer.Argument(metavar="CONTACT_ID")],
    reason: Annotated[str, typer.Option(help=f"One of: {', '.join(REASONS)}.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
) -> None:
    """Destroy the key to a contact's content, so that no copy of it opens again anywhere. Nothing brings it back.

    That there was a contact, its codes, its place and the audit stay, so the ledger balances as before. A contact that
    is still on its way or waits for a person is refused: somebody decides it first.
    """
    if reason not in REASONS:
        raise UsageMistake(f"no reason {reason}: there are {', '.join(REASONS)}")
    try:
        wanted = UUID(contact_id)
    except ValueError as error:
        raise UsageMistake(f"{contact_id!a} is no contact id") from error
    if not yes:
        typer.confirm(f"destroy the content of {wanted} for ever?", abort=True)
    keys = asyncio.run(_run(wanted, reason))
    print(f"destroyed {keys} keys of {wanted}" if keys else f"the content of {wanted} was erased before")


async def _run(contact_id: UUID, reason: str) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from shared.database import is_database_away, make_engine

    engine = make_engine(database_url(), application="mash-erase", pool_size=1)
    try:
        async with engine.begin() as connection:
            return await erase_contact(connection, contact_id, reason, by=getpass.getuser())
    except (SQLAlchemyError, OSError) as error:
        if is_database_away(error):
            raise NotReachable("PostgreSQL does not answer: is the system up?") from error
        raise Mistake("nothing was erased: does `mash migrate` succeed?") from error
    finally:
        await engine.dispose()


async def erase_contact(connection: "AsyncConnection", contact_id: UUID, reason: str, *, by: str) -> int:
    """Erase in the open transaction, with its audit entry; returns how many keys were destroyed.

    The message as it came, with its siblings in it, has the key of its receipt, which goes too: each sibling keeps the
    content of its own. Raises Mistake for a contact that is unknown, on its way, or waiting for a person.
    """
    from sqlalchemy import text

    from services.console.repository.audit import Act, Outcome, PostgresAudit
    from services.triage.erasing import forget_told
    from shared.keyring.keys import destroy_keys

    found = await connection.execute(
        text(
            "select a.receipt_id, c.state from intake.v_accepted a left join router.v_case c using (contact_id) "
            "where contact_id = :id"
        ),
        {"id": contact_id},
    )
    row = found.one_or_none()
    if row is None:
        raise Mistake(f"there is no contact {contact_id}")
    if row.state not in ("placed", "closed"):
        where = "waits for a person" if row.state else "is on its way"
        raise Mistake(f"{contact_id} {where}: it has to be decided first")
    keys = await destroy_keys(connection, [contact_id, row.receipt_id])
    await forget_told(connection, contact_id)
    detail: dict[str, str | int] = {"by": by, "keys": keys}
    act = Act("contact.erase", Outcome.ALLOWED, object_id=str(contact_id), purpose=reason, detail=detail)
    await PostgresAudit(connection).add(act)
    return keys
