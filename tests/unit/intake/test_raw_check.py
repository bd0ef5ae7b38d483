"""The danger check on raw bytes works on whatever state a body is in."""

import json
from pathlib import Path

import pytest

from services.intake.policy import danger_policy
from services.intake.raw_check import raw_hint

POLICY = danger_policy(Path(__file__).parents[3] / "deploy" / "policy", "county-durham")
WORDS = "he held a kn\u00edfe to her"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"narrative": WORDS}).encode(),
        json.dumps({"narrative": WORDS}, ensure_ascii=False).encode(),
        json.dumps({"narrative": WORDS}).encode()[:-3],
        json.dumps({"narrative": "held a\nknife"}).encode(),
        b'{"narrative": "\\u006b\\u006e\\u0069\\u0066\\u0065"}',
        b"\xef\xbb\xbf" + WORDS.encode(),
        WORDS.encode("cp1252"),
        WORDS.encode("utf-16"),
        b"\xff\x00 broken \xfe he held a knife \x00",
        b"<narrative>He held a KNIFE</narrative>",
        b'UPN,Description\r\n1,"he held ""a"" knife',
        b'INC-1,"put his ""hands"" round ""her"" neck"\r\n',
        b'{"narrative": "put his \\"hands\\" round her neck"}',
    ],
)
def test_words_are_seen_in_any_encoding_and_in_what_cannot_be_parsed(body: bytes) -> None:
    assert raw_hint(body, POLICY).criteria == ("weapon_or_strangulation_reachable",)


@pytest.mark.parametrize(
    "body",
    [
        b'{"concern": {"immediateRisk": true',
        b'{"immediaterisk" :\n "Yes - he is at the door"}',
        b'{"safeguarding": {"policeProtection": 1}',
        b" " * 262_130 + b'"policeProtection": true',
    ],
)
def test_a_flag_that_says_yes_is_seen_without_parsing(body: bytes) -> None:
    assert raw_hint(body, POLICY).criteria == ("sender_says_immediate",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"immediateRisk": false, "policeProtection": "no"}',
        b'{"immediateRisk": null}',
        b'{"weaponless": "none", "homealone": 1}',
        b'{"first": "home", "second": "alone"}',
    ],
)
def test_nothing_is_seen_where_nothing_is_said(body: bytes) -> None:
    assert not raw_hint(body, POLICY)


def test_the_hint_prints_no_word() -> None:
    assert "knife" not in repr(raw_hint(WORDS.encode(), POLICY))
