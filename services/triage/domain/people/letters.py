"""Text made comparable: without case, marks and punctuation; how far two words are apart; what they sound like."""

import re
import unicodedata
from functools import lru_cache

_NOT_A_LETTER = re.compile(r"[\W\d_]+")
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
# Letters that have no parts to take off: what agencies write for them.
_WHOLE_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "ng", "ə": "e"}
)
_SOUNDS = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"ck|q"), "k"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"ch"), "%"),
    (re.compile(r"c"), "k"),
    (re.compile(r"sh"), "$"),
    (re.compile(r"(?<=[tkdbgr])h"), ""),
    (re.compile(r"wh"), "w"),
    (re.compile(r"oo|ou"), "u"),
    (re.compile(r"(ie|ey|ee|y)$"), "i"),
    (re.compile(r"y"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"(?<=.{2})h$"), ""),
)
_VOWELS = re.compile(r"(?<!^)[aeiouhw]")
_ALIKE = str.maketrans({"z": "s", "v": "f", "w": "f", "g": "k", "j": "i", "%": "k", "$": "s", "d": "t", "b": "p"})
_CODE_LENGTH = 4


def folded(text: str) -> str:
    """Lower case without marks: `Zoë` and `ZOE` are equal, `Łukasz` is `lukasz`."""
    text = text.casefold()
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.translate(_WHOLE_LETTERS))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, folded: `O'Brien-Žák` is `obrien`, `zak`. Digits and signs separate."""
    bare = _APOSTROPHES.sub("", folded(text)) if text else ""
    return tuple(word for word in _NOT_A_LETTER.split(bare) if word)


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """A spelling that ways to write one name have in common: `Zaynab` and `Zainab`, `Sarah` and `Sara`."""
    for pattern, spelling in _SOUNDS:
        word = pattern.sub(spelling, word)
    return word


@lru_cache(maxsize=65_536)
def code(word: str) -> str:
    """A short code under which a word and most of its misspellings are found; far coarser than `sound`."""
    heard = sound(word).translate(_ALIKE)
    return re.sub(r"(.)\1+", r"\1", _VOWELS.sub("", heard))[:_CODE_LENGTH]


@lru_cache(maxsize=65_536)
def distance(a: str, b: str, most: int = 3) -> int:
    """Letters inserted, left out, changed or exchanged with a neighbour between two words; at most `most` + 1."""
    if a == b:
        return 0
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, one in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one != other))
            if i > 1 and j > 1 and one == b[j - 2] and a[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
