"""Draws incidents from the plan: who reports, about which children of which family, why, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from deploy.mash.simulate.children import ChildFinder
from deploy.mash.simulate.imperfections import Imperfections
from deploy.mash.simulate.message import Draft, HistoryRow, Subject
from deploy.mash.simulate.people import Child, Families
from deploy.mash.simulate.plan import Plan
from deploy.mash.simulate.shares import largest_remainder
from deploy.mash.simulate.themes import theme_for, theme_table
from deploy.mash.simulate.workload import Places, read_names, read_themes, read_workload

# Part of all contacts kept for incidents of one agency at the end, where the plan has no room left for others.
_RESERVE = 0.04
KNOWN = 0  # index in the plan's urn of known and new


@dataclass(frozen=True, slots=True)
class _Scope:
    """What an incident takes from the plan."""

    sender: str
    others: list[str]  # agencies that report it after the first
    reason: str
    ward: str
    bands: list[int]  # one per child
    twins: bool


class Maker:
    """Makes incidents until the plan is used up. `made` counts contacts per sender."""

    def __init__(self, plan: Plan, places: Places, seed: int) -> None:
        workload = read_workload()
        self.plan = plan
        self.made = dict.fromkeys(plan.senders, 0)
        self._workload, self._themes, self._names = workload, read_themes(), read_names()
        self._places = places
        self._random = Random(f"{places.authority}/{plan.count}/{seed}/contacts")  # noqa: S311 - repeatable on purpose
        self._families = Families(places, self._names, workload.ages.bands, seed, workload.ages.adult_cohorts)
        self._imperfections = Imperfections(workload, self._random)
        self._finder = ChildFinder(self._families, workload, self._imperfections.rates, self._random)
        self._table = theme_table(workload, self._themes)
        self._incidents = 0
        shares = workload.incidents
        several = shares.two_agencies + shares.three_agencies
        self._left = largest_remainder(plan.count, [100 - several, shares.two_agencies, shares.three_agencies])

    def incident(self, sender: str, at: datetime) -> Iterator[tuple[Draft, tuple[HistoryRow, ...]]]:
        """One incident: the first sender's message, and those of other agencies within 72 hours."""
        scope = self._scope(sender)
        self._incidents += 1
        draft, history = self._first(scope, at)
        yield draft, history
        for other in scope.others:
            yield self._report_of(draft, other), ()

    def next_version(self, draft: Draft, at: datetime) -> Draft:
        """The corrected version of a message."""
        return replace(
            draft, at=at, version=draft.version + 1, say=f"{draft.say} Correction: times checked and confirmed."
        )

    def _scope(self, sender: str) -> _Scope:
        plan, random = self.plan, self._random
        reason_index = plan.reasons.peek(random)
        reason = plan.reasons.names[reason_index]
        wards = plan.wards[reason]
        ward_index = wards.peek(random)
        left = wards.left[ward_index]
        size = min(self._size(sender), left, plan.senders[sender] - self.made[sender])
        twins = size > 1 and self._imperfections.rates.hit("twin", 2)
        others = self._other_agencies(sender, size, left)
        bands = self._age_bands(sender, reason, size, 1 + len(others), twins)
        if bands is None:
            others, twins = [], False
            bands = self._age_bands(sender, reason, size, 1, twins) or []
        agencies = 1 + len(others)
        plan.reasons.take(reason_index, size * agencies)
        wards.take(ward_index, size * agencies)
        self._left[len(others)] -= size * agencies
        return _Scope(sender, others, reason, wards.names[ward_index], bands, twins)

    def _size(self, sender: str) -> int:
        if sender in self._workload.children_one_only:
            return 1
        point = self._random.random() * 100
        for children, share in self._workload.children.items():
            point -= share
            if point < 0:
                return children
        return 1

    def _other_agencies(self, sender: str, size: int, left: int) -> list[str]:
        """The agencies that report the same incident after the first one; none where the plan has no room for them."""
        alone, two, three = self._left
        parts = (max(alone - self.plan.count * _RESERVE, 0), max(two, 0) / 2, max(three, 0) / 3)
        extra = self._random.choices((0, 1, 2), parts)[0] if sum(parts) else 0
        contacts = size * (extra + 1)
        if extra == 0 or left < contacts or self.plan.known.left[KNOWN] < contacts or self._left[extra] < contacts:
            return []
        free = [name for name in self.plan.senders if name != sender and self._has_room(name, size)]
        if len(free) < extra:
            return []
        chosen: list[str] = []
        for _ in range(extra):
            weights = [0 if name in chosen else self.plan.senders[name] for name in free]
            chosen.append(self._random.choices(free, weights)[0])
        return chosen

    def _has_room(self, sender: str, size: int) -> bool:
        several = size > 1 and sender in self._workload.children_one_only
        return not several and self.plan.senders[sender] - self.made[sender] >= size

    def _age_bands(self, sender: str, reason: str, size: int, copies: int, twins: bool) -> list[int] | None:
        """An age band for each child, taken once for every agency that reports it; None where there are not enough."""
        urn = self.plan.bands[reason]
        taken: list[int] = []
        for place in range(size):
            twin = twins and place == 1
            index = taken[0] if twin else urn.peek_weighted(self.plan.age_affinity[sender], self._random)
            if urn.left[index] < copies:
                for back in taken:
                    urn.take(back, -copies)
                return None
            urn.take(index, copies)
            taken.append(index)
        return taken

    def _first(self, scope: _Scope, at: datetime) -> tuple[Draft, tuple[HistoryRow, ...]]:
        random = self._random
        known = [self._known() for _ in scope.bands]
        children, history, noise = self._finder.children(scope.ward, scope.bands, known, scope.twins, at)
        met = [child.met_at for child in children if child.met_at is not None]
        at = max([at, *(instant + timedelta(seconds=1) for instant in met)])
        subjects = [
            self._subject(child, scope.sender, is_known, at, off)
            for child, is_known, off in zip(children, known, noise, strict=True)
        ]
        self._families.keep(children, at, random)
        first = subjects[0]
        code = random.choice(self._table[scope.reason, first.outcome, first.rating])
        theme = theme_for(self._themes, code, scope.reason, first.age)
        draft = Draft(
            sender=scope.sender,
            door="",
            at=at,
            reference="",
            incident=self._incidents,
            incident_at=at - timedelta(minutes=30 + int(random.random() * 2000)),
            agencies=1 + len(scope.others),
            reason=scope.reason,
            theme=theme,
            ward=scope.ward,
            subjects=subjects,
            carer=children[0].household.carer,
            la_number=self._places.la_number,
            force=self._places.police_force,
            staff="",
            say="",
            consent=False,
            wrong_scale=False,
        )
        return self._told_by(draft, scope.sender), history

    def _report_of(self, draft: Draft, sender: str) -> Draft:
        """The same incident as another agency reports it; its children are known by now."""
        at = self._report_time(draft.at, sender)
        subjects = []
        for subject in draft.subjects:
            self.plan.known.take(KNOWN)
            subjects.append(self._subject(subject.child, sender, True, at, []))
        return self._told_by(replace(draft, sender=sender, at=at, subjects=subjects), sender)

    def _report_time(self, first: datetime, sender: str) -> datetime:
        """Within 72 hours; for all but the police in working hours, where a dozen tries find any."""
        within = self._workload.incidents.within_hours * 60
        opens, closes = self._workload.arrivals.working_hours
        at = first
        for _ in range(12):
            at = first + timedelta(minutes=10 + int(self._random.random() * (within - 20)))
            if sender == "police" or (at.weekday() < 5 and opens <= at.hour < closes):
                break
        return at

    def _told_by(self, draft: Draft, sender: str) -> Draft:
        """The draft with what depends on who tells it."""
        random = self._random
        self.made[sender] += len(draft.subjects)
        draft.door = self._workload.senders[sender].door
        draft.reference = f"{sender[:3].upper()}-{draft.incident:07d}"
        draft.staff = random.choice(self._names.staff)
        say = random.choice(self._themes.themes[draft.theme].say)
        draft.say = say.replace("{child}", draft.subjects[0].forename or "the baby")
        draft.consent = random.random() < 0.6
        draft.wrong_scale = self._imperfections.wrong_scale(sender, len(draft.subjects))
        if draft.wrong_scale:
            for subject in draft.subjects:
                subject.noise = (*subject.noise, "wrong_scale")
        return draft

    def _known(self) -> bool:
        index = self.plan.known.peek(self._random)
        self.plan.known.take(index)
        return index == KNOWN

    def _subject(self, child: Child, sender: str, known: bool, at: datetime, noise: list[str]) -> Subject:
        result = self.plan.results["known" if known else "new"].draw(self._random)
        return self._imperfections.subject(child, sender, known, result, at.date(), noise)
