"""A stand-in for the HTTP API that answers as a good system would, for tests of the player alone.

It knows the expectations of the samples and makes each contact end there, unless a test bends it.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx

from deploy.mash.demo.samples import Expected, Named
from deploy.mash.demo.views import AgencyAccess, Credentials, StaffAccess

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class FakeCase:
    """One contact and its moves."""

    expected: Expected
    steps: list[Expected]
    moves: list[Expected] = field(default_factory=list)


@dataclass
class FakeSystem:
    """Contacts by idempotency key. decisions counts what was decided; queue_of bends where a contact ends."""

    samples: tuple[Named, ...]
    queue_of: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, tuple[UUID, list[UUID]]] = field(default_factory=dict)
    cases: dict[UUID, FakeCase] = field(default_factory=dict)
    decisions: int = 0
    new_receipts: int = 0

    @property
    def credentials(self) -> Credentials:
        """Tokens that this system takes."""
        return Credentials(
            base_url="http://system",
            agencies={kind: AgencyAccess(token=kind) for kind in ("police", "school", "health", "vcs")},
            staff=tuple(
                StaffAccess(username=role, password="x", role=role) for role in ("screener", "manager", "auditor")
            ),
        )

    def http(self) -> httpx.AsyncClient:
        """A client that talks to this system."""
        return httpx.AsyncClient(base_url="http://system", transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/")
        if path == "sessions":
            return httpx.Response(201, json={"token": "t", "expires_at": AT.isoformat(), "role": "x"})
        if path == "ledger":
            return httpx.Response(200, json={"accepted": len(self.cases), "in_flight": 0, "balanced": True})
        if path.startswith("receipts/"):
            return httpx.Response(200, json=self._states(UUID(path.removeprefix("receipts/"))))
        if path.endswith("/decisions"):
            return self._decide(UUID(path.split("/")[1]), json.loads(request.content))
        if request.method == "POST":
            return self._submit(request.headers["Idempotency-Key"])
        return httpx.Response(200, json=self._file(UUID(path.removeprefix("contacts/"))))

    def _submit(self, key: str) -> httpx.Response:
        sample = next(named.sample for named in self.samples if named.key == key)
        if sample.answer >= 400:
            return httpx.Response(sample.answer, json={"type": f"urn:mash:problem:{sample.problem}"})
        status = 200 if key in self.receipts else sample.answer
        if key not in self.receipts:
            self.new_receipts += 1
            contacts = [uuid4() for _ in sample.contacts]
            self.receipts[key] = (uuid4(), contacts)
            for place, (contact_id, expected) in enumerate(zip(contacts, sample.contacts, strict=True), start=1):
                steps = [step.then for step in sample.steps if step.contact == place]
                self.cases[contact_id] = FakeCase(expected, steps, [expected])
        receipt_id, contacts = self.receipts[key]
        body = {
            "receipt_id": str(receipt_id),
            "lane": sample.lane,
            "contacts": [{"contact_id": str(contact_id), "defects": []} for contact_id in contacts],
        }
        return httpx.Response(status, json=body)

    def _states(self, receipt_id: UUID) -> dict[str, object]:
        contacts = next(contacts for known, contacts in self.receipts.values() if known == receipt_id)
        return {"contacts": [{"contact_id": str(c), "state": self.cases[c].moves[-1].state.value} for c in contacts]}

    def _decide(self, contact_id: UUID, body: dict[str, object]) -> httpx.Response:
        case = self.cases[contact_id]
        if body["case_version"] != len(case.moves):
            return httpx.Response(409, json={})
        self.decisions += 1
        case.moves.append(case.steps[len(case.moves) - 1])
        return httpx.Response(201, json={"decision_id": "d"})

    def _file(self, contact_id: UUID) -> dict[str, object]:
        case = self.cases[contact_id]
        first = case.expected
        return {
            "contact_id": str(contact_id),
            "state": case.moves[-1].state.value,
            "queue": case.moves[-1].queue,
            "suggested_queue": first.suggested,
            "case_version": len(case.moves),
            "danger": list(first.danger),
            "contact": {
                "agency_kind": "vcs",
                "received_at": AT.isoformat(),
                "defects": [{"code": code} for code in first.defects],
            },
            "assessment": {
                "level": first.level,
                "rating": first.rating,
                "statutory_flag": first.flag or "none",
                "prior_involvement": {"known_within_12_months": bool(first.known)},
            },
            "placements": [self._move(version, move) for version, move in enumerate(case.moves, start=1)],
        }

    def _move(self, version: int, move: Expected) -> dict[str, object]:
        return {
            "version": version,
            "state": move.state.value,
            "queue": self.queue_of.get(move.who, move.queue),
            "reason": move.reason,
            "level": move.level,
            "team": move.team,
            "outcome": move.outcome,
            "moved_at": (AT + timedelta(seconds=version)).isoformat(),
        }
