"""Refusals as RFC 9457 `application/problem+json`: a stable type, plain words, and never an echo of what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Response

from shared.problem import problem_answer, problem_body


@dataclass
class Refusal(Exception):
    """Why a request is not served. code: stable slug; detail: what to do next, in words that name nobody."""

    status: int
    code: str
    title: str
    detail: str
    errors: tuple[Mapping[str, str], ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The body of the answer."""
        body = problem_body(
            status=self.status,
            code=self.code,
            title=self.title,
            detail=self.detail,
            retryable=self.status in (429, 503),
            errors=self.errors,
        )
        return {**body, **self.extra}


def problem(refusal: Refusal) -> Response:
    """The refusal as an answer."""
    return problem_answer(refusal.as_json(), refusal.status, refusal.headers)


def not_signed_in() -> Refusal:
    """No session, or one that ended."""
    return Refusal(
        401,
        "not-signed-in",
        "You are not signed in",
        "Sign in again: sessions end after 15 minutes without use and after 10 hours.",
        headers={"WWW-Authenticate": 'Bearer realm="mash"'},
    )


def not_allowed() -> Refusal:
    """Signed in, but the role does not include this."""
    return Refusal(403, "not-allowed", "Your role does not include this", "Ask a manager if you need it for your work.")


def closed_door(*, asks: bool = False) -> Refusal:
    """A restricted record. asks: a reason opens it, because words in the text may mean danger."""
    detail = "This contact is about a child whose record is restricted. A MASH manager can open it."
    if asks:
        detail += " Words in its text may mean danger, so you can open it with a reason, which is audited."
    extra = {"opens_with_reason": True} if asks else {}
    return Refusal(403, "restricted-record", "This record is restricted", detail, extra=extra)


def not_found() -> Refusal:
    """No such contact or page."""
    detail = "Check the reference. If you followed a link from this system, tell the operations team."
    return Refusal(404, "not-found", "There is nothing here", detail)


def wrong_origin() -> Refusal:
    """A form that does not come from a page of ours."""
    detail = (
        "The form is too old, or did not come from this site's own address. Go back, reload the page and send it again;"
        " if that does not help, tell the operations team by which address you came."
    )
    return Refusal(403, "forged-form", "This form could not be accepted", detail)


def malformed(errors: tuple[Mapping[str, str], ...]) -> Refusal:
    """Fields that cannot be accepted; each error names its field and not its value."""
    return Refusal(422, "invalid-fields", "Some answers need another look", "See the list of fields.", errors)


def too_large() -> Refusal:
    """A body beyond any form of ours."""
    return Refusal(413, "too-large", "That is more than this form takes", "Shorten what you wrote and send it again.")


def away() -> Refusal:
    """The database cannot be reached."""
    detail = "Nothing was recorded. Try again in a few seconds."
    return Refusal(503, "try-again", "The system is not available for a moment", detail, headers={"Retry-After": "5"})


def broken() -> Refusal:
    """A fault of ours."""
    detail = "The fault was logged. Try again, and tell the operations team if it stays."
    return Refusal(500, "fault", "Something went wrong on our side", detail)
