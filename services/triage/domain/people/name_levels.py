"""How far two names agree: pet names, spellings, slips, parts of longer names, and names told in another order."""

from enum import StrEnum

from services.triage.domain.people.letters import distance, sound
from services.triage.domain.people.names import Name, Part

_SLIP_LETTERS, _TWO_SLIPS_LETTERS = 4, 8  # letters a word needs before one or two slips still leave it recognisable
_CLOSE_LETTERS, _FAR_CLOSE_LETTERS = 5, 8
_CHANGED_LETTERS, _LEFT_OUT_LETTERS = 6, 5
_SHORT_LETTERS = 3


class NameLevel(StrEnum):
    """How far forenames, or surnames, agree."""

    SAME = "same"
    EQUIVALENT = "equivalent"  # a pet name, another spelling, his and her form of one surname
    SWAPPED = "swapped"  # the words of the whole name in another order
    SLIP = "slip"
    PART = "part"  # a word of a longer name
    SHORT = "short"  # an initial or a beginning
    CLOSE = "close"
    DIFFER = "differ"


def given_level(a: Part, b: Part, shared_first: frozenset[str]) -> NameLevel | None:
    """How far two forenames agree; None where one is missing."""
    if not a or not b:
        return None
    if a.joined == b.joined:
        return NameLevel.SAME
    if a.words[0] == b.words[0] or _same_class(a, b):
        return _first_agrees(a, b, shared_first)
    if is_slip(a.joined, b.joined) or is_slip(a.words[0], b.words[0]):
        return NameLevel.SLIP
    if _shares_a_word(a, b):
        return NameLevel.PART
    if _begins(a.joined, b.joined):
        return NameLevel.SHORT
    return NameLevel.CLOSE if _is_close(a.joined, b.joined) else NameLevel.DIFFER


def family_level(a: Part, b: Part) -> NameLevel | None:
    """How far two surnames agree; None where one is missing."""
    if not a or not b:
        return None
    if a.joined == b.joined or set(a.words) == set(b.words):
        return NameLevel.SAME
    if set(a.classes) == set(b.classes) or set(a.sounds) == set(b.sounds):
        return NameLevel.EQUIVALENT
    if is_slip(a.joined, b.joined):
        return NameLevel.SLIP
    if _shares_a_word(a, b) or any(is_slip(one, other) for one in a.words for other in b.words):
        return NameLevel.PART
    return NameLevel.CLOSE if _is_close(a.joined, b.joined) else NameLevel.DIFFER


def in_another_order(a: Name, b: Name) -> bool:
    """Whether the same words are told as forename and surname in another order, a spelling or one slip allowed."""
    if not (a.given and a.family and b.given and b.family):
        return False
    ours, theirs = {*a.given.sounds, *a.family.sounds}, {*b.given.sounds, *b.family.sounds}
    if ours == theirs:
        return True
    # A word may be left out, but not the first forename: brothers share the rest of a chain of names.
    first_known = a.given.sounds[0] in theirs and b.given.sounds[0] in ours
    if first_known and (ours <= theirs or theirs <= ours) and set(a.given.sounds).isdisjoint(b.given.sounds):
        return True
    crossed = (a.given, b.family), (a.family, b.given)
    heard = [one.joined == other.joined or one.sounds == other.sounds for one, other in crossed]
    return any(heard) and all(
        same or is_slip(one.joined, other.joined) for same, (one, other) in zip(heard, crossed, strict=True)
    )


def is_slip(a: str, b: str) -> bool:
    """Whether one word is the other mistyped: one slip, in a long word two."""
    longest = max(len(a), len(b))
    if longest < _SLIP_LETTERS:
        return False
    return distance(a, b) <= (1 if longest < _TWO_SLIPS_LETTERS else 2)


def is_plain_slip(a: str, b: str) -> bool:
    """Whether a slip is unlike what sets twins' names apart: it begins alike, and changes little of a long word."""
    if a[0] != b[0] and sorted(a[:2]) != sorted(b[:2]):
        return False
    if sorted(a) == sorted(b):
        return True
    changed = len(a) == len(b)
    return max(len(a), len(b)) >= (_CHANGED_LETTERS if changed else _LEFT_OUT_LETTERS)


def _same_class(a: Part, b: Part) -> bool:
    if a.sounds[0] == b.sounds[0] or "".join(a.sounds) == "".join(b.sounds):
        return True
    return not a.classes[0].isdisjoint(b.classes[0])


def _first_agrees(a: Part, b: Part, shared_first: frozenset[str]) -> NameLevel:
    """The first forenames agree. Whether the others leave it at that: Muhammad Ali and Muhammad Omar are brothers."""
    if len(a.words) > 1 and len(b.words) > 1:
        agree = any(_could_be(one, other) for one in a.words[1:] for other in b.words[1:])
        return NameLevel.EQUIVALENT if agree else NameLevel.PART
    if len(a.words) != len(b.words) and not shared_first.isdisjoint(a.classes[0] & b.classes[0]):
        return NameLevel.PART
    return NameLevel.EQUIVALENT


def _could_be(a: str, b: str) -> bool:
    """Whether two further forenames may be one: the same, an initial, a spelling, a slip."""
    return a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]) or sound(a) == sound(b) or is_slip(a, b)


def _shares_a_word(a: Part, b: Part) -> bool:
    ours, theirs = (frozenset[str]().union(*side.classes, (s for s in side.sounds if len(s) > 1)) for side in (a, b))
    return not ours.isdisjoint(theirs)


def _begins(a: str, b: str) -> bool:
    shorter, longer = sorted((a, b), key=len)
    return longer.startswith(shorter) and (len(shorter) >= _SHORT_LETTERS or len(shorter) == 1)


def _is_close(a: str, b: str) -> bool:
    longest = max(len(a), len(b))
    if longest < _CLOSE_LETTERS:
        return False
    return distance(a, b) <= (2 if longest < _FAR_CLOSE_LETTERS else 3)
