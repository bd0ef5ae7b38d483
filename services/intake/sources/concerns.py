"""Worries in the sender's own words, mapped where a table says so and kept as sent where none does."""

from collections.abc import Iterable

from services.intake.sources.notes import Notes
from services.intake.sources.words import category
from shared.messages.contact import Concern, Severity


def read_categories(
    words: Iterable[tuple[str, str]], notes: Notes, severity: Severity | None = None
) -> tuple[tuple[Concern, ...], frozenset[str]]:
    """One concern per (word, pointer), each word once, and the markers that the words carry."""
    concerns: dict[str, Concern] = {}
    markers: set[str] = set()
    for word, pointer in words:
        meaning = category(notes.context.agency_kind, word)
        if meaning is None:
            notes.add("unknown_category", pointer)
        else:
            markers |= meaning.markers
        theme = meaning.theme if meaning else None
        concerns.setdefault(word, Concern(theme=theme, category=word, severity=severity, source=pointer))
    return tuple(concerns.values()), frozenset(markers)


def note_emptiness(concerns: tuple[Concern, ...], narrative: str | None, notes: Notes, pointer: str) -> None:
    """Note where there is no narrative, or neither a narrative nor a concern."""
    if narrative is None:
        notes.add("narrative_missing" if concerns else "concern_missing", pointer)
