"""The contact page and its decision form."""

import asyncio
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.console import decide as command
from services.console.case_file import CaseFile, open_case_file
from services.console.domain.attention import faults_in_reason
from services.console.domain.decisions import Fault, Refused, faults_in
from services.console.domain.decisions import Request as DecisionRequest
from services.console.domain.queue import time_left
from services.console.domain.roles import Permission
from services.console.door import ClosedDoor, Opened, open_door
from services.console.http import answers, problems
from services.console.http.context import Console, UseConsole, client_of
from services.console.http.identity import Caller, read_form, sender, text_of, visitor
from services.console.pages.render import page
from services.console.pages.route import PageRoute
from shared.ids import new_id
from shared.messages.assessment import StatutoryFlag
from shared.messages.staff_decided import DecisionAction
from shared.work import uninterrupted

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MayRead = Annotated[Caller, Depends(visitor(Permission.READ_CONTACT))]
MayOpen = Annotated[Caller, Depends(sender(Permission.READ_CONTACT))]
MayDecide = Annotated[Caller, Depends(sender(Permission.DECIDE))]

CONFLICT_PAGES = frozenset({"already-decided"}) | {why.value for why in Refused}


@dataclass(frozen=True, slots=True)
class Form:
    """The decision form as it is shown: empty at first, with no answer chosen; as it was sent when something is wrong.

    decision_id is made when the form is drawn, so that the same form sent twice is one decision.
    """

    decision_id: str
    action: str = ""
    queue: str = ""
    level: str = ""
    statutory_flag: str = ""
    outcome: str = ""
    reason: str = ""
    faults: tuple[Fault, ...] = ()

    def fault(self, field: str) -> str | None:
        """What is wrong with one field, in words."""
        return next((fault.message for fault in self.faults if fault.field == field), None)


@router.get("/contacts/{contact_id}")
async def show(contact_id: UUID, request: Request, caller: MayRead, console: UseConsole) -> Response:
    """Everything known about one contact; the reading is audited before the page is sent."""
    return await _show(contact_id, request, caller, console, Form(str(new_id())))


async def _show(
    contact_id: UUID, request: Request, caller: Caller, console: Console, form: Form, status: int = 200
) -> Response:
    async with console.open_work() as work:
        file = await open_case_file(contact_id, caller.staff, work, purpose="triage", client=client_of(request))
        at = work.now
    match file:
        case CaseFile():
            due = None if file.case is None or file.state != "waiting" else file.case.decide_by
            facts = {"file": file, "form": form, "at": at, "left": time_left(due, at)}
            return page(request, "contact.html", caller=caller, status=status, facts=facts)
        case ClosedDoor(asks=True):
            facts = {"contact_id": contact_id, "fault": None, "typed": ""}
            return page(request, "restricted.html", caller=caller, status=403, facts=facts)
        case ClosedDoor():
            raise problems.closed_door()
        case _:
            raise problems.not_found()


@router.post("/contacts/{contact_id}/open")
async def open_restricted(contact_id: UUID, request: Request, caller: MayOpen, console: UseConsole) -> Response:
    """Open a restricted record with a reason, where words in its text may mean danger, and show it."""
    typed = text_of(await read_form(request), "reason")
    faults = faults_in_reason(typed)
    if faults:
        facts = {"contact_id": contact_id, "fault": faults[0].message, "typed": typed}
        return page(request, "restricted.html", caller=caller, status=422, facts=facts)
    async with console.open_work() as work:
        found = await open_door(contact_id, typed, caller.staff, work, client=client_of(request))
    if isinstance(found, Opened):
        return RedirectResponse(f"/contacts/{contact_id}", 303)
    raise problems.closed_door() if isinstance(found, ClosedDoor) else problems.not_found()


@router.post("/contacts/{contact_id}/decisions")
async def decide(contact_id: UUID, request: Request, caller: MayDecide, console: UseConsole) -> Response:
    """Record the decision and show the contact again; a form that lacks an answer comes back with what was typed."""
    sent = await read_form(request)
    form = Form(
        decision_id=text_of(sent, "decision_id"),
        action=text_of(sent, "action"),
        queue=text_of(sent, "queue"),
        level=text_of(sent, "level"),
        statutory_flag=text_of(sent, "statutory_flag"),
        outcome=text_of(sent, "outcome"),
        reason=text_of(sent, "reason"),
    )
    wanted, faults = _read(form, sent)
    if wanted is not None:
        faults += faults_in(wanted, queues=frozenset(console.words.queues), outcomes=frozenset(console.words.outcomes))
    if wanted is None or faults:
        return await _show(contact_id, request, caller, console, replace(form, faults=faults), status=422)
    answer = await _record(contact_id, wanted, _uuid(form.decision_id), caller, console, client_of(request))
    if isinstance(answer, command.Made):
        return RedirectResponse(f"/contacts/{contact_id}", 303)
    refusal = answers.refusal_of(answer)
    if refusal.code not in CONFLICT_PAGES:
        raise refusal
    first = answer.first if isinstance(answer, command.AlreadyDecided) else None
    facts = {"refusal": refusal, "first": first, "contact_id": contact_id, "typed": form.reason}
    return page(request, "conflict.html", caller=caller, status=refusal.status, facts=facts)


async def _record(
    contact_id: UUID,
    wanted: DecisionRequest,
    decision_id: UUID | None,
    caller: Caller,
    console: Console,
    client: str | None,
) -> command.Answer:
    async def unit() -> command.Answer:
        async with console.open_work() as work:
            return await command.decide(
                contact_id,
                wanted,
                caller.staff,
                work,
                closing_outcomes=console.words.closing_outcomes,
                decision_id=decision_id,
                client=client,
            )

    return await uninterrupted(asyncio.ensure_future(unit()))


def _read(form: Form, sent: FormData) -> tuple[DecisionRequest | None, tuple[Fault, ...]]:
    """The decision that the form asks for, or what is missing. Answers of the choices not taken are left out."""
    faults: list[Fault] = []
    version = _number(text_of(sent, "case_version"))
    if version is None:
        faults.append(Fault("case_version", "missing", "Reload the page: the form does not say which version it saw."))
    if form.action not in set(DecisionAction):
        faults.append(Fault("action", "missing", "Choose what happens next. Nothing is chosen for you."))
    if form.statutory_flag not in {"", *StatutoryFlag}:
        faults.append(Fault("statutory_flag", "unknown-code", "Choose one of the thresholds of the list."))
    if faults or version is None:
        if not form.reason:
            faults.append(Fault("reason", "missing", "Write why, so that the next person understands the decision."))
        return None, tuple(faults)
    action = DecisionAction(form.action)
    changes, closes = action is DecisionAction.CHANGE, action is DecisionAction.CLOSE
    wanted = DecisionRequest(
        case_version=version,
        action=action,
        queue=(form.queue or None) if changes else None,
        level=_number(form.level) if changes else None,
        statutory_flag=StatutoryFlag(form.statutory_flag) if changes and form.statutory_flag else None,
        outcome=(form.outcome or None) if closes else None,
        reason_code="person_closed" if closes else "person_decided",
        reason=form.reason,
    )
    return wanted, ()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
