"""The danger check on raw bytes works on whatever state a body is in."""

import base64
import gzip
import io
import json
import zipfile
import zlib
from pathlib import Path

import pytest

from services.intake.policy import danger_policy
from services.intake.raw_check import raw_hint
from services.intake.raw_text import LARGEST_UNPACKED, texts_of

POLICY = danger_policy(Path(__file__).parents[3] / "deploy" / "policy", "county-durham")
WORDS = "he held a kn\u00edfe to her"
QUOTED = "\u201cHe held a knife to her\u201d, she can\u2019t sleep."


def base64_of(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


def bare_deflate(text: str) -> bytes:
    machine = zlib.compressobj(wbits=-15)
    return machine.compress(text.encode()) + machine.flush()


def archived(name: str, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return out.getvalue()


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
        *(QUOTED.encode(codec) for codec in ("utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")),
        QUOTED.encode("utf-16-le")[:-1],
        b"UPN,Description\r\n1,he held a kni\x00fe",
        gzip.compress(QUOTED.encode()),
        gzip.compress(QUOTED.encode("utf-16-le")),
        gzip.compress(QUOTED.encode() + b" filler" * 50)[:-12],
        zlib.compress(QUOTED.encode()),
        archived("sheet1.xml", QUOTED),
        json.dumps({"content": [{"attachment": {"data": base64_of(QUOTED)}}]}).encode(),
        json.dumps({"content": [{"attachment": {"data": base64_of(QUOTED, "utf-16-le")}}]}).encode()[:-20],
        json.dumps({"data": base64.b64encode(gzip.compress(QUOTED.encode())).decode()}).encode(),
        json.dumps({"data": base64.encodebytes((QUOTED * 5).encode()).decode()}).replace("/", "\\/").encode(),
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
        b'"policeProtection"' + b" " * 300_000 + b": true",
        '{"immediateRisk": true}'.encode("utf-16-be"),
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
        json.dumps({"data": base64.b64encode(b"\x89PNG\x00\x01\x02 knife \x03\x04" * 20).decode()}).encode(),
        gzip.compress(b"Late again."),
    ],
)
def test_nothing_is_seen_where_nothing_is_said(body: bytes) -> None:
    assert not raw_hint(body, POLICY)


def test_the_hint_prints_no_word() -> None:
    assert "knife" not in repr(raw_hint(WORDS.encode(), POLICY))


def test_a_declared_encoding_is_undone_where_the_bytes_do_not_name_it() -> None:
    body = bare_deflate(QUOTED)
    assert not raw_hint(body, POLICY)
    assert raw_hint(body, POLICY, "deflate").criteria == ("weapon_or_strangulation_reachable",)
    assert raw_hint(gzip.compress(zlib.compress(QUOTED.encode())), POLICY, "deflate, gzip")


def test_unpacking_stops_at_a_size_and_what_came_before_was_looked_through() -> None:
    bomb = gzip.compress(b"he held a knife " + b" " * 3 * LARGEST_UNPACKED)
    assert raw_hint(bomb, POLICY)
    assert sum(len(text) for text in texts_of(bomb)) == LARGEST_UNPACKED
    nested = gzip.compress(gzip.compress(gzip.compress(gzip.compress(QUOTED.encode()))))
    assert not raw_hint(nested, POLICY)


def test_what_is_broken_or_locked_is_looked_at_as_far_as_it_opens() -> None:
    assert not raw_hint(b"PK\x03\x04 nothing", POLICY)
    assert raw_hint(b"\x1f\x8b he held a knife", POLICY)
    assert not raw_hint(b'{"data": "====", "x": "data"}', POLICY)
