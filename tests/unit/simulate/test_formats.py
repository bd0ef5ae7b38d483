"""What the four doors are sent: readable in their format, and nobody real in it."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from stdnum.gb import nhs
from stdnum.gb import upn as upn_check

from deploy.mash.simulate.bulk import bulk_school_csv
from deploy.mash.simulate.identifiers import nhs_number, spoiled, upn
from deploy.mash.simulate.message import GeneratedMessage
from deploy.mash.simulate.workload import read_themes
from tests.unit.simulate.run import medway_year

CODES = Path(__file__).parents[3] / "shared" / "codes" / "concern_theme.csv"


def _bodies(door: str) -> list[GeneratedMessage]:
    return [message for message in medway_year().messages if message.door == door]


def test_every_sender_uses_the_door_of_its_format() -> None:
    doors = {message.sender: (message.door, message.media_type) for message in medway_year().messages}
    assert doors == {
        "police": ("police", "application/json"),
        "school": ("school", "text/csv"),
        "health": ("health", "application/fhir+json"),
        "vcs": ("vcs", "application/json"),
        "council": ("vcs", "application/json"),
        "family": ("vcs", "application/json"),
        "legal": ("vcs", "application/json"),
        "unknown": ("vcs", "application/json"),
    }


def test_a_police_notice_names_its_children_and_its_version() -> None:
    for message in _bodies("police"):
        notice = json.loads(message.body)
        assert len(notice["children"]) == len(message.truths)
        assert notice["noticeId"] == message.truths[0].message_id
        assert notice["version"] == message.truths[0].message_version


def test_a_school_export_has_one_row_per_child() -> None:
    for message in _bodies("school"):
        rows = list(csv.DictReader(io.StringIO(message.body.decode(), newline="")))
        assert len(rows) == len(message.truths)
        assert {row["IncidentRef"] for row in rows} == {message.truths[0].message_id}


def test_a_health_bundle_starts_with_its_header_and_resolves_every_reference() -> None:
    for message in _bodies("health"):
        bundle = json.loads(message.body)
        assert bundle["entry"][0]["resource"]["resourceType"] == "MessageHeader"
        urls = {entry["fullUrl"] for entry in bundle["entry"]}
        references = set(re.findall(r'"reference": ?"([^"]+)"', json.dumps(bundle)))
        assert references <= urls


def test_a_form_says_what_kind_of_sender_filled_it_in() -> None:
    for message in _bodies("vcs"):
        form = json.loads(message.body)
        assert form["organisation"]["kind"] == message.sender
        assert len(form["child"]) == len(message.truths)


def test_every_nhs_number_is_of_the_range_that_is_never_issued() -> None:
    numbers = re.findall(rb'"(\d{10})"', b"\n".join(message.body for message in medway_year().messages))
    assert len(numbers) > 3000
    assert all(number.startswith(b"999") for number in numbers)


def test_invented_identifiers_pass_their_checks() -> None:
    numbers = [number for index in range(2000) if (number := nhs_number(index, 3))]
    assert len(set(numbers)) == len(numbers) > 1800
    assert all(nhs.is_valid(number) for number in numbers)
    assert all(upn_check.is_valid(upn(index, "887", 2019, 3)) for index in range(2000))


def test_a_spoiled_identifier_fails_its_check() -> None:
    assert not nhs.is_valid(spoiled("9992041870"))
    assert not upn_check.is_valid(spoiled("H840990118001"))


def test_themes_have_the_level_and_speed_of_the_code_list() -> None:
    with CODES.open(encoding="utf-8", newline="") as file:
        listed = {row["code"]: row["notes"].split(";")[:2] for row in csv.DictReader(file)}
    for code, theme in read_themes().themes.items():
        assert listed[code] == [f"level={theme.level}", f"speed={theme.speed}"]


def test_a_bulk_export_has_a_row_for_each_of_its_distinct_children() -> None:
    body = bulk_school_csv(500, 1, first_row=1000) + bulk_school_csv(500, 1, first_row=1500)
    rows = [row for row in csv.DictReader(io.StringIO(body.decode(), newline="")) if row["UPN"] != "UPN"]
    assert len({row["UPN"] for row in rows}) == 1000
    assert len({(row["Forename"], row["Surname"], row["DOB"]) for row in rows}) == 1000
    assert all(upn_check.is_valid(row["UPN"]) for row in rows)


def test_a_bulk_export_can_keep_coming_back_to_a_few_children() -> None:
    rows = list(csv.DictReader(io.StringIO(bulk_school_csv(500, 1, distinct=False).decode(), newline="")))
    assert len({row["UPN"] for row in rows}) == 50
    assert len({row["IncidentRef"] for row in rows}) == 500


@pytest.mark.parametrize("rows", [1, 500])
def test_the_same_bulk_export_is_byte_identical(rows: int) -> None:
    assert bulk_school_csv(rows, 4) == bulk_school_csv(rows, 4) != bulk_school_csv(rows, 5)


def test_no_reason_or_theme_is_left_without_contacts() -> None:
    reasons = Counter(contact.reason for contact in medway_year().contacts)
    assert set(reasons) == set(read_themes().by_reason)
