"""Immediate-danger criteria: stop and tell a person now. Pure: rules and facts in, criterion codes out.

A structured hit names its criterion. A text hit never does: it is a prompt for a person (`text_prompt`), because words
such as "no weapon" also hit, and that is intended. Source: continuum of need, "Immediate-danger criteria".
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.intake.domain.plain_text import plain, windows

TEXT_PROMPT = "text_prompt"
NEAR_WORDS = 8  # assumption: two words of one phrase belong together within this many words


@dataclass(frozen=True, slots=True)
class When:
    """One way to meet a criterion: everything given must hold. themes and any_of: at least one of them."""

    themes: frozenset[str] = frozenset()
    any_of: frozenset[str] = frozenset()
    all_of: frozenset[str] = frozenset()
    under_months: int | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that prompt a person. needles: plain word sequences (a trailing blank closes the last word).

    Several needles count when they stand within NEAR_WORDS words of each other. words: the complete words among them,
    looked up first because most texts lack them.
    """

    text: str
    needles: tuple[bytes, ...]
    words: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the pack, with where it comes from."""

    code: str
    label: str
    source: str
    when: tuple[When, ...] = ()
    phrases: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class DangerRules:
    """The criteria in their order of the pack; version is stored with what they decided."""

    version: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known in codes about one child. age_months: the lowest possible age, None where unknown."""

    themes: frozenset[str]
    markers: frozenset[str]
    age_months: int | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text hit: the criterion whose words were seen and the words of the pack, not of the sender."""

    criterion: str
    phrase: str = field(repr=False)


def criteria_met(facts: Facts, rules: DangerRules) -> tuple[str, ...]:
    """Codes of the criteria that structured fields meet, in the order of the pack."""
    return tuple(c.code for c in rules.criteria if any(_holds(when, facts) for when in c.when))


def _holds(when: When, facts: Facts) -> bool:
    if when.under_months is not None and (facts.age_months is None or facts.age_months >= when.under_months):
        return False
    if when.themes and not when.themes & facts.themes:
        return False
    if when.any_of and not when.any_of & facts.markers:
        return False
    return when.all_of <= facts.markers


def prompts_in(text: str, rules: DangerRules) -> tuple[Prompt, ...]:
    """At most one prompt per criterion whose words stand in `text`, in the order of the pack."""
    found: dict[str, Prompt] = {}
    for window in windows(text):
        for prompt in _in_window(window, rules.criteria, found):
            found[prompt.criterion] = prompt
    return tuple(found[c.code] for c in rules.criteria if c.code in found)


def _in_window(window: bytes, criteria: Sequence[Criterion], found: dict[str, Prompt]) -> Iterator[Prompt]:
    words = set(window.split())
    for criterion in criteria:
        if criterion.code in found:
            continue
        for phrase in criterion.phrases:
            if phrase.words <= words and _stands_in(window, phrase.needles):
                yield Prompt(criterion.code, phrase.text)
                break


def _stands_in(window: bytes, needles: tuple[bytes, ...]) -> bool:
    return all(needle in window for needle in needles) and _near(window, needles)


def _near(window: bytes, needles: tuple[bytes, ...]) -> bool:
    if len(needles) == 1:
        return True
    first, *rest = (list(_word_numbers(window, needle)) for needle in needles)
    return any(all(_has_within(places, at) for places in rest) for at in first)


def _has_within(places: list[int], at: int) -> bool:
    index = bisect_left(places, at - NEAR_WORDS)
    return index < len(places) and places[index] <= at + NEAR_WORDS


def _word_numbers(window: bytes, needle: bytes) -> Iterator[int]:
    at, words, counted_to = window.find(needle), 0, 0
    while at >= 0:
        words += window.count(b" ", counted_to, at)
        counted_to = at
        yield words
        at = window.find(needle, at + 1)


def read_phrase(text: str) -> Phrase:
    """A phrase of the pack: words; a trailing `*` leaves the last word open; ` & ` joins parts that stand near."""
    needles = tuple(_needle(part) for part in text.split("&"))
    complete = (needle.split() if needle.endswith(b" ") else needle.split()[:-1] for needle in needles)
    return Phrase(text, needles, frozenset(word for words in complete for word in words))


def _needle(part: str) -> bytes:
    part = part.strip()
    words = plain(part.removesuffix("*"))
    return words.rstrip(b" ") if part.endswith("*") else words


def criterion_codes(structured: Iterable[str], prompts: Sequence[Prompt]) -> tuple[str, ...]:
    """What a contact carries: the structured codes, then `text_prompt` where any words were seen."""
    return (*structured, *((TEXT_PROMPT,) if prompts else ()))
