"""JSON that two readers could read differently is refused before any field is looked at."""

import pytest

from services.intake.domain.refusals import Refusal, Refused
from services.intake.sources.json_text import read_json


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Refusal.EMPTY_BODY),
        (b"  \n ", Refusal.EMPTY_BODY),
        (b"\xef\xbb\xbf", Refusal.EMPTY_BODY),
        (b'{"a": 1', Refusal.TRUNCATED),
        (b'{"a": "x', Refusal.TRUNCATED),
        (b'[{"a": 1}, ', Refusal.TRUNCATED),
        (b"%PDF-1.7", Refusal.NOT_JSON),
        (b"PK\x03\x04zip", Refusal.NOT_JSON),
        (b"<PPN/>", Refusal.NOT_JSON),
        (b'{"a": 1} {"b": 2}', Refusal.NOT_JSON),
        (b"{'a': 1}", Refusal.NOT_JSON),
        (b'{"a": "\xe9"}', Refusal.NOT_UTF8),
        ('{"a": "é"}'.encode("utf-16"), Refusal.NUL_BYTE),
        (b'{"a": "x\x00y"}', Refusal.NUL_BYTE),
        (b"[" * 100_000 + b"]" * 100_000, Refusal.NESTED_TOO_DEEP),
        (b'{"a":' * 65 + b"1" + b"}" * 65, Refusal.NESTED_TOO_DEEP),
        (b"[" * 100_000, Refusal.NESTED_TOO_DEEP),
        (b'{"a": 1, "a": 2}', Refusal.DUPLICATE_KEY),
        (b'{"x": [{"a": 1, "b": 2, "a": 1}]}', Refusal.DUPLICATE_KEY),
        (b'{"a": NaN}', Refusal.NUMBER_OUT_OF_RANGE),
        (b'{"a": -Infinity}', Refusal.NUMBER_OUT_OF_RANGE),
        (b'{"a": 1e400}', Refusal.NUMBER_OUT_OF_RANGE),
        (b'{"a": 1' + b"0" * 400 + b"}", Refusal.NUMBER_OUT_OF_RANGE),
        (b'{"a": 0.' + b"1" * 400 + b"}", Refusal.NUMBER_OUT_OF_RANGE),
    ],
    ids=lambda value: value.value if isinstance(value, Refusal) else repr(value[:20]),
)
def test_unreadable_json_is_refused_with_its_reason(body: bytes, reason: Refusal) -> None:
    with pytest.raises(Refused) as caught:
        read_json(body)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a":\r\n1}\r', {"a": 1}),
        (b'{"a": "' + b"[{" * 200 + b'"}', {"a": "[{" * 200}),
        (b'{"a": "\\"[" , "b": "\\\\"}', {"a": '"[', "b": "\\"}),
        (b"[" * 64 + b"]" * 64, None),
    ],
    ids=["byte order mark", "mixed line ends", "brackets in text", "escaped quotes", "as deep as allowed"],
)
def test_unusual_but_readable_json_is_read(body: bytes, value: object) -> None:
    read = read_json(body)
    assert value is None or read == value
