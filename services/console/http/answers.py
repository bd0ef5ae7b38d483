"""The answers of the console's commands as refusals, the same for the API and the pages."""

from collections.abc import Iterable, Mapping
from typing import Literal

from services.console.decide import AlreadyDecided, Answer, ContentGone, NotPossible
from services.console.domain.attention import AttentionItem
from services.console.domain.decisions import CaseNow, Fault, Recorded, Refused
from services.console.door import ClosedDoor
from services.console.http import problems
from services.console.http.problems import Refusal
from services.console.settle import CannotRelease, SettleAnswer, SettledBefore

Purpose = Literal["triage", "review", "supervision", "quality", "complaint"]  # why a contact is opened; audited

_WHY = {
    Refused.NOT_YET_ROUTED: (
        "The contact is still being routed",
        "It has not reached a queue yet, so there is nothing to decide on. Try again in a few seconds.",
    ),
    Refused.STALE_VERSION: (
        "The case has moved on",
        "It changed after you opened it. Look at it again before you decide.",
    ),
    Refused.SUPERSEDED: (
        "A newer version has taken its place",
        "The sender sent this contact again in a newer version. Decide on that one: this one goes where that one goes.",
    ),
    Refused.ALREADY_CLOSED: (
        "The contact is closed",
        "A closed contact takes no further decision. New information comes in as a new contact.",
    ),
    Refused.OUTCOME_NEEDS_A_SERVICE: (
        "This outcome needs a service",
        "The outcome names a service, so the contact must be placed with it. Choose a service instead of closing.",
    ),
    Refused.FLAG_NOT_SAID: (
        "Say which statutory threshold holds",
        "The contact stands under a statutory threshold, and your level is below 4. Say which one holds, or that none.",
    ),
    Refused.NOTHING_TO_CONFIRM: (
        "There is no suggestion to confirm",
        "No service was suggested for this contact. Choose a service or a level, or close it with an outcome.",
    ),
}


def pointers(faults: Iterable[Fault]) -> tuple[Mapping[str, str], ...]:
    """Faults of a form as the `errors` of a problem."""
    return tuple({"pointer": f"/{fault.field}", "code": fault.code, "message": fault.message} for fault in faults)


def wrong_credentials() -> Refusal:
    """The same for an unknown name, a wrong password and a disabled account."""
    detail = "The user name or the password is not right. After ten tries you must wait."
    return Refusal(401, "wrong-credentials", "You could not be signed in", detail)


def too_many_tries(seconds: int) -> Refusal:
    """This name was tried too often from this place."""
    detail = f"Too many tries for this user name from here. Wait {max(1, round(seconds / 60))} min and try again."
    return Refusal(429, "too-many-tries", "Wait before you try again", detail, headers={"Retry-After": str(seconds)})


def decision_json(decision: Recorded) -> dict[str, object]:
    """A decision in codes: what it was, by whom, when."""
    return {
        "decision_id": str(decision.decision_id),
        "case_version": decision.case_version,
        "decided_by": decision.username,
        "decided_at": decision.decided_at.isoformat(),
        "action": decision.action.value,
        "queue": decision.queue,
        "level": decision.level,
        "statutory_flag": decision.statutory_flag,
        "outcome": decision.outcome,
        "reason_code": decision.reason_code,
    }


def _case_json(case: CaseNow | None) -> dict[str, object] | None:
    if case is None:
        return None
    return {"case_version": case.version, "state": case.state, "queue": case.queue, "level": case.level}


def refusal_of(answer: Answer) -> Refusal:
    """Why a decision was not recorded, with what stands instead."""
    match answer:
        case AlreadyDecided(first):
            title = "This was decided already"
            detail = "Another decision on the same version of this case came first. It stands, and is shown here."
            return Refusal(409, "already-decided", title, detail, extra={"decision": decision_json(first)})
        case NotPossible(why, case):
            title, detail = _WHY[why]
            return Refusal(409, why.value, title, detail, extra={"case": _case_json(case)})
        case ClosedDoor(asks):
            return problems.closed_door(asks=asks)
        case ContentGone():
            detail = "The content of this contact was destroyed for good, so nothing about it can be decided."
            return Refusal(410, "content-destroyed", "The content is gone", detail)
        case _:
            return problems.not_found()


def item_json(item: AttentionItem) -> dict[str, object]:
    """What needs a person, in codes: nothing of its content."""
    return {
        "schema": item.schema,
        "id": str(item.id),
        "kind": item.kind,
        "consumer": item.consumer,
        "topic": item.topic,
        "contact_id": str(item.contact_id) if item.contact_id else None,
        "reason": item.reason,
        "since": item.since.isoformat(),
        "attempts": item.attempts,
        "state": item.state,
        "urgent": item.urgent,
    }


def settle_refusal(answer: SettleAnswer) -> Refusal:
    """Why an item was not settled, with how it stands."""
    match answer:
        case SettledBefore(item, first):
            title = "This was settled already" if not item.is_open else "This is being worked on at this moment"
            detail = "Somebody else was faster, and theirs stands." if not item.is_open else "Try again in a moment."
            who = {} if first is None else {"settled_by": first.username, "settled_at": first.given_at.isoformat()}
            return Refusal(409, "already-settled", title, detail, extra={"item": item_json(item), **who})
        case CannotRelease():
            title = "This cannot be tried again"
            detail = "The system has nothing it could try again. Resolve it, and say what was done instead."
            return Refusal(409, "cannot-release", title, detail)
        case _:
            return problems.not_found()
