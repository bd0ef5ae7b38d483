"""RFC 9457 `application/problem+json`, the same for every service: a stable type, plain words, never an echo."""

from collections.abc import Mapping, Sequence

import orjson
from fastapi import Response

PROBLEM = "application/problem+json"


def problem_body(
    *, status: int, code: str, title: str, detail: str, retryable: bool, errors: Sequence[Mapping[str, str]]
) -> dict[str, object]:
    """What every problem says. code: stable slug; errors: pointer, code and message each, never a value."""
    return {
        "type": f"urn:mash:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "retryable": retryable,
        "errors": [dict(error) for error in errors],
    }


def problem_answer(body: Mapping[str, object], status: int, headers: Mapping[str, str]) -> Response:
    """The problem as an answer. No cache may keep it: what it says holds for this moment and this caller."""
    return Response(orjson.dumps(body), status, headers={"Cache-Control": "no-store", **headers}, media_type=PROBLEM)
