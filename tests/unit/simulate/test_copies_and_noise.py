"""Resends, versions, incidents of several agencies, and dirty fields, at their rates and with the truth beside them."""

from collections import Counter

import pytest

from deploy.mash.simulate.message import GeneratedMessage
from tests.unit.simulate.run import medway_year


def _copies(kind: str) -> list[GeneratedMessage]:
    return [message for message in medway_year().messages if message.copy == kind]


def test_one_and_a_half_percent_of_contacts_are_sent_again_byte_for_byte() -> None:
    first = {message.number: message for message in medway_year().messages}
    again = _copies("resend")
    assert sum(len(message.truths) for message in again) == 150
    for message in again:
        original = first[message.truths[0].of_message or 0]
        assert (message.body, message.key, message.door) == (original.body, original.key, original.door)
        assert message.at > original.at


def test_three_percent_of_contacts_come_again_in_a_new_version() -> None:
    first = {message.number: message for message in medway_year().messages}
    later = _copies("version")
    assert sum(len(message.truths) for message in later) == 299
    for message in later:
        original = first[message.truths[0].of_message or 0]
        assert message.body != original.body
        assert message.key != original.key
        assert message.truths[0].message_id == original.truths[0].message_id
        assert [truth.contact for truth in message.truths] == [truth.contact for truth in original.truths]


@pytest.mark.parametrize(("agencies", "percent"), [(2, 9), (3, 2)])
def test_incidents_of_several_agencies_come_at_their_rates(agencies: int, percent: float) -> None:
    contacts = medway_year().contacts
    share = 100 * sum(contact.agencies == agencies for contact in contacts) / len(contacts)
    assert abs(share - percent) < 0.1


def test_agencies_report_one_incident_within_72_hours_about_the_same_children() -> None:
    incidents: dict[int, list[GeneratedMessage]] = {}
    for message in medway_year().messages:
        if message.copy == "original":
            incidents.setdefault(message.truths[0].incident, []).append(message)
    for reports in incidents.values():
        assert len(reports) == reports[0].truths[0].agencies
        assert len({report.sender for report in reports}) == len(reports)
        assert len({tuple(truth.child for truth in report.truths) for report in reports}) == 1
        assert (reports[-1].at - reports[0].at).total_seconds() <= 72 * 3600


@pytest.mark.parametrize(
    ("noise", "percent"),
    [
        ("name_variant", 9),
        ("birth_date_wrong", 3),
        ("birth_date_missing", 6),
        ("address_changed", 12),
        ("unborn_to_born", 2),
        ("twin", 1),
        ("same_name_and_birth_date", 0.2),
        ("invalid_identifier", 2),
        ("unreadable_postcode", 3),
        ("wrong_scale", 1),
    ],
)
def test_imperfections_come_at_their_rates(noise: str, percent: float) -> None:
    contacts = medway_year().contacts
    share = 100 * sum(noise in contact.noise for contact in contacts) / len(contacts)
    assert abs(share - percent) < 0.25


def test_messages_name_one_two_and_three_or_more_children_at_their_rates() -> None:
    sizes = Counter(min(len(message.truths), 3) for message in _copies("original"))
    whole = sum(sizes.values())
    assert [round(100 * sizes[size] / whole) for size in (1, 2, 3)] == pytest.approx([62, 24, 14], abs=2)


def test_arrivals_on_weekdays_from_9_to_18_are_78_percent() -> None:
    contacts = medway_year().contacts
    inside = sum(contact.at.weekday() < 5 and 9 <= contact.at.hour < 18 for contact in contacts)
    assert abs(100 * inside / len(contacts) - 78) < 3


def test_messages_come_in_the_order_of_their_times() -> None:
    times = [message.at for message in medway_year().messages]
    assert times == sorted(times)
