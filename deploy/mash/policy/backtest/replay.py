"""The replay itself: each contact scored twice, by the continuum as it is and by the candidate, each with its history.

Under a candidate the past would have been scored by it as well, so either side keeps its own. People's decisions are
left out on both: the comparison is of suggestions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from deploy.mash.policy.backtest.records import Before, Record, Replayed
from services.triage.domain.age import age_band
from services.triage.domain.decisions import kind_of_contact
from services.triage.domain.history import CONTACT, Entry, History, known_before
from services.triage.domain.policy import Policy
from services.triage.domain.scoring import Decided, decide
from services.triage.outgoing import district_of
from shared.clock import london_date
from shared.messages.contact import CanonicalContact, Child

_KEPT_MONTHS_DAYS = 800  # entries older than this bear on no window a pack may name within a year or two


class Continuum(Protocol):
    """What gives the policy of a day: every version of an authority, or one candidate whatever the day."""

    def on(self, day: date) -> Policy:
        """The policy for a London date."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pack tried as if it had always been in force."""

    policy: Policy

    def on(self, day: date) -> Policy:
        """The candidate."""
        return self.policy


@dataclass(frozen=True, slots=True)
class Side:
    """The answer of one continuum. factors: everything that counted, by code and weight."""

    level: int
    rating: str
    flag: str
    reason: str | None
    factors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """One contact under both continua, with what a report groups by. known: had involvement in the months before."""

    ref: str
    on: date
    groups: tuple[tuple[str, str], ...]
    known: bool
    live: Side
    candidate: Side

    @property
    def moved(self) -> int:
        """Levels up (positive) or down."""
        return self.candidate.level - self.live.level


def replay(records: Iterable[Record], live: Continuum, candidate: Continuum) -> Iterator[Compared]:
    """Every contact under both continua. records: in the order of time, all of a person's among them."""
    sides = (_Histories(live), _Histories(candidate))
    for record in records:
        match record:
            case Before(person=person, on=on):
                for side in sides:
                    side.remember(person, Entry(on=on, kind=CONTACT))
            case Replayed():
                yield _compared(record, *sides)


class _Histories:
    """What one continuum made of each person so far."""

    def __init__(self, continuum: Continuum) -> None:
        self._continuum = continuum
        self._of: dict[int, tuple[Entry, ...]] = {}

    def remember(self, person: int, entry: Entry) -> None:
        """One more thing that happened."""
        self._of[person] = (*self._of.get(person, ()), entry)

    def answer(self, record: Replayed, on: date) -> tuple[Decided, bool]:
        """The answer for one contact, and whether the child was known; both are remembered from then on."""
        contact, policy = record.contact, self._continuum.on(on)
        kept = tuple(entry for entry in self._of.get(record.person, ()) if (on - entry.on).days <= _KEPT_MONTHS_DAYS)
        known = known_before(History(kept), on, contact.agency_kind, contact.contact_id, policy.history)
        decided = decide(contact, known, record.identity, on, policy)
        self._of[record.person] = (*kept, _entry(contact.contact_id, contact, decided, on, policy))
        return decided, known.prior.known_within_12_months


def _entry(contact_id: UUID, contact: CanonicalContact, decided: Decided, on: date, policy: Policy) -> Entry:
    return Entry(
        on=on,
        kind=kind_of_contact(decided.level, None, policy.history),
        agency_kind=contact.agency_kind,
        level=decided.level,
        indicators=tuple(sorted(decided.findings.evidence.indicators)),
        contact_id=contact_id,
    )


def _compared(record: Replayed, live: _Histories, candidate: _Histories) -> Compared:
    on = london_date(record.contact.received_at)
    before, known = live.answer(record, on)
    after, _ = candidate.answer(record, on)
    return Compared(record.ref, on, _groups(record, on), known, _side(before), _side(after))


def _side(decided: Decided) -> Side:
    findings = decided.findings
    factors = {f"{sign.indicator.code} at level {sign.indicator.level}" for sign in findings.evidence.signs}
    factors |= {f"{row.code} +{row.adds}" if row.adds else row.code for row in findings.multipliers}
    factors |= {danger.code for danger in findings.dangers}
    return Side(
        level=decided.level,
        rating=decided.rating.value,
        flag=decided.statutory_flag.value,
        reason=decided.reason.value if decided.reason else None,
        factors=frozenset(factors),
    )


def _groups(record: Replayed, on: date) -> tuple[tuple[str, str], ...]:
    contact, subject = record.contact, record.contact.subject
    child = subject if isinstance(subject, Child) else None
    return (
        ("age band", age_band(child, on) if child else "unknown"),
        ("sex", child.sex if child else "U"),
        ("ethnicity", child.ethnicity if child else "NOBT"),
        ("agency", contact.agency_kind),
        ("area", record.area or district_of(contact) or "unknown"),
    )
