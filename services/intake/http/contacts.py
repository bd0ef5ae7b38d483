"""`POST /v1/contacts/{kind}`: an agency sends a message and hears at once what became of it."""

from typing import Annotated, Literal
from uuid import UUID

import orjson
import structlog
from fastapi import APIRouter, Header, Request, Response, Security
from fastapi.security import HTTPBearer

from services.intake import meters
from services.intake.accept import Accepted, Held, Outcome
from services.intake.domain.refusals import TEXTS, Refusal, Refused, Stored
from services.intake.front_door import FrontDoor
from services.intake.http import problems
from services.intake.http.body import Body, read_body
from services.intake.http.headers import bearer_token, check_plain, content_encoding, content_type, idempotency_key
from services.intake.http.limits import Failures, RateLimits
from services.intake.http.models import CONTACT_RESPONSES, ContactAnswer
from services.intake.http.route import route_class
from services.intake.raw_text import is_gzip
from services.intake.senders import Senders
from services.intake.settings import IntakeSettings
from services.intake.sources.registry import CONNECTORS, Connector
from services.intake.submission import Agency, Hint
from shared.clock import now
from shared.database import is_database_away
from shared.messages.contact import Defect

log = structlog.get_logger()

Kind = Literal["police", "school", "health", "vcs"]
BEARER = HTTPBearer(auto_error=False, scheme_name="agency", description="The token of your agency.")
BODIES = {
    "content": {
        "application/json": {"schema": {"type": "object"}},
        "application/fhir+json": {"schema": {"type": "object"}},
        "text/csv": {"schema": {"type": "string"}},
    },
    "required": True,
}


class ContactsApi:
    """The one way in. Order: who, whole body, danger, rate, kind, type, then reading; nothing comes before danger."""

    def __init__(self, door: FrontDoor, senders: Senders, settings: IntakeSettings) -> None:
        self._door = door
        self._senders = senders
        self._settings = settings
        self._limits = RateLimits(settings)
        self._failures = Failures()

    async def send(self, request: Request, kind: str) -> Response:
        """Answer one POST. Raises Problem."""
        agency = await self.sender(request)
        body = await read_body(request, self._settings.body_limit_bytes, self._settings.body_seconds)
        if not body.content:
            raise _nothing_kept(body.fault or Refusal.EMPTY_BODY)
        received_at = now()
        hint = await self._door.look_for_danger(body.content, content_encoding(request))
        wait = self._limits.wait_for(agency.agency_id, urgent=bool(hint))
        if wait:
            meters.REFUSED.labels(agency.kind, "too-many").inc()
            raise problems.too_many(wait, bool(hint))
        try:
            connector = _checked(request, agency, kind, body)
            sent_key = idempotency_key(request)
            declared = content_type(request, connector)
            outcome = await self._door.accept(
                agency,
                body.content,
                hint,
                received_at=received_at,
                content_type=declared.name,
                charset=declared.charset,
                sent_key=sent_key,
            )
        except Refused as refused:
            raise await self._refusal(agency, refused.reason, refused.errors, body, hint) from None
        except Exception as error:
            raise await self._last_resort(agency, error, body, hint) from error
        return self._answer(agency, outcome)

    async def sender(self, request: Request) -> Agency:
        """The agency that sends. Raises Problem for a token that is missing or unknown."""
        token = bearer_token(request)
        agency = await self._senders.identify(token) if token else None
        if agency is None:
            meters.REFUSED.labels("unknown", "unauthorised").inc()
            raise problems.unauthorised()
        return agency

    async def _refusal(
        self, agency: Agency, reason: Refusal, errors: tuple[Defect, ...], body: Body, hint: Hint
    ) -> problems.Problem:
        """Keep what was refused, then say so. Of a body that was too large only the fact is kept."""
        whole = reason is not Refusal.BODY_TOO_LARGE
        try:
            reference = await self._door.keep_refused(agency, reason, body.content, hint, whole=whole)
        except Exception as error:  # noqa: BLE001 - answered, whatever it is, with what to do in danger
            return await self._last_resort(agency, error, body, hint)
        meters.REFUSED.labels(agency.kind, reason.value).inc()
        log.info("body_refused", agency_id=agency.agency_id, reason=reason.value, receipt_id=str(reference))
        if self._failures.add(agency.agency_id):
            log.warning("sender_keeps_failing", agency_id=agency.agency_id, count=Failures.ALARM_AT)
        return _problem(reason, Stored.REJECTED_KEPT if whole else Stored.NOTHING, reference, bool(hint), errors)

    async def _last_resort(self, agency: Agency, error: Exception, body: Body, hint: Hint) -> problems.Problem:
        """A fault of ours must not cost the message: keep it for a person where the database still takes it."""
        if is_database_away(error):
            return problems.away(bool(hint))
        log.error("request_failed", agency_id=agency.agency_id, exc_info=error)
        try:
            reference = await self._door.keep_refused(
                agency, Refusal.NOT_ACCEPTED, body.content, hint, verdict="quarantined"
            )
        except Exception as again:
            log.error("not_even_kept", agency_id=agency.agency_id, exc_info=again)
            return problems.broken(danger=bool(hint))
        return problems.broken(Stored.QUARANTINED, reference, bool(hint))

    def _answer(self, agency: Agency, outcome: Outcome) -> Response:
        if isinstance(outcome, Held):
            meters.REFUSED.labels(agency.kind, outcome.reason.value).inc()
            raise _problem(outcome.reason, Stored.QUARANTINED, outcome.refused_id, outcome.danger, (), outcome.original)
        return _accepted(agency, outcome)


def _accepted(agency: Agency, outcome: Accepted) -> Response:
    lane = str(outcome.answer["lane"])
    if outcome.fresh:
        meters.ACCEPTED.labels(agency.kind, lane).inc(len(outcome.answer["contacts"]))
        log.info("accepted", agency_id=agency.agency_id, receipt_id=str(outcome.receipt_id), lane=lane)
    headers = {"Location": str(outcome.answer["status_url"]), "Cache-Control": "no-store"}
    if not outcome.fresh:
        headers["Idempotency-Replayed"] = "true"
    status = outcome.status if outcome.fresh else 200
    return Response(orjson.dumps(outcome.answer), status, headers, media_type="application/json")


def _checked(request: Request, agency: Agency, kind: str, body: Body) -> Connector:
    """The connector for this body. Raises Refused where the body is not whole or not for this address."""
    check_plain(request)
    if body.fault is not None:
        raise Refused(body.fault)
    if agency.kind != kind:
        raise Refused(Refusal.WRONG_AGENCY_KIND)
    if is_gzip(body.content):
        raise Refused(Refusal.CONTENT_ENCODED)
    return CONNECTORS[kind]


def _nothing_kept(reason: Refusal) -> problems.Problem:
    meters.REFUSED.labels("unknown", reason.value).inc()
    return _problem(reason, Stored.NOTHING, None, False, ())


def _problem(
    reason: Refusal,
    stored: Stored,
    reference: UUID | None,
    danger: bool,
    errors: tuple[Defect, ...],
    original: UUID | None = None,
) -> problems.Problem:
    words = TEXTS[reason]
    listed = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in errors]
    return problems.Problem(
        status=words.status,
        code=reason.value,
        title=words.title,
        next_step=words.next_step,
        stored=stored,
        reference=reference,
        retryable=words.retryable,
        danger=danger,
        errors=listed or [{"pointer": "/", "code": reason.value, "message": words.title}],
        extra={"original_receipt_id": str(original)} if original else {},
    )


def contacts_router(api: ContactsApi, door: FrontDoor) -> APIRouter:
    """The route, with what partners read in the OpenAPI document."""
    router = APIRouter(prefix="/v1/contacts", tags=["contacts"], route_class=route_class(door.policy.advice))

    @router.post(
        "/{kind}",
        status_code=201,
        response_model=ContactAnswer,
        responses=CONTACT_RESPONSES,
        openapi_extra={"requestBody": BODIES},
        dependencies=[Security(BEARER)],
        summary="Send a contact",
    )
    async def send_contact(
        request: Request,
        kind: Kind,
        idempotency_key: Annotated[str | None, Header(description="1 to 200 printable ASCII characters.")] = None,
    ) -> Response:
        """Send one message in the format of your kind of agency. Everything readable becomes a contact."""
        return await api.send(request, kind)

    return router
