"""The words of a notice: fixed plain text around references, times, codes from closed lists and lines of the directory.

Nothing that a sender or a colleague typed has a way in: a code outside its list is left out, never printed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.notifier.domain.directory import Directory, FrontDoor
from services.notifier.domain.line import Line
from services.notifier.domain.notice import Notice
from shared.messages.notice_requested import NoticeKind

LONDON = ZoneInfo("Europe/London")
LISTED = 50  # cases listed in one alert; the message gives the whole number and where the rest is

# Codes of the contact outcomes and what they mean to the agency that sent the contact.
# Source: Standard Safeguarding Dataset values; wording is an assumption: confirm with the authority.
OUTCOMES = {
    "NFA": "no further action by children's services; the reason and the advice given are on record",
    "ADVICE": "information and advice",
    "EH": "early help",
    "CIN": "referral to children's social care",
    "EXISTING": "passed to the worker who already knows the case",
    "CP_ENQUIRY": "child protection enquiry",
    "PRIV_FOST": "private fostering notification",
    "MISSING": "missing episode notification",
    "OLA_CP": "passed to another authority as a child protection matter",
    "OTHER": "another outcome; ring the front door for what it is",
}
_DANGER = "IMMEDIATE DANGER to a child is reported, or words that may mean it. Open this contact now."
_DANGER_NEXT = "What happens next: a screener opens the contact at once and decides."
RATINGS = ("RED", "AMBER", "GREEN", "BLUE")


@dataclass(frozen=True, slots=True)
class Links:
    """Where the system answers. base_url: scheme and host without a slash at the end."""

    base_url: str

    def receipt(self, receipt_id: str) -> str:
        """Where the sending agency reads the state of its contact, with its own token."""
        return f"{self.base_url}/v1/receipts/{receipt_id}"

    def contact(self, contact_id: object) -> str:
        """Where signed-in staff open the contact."""
        return f"{self.base_url}/contacts/{contact_id}"

    def queues(self) -> str:
        """Where signed-in staff see the queues."""
        return f"{self.base_url}/queues"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to send: one subject line and a plain text."""

    subject: Line
    body: str


def letter_of(notices: Sequence[Notice], title: Line, directory: Directory, links: Links) -> Letter:
    """The letter that tells `title` about these notices, all of one kind. Raises ValueError where there is none."""
    if not notices:
        raise ValueError("a letter needs at least one notice")
    subject, lines = _WRITERS[notices[0].kind](notices, directory, links)
    return Letter(Line(subject), "\n".join([f"To: {title}", "", *lines, *_ending(directory.front_door), ""]))


def london_time(instant: datetime) -> str:
    """An instant as people in England write it, such as `Monday 23 November 2026, 02:16 (London time)`."""
    local = instant.astimezone(LONDON)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} (London time)"


def decision_words(notice: Notice, directory: Directory) -> str:
    """The outcome and the service in words; what is not in the closed lists is left out."""
    words = OUTCOMES.get(notice.outcome or "", "decided; the receipt status shows how")
    service = directory.title_of(notice.service)
    return f"{words}; service: {service}" if service else words


def _receipts(notices: Sequence[Notice], _directory: Directory, links: Links) -> tuple[str, list[str]]:
    lines = [f"We have received {_count(notices, 'contact')} from you.", ""]
    for notice in notices:
        lines += _status(notice, links)
        lines += [f"  Received: {london_time(notice.requested_at)}", *_due("  You hear by", notice), ""]
    lines += [
        "What happens next: each contact is read against the threshold document, and a person decides wherever the",
        "rules do not clearly say. You are told the outcome within one working day, or by the time given above.",
    ]
    return _subject("contact received", "contacts received", notices), lines


def _outcomes(notices: Sequence[Notice], directory: Directory, links: Links) -> tuple[str, list[str]]:
    lines = [f"There is a decision on {_count(notices, 'contact')} that you sent us.", ""]
    for notice in notices:
        lines += _status(notice, links)
        lines += [f"  Outcome: {decision_words(notice, directory)}"]
        lines += [f"  Decided: {london_time(notice.requested_at)}", ""]
    door = directory.front_door
    lines += [
        "What happens next: where a service is named, it takes this on from here. Keep working with the family as you",
        "do now, and send a new contact when anything changes; quote our reference.",
        "",
        f"If you disagree: within {_days(door.escalation_days)} ring {door.escalation_title}, {door.escalation_phone},",
        "quote our reference, and say what you think should happen. This starts the escalation procedure.",
    ]
    return _subject("decision on your contact", "decisions on your contacts", notices), lines


def _queue_alerts(notices: Sequence[Notice], directory: Directory, links: Links) -> tuple[str, list[str]]:
    queue = directory.title_of(notices[0].recipient.id)
    where = f"in your queue, {queue}" if queue else "in a queue that the directory does not list"
    verb = "is" if len(notices) == 1 else "are"
    lines = [f"There {verb} {_count(notices, 'contact')} for you {where}.", ""]
    for notice in notices[:LISTED]:
        lines += _case(notice, links)
    if len(notices) > LISTED:
        lines += [f"and {len(notices) - LISTED} more: {links.queues()}", ""]
    lines += ["What happens next: sign in, open each contact, and record what you decide or do."]
    return _subject("contact for you", "contacts for you", notices), lines


def _danger_alert(notices: Sequence[Notice], directory: Directory, links: Links) -> tuple[str, list[str]]:
    lines = []
    for notice in notices:
        lines += _refused(notice) if _is_refused(notice) else [_DANGER, "", *_case(notice, links), _DANGER_NEXT]
    lines += [
        f"If nobody has, ring {directory.front_door.escalation_title} on {directory.front_door.escalation_phone}."
    ]
    return f"URGENT: {_subject('immediate danger', 'immediate danger', notices)}", lines


def _is_refused(notice: Notice) -> bool:
    """Intake alerts about a body that it could not accept; there is no contact then, and its id stands for both."""
    return notice.receipt_id == str(notice.contact_id)


def _refused(notice: Notice) -> list[str]:
    return [
        "IMMEDIATE DANGER to a child may be described in a message that could not be read as a contact.",
        "",
        f"  Reference of the refused message: {notice.receipt_id}",
        f"  Alert raised: {london_time(notice.requested_at)}",
        "",
        "What happens next: a screener has operations show the refused message now, and rings whoever sent it.",
    ]


def _case(notice: Notice, links: Links) -> Iterator[str]:
    yield from _reference(notice, links.contact(notice.contact_id))
    yield f"  Contact: {notice.contact_id}"
    yield f"  Alert raised: {london_time(notice.requested_at)}"
    if notice.rating in RATINGS:
        yield f"  Rating: {notice.rating}"
    yield from _due("  Decide by", notice)
    yield ""


def _reference(notice: Notice, link: str) -> list[str]:
    return [f"  Our reference: {notice.receipt_id}", f"  See: {link}"]


def _status(notice: Notice, links: Links) -> list[str]:
    """For an agency: the address answers its system, which has the token, and shows nothing to a browser."""
    where = links.receipt(notice.receipt_id)
    return [f"  Our reference: {notice.receipt_id}", f"  Status, for your system with its token: {where}"]


def _due(words: str, notice: Notice) -> list[str]:
    return [f"{words}: {london_time(notice.decide_by)}"] if notice.decide_by else []


def _ending(door: FrontDoor) -> list[str]:
    return [
        "",
        f"Who to ring: {door.title}, {door.phone}; nights, weekends and bank holidays {door.out_of_hours}.",
        "If a child is in immediate danger, ring 999.",
        "",
        "This message holds references only. Do not answer it with details about a family.",
    ]


def _subject(one: str, many: str, notices: Sequence[Notice]) -> str:
    if len(notices) == 1:
        return f"MASH: {one}, reference {notices[0].receipt_id}"
    return f"MASH: {len(notices)} {many}"


def _count(notices: Sequence[Notice], noun: str) -> str:
    return f"one {noun}" if len(notices) == 1 else f"{len(notices)} {noun}s"


def _days(days: int) -> str:
    return "one working day" if days == 1 else f"{days} working days"


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WRITERS: dict[NoticeKind, Callable[[Sequence[Notice], Directory, Links], tuple[str, list[str]]]] = {
    NoticeKind.RECEIPT: _receipts,
    NoticeKind.OUTCOME: _outcomes,
    NoticeKind.QUEUE_ALERT: _queue_alerts,
    NoticeKind.DANGER_ALERT: _danger_alert,
}
