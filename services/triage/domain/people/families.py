"""The children of one contact decided together: a move says less where brothers and sisters moved along."""

from collections.abc import Sequence

from services.triage.domain.people.comparing import Comparison, compare
from services.triage.domain.people.deciding import Candidate, Decided, Outcome, barring, candidate, decide
from services.triage.domain.people.facts import Facts
from services.triage.domain.people.guards import Guard
from services.triage.domain.people.known import KnownPeople, KnownPerson
from services.triage.domain.people.weights import Field

_BIRTH_AGREES = ("same", "default", "swapped", "slip")


def place_family(told: Sequence[KnownPerson], known: KnownPeople) -> list[Decided[int]]:
    """Decide the children of one contact, in the order told, and let the known people grow by what was settled.

    A linked child's facts become its person's; a new one becomes a person under its own id; one that waits for a
    review becomes neither.
    """
    households = _supported([child.facts for child in told], known) if len(told) > 1 else [frozenset[int]()] * len(told)
    decisions: list[Decided[int]] = []
    for child, together in zip(told, households, strict=True):
        decided = decide(candidates_for(child.facts, known, together), known.model)
        decided = _not_two_of_one(child, decided, told, decisions, known)
        decisions.append(decided)
        if decided.outcome is Outcome.NEW:
            known.add(child)
        elif decided.outcome is Outcome.LINK and decided.candidate is not None:
            known.learn(decided.candidate.person, child.facts)
    return decisions


def candidates_for(facts: Facts, known: KnownPeople, together: frozenset[int] = frozenset()) -> list[Candidate[int]]:
    """Everybody worth comparing, weighed. together: people with whom a brother or sister in the contact lives."""
    model, common = known.model, known.common
    found = []
    for number in known.likely(facts):
        compared = compare(facts, known[number].facts, model, common)
        along = number in together or (_moved(compared) and known.moved_along(number, facts))
        found.append(candidate(number, compared, model, common.people, along))
    return found


def _supported(children: Sequence[Facts], known: KnownPeople) -> list[frozenset[int]]:
    """For each child the people in whose household there is somebody like another child of the contact."""
    like = [{one.person for one in candidates_for(facts, known) if _like(one.comparison)} for facts in children]
    return [
        frozenset(
            mine
            for mine in like[place]
            if any(
                theirs != mine and known.one_household(mine, theirs)
                for other, group in enumerate(like)
                if other != place
                for theirs in group
            )
        )
        for place in range(len(children))
    ]


def _moved(found: Comparison) -> bool:
    return _like(found) and found.level(Field.HOME) not in ("same", "near")


def _like(found: Comparison) -> bool:
    """Whether name and birthday speak for one child, whatever the home says."""
    if found.expected is not None or found.numbers_contradict:
        return False
    return found.forename_sure and found.level(Field.BIRTH) in _BIRTH_AGREES


def _not_two_of_one(
    child: KnownPerson,
    decided: Decided[int],
    told: Sequence[KnownPerson],
    before: Sequence[Decided[int]],
    known: KnownPeople,
) -> Decided[int]:
    """Two different children of one contact are not linked to one person; a child told of twice is."""
    if decided.outcome is not Outcome.LINK or decided.candidate is None:
        return decided
    for other, earlier in zip(told, before, strict=False):
        taken = earlier.candidate if earlier.outcome is Outcome.LINK else None
        if taken is None or taken.person != decided.candidate.person:
            continue
        found = compare(child.facts, other.facts, known.model, known.common)
        if not (found.forename_sure or found.number_agrees):
            return barring(decided, Guard.TWO_OF_ONE_CONTACT)
    return decided
