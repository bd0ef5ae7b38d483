"""The sample contacts themselves: complete, invented, and stable from run to run."""

import re
from collections import Counter
from datetime import date

import pytest
from stdnum.gb import nhs

from deploy.mash.demo.samples import Named, State, read_samples

TODAY = date(2026, 11, 23)
SAMPLES = read_samples()
MESSAGES = [named for named in SAMPLES if named.sample.resend_of is None]


def test_there_are_about_forty_samples_of_all_four_kinds_of_agency() -> None:
    kinds = Counter(named.sample.agency for named in SAMPLES)
    assert 40 <= len(SAMPLES) <= 50
    assert set(kinds) == {"police", "school", "health", "vcs"}
    assert min(kinds.values()) >= 9


def test_the_samples_show_what_the_system_is_for() -> None:
    contacts = [contact for named in SAMPLES for contact in named.sample.contacts]
    ends = [*contacts, *(step.then for named in SAMPLES for step in named.sample.steps)]
    assert {end.state for end in ends} == set(State)
    assert {code for contact in contacts for code in contact.danger} >= {
        "weapon_or_strangulation_reachable",
        "non_mobile_baby_injury",
        "missing_now",
        "suicide_attempt",
        "sexual_abuse_disclosure",
        "sender_says_immediate",
        "police_protection_or_custody",
        "text_prompt",
    }
    assert {end.queue for end in ends} >= {
        "mash-urgent",
        "mash-screening",
        "mash-identity",
        "mash-restricted",
        "maps",
        "tas",
        "one-point",
        "vcs-alliance",
        "families-first",
    }
    assert {end.reason for end in ends} >= {
        "consent_missing",
        "no_indicator",
        "unborn",
        "open_case",
        "history_review",
        "defects",
        "identity_uncertain",
    }
    assert any(contact.known for contact in contacts)
    assert any(len(named.sample.contacts) >= 3 for named in SAMPLES)
    assert any(named.sample.answer >= 400 for named in SAMPLES)
    assert any(named.sample.resend_of for named in SAMPLES)


@pytest.mark.parametrize("named", MESSAGES, ids=lambda named: named.name)
def test_a_sample_is_the_same_bytes_in_every_run(named: Named) -> None:
    body = named.body(TODAY)
    assert body == named.body(TODAY)
    assert b"{{" not in body


def test_a_resend_has_the_bytes_and_the_key_of_its_original() -> None:
    by_name = {named.name: named for named in SAMPLES}
    again = [named for named in SAMPLES if named.sample.resend_of]
    assert len(again) == 2
    for named in again:
        original = by_name[named.sample.resend_of or ""]
        assert (named.key, named.body(TODAY)) == (original.key, original.body(TODAY))


def test_every_other_sample_has_a_key_of_its_own() -> None:
    assert len({named.key for named in MESSAGES}) == len(MESSAGES)


def test_samples_that_must_come_first_are_played_first() -> None:
    order = [named.name for named in SAMPLES]
    for place, named in enumerate(SAMPLES):
        for earlier in named.sample.after:
            assert order.index(earlier) < place


def test_every_nhs_number_is_of_the_range_that_is_never_issued() -> None:
    numbers = {number for named in MESSAGES for number in re.findall(r'"(\d{10})"', named.body(TODAY).decode())}
    assert all(number.startswith("999") for number in numbers)
    assert {number for number in numbers if not nhs.is_valid(number)} == {"9999112332"}
