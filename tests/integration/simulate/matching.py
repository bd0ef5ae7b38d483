"""Sends a generated year through the connectors and the matching rules, and counts how often they know what is so.

Rules only, in memory: the exact matching of triage, with the generator's history recorded before each message.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from uuid import UUID

from deploy.mash.simulate.generator import generate
from deploy.mash.simulate.message import GeneratedMessage, HistoryRow, Truth
from services.intake.sources.drafts import Context
from services.intake.sources.health import read_health
from services.intake.sources.police import read_police
from services.intake.sources.school import read_school
from services.intake.sources.vcs import read_vcs
from services.triage.domain.history import Entry, History, known_before
from services.triage.domain.identity import identity_of
from services.triage.domain.placing import Arrival, Placing, place_children
from services.triage.domain.policy import HistoryRules
from services.triage.domain.register import Register
from shared.ids import new_id
from shared.messages.contact import Child, Identifier, Name, Place

AUTHORITY = "medway"
_READ = {"police": read_police, "school": read_school, "health": read_health, "vcs": read_vcs}


@dataclass
class Score:
    """known: (true, found) -> contacts; review: contacts for a practitioner; children: by person."""

    known: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    review: int = 0
    children: dict[UUID, set[int]] = field(default_factory=dict)

    @property
    def mixed_persons(self) -> int:
        """Persons under whom more than one true child was filed."""
        return sum(len(children) > 1 for children in self.children.values())


def score_year(count: int, seed: int, rules: HistoryRules) -> Score:
    """The score of a whole run of the generator."""
    score, register, histories = Score(), Register(), dict[UUID, History]()
    for message in generate(AUTHORITY, count, seed):
        for row in message.history:
            _record(row, register, histories)
        if message.copy == "original":
            for truth, child in _children(message):
                _score(truth, child, register, histories, rules, score)
    return score


def _record(row: HistoryRow, register: Register, histories: dict[UUID, History]) -> None:
    """Involvement of a born child; what was said before a birth waits for a practitioner to link it."""
    child = row.child
    if row.kind == "unborn_contact":
        return
    known = (("nhs_number", child.nhs), ("upn", child.upn))
    told = Child(
        names=(Name(forename=child.forename, surname=child.surname),),
        born_on=child.born_on,
        identifiers=tuple(Identifier(type=kind, value=v, normalised=v, valid=True) for kind, v in known if v),
    )
    (placing,) = place_children([Arrival(new_id(), new_id(), identity_of(told, AUTHORITY, row.on))], register)
    before = histories.get(placing.person_id, History())
    histories[placing.person_id] = before.and_then(Entry(on=row.on, kind="contact"))


def _children(message: GeneratedMessage) -> Iterator[tuple[Truth, Child]]:
    at = message.at.replace(tzinfo=UTC)
    reading = _READ[message.door](message.body, Context(message.door, at, at.date()))
    drafts = [draft for item in reading.items for draft in item.drafts]
    for truth, draft in zip(message.truths, drafts, strict=True):
        assert not isinstance(draft.subject, Place)
        yield truth, draft.subject


def _score(
    truth: Truth, child: Child, register: Register, histories: dict[UUID, History], rules: HistoryRules, score: Score
) -> None:
    on, contact_id = truth.at.date(), new_id()
    placing: Placing
    (placing,) = place_children([Arrival(contact_id, new_id(), identity_of(child, AUTHORITY, on))], register)
    history = histories.get(placing.person_id, History())
    found = known_before(history, on, truth.door, contact_id, rules).prior.known_within_12_months
    score.known[truth.known, found] += 1
    score.review += placing.reason is not None
    score.children.setdefault(placing.person_id, set()).add(truth.child)
    histories[placing.person_id] = history.and_then(Entry(on=on, kind="contact", contact_id=contact_id))
