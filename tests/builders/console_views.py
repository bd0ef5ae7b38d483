"""The contract views of the other services as tables of the same columns and types, so that a test can fill them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

VIEWS = (
    "intake.v_accepted",
    "intake.v_refused",
    "triage.v_assessment",
    "triage.v_involvement",
    "router.v_case",
    "router.v_placement",
    "router.v_decision",
    "notifier.v_notice",
)


async def make_views_writable(engine: AsyncEngine) -> None:
    """Replace each contract view by a table of the same shape, with the keys that the owners' tables have."""
    async with engine.begin() as connection:
        for view in VIEWS:
            await connection.execute(text(f"create table {view}_rows as table {view} with no data"))
            await connection.execute(text(f"drop view {view} cascade"))
            name = view.split(".")[1]
            await connection.execute(text(f"alter table {view}_rows rename to {name}"))
            if name != "v_refused":
                await connection.execute(text(f"create index on {view} (contact_id)"))
