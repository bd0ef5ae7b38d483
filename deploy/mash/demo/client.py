"""Talks to a running system the way agencies and staff do: over HTTP, with their tokens, and with nothing else."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from deploy.mash.demo.samples import MEDIA_TYPES, Step
from deploy.mash.demo.views import CaseFile, Credentials, Receipt, ReceiptStates

_BUSY = frozenset({429, 502, 503, 504})
_TRIES = 8


class NotServed(Exception):
    """The system did not answer as the interface says; the text names the request and the status, never the content."""


@dataclass(slots=True)
class Client:
    """One HTTP connection pool, the agencies' tokens, and a session per role, begun when first needed."""

    http: httpx.AsyncClient
    credentials: Credentials
    _sessions: dict[str, str] = field(default_factory=dict)

    async def submit(self, kind: str, key: str, body: bytes) -> httpx.Response:
        """Post one message. Asks again while the system is busy or starting; the key makes that safe."""
        headers = {
            "Authorization": f"Bearer {self.credentials.agencies[kind].token}",
            "Content-Type": MEDIA_TYPES[kind],
            "Idempotency-Key": key,
        }
        return await self._ask("POST", f"/v1/contacts/{kind}", headers=headers, content=body)

    async def states(self, kind: str, receipt: Receipt) -> ReceiptStates:
        """Where the contacts of a receipt are."""
        headers = {"Authorization": f"Bearer {self.credentials.agencies[kind].token}"}
        answer = await self._ask("GET", f"/v1/receipts/{receipt.receipt_id}", headers=headers)
        return ReceiptStates.model_validate_json(_served(answer, 200).content)

    async def case_file(self, contact_id: UUID) -> CaseFile:
        """The case file, read by the demo's manager, who may also open restricted records."""
        answer = await self._as_staff("manager", "GET", f"/v1/contacts/{contact_id}?purpose=quality")
        return CaseFile.model_validate_json(_served(answer, 200).content)

    async def decide(self, contact_id: UUID, case_version: int, step: Step) -> None:
        """Record the demo screener's decision on the version of the case just read."""
        body = {"case_version": case_version, **step.model_dump(include=_DECISION, exclude_none=True)}
        answer = await self._as_staff("screener", "POST", f"/v1/contacts/{contact_id}/decisions", json=body)
        _served(answer, 201)

    async def ledger(self) -> dict[str, object]:
        """The ledger, read by the demo's auditor."""
        answer = await self._as_staff("auditor", "GET", "/v1/ledger")
        found: dict[str, object] = _served(answer, 200).json()
        return found

    async def _as_staff(self, role: str, method: str, path: str, json: object = None) -> httpx.Response:
        if role not in self._sessions:
            user = self.credentials.user(role)
            signed = await self._ask(
                "POST", "/v1/sessions", json={"username": user.username, "password": user.password}
            )
            self._sessions[role] = _served(signed, 201).json()["token"]
        headers = {"Authorization": f"Bearer {self._sessions[role]}"}
        return await self._ask(method, path, headers=headers, json=json)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
        json: object = None,
    ) -> httpx.Response:
        for attempt in range(1, _TRIES + 1):
            try:
                answer = await self.http.request(method, path, headers=headers, content=content, json=json)
            except httpx.TransportError as error:
                if attempt == _TRIES:
                    raise NotServed(f"{method} {path.partition('?')[0]}: no answer") from error
            else:
                if answer.status_code not in _BUSY or attempt == _TRIES:
                    return answer
            await asyncio.sleep(min(0.2 * 2**attempt, 5.0))
        raise NotServed(f"{method} {path}")


_DECISION = {"action", "queue", "level", "outcome", "reason_code", "reason"}


def _served(answer: httpx.Response, status: int) -> httpx.Response:
    if answer.status_code != status:
        path = answer.request.url.path
        raise NotServed(f"{answer.request.method} {path}: {answer.status_code} in place of {status}")
    return answer
