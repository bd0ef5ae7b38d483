"""Pages for operations and audit: how the system is doing, the ledger, who read what. No content on any of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.console.domain.roles import Permission
from services.console.http.context import UseConsole, client_of
from services.console.http.identity import Caller, read_form, sender, text_of, visitor
from services.console.pages.render import page
from services.console.pages.route import PageRoute
from services.console.repository.audit import Act, Outcome
from services.console.repository.operations import Operations
from shared.ledger import read_ledger

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MaySeeOperations = Annotated[Caller, Depends(visitor(Permission.SEE_OPERATIONS))]
MaySeeLedger = Annotated[Caller, Depends(visitor(Permission.SEE_LEDGER))]
MaySeeAudit = Annotated[Caller, Depends(visitor(Permission.SEE_AUDIT))]
MaySearchAudit = Annotated[Caller, Depends(sender(Permission.SEE_AUDIT))]

MOST_ENTRIES = 200


@router.get("/operations")
async def show_operations(request: Request, caller: MaySeeOperations, console: UseConsole) -> Response:
    """Rates, times, what is behind, what is parked, quarantined or undelivered, and the ledger."""
    lag = await console.lag.read()
    async with console.open_work() as work:
        reads = Operations(work.connection)
        facts: dict[str, object] = {
            "at": work.now,
            "minutes": await reads.per_minute(),
            "latencies": await reads.latencies(),
            "backlogs": await reads.backlogs(),
            "parked": await reads.parked(),
            "quarantined": await reads.quarantined(),
            "attention": await work.attention.by_kind(),
            "failing": await reads.failing_notices(),
            "ledger": await read_ledger(work.connection),
        }
    return page(request, "operations.html", caller=caller, facts={**facts, "lag": lag})


@router.get("/ledger")
async def show_ledger(request: Request, caller: MaySeeLedger, console: UseConsole) -> Response:
    """Where every accepted contact is, per agency."""
    async with console.open_work() as work:
        found = await read_ledger(work.connection)
        await work.audit.add(Act("ledger.read", Outcome.ALLOWED, caller.staff, client=client_of(request)))
        await work.commit()
        at = work.now
    return page(request, "ledger.html", caller=caller, facts={"ledger": found, "at": at})


@router.get("/audit")
async def show_audit(request: Request, caller: MaySeeAudit, console: UseConsole) -> Response:
    """The newest entries."""
    return await _audit(request, caller, console, "")


@router.post("/audit")
async def search_audit(request: Request, caller: MaySearchAudit, console: UseConsole) -> Response:
    """The newest entries about one object."""
    return await _audit(request, caller, console, text_of(await read_form(request), "object_id")[:200])


async def _audit(request: Request, caller: Caller, console: UseConsole, object_id: str) -> Response:
    async with console.open_work() as work:
        about = object_id.lower() or None
        await work.audit.add(Act("audit.read", Outcome.ALLOWED, caller.staff, about, client=client_of(request)))
        entries = await work.audit.newest(MOST_ENTRIES, about)
        reasons = [] if about is None else await work.reasons.of(about)
        await work.commit()
    facts = {"entries": entries, "object_id": object_id, "reasons": reasons}
    return page(request, "audit.html", caller=caller, facts=facts)
