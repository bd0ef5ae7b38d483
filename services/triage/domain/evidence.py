"""What a contact says, read into indicators, each with the words and the field it came from.

Structured fields alone make indicators. What no entry of the pack understands is kept as unread, never dropped.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.triage.domain.policy import Grade, Indicator, Policy, Speed
from shared.messages.contact import CanonicalContact, Concern, Severity

WORDS = 200  # characters of the sender's text shown with a factor


@dataclass(frozen=True, slots=True)
class Sign:
    """One indicator found at one place. words: for people only."""

    indicator: Indicator
    words: str | None
    source: str
    clause: str


@dataclass(frozen=True, slots=True)
class SpeedFloor:
    """A sender's grade that asks for at least this speed, whatever the concern."""

    grade: Grade
    speed: Speed
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Something sent that no entry of the pack understands. code: of the pack's unknowns."""

    code: str
    words: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything structured that counts, independent of the order it was sent in."""

    signs: tuple[Sign, ...]
    indicators: frozenset[str]
    facts: frozenset[str]
    floors: tuple[SpeedFloor, ...]
    unread: tuple[Unread, ...]
    graded_domestic_abuse: bool


@dataclass(slots=True)
class _Reading:
    policy: Policy
    facts: set[str]
    signs: dict[tuple[str, str], Sign] = field(default_factory=dict)
    indicators: set[str] = field(default_factory=set)
    floors: list[SpeedFloor] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    graded: bool = False

    def found(self, code: str, words: str | None, source: str, clause: str = "") -> None:
        indicator = self.policy.indicators[code]
        self.indicators.add(code)
        self.signs.setdefault((code, source), Sign(indicator, words, source, clause or indicator.clause))


def trimmed(text: str | None) -> str | None:
    """The text on one line, cut to what a screen shows beside a factor."""
    if text is None or not (flat := " ".join(text[: WORDS * 4].split())):
        return None
    return flat if len(flat) <= WORDS else f"{flat[: WORDS - 1]}…"


def read_evidence(contact: CanonicalContact, facts: Iterable[str], policy: Policy) -> Evidence:
    """The indicators of one contact. facts: stated by the contact and known from history.

    Source: continuum, indicators by theme; each indicator's level and speed: assumption.
    """
    reading = _Reading(policy, set(facts))
    for place, concern in enumerate(contact.concerns):
        _read_concern(concern, concern.source or f"concerns[{place}]", reading)
    _read_ticks(contact.dash_ticks, reading)
    for marker in contact.markers:
        if marker not in policy.markers:
            reading.unread.append(Unread("marker_unknown", marker, "markers"))
    _apply_rules(reading)
    return Evidence(
        signs=tuple(reading.signs.values()),
        indicators=frozenset(reading.indicators),
        facts=frozenset(reading.facts),
        floors=tuple(reading.floors),
        unread=tuple(reading.unread),
        graded_domestic_abuse=reading.graded,
    )


def _read_concern(concern: Concern, source: str, reading: _Reading) -> None:
    words = trimmed(concern.text) or concern.category
    if concern.theme is not None and concern.theme in reading.policy.indicators:
        reading.found(concern.theme, words, source)
    elif concern.theme is not None:
        reading.unread.append(Unread("indicator_unknown", concern.theme, source))
    elif concern.category is not None:
        reading.unread.append(Unread("concern_without_indicator", trimmed(concern.category), source))
    if concern.severity is not None:
        _read_severity(concern.severity, concern.theme, source, reading)


def _read_severity(severity: Severity, theme: str | None, source: str, reading: _Reading) -> None:
    words = f"{severity.scheme} {severity.value}"
    grade = reading.policy.grades.get((severity.scheme.upper(), severity.value.upper()))
    if grade is None:
        reading.unread.append(Unread("grade_unknown", trimmed(words), source))
        return
    reading.graded = True
    _read_grade(grade, theme, words, f"{source}.severity", reading)


def _read_grade(grade: Grade, theme: str | None, words: str, source: str, reading: _Reading) -> None:
    if grade.indicator is not None and (not grade.where or theme in grade.where):
        reading.found(grade.indicator, words, source, grade.clause)
    if grade.fact is not None:
        reading.facts.add(grade.fact)
    if grade.speed is not None:
        reading.floors.append(SpeedFloor(grade, grade.speed, words, source))


def _read_ticks(ticks: int | None, reading: _Reading) -> None:
    if not ticks:
        return
    for band in reading.policy.tick_bands:
        if band.first <= ticks <= band.last:
            reading.graded = True
            _read_grade(band.grade, None, f"{ticks} ticks", "dash_ticks", reading)
            return
    reading.unread.append(Unread("grade_unknown", f"{ticks} ticks", "dash_ticks"))


def _apply_rules(reading: _Reading) -> None:
    """Apply the rules until none adds anything, so that their order does not matter."""
    done: set[str] = set()
    while True:
        facts = frozenset(reading.facts)
        held = reading.policy.rules.holding(facts, frozenset(reading.indicators))
        fresh = [rule for rule in held if rule.code not in done]
        if not fresh:
            return
        for rule in fresh:
            done.add(rule.code)
            named = sorted((rule.condition.every | rule.condition.some) & facts)
            reading.found(rule.indicator, None, ", ".join(named) or rule.code, rule.clause)
