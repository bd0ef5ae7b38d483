"""A contact that came in several versions counts once, and no version lowers what stands."""

from datetime import date
from uuid import UUID

import pytest

from services.triage.domain.history import Entry
from services.triage.domain.versions import counted_once, of_other_contacts
from tests.builders.triage import an_entry

FIRST, SECOND, THIRD, OTHER = (UUID(int=number) for number in (1, 2, 3, 4))
ON = date(2026, 3, 1)
LATER = date(2026, 3, 5)
LAST = date(2026, 3, 9)


def an_other() -> Entry:
    return an_entry(date(2026, 1, 1), contact_id=OTHER)


def brief(entries: tuple[Entry, ...]) -> list[tuple[UUID | None, date, int | None, str, str | None]]:
    return [(entry.contact_id, entry.on, entry.level, entry.kind, entry.outcome) for entry in entries]


def test_two_versions_are_one_contact_dated_to_the_first() -> None:
    entries = (an_other(), an_entry(ON, contact_id=FIRST), an_entry(LATER, contact_id=SECOND, supersedes=FIRST))
    assert brief(counted_once(entries)) == [
        (OTHER, date(2026, 1, 1), 2, "contact", None),
        (SECOND, ON, 2, "contact", None),
    ]


def test_three_versions_in_any_order_are_one_contact() -> None:
    entries = (
        an_entry(LAST, contact_id=THIRD, supersedes=SECOND),
        an_entry(ON, contact_id=FIRST),
        an_entry(LATER, contact_id=SECOND, supersedes=FIRST),
    )
    assert brief(counted_once(entries)) == [(THIRD, ON, 2, "contact", None)]


@pytest.mark.parametrize(
    ("first", "second", "level", "kind", "outcome"),
    [
        pytest.param({"level": 2}, {"level": 4, "kind": "referral"}, 4, "referral", None, id="a step up counts"),
        pytest.param(
            {"level": 4, "kind": "referral"}, {"level": 2}, 4, "referral", None, id="a lower version lowers nothing"
        ),
        pytest.param(
            {"level": 4, "kind": "referral", "outcome": "CIN", "decided": True},
            {"level": 2},
            4,
            "referral",
            "CIN",
            id="nor what a person decided about the version before",
        ),
        pytest.param(
            {"level": 4, "kind": "referral", "outcome": "CIN", "decided": True},
            {"level": 2, "outcome": "EH", "decided": True},
            2,
            "contact",
            "EH",
            id="a person who decided about the newest version has the last word",
        ),
    ],
)
def test_the_newest_version_counts_and_never_lowers(
    first: dict[str, object], second: dict[str, object], level: int, kind: str, outcome: str | None
) -> None:
    entries = (
        an_entry(ON, contact_id=FIRST, **first),  # type: ignore[arg-type]
        an_entry(LATER, contact_id=SECOND, supersedes=FIRST, **second),  # type: ignore[arg-type]
    )
    assert brief(counted_once(entries)) == [(SECOND, ON, level, kind, outcome)]


def test_a_version_of_which_the_one_before_is_not_about_this_child_stands_alone() -> None:
    entry = an_entry(LATER, contact_id=SECOND, supersedes=FIRST)
    assert counted_once((entry,)) == (entry,)


def test_versions_that_name_each_other_do_not_hang() -> None:
    entries = (
        an_entry(ON, contact_id=FIRST, supersedes=SECOND),
        an_entry(LATER, contact_id=SECOND, supersedes=FIRST),
        an_entry(LAST, contact_id=THIRD, supersedes=FIRST),
    )
    assert [entry.contact_id for entry in counted_once(entries)] == [THIRD]


def test_no_version_of_a_contact_is_history_of_it() -> None:
    entries = (
        an_other(),
        an_entry(ON, contact_id=FIRST),
        an_entry(LAST, contact_id=THIRD, supersedes=SECOND),
    )
    assert [entry.contact_id for entry in of_other_contacts(entries, SECOND, FIRST)] == [OTHER]
    assert [entry.contact_id for entry in of_other_contacts(entries[:2], FIRST)] == [OTHER]
