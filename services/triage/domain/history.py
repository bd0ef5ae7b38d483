"""What was known before a contact: counted in London dates, and the day exactly so long before still counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.triage.domain.policy import HistoryRules, Window
from shared.messages.assessment import InvolvementItem, PriorInvolvement

CONTACT, REFERRAL, PLAN, LOOKED_AFTER = "contact", "referral", "plan", "looked_after"
_SHOWN = 50  # newest entries shown with an assessment


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened with a child. level: the final one, a person's where a person decided.

    supersedes: the contact of which this one is a newer version.
    """

    on: date
    kind: str  # contact | referral | placement | plan | looked_after | open_case | closure
    agency_kind: str | None = None
    level: int | None = None
    outcome: str | None = None  # code of shared/codes/contact_outcome.csv
    indicators: tuple[str, ...] = ()
    detail: str | None = None
    contact_id: UUID | None = None
    supersedes: UUID | None = None
    decided: bool = False

    @property
    def is_contact(self) -> bool:
        """Whether an agency got in touch, whatever became of it.

        Source: workload (known is contact or case history, not only referral).
        """
        return self.kind in (CONTACT, REFERRAL)

    def is_referral(self, rules: HistoryRules) -> bool:
        """Whether it counts as a referral: level reached, or decided so. Source: `history.rereferral` of the pack."""
        if not self.is_contact:
            return False
        reached = self.level is not None and self.level >= rules.referral_level
        return self.kind == REFERRAL or reached or self.outcome in rules.referral_outcomes


@dataclass(frozen=True, slots=True)
class Episode:
    """Work of a team with a child, open until closed_on."""

    team: str
    opened_on: date
    closed_on: date | None = None

    def is_open(self, on: date) -> bool:
        """Open on that date; the closing day itself is no longer open.

        Source: assumption, confirm with the authority.
        """
        return self.opened_on <= on and (self.closed_on is None or self.closed_on > on)


@dataclass(frozen=True, slots=True)
class History:
    """Everything recorded about one child."""

    entries: tuple[Entry, ...] = ()
    episodes: tuple[Episode, ...] = ()

    def and_then(self, entry: Entry) -> "History":
        """The history once one more thing has happened."""
        return History((*self.entries, entry), self.episodes)


@dataclass(frozen=True, slots=True)
class Known:
    """History as it bears on one contact. third_before: by this date one more low contact would be the third."""

    prior: PriorInvolvement
    facts: frozenset[str]
    third_before: date | None


def known_before(history: History, on: date, agency_kind: str, contact_id: UUID, rules: HistoryRules) -> Known:
    """What was known when a contact of `agency_kind` arrived on the London date `on`; later entries do not count.

    history: one entry for each contact, whatever versions it came in (`versions.py`).
    Source: continuum, risk multipliers (12 months, 90 days, the same week); timescales, REREFER (12 months).
    """
    entries = [entry for entry in history.entries if entry.on <= on and entry.contact_id != contact_id]
    contacts = [entry for entry in entries if entry.is_contact]
    low = _low_days(contacts, on, rules)
    open_team = _open_team(history.episodes, on)
    recent = rules.known.since(on)
    prior = PriorInvolvement(
        known_within_12_months=open_team is not None or any(entry.on >= recent for entry in entries),
        contacts_12_months=_count(contacts, recent),
        contacts_90_days=_count(contacts, rules.low_level.since(on)),
        referrals_12_months=_referrals(contacts, on, rules),
        agency_kinds_7_days=_agency_kinds(contacts, on, agency_kind, rules),
        open_team=open_team,
        previous_plan=any(entry.kind == PLAN for entry in entries),
        previously_looked_after=any(entry.kind == LOOKED_AFTER for entry in entries),
        items=_items(entries),
    )
    return Known(prior, _facts(prior, contacts, low, on, rules), _third_before(low, on, rules))


def _count(contacts: Sequence[Entry], since: date) -> int:
    return sum(entry.on >= since for entry in contacts)


def _referrals(contacts: Sequence[Entry], on: date, rules: HistoryRules) -> int:
    since = rules.rereferral.since(on)
    return sum(entry.on >= since and entry.is_referral(rules) for entry in contacts)


def _low_days(contacts: Sequence[Entry], on: date, rules: HistoryRules) -> list[date]:
    """The days of earlier contacts below the threshold. One whose level nobody recorded counts as below."""
    since, highest = rules.low_level.since(on), rules.low_level_up_to
    return [
        entry.on
        for entry in contacts
        if entry.on >= since and not entry.is_referral(rules) and (entry.level is None or entry.level <= highest)
    ]


def _third_before(low: Sequence[date], on: date, rules: HistoryRules) -> date | None:
    is_second = len(low) == rules.low_level.count - 2
    return min([on, *low]) + timedelta(days=rules.low_level.days) if is_second else None


def _agency_kinds(contacts: Sequence[Entry], on: date, agency_kind: str, rules: HistoryRules) -> tuple[str, ...]:
    since = rules.agencies.since(on)
    return tuple(
        sorted({agency_kind, *(entry.agency_kind for entry in contacts if entry.on >= since and entry.agency_kind)})
    )


def _open_team(episodes: Sequence[Episode], on: date) -> str | None:
    """The team that took the child on last, of those still open."""
    still_open = [episode for episode in episodes if episode.is_open(on)]
    return max(still_open, key=lambda episode: (episode.opened_on, episode.team)).team if still_open else None


def _again(contacts: Sequence[Entry], on: date, window: Window) -> bool:
    """Whether one more on this day makes `window.count`; several reports of one day are one episode."""
    since = window.since(on)
    days = {entry.on for entry in contacts if entry.on >= since and not window.indicators.isdisjoint(entry.indicators)}
    return len(days - {on}) >= window.count - 1


def _facts(
    prior: PriorInvolvement, contacts: Sequence[Entry], low: Sequence[date], on: date, rules: HistoryRules
) -> frozenset[str]:
    states = {
        "rereferral_within_12_months": prior.referrals_12_months > 0,
        "third_low_level_contact": len(low) >= rules.low_level.count - 1,
        "several_agencies_in_a_week": len(prior.agency_kinds_7_days) >= rules.agencies.count,
        "third_domestic_abuse_incident": _again(contacts, on, rules.domestic_abuse),
        "third_missing_episode": _again(contacts, on, rules.missing),
        "earlier_plan": prior.previous_plan,
        "earlier_looked_after": prior.previously_looked_after,
    }
    return frozenset(fact for fact, holds in states.items() if holds)


def _items(entries: Sequence[Entry]) -> tuple[InvolvementItem, ...]:
    newest = sorted(entries, key=_when, reverse=True)[:_SHOWN]
    return tuple(
        InvolvementItem(
            kind=entry.kind,
            on=entry.on,
            agency_kind=entry.agency_kind,
            detail=entry.detail,
            contact_id=entry.contact_id,
        )
        for entry in newest
    )


def _when(entry: Entry) -> tuple[date, int, str]:
    return entry.on, entry.contact_id.int if entry.contact_id else 0, entry.kind
