"""The HTTP API of staff: sessions, the case file of one contact, decisions, and the ledger."""

import asyncio
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, SecretStr

from services.console import decide as command
from services.console.case_file import CaseFile, open_case_file
from services.console.case_json import case_json
from services.console.domain.attention import faults_in_reason
from services.console.domain.decisions import LONGEST_REASON, Recorded, faults_in
from services.console.domain.decisions import Request as DecisionRequest
from services.console.domain.roles import Permission
from services.console.door import ClosedDoor, Opened, open_door
from services.console.http import answers, problems
from services.console.http.context import UseConsole, client_of
from services.console.http.identity import Caller, bearer
from services.console.http.route import ApiRoute
from services.console.repository.audit import Act, Outcome
from services.console.sign_in import SignedIn, TooManyTries, sign_in, sign_out
from shared.ledger import read_ledger
from shared.messages.assessment import StatutoryFlag
from shared.messages.staff_decided import DecisionAction
from shared.work import uninterrupted

router = APIRouter(prefix="/v1", route_class=ApiRoute, tags=["staff"])

MayRead = Annotated[Caller, Depends(bearer(Permission.READ_CONTACT))]
MayDecide = Annotated[Caller, Depends(bearer(Permission.DECIDE))]
MaySeeLedger = Annotated[Caller, Depends(bearer(Permission.SEE_LEDGER))]
SignedInCaller = Annotated[Caller, Depends(bearer(None))]


class Credentials(BaseModel):
    """User name and password of a staff account."""

    username: str = Field(min_length=1, max_length=200)
    password: SecretStr = Field(min_length=1, max_length=1024)


class DecisionBody(BaseModel):
    """A decision on one version of a case. `change` needs queue, level or statutory_flag, `close` an outcome.

    Each needs a reason. Where a case under s17 or s47 gets a level below 4, statutory_flag must be said.
    """

    case_version: int = Field(ge=1, le=2**31 - 1)
    action: DecisionAction
    queue: str | None = Field(default=None, max_length=100)
    level: int | None = Field(default=None, ge=1, le=5)
    statutory_flag: StatutoryFlag | None = None
    outcome: str | None = Field(default=None, max_length=100)
    reason_code: str = Field(max_length=100)
    reason: str = Field(max_length=LONGEST_REASON, repr=False)


class OpeningBody(BaseModel):
    """Why a restricted record must be opened now."""

    reason: str = Field(max_length=LONGEST_REASON, repr=False)


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


@router.post("/sessions", status_code=201, summary="Sign in: a bearer token for 15 idle minutes, 10 hours at most")
async def begin_session(body: Credentials, request: Request, console: UseConsole) -> Response:
    """Give a token for name and password. 401 where they are wrong, 429 after too many tries at one name."""
    password = body.password.get_secret_value()
    signed = await sign_in(body.username, password, "api", console.open_work, client_of(request))
    match signed:
        case SignedIn(token, staff, expires_at):
            answer = {"token": token, "token_type": "Bearer", "expires_at": expires_at.isoformat(), "role": staff.role}
            return _json(answer, 201)
        case TooManyTries(seconds):
            raise answers.too_many_tries(seconds)
        case _:
            raise answers.wrong_credentials()


@router.delete("/sessions", status_code=204, summary="Sign out")
async def end_session(caller: SignedInCaller, request: Request, console: UseConsole) -> Response:
    """End the session of this token at once."""
    await sign_out(caller.token, caller.staff, console.open_work, client_of(request))
    return Response(status_code=204)


@router.get("/contacts/{contact_id}", summary="Everything known about one contact; each reading is audited")
async def read_contact(
    contact_id: UUID, caller: MayRead, request: Request, console: UseConsole, purpose: answers.Purpose = "triage"
) -> Response:
    """The canonical contact, its assessment with every factor, placements, notices, history; also while in flight."""
    async with console.open_work() as work:
        file = await open_case_file(contact_id, caller.staff, work, purpose=purpose, client=client_of(request))
    match file:
        case CaseFile():
            return _json(case_json(file))
        case ClosedDoor(asks):
            raise problems.closed_door(asks=asks)
        case _:
            raise problems.not_found()


@router.post("/contacts/{contact_id}/openings", status_code=201, summary="Open a restricted record with a reason")
async def open_restricted(
    contact_id: UUID, body: OpeningBody, caller: MayRead, request: Request, console: UseConsole
) -> Response:
    """For this session, and only where words in the text may mean danger; else 403 as before. The reason is kept."""
    faults = faults_in_reason(body.reason)
    if faults:
        raise problems.malformed(answers.pointers(faults))
    async with console.open_work() as work:
        found = await open_door(contact_id, body.reason, caller.staff, work, client=client_of(request))
    if isinstance(found, Opened):
        return _json({"contact_id": str(contact_id)}, 201)
    raise problems.closed_door() if isinstance(found, ClosedDoor) else problems.not_found()


@router.post("/contacts/{contact_id}/decisions", status_code=201, summary="Confirm, change or close, with a reason")
async def decide(
    contact_id: UUID, body: DecisionBody, caller: MayDecide, request: Request, console: UseConsole
) -> Response:
    """Record a decision. 409 where this version was decided before (shows the first) or is no longer the newest."""
    wanted = DecisionRequest(**body.model_dump())
    faults = faults_in(wanted, queues=frozenset(console.words.queues), outcomes=frozenset(console.words.outcomes))
    if faults:
        raise problems.malformed(answers.pointers(faults))

    async def unit() -> command.Answer:
        async with console.open_work() as work:
            return await command.decide(
                contact_id,
                wanted,
                caller.staff,
                work,
                closing_outcomes=console.words.closing_outcomes,
                client=client_of(request),
            )

    answer = await uninterrupted(asyncio.ensure_future(unit()))
    if isinstance(answer, command.Made):
        return _json(_made(answer.decision), 201)
    raise answers.refusal_of(answer)


def _made(decision: Recorded) -> dict[str, object]:
    return {"decision_id": str(decision.decision_id), "case_version": decision.case_version}


@router.get("/ledger", summary="Where every accepted contact is, for operations and audit")
async def ledger(caller: MaySeeLedger, request: Request, console: UseConsole) -> Response:
    """The counts of this instant, in total and per agency, and whether they balance."""
    async with console.open_work() as work:
        found = await read_ledger(work.connection)
        await work.audit.add(Act("ledger.read", Outcome.ALLOWED, caller.staff, client=client_of(request)))
        await work.commit()
    return _json(found.as_json())
