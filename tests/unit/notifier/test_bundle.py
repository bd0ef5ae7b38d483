from collections.abc import Iterator
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.bundle import Planned, Waiting, bundle_up, plan
from services.notifier.domain.directory import Recipient, RecipientKind
from services.notifier.domain.retry import DeliveryReason, Status
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind
from tests.builders.notifier import POLICE, QUIET, SCHOOL, SCREENING, URGENT, a_directory

DIRECTORY = a_directory()
ONE_POINT = Recipient(RecipientKind.QUEUE, "one-point")
NOBODY = Recipient(RecipientKind.QUEUE, "closed-team")
STRANGER = Recipient(RecipientKind.AGENCY, "stranger")


def numbers() -> Iterator[UUID]:
    return (UUID(int=n) for n in count(1))


def waiting(number: int, kind: NoticeKind, recipient: Recipient, lane: Lane = Lane.ROUTINE) -> Waiting:
    return Waiting(UUID(int=1000 + number), kind, lane, recipient)


def planned(recipient: Recipient, kind: NoticeKind) -> list[tuple[str, str, str, str, str | None]]:
    ids = numbers()
    return [
        (p.listed_as.id, p.channel, p.channel_name, p.status, p.reason)
        for p in plan(recipient, kind, DIRECTORY, lambda: next(ids))
    ]


def test_an_agency_with_two_channels_is_told_on_both() -> None:
    assert planned(SCHOOL, NoticeKind.OUTCOME) == [
        ("school-ferndale", "email", "desk", "waiting", None),
        ("school-ferndale", "webhook", "referral-system", "waiting", None),
    ]


def test_a_danger_alert_also_goes_to_the_duty_manager() -> None:
    assert planned(URGENT, NoticeKind.DANGER_ALERT) == [
        ("mash-urgent", "email", "screeners", "waiting", None),
        ("mash-urgent", "email", "duty-manager", "waiting", None),
    ]


def test_a_channel_for_danger_only_hears_nothing_else() -> None:
    assert planned(URGENT, NoticeKind.QUEUE_ALERT) == [("mash-urgent", "email", "screeners", "waiting", None)]


def test_an_agency_without_channels_does_not_want_the_message() -> None:
    assert planned(QUIET, NoticeKind.RECEIPT) == [("vcs-quiet", "none", "none", "not_wanted", None)]


def test_an_unlisted_queue_is_a_task_and_the_people_named_for_it_are_told() -> None:
    assert planned(NOBODY, NoticeKind.DANGER_ALERT) == [
        ("closed-team", "none", "none", "failed", "recipient-unlisted"),
        ("mash-screening", "email", "desk", "waiting", None),
    ]


def test_an_unlisted_agency_is_a_task_and_no_address_is_guessed() -> None:
    assert planned(STRANGER, NoticeKind.RECEIPT) == [("stranger", "none", "none", "failed", "recipient-unlisted")]


def test_routine_notices_of_one_kind_for_one_recipient_go_in_one_message() -> None:
    ids = numbers()
    bundles = bundle_up(
        [
            waiting(1, NoticeKind.QUEUE_ALERT, SCREENING),
            waiting(2, NoticeKind.QUEUE_ALERT, ONE_POINT),
            waiting(3, NoticeKind.QUEUE_ALERT, SCREENING),
            waiting(4, NoticeKind.RECEIPT, POLICE),
            waiting(5, NoticeKind.OUTCOME, POLICE),
        ],
        DIRECTORY,
        lambda: next(ids),
    )
    assert [(b.kind.value, b.recipient.id, [i.int for i in b.notice_ids]) for b in bundles] == [
        ("outcome", "police-durham", [1005]),
        ("queue-alert", "mash-screening", [1001, 1003]),
        ("queue-alert", "one-point", [1002]),
        ("receipt", "police-durham", [1004]),
    ]


def test_danger_alerts_are_never_in_one_message_and_come_first() -> None:
    ids = numbers()
    bundles = bundle_up(
        [
            waiting(1, NoticeKind.QUEUE_ALERT, SCREENING),
            waiting(2, NoticeKind.DANGER_ALERT, URGENT, Lane.URGENT),
            waiting(3, NoticeKind.RECEIPT, POLICE, Lane.URGENT),
            waiting(4, NoticeKind.DANGER_ALERT, URGENT, Lane.URGENT),
        ],
        DIRECTORY,
        lambda: next(ids),
    )
    assert [(b.kind.value, [i.int for i in b.notice_ids]) for b in bundles] == [
        ("danger-alert", [1002]),
        ("danger-alert", [1004]),
        ("receipt", [1003]),
        ("queue-alert", [1001]),
    ]


@pytest.mark.parametrize(("amount", "sizes"), [(1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_a_bundle_has_a_largest_size(amount: int, sizes: list[int]) -> None:
    ids = numbers()
    many = [waiting(n, NoticeKind.RECEIPT, POLICE) for n in range(amount)]
    assert [len(b.notice_ids) for b in bundle_up(many, DIRECTORY, lambda: next(ids), largest=3)] == sizes


@given(
    st.lists(
        st.tuples(
            st.sampled_from(NoticeKind), st.sampled_from([POLICE, SCREENING, NOBODY, STRANGER]), st.sampled_from(Lane)
        ),
        max_size=40,
    ),
    st.integers(min_value=1, max_value=5),
)
def test_every_notice_is_in_exactly_one_bundle_and_every_bundle_has_a_delivery(
    drawn: list[tuple[NoticeKind, Recipient, Lane]], largest: int
) -> None:
    ids = numbers()
    notices = [waiting(n, kind, recipient, lane) for n, (kind, recipient, lane) in enumerate(drawn)]
    bundles = bundle_up(notices, DIRECTORY, lambda: next(ids), largest=largest)
    assert sorted(i for b in bundles for i in b.notice_ids) == [n.notice_id for n in notices]
    assert all(b.deliveries for b in bundles)
    assert all(len(b.notice_ids) == 1 for b in bundles if b.kind is NoticeKind.DANGER_ALERT)


def test_a_planned_delivery_holds_no_address() -> None:
    assert Planned.__slots__ == ("delivery_id", "listed_as", "channel", "channel_name", "status", "reason")
    assert {status.value for status in Status} == {"waiting", "delivered", "failed", "not_wanted"}
    assert DeliveryReason.RECIPIENT_UNLISTED.value == "recipient-unlisted"
