"""The front door as a sender sees it: submits over HTTP and keeps the instants."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx

from deploy.mash.bench.failure import BenchFailed

AT_ONCE = 64
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Submission:
    """One message ready to be sent."""

    agency: str  # police | school | health | vcs
    body: bytes
    media_type: str
    key: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """One answer. Instants are Unix seconds of the sender's clock; wanted_at: when it should have been sent."""

    wanted_at: float
    sent_at: float
    answered_at: float
    lane: str
    contacts: tuple[UUID, ...]


class Door:
    """Submits with each agency's token. Close it with `aclose`."""

    def __init__(self, base_url: str, tokens: Mapping[str, str]) -> None:
        """tokens: by agency kind."""
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._client = httpx.AsyncClient(base_url=base_url, timeout=60, limits=limits, trust_env=False)
        self._tokens = tokens

    async def submit(self, submission: Submission, wanted_at: float | None = None) -> Accepted:
        """Send one message and wait for the receipt. Raises BenchFailed for any other answer."""
        sent_at = time.time()
        answer = await self._post(submission)
        answered_at = time.time()
        if answer.status_code not in (200, 201, 202):
            raise BenchFailed(f"a {submission.agency} submission was answered with {answer.status_code}")
        receipt = answer.json()
        contacts = tuple(UUID(one["contact_id"]) for one in receipt["contacts"])
        return Accepted(wanted_at or sent_at, sent_at, answered_at, receipt["lane"], contacts)

    async def _post(self, submission: Submission) -> httpx.Response:
        """The answer; as any sender would, it asks again under the same key where a connection was closed meanwhile."""
        headers = {
            "Authorization": f"Bearer {self._tokens[submission.agency]}",
            "Content-Type": submission.media_type,
            "Idempotency-Key": submission.key,
        }
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._client.post(
                    f"/v1/contacts/{submission.agency}", content=submission.body, headers=headers
                )
            except httpx.TransportError as error:
                if attempt == ATTEMPTS:
                    what = type(error).__name__
                    raise BenchFailed(f"no answer to a {submission.agency} submission: {what}") from error
        raise AssertionError("unreachable")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()
