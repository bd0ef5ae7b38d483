"""Strict JSON: what two readers could read differently is refused, before any field is looked at."""

import json
import math
import re
from typing import Any

from services.intake.domain.refusals import Refusal, Refused

DEEPEST = 64
_LONGEST_NUMBER = 40

_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]', re.DOTALL)


def read_json(body: bytes) -> Any:
    """The value in `body`. Raises Refused: not UTF-8, NUL bytes, not JSON, truncated, nested, doubled keys, numbers."""
    if b"\x00" in body:
        raise Refused(Refusal.NUL_BYTE)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(Refusal.NOT_UTF8) from None
    if not text.strip():
        raise Refused(Refusal.EMPTY_BODY)
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(text)
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_fraction, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        raise Refused(Refusal.TRUNCATED if _ends_early(text, error) else Refusal.NOT_JSON) from None
    except RecursionError:
        raise Refused(Refusal.NESTED_TOO_DEEP) from None


def _check_depth(text: str) -> None:
    depth = 0
    for match in _BRACKETS.finditer(text):
        first = text[match.start()]
        if first in "[{":
            depth += 1
            if depth > DEEPEST:
                raise Refused(Refusal.NESTED_TOO_DEEP)
        elif first in "]}":
            depth -= 1


def _ends_early(text: str, error: json.JSONDecodeError) -> bool:
    return text.lstrip()[:1] in ("{", "[") and (error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused(Refusal.DUPLICATE_KEY)
    return fields


def _constant(_: str) -> float:
    raise Refused(Refusal.NUMBER_OUT_OF_RANGE)


def _fraction(text: str) -> float:
    value = float(text)
    if math.isinf(value) or len(text) > _LONGEST_NUMBER:
        raise Refused(Refusal.NUMBER_OUT_OF_RANGE)
    return value


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise Refused(Refusal.NUMBER_OUT_OF_RANGE)
    return int(text)
