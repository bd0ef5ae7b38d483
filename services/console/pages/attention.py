"""The pages of what needs a person: the list, one item with what can be done about it, and its bytes with a reason."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.console import settle as command
from services.console.domain.attention import Settlement, faults_in_reason
from services.console.domain.decisions import Fault
from services.console.domain.roles import Permission
from services.console.door import ClosedDoor
from services.console.http import answers
from services.console.http.attention_api import settle
from services.console.http.context import Console, UseConsole, client_of
from services.console.http.identity import Caller, read_form, sender, text_of, visitor
from services.console.http.parts import part_of
from services.console.http.problems import Refusal, closed_door, not_found
from services.console.pages.render import page
from services.console.pages.route import PageRoute
from services.console.repository.attention import MOST_ITEMS, Content
from services.console.repository.audit import Act, Outcome
from shared.ids import new_id

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MaySee = Annotated[Caller, Depends(visitor(Permission.SEE_ATTENTION))]
MaySettle = Annotated[Caller, Depends(sender(Permission.SETTLE_ATTENTION))]

MOST_SHOWN = 64 * 1024  # bytes of a body on a page


@dataclass(frozen=True, slots=True)
class Form:
    """One of the two forms of an item, as it was sent when something is wrong. of: settle or open."""

    of: str = ""
    action: str = ""
    reason: str = ""
    faults: tuple[Fault, ...] = ()

    def fault(self, of: str, field: str) -> str | None:
        """What is wrong with one field of one form, in words."""
        return next((fault.message for fault in self.faults if (self.of, fault.field) == (of, field)), None)


@router.get("/attention")
async def show_list(request: Request, caller: MaySee, console: UseConsole) -> Response:
    """Everything open, possible danger first, then the newest."""
    number = part_of(request)
    async with console.open_work() as work:
        items = await work.attention.open_items(number)
        count = await work.attention.count()
        await work.audit.add(Act("attention.read", Outcome.ALLOWED, caller.staff, client=client_of(request)))
        await work.commit()
        at = work.now
    facts = {"items": items, "count": count, "at": at, "number": number, "first": (number - 1) * MOST_ITEMS + 1}
    return page(request, "attention.html", caller=caller, facts=facts)


@router.get("/attention/{schema}/{item_id}")
async def show_item(schema: str, item_id: UUID, request: Request, caller: MaySee, console: UseConsole) -> Response:
    """One item, what people did about it, and the forms for those who may act."""
    return await _show(schema, item_id, request, caller, console, Form())


async def _show(
    schema: str,
    item_id: UUID,
    request: Request,
    caller: Caller,
    console: Console,
    form: Form,
    status: int = 200,
    content: Content | None = None,
) -> Response:
    async with console.open_work() as work:
        item = await command.find_item(schema, item_id, work)
        reasons = [] if item is None else await work.reasons.of(item.name)
        at = work.now
    if item is None:
        raise not_found()
    facts = {
        "item": item,
        "reasons": reasons,
        "at": at,
        "form": form,
        "reason_id": str(new_id()),
        "opened": content is not None,
        "content": _as_text(content),
        "is_cut": content is not None and len(content.body or b"") > MOST_SHOWN,
        "reads_words": caller.staff.may(Permission.READ_REASONS),
        "settles": caller.staff.may(Permission.SETTLE_ATTENTION),
        "reads_contacts": caller.staff.may(Permission.READ_CONTACT),
    }
    return page(request, "attention_item.html", caller=caller, status=status, facts=facts)


def _as_text(content: Content | None) -> str | None:
    if content is None or content.body is None:
        return None
    return content.body[:MOST_SHOWN].decode("utf-8", "replace")


@router.post("/attention/{schema}/{item_id}")
async def settle_item(schema: str, item_id: UUID, request: Request, caller: MaySettle, console: UseConsole) -> Response:
    """Release or resolve it; whoever comes second gets a page that says who was first."""
    sent = await read_form(request)
    form = Form("settle", text_of(sent, "action"), text_of(sent, "reason"))
    faults = faults_in_reason(form.reason)
    if form.action not in set(Settlement):
        faults = (Fault("action", "missing", "Choose what happens. Nothing is chosen for you."), *faults)
    if faults:
        form = Form(form.of, form.action, form.reason, faults)
        return await _show(schema, item_id, request, caller, console, form, status=422)
    reason_id, client = _uuid(text_of(sent, "reason_id")), client_of(request)
    answer = await settle(
        console, schema, item_id, Settlement(form.action), form.reason, caller.staff, reason_id, client
    )
    if isinstance(answer, command.Settled):
        return RedirectResponse(f"/attention/{schema}/{item_id}", 303)
    return _conflict(request, caller, answer, form.reason)


def _conflict(request: Request, caller: Caller, answer: command.SettleAnswer, typed: str) -> Response:
    refusal: Refusal = answers.settle_refusal(answer)
    if isinstance(answer, command.NoSuchItem | command.Settled):
        raise refusal
    first = answer.first if isinstance(answer, command.SettledBefore) else None
    facts = {"refusal": refusal, "item": answer.item, "first": first, "typed": typed}
    return page(request, "attention_conflict.html", caller=caller, status=refusal.status, facts=facts)


@router.post("/attention/{schema}/{item_id}/content")
async def open_content(
    schema: str, item_id: UUID, request: Request, caller: MaySettle, console: UseConsole
) -> Response:
    """The bytes as they arrived, as plain text, for a reason; the reading is audited before it is served."""
    sent = await read_form(request)
    reason = text_of(sent, "reason")
    faults = faults_in_reason(reason)
    if faults:
        form = Form("open", reason=reason, faults=faults)
        return await _show(schema, item_id, request, caller, console, form, status=422)
    async with console.open_work() as work:
        found = await command.open_content(
            schema,
            item_id,
            reason,
            caller.staff,
            work,
            reason_id=_uuid(text_of(sent, "reason_id")),
            client=client_of(request),
        )
    if isinstance(found, command.NoSuchItem):
        raise not_found()
    if isinstance(found, ClosedDoor):
        raise closed_door()
    return await _show(schema, item_id, request, caller, console, Form(), content=found.content)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return new_id()
