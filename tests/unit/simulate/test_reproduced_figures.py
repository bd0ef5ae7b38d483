"""The figures a generator run must reproduce (Medway scrutiny report of 4 October 2018, paragraph 4)."""

from collections import Counter
from datetime import date

import pytest

from deploy.mash.simulate.people import years_before
from tests.unit.simulate.run import medway_year

UNACCEPTABLE = "socially_unacceptable_behaviour"
BANDS = ((-1, -1), (0, 0), (1, 4), (5, 9), (10, 13), (14, 17), (18, 24))


def test_a_medway_year_has_9971_contacts_of_which_2812_are_referrals() -> None:
    contacts = medway_year().contacts
    assert len(contacts) == 9971
    assert sum(contact.outcome == "referral" for contact in contacts) == 2812


def test_no_age_lies_outside_unborn_to_24() -> None:
    ages = {contact.age for contact in medway_year().contacts}
    assert ages == set(range(-1, 25))


def test_7678_contacts_are_known_and_2293_new_by_the_history_table() -> None:
    year = medway_year()
    met: dict[int, list[date]] = {}
    for row in year.history:
        met.setdefault(row.child.number, []).append(row.on)
    known = 0
    for contact in year.contacts:
        on = contact.at.date()
        before = met.setdefault(contact.child, [])
        within = any(years_before(on, 1) <= earlier <= on for earlier in before)
        assert within == contact.known
        known += within
        before.append(on)
    assert (known, len(year.contacts) - known) == (7678, 2293)


def test_some_new_contacts_are_about_children_last_known_more_than_a_year_before() -> None:
    new = {contact.child for contact in medway_year().contacts if not contact.known}
    assert any(row.child.number in new for row in medway_year().history)


@pytest.mark.parametrize(
    ("reasons", "count"),
    [
        (("domestic_abuse", "neglect", "physical_abuse", "emotional_abuse", "sexual_abuse"), 4786),
        (("domestic_abuse",), 2094),
        (("neglect",), 897),
        (("physical_abuse",), 798),
        (("emotional_abuse", "sexual_abuse"), 997),
        (("family_dysfunction", "acute_stress"), 2393),
        (("difficult_behaviour", "parent_cannot_manage"), 698),
    ],
)
def test_contacts_are_made_for_the_stated_reasons(reasons: tuple[str, ...], count: int) -> None:
    assert sum(contact.reason in reasons for contact in medway_year().contacts) == count


def test_unacceptable_behaviour_is_at_least_three_times_as_frequent_at_14_to_17_as_at_5_to_13() -> None:
    contacts = medway_year().contacts
    older = [contact.reason == UNACCEPTABLE for contact in contacts if 14 <= contact.age <= 17]
    younger = [contact.reason == UNACCEPTABLE for contact in contacts if 5 <= contact.age <= 13]
    assert sum(older) / len(older) >= 3 * sum(younger) / len(younger)


def test_other_reasons_do_not_vary_with_age() -> None:
    counts = Counter(
        (contact.reason, next(band for band in BANDS if band[0] <= contact.age <= band[1]))
        for contact in medway_year().contacts
        if contact.reason != UNACCEPTABLE
    )
    reasons = {reason for reason, _ in counts}
    rows = {reason: sum(counts[reason, band] for band in BANDS) for reason in reasons}
    columns = {band: sum(counts[reason, band] for reason in reasons) for band in BANDS}
    whole = sum(rows.values())
    statistic = 0.0
    for reason in reasons:
        for band in BANDS:
            expected = rows[reason] * columns[band] / whole
            statistic += (counts[reason, band] - expected) ** 2 / expected
    assert (len(reasons) - 1) * (len(BANDS) - 1) == 90
    assert statistic < 124.1  # chi-squared, 90 degrees of freedom, 1 %


def test_people_of_18_and_over_are_care_leavers_or_have_send_or_a_disability() -> None:
    cohorts = {contact.cohort for contact in medway_year().contacts if contact.age >= 18}
    assert cohorts == {"care_leaver", "send", "disability"}
    assert all(contact.cohort is None for contact in medway_year().contacts if contact.age < 17)


def test_gillingham_north_has_most_contacts_and_rainham_central_fewest() -> None:
    wards = Counter(contact.ward for contact in medway_year().contacts)
    assert len(wards) == 22
    assert wards.most_common()[0][0] == "Gillingham North"
    assert wards.most_common()[-1][0] == "Rainham Central"


STROOD = "Strood, Peninsula and Rochester West"


@pytest.mark.parametrize("reason", ["domestic_abuse", "neglect", "homelessness"])
def test_strood_and_the_peninsula_are_lowest(reason: str) -> None:
    counts, rates = _by_area(reason)
    assert min(counts, key=counts.__getitem__) == min(rates, key=rates.__getitem__) == STROOD


@pytest.mark.parametrize("reason", ["physical_abuse", "sexual_abuse"])
def test_strood_and_the_peninsula_are_highest(reason: str) -> None:
    counts, rates = _by_area(reason)
    assert max(counts, key=counts.__getitem__) == max(rates, key=rates.__getitem__) == STROOD


def test_homelessness_is_highest_in_gillingham_and_twydall() -> None:
    counts, rates = _by_area("homelessness")
    assert max(counts, key=counts.__getitem__) == max(rates, key=rates.__getitem__) == "Gillingham and Twydall"


@pytest.mark.parametrize("reason", ["domestic_abuse", "neglect"])
def test_the_other_three_areas_are_alike(reason: str) -> None:
    rates = [rate for area, rate in _by_area(reason)[1].items() if area != STROOD]
    assert len(rates) == 3
    assert max(rates) / min(rates) < 1.05


@pytest.mark.parametrize("reason", ["difficult_behaviour", "parent_cannot_manage"])
def test_behaviour_does_not_vary_by_area(reason: str) -> None:
    rates = _by_area(reason)[1].values()
    assert max(rates) / min(rates) < 1.05


def _by_area(reason: str) -> tuple[dict[str, int], dict[str, float]]:
    areas = Counter(contact.area for contact in medway_year().contacts)
    counts = Counter(contact.area for contact in medway_year().contacts if contact.reason == reason)
    return dict(counts), {area: counts[area] / areas[area] for area in areas}


@pytest.mark.parametrize(
    ("sender", "percent"),
    [
        ("police", 34),
        ("school", 21),
        ("health", 17),
        ("vcs", 7),
        ("council", 9),
        ("family", 8),
        ("legal", 2),
        ("unknown", 2),
    ],
)
def test_the_sender_mix_holds_within_half_a_point(sender: str, percent: float) -> None:
    contacts = medway_year().contacts
    share = 100 * sum(contact.sender == sender for contact in contacts) / len(contacts)
    assert abs(share - percent) <= 0.5


def test_ratings_hold_the_stated_shares_and_twelve_percent_of_referrals_are_red() -> None:
    contacts = medway_year().contacts
    ratings = Counter(contact.rating for contact in contacts)
    assert ratings == {"RED": 399, "AMBER": 2393, "GREEN": 5185, "BLUE": 1994}
    assert sum(contact.rating == "RED" for contact in contacts if contact.outcome == "referral") == 337
