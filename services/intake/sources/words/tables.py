"""Reads the two word tables once: categories.csv (what a worry is about) and values.csv (short lists)."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.codes import codes

_HERE = Path(__file__).parent
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = str.maketrans("", "", "'’`")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a category means: an indicator of concern_theme.csv, or None where the word is known but says too little."""

    theme: str | None
    markers: frozenset[str] = frozenset()


def word_key(text: str) -> str:
    """How words are compared: lower case, words and figures only, single spaces."""
    return _NOT_WORD.sub(" ", text[:200].lower().translate(_APOSTROPHES)).strip()


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def _categories() -> Mapping[tuple[str, str], Meaning]:
    meanings: dict[tuple[str, str], Meaning] = {}
    for theme in codes("concern_theme"):
        meanings["", word_key(theme)] = Meaning(theme)
        meanings["", word_key(codes("concern_theme").label(theme))] = Meaning(theme)
    for row in _rows("categories.csv"):
        named = codes("concern_theme").checked(row["theme"]) if row["theme"] else None
        markers = frozenset(codes("marker").checked(marker) for marker in row["markers"].split())
        for kind in row["kinds"].split() or ("",):
            meanings[kind, word_key(row["word"])] = Meaning(named, markers)
    return meanings


@cache
def _values() -> Mapping[tuple[str, str], str]:
    return {(row["list"], word_key(row["word"])): row["code"] for row in _rows("values.csv")}


def category(kind: str, text: str) -> Meaning | None:
    """The meaning of a category of an agency of `kind`, or None where the word is unknown.

    "DA3 - medium grade" and "Safeguarding: Neglect" are read by their parts, the first part that is known counting.
    """
    key = word_key(text)
    found = _categories().get((kind, key)) or _categories().get(("", key))
    if found is not None or not key:
        return found
    parts = re.split(r"\s[-–—:/>]+\s|[:/>]\s*|\(", text[:200])
    if len(parts) > 1:
        known = [m for m in (category(kind, part) for part in reversed(parts)) if m is not None]
        return next((m for m in known if m.theme is not None), known[0] if known else None)
    return None


def value(name: str, text: str) -> str | None:
    """The code of a word in the list `name`, or None where it is unknown there."""
    return _values().get((name, word_key(text)))
