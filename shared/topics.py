"""The topic catalogue: every topic this system owns, in one place. `mash topics` applies it; ACLs and docs read it.

Keys never hold a name, a date of birth or an NHS number: an HMAC before identity is known, an internal id after.
"""

from dataclasses import dataclass

from shared.messages.case_decided import CaseDecided
from shared.messages.case_moved import CaseMoved
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.contact_received import ContactReceived
from shared.messages.envelope import Lane, Message
from shared.messages.notice_requested import NoticeRequested
from shared.messages.notice_settled import NoticeSettled
from shared.messages.staff_decided import StaffDecided

ROUTINE_PARTITIONS = 24  # Fixed on day one: adding partitions later moves keys.
URGENT_PARTITIONS = 6
RETENTION_DAYS = 14
MAX_MESSAGE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. owners are the services that write it; readers those that must have handled each message.

    onlookers read it too, and nobody waits for them: what they miss comes another way. Subscribers outside this system
    (receiving services) are none of these.
    """

    name: str
    message: type[Message]
    lane: Lane
    owners: tuple[str, ...]
    readers: tuple[str, ...]
    partitions: int
    onlookers: tuple[str, ...] = ()


def _lanes(
    stem: str,
    message: type[Message],
    owners: tuple[str, ...],
    readers: tuple[str, ...],
    urgent_onlookers: tuple[str, ...] = (),
) -> dict[Lane, Topic]:
    counts = {Lane.URGENT: URGENT_PARTITIONS, Lane.ROUTINE: ROUTINE_PARTITIONS}
    return {
        lane: Topic(
            f"{stem}.{lane.value}.v{message.MAJOR}",
            message,
            lane,
            owners,
            readers,
            count,
            urgent_onlookers if lane is Lane.URGENT else (),
        )
        for lane, count in counts.items()
    }


CONTACT_RECEIVED = _lanes("contact.received", ContactReceived, ("intake",), ("triage",), ("console",))
CONTACT_ASSESSED = _lanes("contact.assessed", ContactAssessed, ("triage",), ("router",), ("console",))
NOTICE_REQUESTED = _lanes("notice.requested", NoticeRequested, ("intake", "router"), ("notifier",))
STAFF_DECIDED = _lanes("staff.decided", StaffDecided, ("console",), ("router",))
CASE_DECIDED = Topic("case.decided.v1", CaseDecided, Lane.ROUTINE, ("router",), ("triage",), URGENT_PARTITIONS)
NOTICE_SETTLED = Topic("notice.settled.v1", NoticeSettled, Lane.ROUTINE, ("notifier",), ("console",), URGENT_PARTITIONS)

QUEUE_NAMES = ("mash", "one-point", "families-first", "tas", "tac", "maps", "vcs-alliance", "other")


def queue_topic(name: str) -> Topic:
    """The topic that a receiving service subscribes to. Raises KeyError for a name outside QUEUE_NAMES."""
    return QUEUES[name]


QUEUES: dict[str, Topic] = {
    name: Topic(f"queue.{name}.v1", CaseMoved, Lane.ROUTINE, ("router",), ("console", "notifier"), URGENT_PARTITIONS)
    for name in QUEUE_NAMES
}


def all_topics() -> tuple[Topic, ...]:
    """Every topic of the catalogue, in the order a contact meets them."""
    pairs = (CONTACT_RECEIVED, CONTACT_ASSESSED, NOTICE_REQUESTED, STAFF_DECIDED)
    return (*(topic for pair in pairs for topic in pair.values()), *QUEUES.values(), CASE_DECIDED, NOTICE_SETTLED)
