"""Words in free text that ask for a person. They add no level and no speed: a text hit never decides."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.triage.domain.policy import Policy, Prompt
from shared.messages.contact import CanonicalContact

_NOT_A_WORD = re.compile(r"[\W_]+")
_AROUND = 60  # characters shown on either side of a hit


@dataclass(frozen=True, slots=True)
class Hit:
    """One prompt found in one text. words: the hit and what stands around it, for people only."""

    prompt: Prompt
    words: str
    source: str


def text_hits(contact: CanonicalContact, indicators: frozenset[str], policy: Policy) -> tuple[Hit, ...]:
    """The first hit of each prompt that the structured indicators do not already cover."""
    open_prompts = [prompt for prompt in policy.prompts if prompt.covered_by.isdisjoint(indicators)]
    hits: dict[str, Hit] = {}
    for source, text in _texts(contact):
        plain = f" {_NOT_A_WORD.sub(' ', text.casefold())}"
        for prompt in open_prompts:
            if prompt.code not in hits:
                phrase = next((phrase for phrase in prompt.phrases if phrase in plain), None)
                if phrase is not None:
                    hits[prompt.code] = Hit(prompt, _words_around(phrase, text), source)
    return tuple(hits.values())


def _texts(contact: CanonicalContact) -> Iterator[tuple[str, str]]:
    if contact.narrative:
        yield "narrative", contact.narrative
    if contact.voice_of_child:
        yield "voice_of_child", contact.voice_of_child
    for place, concern in enumerate(contact.concerns):
        if concern.text and concern.text != contact.narrative:
            yield concern.source or f"concerns[{place}]", concern.text


def _words_around(phrase: str, text: str) -> str:
    pattern = r"[\W_]+".join(re.escape(word) for word in phrase.split())
    found = re.search(pattern, text, re.IGNORECASE)
    if found is None:
        return phrase.strip()
    start, end = max(found.start() - _AROUND, 0), found.end() + _AROUND
    return " ".join(text[start:end].split())
