"""Refusals as RFC 9457 `application/problem+json`: stable type, plain words, what was kept, and what to do next.

Nothing that was sent is echoed. Every problem ends with the line for immediate danger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import Response

from services.intake.domain.refusals import Stored
from services.intake.policy import Advice
from shared.problem import problem_answer, problem_body


@dataclass
class Problem(Exception):
    """Why a request is not served. code: the slug of its type; reference: where the body is kept, if it is."""

    status: int
    code: str
    title: str
    next_step: str
    stored: Stored = Stored.NOTHING
    reference: UUID | None = None
    retryable: bool = False
    danger: bool = False
    errors: Sequence[Mapping[str, str]] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, advice: Advice) -> dict[str, Any]:
        """The body of the answer; the next step ends with what to do in immediate danger."""
        reference = str(self.reference) if self.reference else None
        line = advice.danger if self.danger else advice.urgent_line
        body = problem_body(
            status=self.status,
            code=self.code,
            title=self.title,
            detail=f"{self.title}. {_KEPT[self.stored]}",
            retryable=self.retryable,
            errors=self.errors,
        )
        return {
            **body,
            "instance": f"urn:uuid:{reference}" if reference else None,
            "receipt_id": reference,
            "stored": self.stored.value,
            "next_step": f"{self.next_step} {line}",
            "advice": line,
            **self.extra,
        }


_KEPT = {
    Stored.ACCEPTED: "The message is kept.",
    Stored.QUARANTINED: "The message is kept and a person will look at it.",
    Stored.REJECTED_KEPT: "It was not accepted; a sealed copy is kept for 30 days.",
    Stored.NOTHING: "Nothing was kept.",
}


def problem_response(problem: Problem, advice: Advice) -> Response:
    """The problem as an answer."""
    return problem_answer(problem.as_json(advice), problem.status, problem.headers)


def unauthorised() -> Problem:
    """No token, or one that is not ours."""
    return Problem(
        401,
        "unauthorised",
        "The token is missing or not valid",
        "Send the token of your agency as a bearer token; ask the front door for a new one if it was lost.",
        headers={"WWW-Authenticate": 'Bearer realm="mash-intake"'},
    )


def not_found() -> Problem:
    """No such address, or no such receipt of this agency."""
    return Problem(404, "not-found", "There is nothing here", "Check the address and the reference.")


def wrong_method(allowed: str | None) -> Problem:
    """The address exists and is used in another way."""
    headers = {"Allow": allowed} if allowed else {}
    return Problem(405, "wrong-method", "This address is not used this way", "See /openapi.json.", headers=headers)


def too_many(seconds: float, danger: bool) -> Problem:
    """Over the rate limit."""
    wait = max(1, int(seconds + 0.999))
    return Problem(
        429,
        "too-many",
        "Your agency is sending faster than agreed",
        f"Send it again in {wait} seconds.",
        retryable=True,
        danger=danger,
        headers={"Retry-After": str(wait)},
    )


def away(danger: bool = False) -> Problem:
    """The database cannot be reached: whether anything was recorded is not known."""
    return Problem(
        503,
        "try-again",
        "The system is not available for a moment",
        "Send it again in a few seconds, with the same Idempotency-Key.",
        retryable=True,
        danger=danger,
        headers={"Retry-After": "5"},
    )


def broken(stored: Stored = Stored.NOTHING, reference: UUID | None = None, danger: bool = False) -> Problem:
    """A fault of ours."""
    return Problem(
        500,
        "fault",
        "Something went wrong on our side",
        "The fault was logged. Send it again with the same Idempotency-Key, and ring us if it stays.",
        stored=stored,
        reference=reference,
        retryable=True,
        danger=danger,
    )
