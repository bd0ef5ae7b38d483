"""`GET /v1/receipts/{receipt_id}`: an agency asks what became of its own message, and of nobody else's."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response, Security
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.intake.http import problems
from services.intake.http.contacts import BEARER, ContactsApi
from services.intake.http.models import PROBLEMS, ReceiptAnswer
from services.intake.http.route import route_class
from services.intake.policy import Advice

_RECEIPT = text("""
    select received_at, lane, answer from intake.submissions
    where receipt_id = :receipt_id and agency_id = :agency_id
""")
_REFUSED = text("""
    select received_at, verdict, reason from intake.refused
    where refused_id = :receipt_id and agency_id = :agency_id
""")
_HAS_ROUTER = text("select to_regclass('router.v_case') is not null")
_CASES = text("""
    select c.contact_id, v.state, v.outcome, v.decide_by
    from intake.contacts c left join router.v_case v using (contact_id)
    where c.contact_id = any(cast(:ids as uuid[])) and c.agency_id = :agency_id
""")
_RELEASED = frozenset({"placed", "closed"})


class Receipts:
    """Reads receipts of one agency at a time; another agency's is as unknown as one that never was."""

    def __init__(self, engine: AsyncEngine, advice: Advice) -> None:
        self._engine = engine
        self._advice = advice

    async def read(self, receipt_id: UUID, agency_id: str) -> dict[str, Any]:
        """The receipt. Raises Problem where the agency has none of that id."""
        who = {"receipt_id": receipt_id, "agency_id": agency_id}
        async with self._engine.connect() as connection:
            found = (await connection.execute(_RECEIPT, who)).one_or_none()
            if found is None:
                return self._refused((await connection.execute(_REFUSED, who)).one_or_none(), receipt_id)
            contacts = await _states(connection, found.answer, agency_id)
        return {
            "receipt_id": receipt_id,
            "received_at": found.received_at,
            "stored": "accepted",
            "lane": found.lane,
            "contacts": contacts,
            "advice": self._advice.danger if found.lane == "urgent" else self._advice.urgent_line,
        }

    def _refused(self, found: Any, receipt_id: UUID) -> dict[str, Any]:
        if found is None:
            raise problems.not_found()
        return {
            "receipt_id": receipt_id,
            "received_at": found.received_at,
            "stored": "quarantined" if found.verdict == "quarantined" else "rejected-kept",
            "reason": found.reason,
            "contacts": [],
            "advice": self._advice.urgent_line,
        }


async def _states(connection: AsyncConnection, answer: dict[str, Any], agency_id: str) -> list[dict[str, Any]]:
    """The state of each contact that the answer names; what the router does not hold yet is in flight."""
    named = [contact["contact_id"] for contact in answer["contacts"]]
    named += [contact_id for item in answer.get("items", ()) for contact_id in item["contacts"]]
    ids = list(dict.fromkeys(named))
    rows: dict[str, Any] = {}
    if (await connection.execute(_HAS_ROUTER)).scalar_one():
        found = await connection.execute(_CASES, {"ids": [UUID(n) for n in ids], "agency_id": agency_id})
        rows = {str(row.contact_id): row for row in found}
    return [_state(contact_id, rows.get(contact_id)) for contact_id in ids]


def _state(contact_id: str, row: Any) -> dict[str, Any]:
    state: str = (row.state if row is not None else None) or "in_flight"
    decide_by: datetime | None = row.decide_by if row is not None else None
    outcome = row.outcome if row is not None and state in _RELEASED else None
    return {"contact_id": contact_id, "state": state, "outcome": outcome, "decide_by": decide_by}


def receipts_router(api: ContactsApi, receipts: Receipts, advice: Advice) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/v1/receipts", tags=["contacts"], route_class=route_class(advice))

    @router.get(
        "/{receipt_id}",
        response_model=ReceiptAnswer,
        responses=PROBLEMS,
        dependencies=[Security(BEARER)],
        summary="Ask what became of a message",
    )
    async def read_receipt(request: Request, receipt_id: UUID) -> Response:
        """The state of each contact of your own message; its outcome once it is decided."""
        agency = await api.sender(request)
        found = await receipts.read(receipt_id, agency.agency_id)
        return Response(orjson.dumps(found), headers={"Cache-Control": "no-store"}, media_type="application/json")

    return router
