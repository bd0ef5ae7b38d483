"""A register and contacts in the one form in which both linkers read them, and what they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deploy.mash.people.families.generator import Truth
from services.triage.domain.people.facts import Told


@dataclass(frozen=True, slots=True)
class Case:
    """One row. child: who it truly is; twin: who its twin is; kinds: the errors in it."""

    row_id: str
    told: Told
    child: str
    twin: str | None = None
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Data:
    """A register and contacts with the truth."""

    name: str
    known: tuple[Case, ...]
    contacts: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a linker says of a contact: the row of the register, or the earlier contact, that it thinks of.

    linked: without a person. suggested: whom a person is shown, linked or not; None for nobody.
    """

    suggested: str | None
    linked: bool


@dataclass(slots=True)
class Tally:
    """Contacts counted by how they were decided."""

    contacts: int = 0
    seen: int = 0  # of a child in the register or told of before
    right: int = 0  # linked to the right child
    wrong: int = 0  # linked to another child
    reviews: int = 0
    helped: int = 0  # reviews that show the right child
    co_twins: int = 0  # linked to the child's twin
    unborn: int = 0  # an unborn child linked without a person, on either side

    def add(self, other: "Tally") -> None:
        """Count another tally in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def precision(self) -> float:
        """Part of links that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Part of contacts about a child seen before that are linked to it."""
        return self.right / max(1, self.seen)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(1, self.right + self.wrong + self.seen)

    @property
    def recall_with_review(self) -> float:
        """Part found at all: linked, or shown to a person who only has to say yes."""
        return (self.right + self.helped) / max(1, self.seen)

    @property
    def f1_with_review(self) -> float:
        """F1 where every review is decided rightly by what is shown."""
        found = self.right + self.helped
        return 2 * found / max(1, found + self.wrong + self.seen)

    @property
    def review_rate(self) -> float:
        """Part of contacts that wait for a person."""
        return self.reviews / max(1, self.contacts)

    @property
    def wrong_per_thousand(self) -> float:
        """False links for every 1,000 contacts."""
        return 1000 * self.wrong / max(1, self.contacts)


@dataclass(slots=True)
class Result:
    """The tally of all contacts and of those with each kind of error."""

    total: Tally = field(default_factory=Tally)
    kinds: dict[str, Tally] = field(default_factory=dict)

    def add(self, other: "Result") -> None:
        """Count another result in."""
        self.total.add(other.total)
        for kind, tally in other.kinds.items():
            self.kinds.setdefault(kind, Tally()).add(tally)


def families_data(name: str, truth: Truth) -> Data:
    """Generated families as data."""
    known, contacts = (
        tuple(
            Case(row.row_id, _told(row.record), str(row.child), None if row.twin is None else str(row.twin), row.kinds)
            for row in rows
        )
        for rows in (truth.known, truth.contacts)
    )
    return Data(name, known, contacts)


def _told(record: object) -> Told:
    fields = ("forename", "surname", "dob", "sex", "address", "postcode", "nhs_number", "upn")
    return Told(**{name: getattr(record, name) for name in fields})


def score(data: Data, answers: Mapping[str, Answer]) -> Result:
    """What the answers are worth. A child is seen before where the register or an earlier contact is about it."""
    rows = {case.row_id: case for case in (*data.known, *data.contacts)}
    seen = {case.child for case in data.known}
    result = Result()
    for case in data.contacts:
        tally = _one(case, answers[case.row_id], case.child in seen, rows)
        seen.add(case.child)
        result.total.add(tally)
        for kind in case.kinds or {"clean"}:
            result.kinds.setdefault(kind, Tally()).add(tally)
    return result


def _one(case: Case, answer: Answer, seen: bool, rows: Mapping[str, Case]) -> Tally:
    found = None if answer.suggested is None else rows[answer.suggested]
    right = found is not None and found.child == case.child
    unborn = found is not None and answer.linked and ("unborn" in case.kinds or "unborn" in found.kinds)
    return Tally(
        contacts=1,
        seen=int(seen),
        right=int(answer.linked and right),
        wrong=int(answer.linked and not right),
        reviews=int(found is not None and not answer.linked),
        helped=int(found is not None and not answer.linked and right),
        co_twins=int(answer.linked and found is not None and case.twin == found.child),
        unborn=int(unborn),
    )


def rows_of(cases: Sequence[Case]) -> list[dict[str, str]]:
    """The rows as plain columns."""
    names = ("forename", "surname", "dob", "sex", "address", "postcode", "nhs_number", "upn", "local_id")
    return [{"row_id": case.row_id, **{name: getattr(case.told, name) for name in names}} for case in cases]
