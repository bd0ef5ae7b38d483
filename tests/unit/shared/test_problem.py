"""Problems look the same from every service."""

import json

from services.console.http.problems import Refusal, problem
from services.intake.http.problems import Problem, problem_response
from services.intake.policy import Advice
from shared.problem import problem_answer, problem_body


def test_a_problem_has_its_type_and_media_type_and_is_kept_by_no_cache() -> None:
    body = problem_body(
        status=409,
        code="already-decided",
        title="Decided",
        detail="By somebody else.",
        retryable=False,
        errors=({"pointer": "/reason", "code": "missing", "message": "Write why."},),
    )
    answer = problem_answer(body, 409, {"Retry-After": "5"})

    assert json.loads(bytes(answer.body)) == {
        "type": "urn:mash:problem:already-decided",
        "title": "Decided",
        "status": 409,
        "detail": "By somebody else.",
        "retryable": False,
        "errors": [{"pointer": "/reason", "code": "missing", "message": "Write why."}],
    }
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["retry-after"] == "5"


def test_intake_and_console_say_the_same_thing_in_the_same_members() -> None:
    of_console = problem(Refusal(403, "restricted-record", "Restricted", "A manager can open it."))
    of_intake = problem_response(Problem(404, "not-found", "Nothing here", "Check it."), Advice("ring", "Ring 999."))

    common = {"type", "title", "status", "detail", "retryable", "errors"}
    assert set(json.loads(bytes(of_console.body))) == common
    assert set(json.loads(bytes(of_intake.body))) == {
        *common,
        "instance",
        "receipt_id",
        "stored",
        "next_step",
        "advice",
    }
    for answer in (of_console, of_intake):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
