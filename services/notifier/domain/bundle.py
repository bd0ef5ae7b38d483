"""Bundles: what goes to one recipient in one message. Danger is never bundled; bulk never becomes a flood of mail."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from services.notifier.domain.directory import Channel, Directory, EmailChannel, Recipient, RecipientKind
from services.notifier.domain.retry import DeliveryReason, Status
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind

Recipients = Sequence[tuple[Recipient, NoticeKind]]  # whom a bundle can be made for, and of what

LARGEST = 500  # notices in one bundle: a mail of about 50 kB, a webhook of about 150 kB


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recorded notice that is in no bundle yet."""

    notice_id: UUID
    kind: NoticeKind
    lane: Lane
    recipient: Recipient


@dataclass(frozen=True, slots=True)
class Planned:
    """One delivery of a bundle on one channel. listed_as: the directory entry that the channel belongs to."""

    delivery_id: UUID
    listed_as: Recipient
    channel: str  # email | webhook | none
    channel_name: str
    status: Status = Status.WAITING
    reason: DeliveryReason | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """The notices that one message tells one recipient, and each channel it goes out on."""

    bundle_id: UUID
    kind: NoticeKind
    lane: Lane
    recipient: Recipient
    notice_ids: tuple[UUID, ...]
    deliveries: tuple[Planned, ...]


def bundle_up(
    waiting: Sequence[Waiting], directory: Directory, new_id: Callable[[], UUID], largest: int = LARGEST
) -> list[Bundle]:
    """Every waiting notice in exactly one bundle, urgent ones first.

    A danger alert stands alone. Others of one kind, recipient and lane go together, at most `largest` in a bundle.
    """
    bundles = []
    for group in _groups(waiting, largest):
        first = group[0]
        bundles.append(
            Bundle(
                bundle_id=new_id(),
                kind=first.kind,
                lane=first.lane,
                recipient=first.recipient,
                notice_ids=tuple(notice.notice_id for notice in group),
                deliveries=tuple(plan(first.recipient, first.kind, directory, new_id)),
            )
        )
    return bundles


def _groups(waiting: Sequence[Waiting], largest: int) -> Iterator[list[Waiting]]:
    for _, same in groupby(sorted(waiting, key=_group_key), key=_group_key):
        group = list(same)
        size = 1 if group[0].kind is NoticeKind.DANGER_ALERT else largest
        for start in range(0, len(group), size):
            yield group[start : start + size]


def _group_key(notice: Waiting) -> tuple[bool, bool, str, str, str]:
    return (
        notice.lane is not Lane.URGENT,
        notice.kind is not NoticeKind.DANGER_ALERT,
        notice.kind.value,
        notice.recipient.kind.value,
        notice.recipient.id,
    )


def plan(recipient: Recipient, kind: NoticeKind, directory: Directory, new_id: Callable[[], UUID]) -> Iterator[Planned]:
    """The deliveries for one recipient.

    An unlisted queue: the people of the directory's `unlisted_queue` are told instead, and a failed delivery makes it a
    person's task. An unlisted agency is such a task only: no address is ever guessed. An agency without a channel for
    this kind of notice does not want it.
    """
    channels = directory.channels_of(recipient, kind)
    if channels:
        yield from (_on(channel, recipient, new_id) for channel in channels)
    elif recipient.kind is RecipientKind.AGENCY and channels is not None:
        yield Planned(new_id(), recipient, "none", "none", Status.NOT_WANTED)
    else:
        yield Planned(new_id(), recipient, "none", "none", Status.FAILED, DeliveryReason.RECIPIENT_UNLISTED)
        if recipient.kind is RecipientKind.QUEUE:
            instead = directory.unlisted_queue
            yield from (_on(channel, instead, new_id) for channel in directory.channels_of(instead, kind) or ())


def _on(channel: Channel, listed_as: Recipient, new_id: Callable[[], UUID]) -> Planned:
    return Planned(new_id(), listed_as, "email" if isinstance(channel, EmailChannel) else "webhook", channel.name)
