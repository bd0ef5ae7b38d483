"""Words in free text that ask for a person. They add no level and no speed: a text hit never decides."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.messages.contact import CanonicalContact

_NOT_A_WORD = re.compile(r"[\W_]+")
_POSSESSIVE = re.compile(r"(?<=\w)['`\u2018\u2019\u02bc\u00b4\u2032]s\b")
_SPACES = {code: " " for code in range(128) if not chr(code).isalnum()}
_AROUND = 60  # characters shown on either side of a hit
_START = 3  # letters of a word that lead to the phrases beginning with it


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words in free text that ask for a person unless structured fields already say it (covered_by)."""

    code: str
    label: str
    phrases: tuple[str, ...]  # lower case words with single spaces between
    covered_by: frozenset[str]
    clause: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One prompt found in one text. words: the hit and what stands around it, for people only."""

    prompt: Prompt
    words: str
    source: str


class PromptIndex:
    """The phrases of a pack by how they begin, so that a text is looked at once and not once for each phrase."""

    def __init__(self, prompts: Iterable[Prompt]) -> None:
        """prompts: of the pack. A phrase matches at the start of a word; all its words but the last match whole."""
        self._by_start: dict[str, list[tuple[str, Prompt]]] = {}
        for prompt in prompts:
            for phrase in prompt.phrases:
                self._by_start.setdefault(phrase[:_START].rstrip(), []).append((f" {phrase}", prompt))

    def hits(self, contact: CanonicalContact, indicators: frozenset[str]) -> tuple[Hit, ...]:
        """The first hit of each prompt that the structured indicators do not already cover.

        Source: continuum, immediate-danger criteria (a text hit is a prompt for a person).
        """
        hits: dict[str, Hit] = {}
        for source, text in _texts(contact):
            words = _words(text)
            joined = f" {' '.join(words)}"
            for phrase, prompt in self._candidates(words):
                if prompt.code not in hits and prompt.covered_by.isdisjoint(indicators) and phrase in joined:
                    hits[prompt.code] = Hit(prompt, _words_around(phrase, text), source)
        return tuple(hits.values())

    def _candidates(self, words: Iterable[str]) -> Iterator[tuple[str, Prompt]]:
        starts = {word[:_START] for word in words}
        for start in sorted(self._by_start.keys() & starts):
            yield from self._by_start[start]


def _texts(contact: CanonicalContact) -> Iterator[tuple[str, str]]:
    if contact.narrative:
        yield "narrative", contact.narrative
    if contact.voice_of_child:
        yield "voice_of_child", contact.voice_of_child
    yield from sorted(  # In an order of their own: the same contact told in another order is the same contact.
        (concern.source or f"concerns[{place}]", concern.text)
        for place, concern in enumerate(contact.concerns)
        if concern.text and concern.text != contact.narrative
    )


def _words(text: str) -> list[str]:
    """The words in lower case, without anything between them: `mum's arm` is `mum arm`."""
    plain = _POSSESSIVE.sub("", text.casefold())
    return (plain.translate(_SPACES) if plain.isascii() else _NOT_A_WORD.sub(" ", plain)).split()


def _words_around(phrase: str, text: str) -> str:
    pattern = r"(?:['`\u2018\u2019\u02bc\u00b4\u2032]s\b)?[\W_]+".join(re.escape(word) for word in phrase.split())
    found = re.search(pattern, text, re.IGNORECASE)
    if found is None:
        return phrase.strip()
    start, end = max(found.start() - _AROUND, 0), found.end() + _AROUND
    return " ".join(text[start:end].split())
