"""Rule tests inside a pack: example contacts with the answer the partnership expects, in `examples.yaml`.

Anybody who can edit the pack can add one. The child is eight, nothing was known before, the family consents and nothing
is left open, unless the example says otherwise. All of it is invented.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationError

from services.triage.domain.age import months_before
from services.triage.domain.history import Entry as HistoryEntry
from services.triage.domain.history import History, known_before
from services.triage.domain.outcomes import NeedsPerson, Outcome, Reason
from services.triage.domain.policy import Policy
from services.triage.domain.scoring import assess
from services.triage.pack import Entry, Level
from shared.errors import SettingsError
from shared.messages.assessment import Rating, StatutoryFlag
from shared.messages.contact import Adult, CanonicalContact, Child, Concern, Consent, Defect, Severity
from shared.policy import Pack

NAME = "examples"
EVERY_HELP = "every_help"
_CONTACT = UUID(int=1)
_AGE_MONTHS = 98  # eight years and two months
Codes = tuple[str, ...]


class Expected(Entry):
    """The answer. person: why a person must decide, null where the rules may; clause: one that must have counted."""

    level: Level
    rating: Rating
    flag: StatutoryFlag
    person: Reason | None
    danger: Codes = ()
    clause: str


class Before(Entry):
    """One thing that was known before."""

    at: date
    level: Level
    kind: Literal["contact", "referral", "plan", "looked_after", "closure"] = "contact"
    agency: Literal["police", "school", "health", "vcs"] = "school"
    outcome: str | None = None
    indicators: Codes = ()


class Example(Entry):
    """One worked case. graded: theme or null, scheme, value. help: codes, or every_help for all there are."""

    case: Annotated[str, Field(min_length=3, max_length=200)]
    concerns: Codes = ()
    categories: Codes = ()
    graded: tuple[str | None, str, str | int] | None = None
    ticks: int | None = None
    markers: Codes = ()
    help: Codes | Literal["every_help"] = ()
    given: Codes = ()
    immediate: bool = False
    level_thought: int | None = None
    age_months: int | None = None
    age_range: tuple[int, int] | None = None
    unborn: date | Literal["unknown"] | None = None
    disabilities: Codes = ()
    adult_roles: Codes = ("carer",)
    identity: Reason | None = None
    narrative: str | None = None
    voice: str = "I would like some help."
    defects: Codes = ()
    history: tuple[Before, ...] = ()
    expect: Expected


class Examples(Entry):
    """The file. received_on: the London date on which every example is received."""

    authority: str
    name: Literal["examples"]
    version: str
    valid_from: date
    sources: tuple[Any, ...]
    received_on: date
    cases: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the pack makes of an example, in the words of `expect`."""

    example: Example
    outcome: Outcome

    @property
    def given(self) -> dict[str, object]:
        """The answer as `expect` would write it."""
        score, reason = self.outcome.score, None
        if isinstance(self.outcome, NeedsPerson):
            reason = self.outcome.reason.value
        return {
            "level": score.level,
            "rating": score.rating.value,
            "flag": score.statutory_flag.value,
            "person": reason,
            "danger": list(score.danger),
            "clause": self._clause,
        }

    @property
    def expected(self) -> dict[str, object]:
        """The answer the partnership wrote down."""
        wanted = self.example.expect
        return {
            "level": wanted.level,
            "rating": wanted.rating.value,
            "flag": wanted.flag.value,
            "person": wanted.person.value if wanted.person else None,
            "danger": sorted(wanted.danger),
            "clause": wanted.clause,
        }

    @property
    def _clause(self) -> str:
        """The expected clause where it counted, else the clauses that did."""
        counted = [factor.clause.partition(" (")[0] for factor in self.outcome.score.factors]
        wanted = self.example.expect.clause
        return wanted if wanted in (counted or ["none"]) else ", ".join(dict.fromkeys(counted))

    @property
    def difference(self) -> str | None:
        """What differs from the answer expected, or None."""
        given = self.given
        wrong = [
            f"{name} {_said(given[name])} and not {_said(value)}"
            for name, value in self.expected.items()
            if given[name] != value
        ]
        return ", ".join(wrong) or None


def _said(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value)) or "none"
    return "nobody" if value is None else str(value)


def read_examples(pack: Pack) -> Examples:
    """The examples of a pack file. Raises SettingsError naming file, line, entry and remedy."""
    try:
        return Examples.model_validate(pack.data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ": ".join(map(str, first["loc"]))
        line = pack.line_of(*first["loc"])
        raise SettingsError(f"{pack.path}: line {line}: {where}: {first['msg']}; correct it") from None


def answers(examples: Examples, policy: Policy) -> Iterator[Answer]:
    """What the policy makes of each example, in their order."""
    for example in examples.cases:
        yield Answer(example, _assess(example, examples.received_on, policy))


def without_example(found: Iterable[Answer], policy: Policy) -> Iterator[str]:
    """What of the pack no example shows: one for each entry, and danger that every help there is leaves alone."""
    answered = list(found)
    factors = {(factor.kind, factor.code) for one in answered for factor in one.outcome.score.factors}
    for kind, section, known in (
        ("indicator", "indicators", policy.indicators),
        ("danger", "danger", policy.dangers),
        ("multiplier", "multipliers", policy.multiplier_codes),
    ):
        for code in known:
            if (kind, code) not in factors:
                yield f"{section}: {code}: no example shows it; add a case in which it counts"
    for code, danger in policy.dangers.items():
        if not danger.prompt_only and not any(_unlowered(one, code) for one in answered):
            yield f"danger: {code}: no example shows that nothing lowers it; add a case with help: {EVERY_HELP}"


def _unlowered(answer: Answer, code: str) -> bool:
    score = answer.outcome.score
    return answer.example.help == EVERY_HELP and code in score.danger and answer.given["person"] == Reason.DANGER.value


def _assess(example: Example, on: date, policy: Policy) -> Outcome:
    contact = _contact(example, on, policy)
    history = History(tuple(_before(entry, number) for number, entry in enumerate(example.history)))
    known = known_before(history, on, contact.agency_kind, contact.contact_id, policy.history)
    identity = Reason.UNBORN if example.unborn is not None else example.identity
    return assess(contact, known, identity, on, policy)


def _contact(example: Example, on: date, policy: Policy) -> CanonicalContact:
    return CanonicalContact(
        contact_id=_CONTACT,
        receipt_id=_CONTACT,
        agency_id="example",
        agency_kind="school",
        sender_org="example",
        channel="http",
        received_at=datetime.combine(on, time(11, 30), UTC),
        subject=_child(example, on),
        adults=(Adult(roles=example.adult_roles),),
        concerns=tuple(_concerns(example)),
        markers=example.markers,
        protective=tuple(sorted(policy.protective)) if example.help == EVERY_HELP else tuple(example.help),
        dash_ticks=example.ticks,
        narrative=example.narrative,
        voice_of_child=example.voice,
        consent=Consent(status="given"),
        parents_informed=True,
        immediate_danger=example.immediate,
        danger_criteria=example.given,
        level_thought=example.level_thought,
        defects=tuple(Defect(code=code, pointer="/child", message="") for code in example.defects),
    )


def _child(example: Example, on: date) -> Child:
    if example.unborn is not None:
        return Child(unborn=True, expected_on=None if example.unborn == "unknown" else example.unborn)
    if example.age_range is not None:
        return Child(age_years=example.age_range, disabilities=example.disabilities)
    months = _AGE_MONTHS if example.age_months is None else example.age_months
    return Child(born_on=months_before(on, months), disabilities=example.disabilities)


def _concerns(example: Example) -> Iterator[Concern]:
    yield from (Concern(theme=theme) for theme in example.concerns)
    yield from (Concern(category=category) for category in example.categories)
    if example.graded is not None:
        theme, scheme, value = example.graded
        yield Concern(theme=theme, severity=Severity(scheme=scheme, value=str(value)))


def _before(entry: Before, number: int) -> HistoryEntry:
    return HistoryEntry(
        on=entry.at,
        kind=entry.kind,
        agency_kind=entry.agency,
        level=entry.level,
        outcome=entry.outcome,
        indicators=entry.indicators,
        contact_id=UUID(int=number + 2),
    )
