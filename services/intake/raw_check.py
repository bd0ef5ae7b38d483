"""The danger check on raw bytes: it runs before anything can fail, and also where nothing can be parsed."""

import re
from functools import cache

from services.intake.domain.danger import prompts_in
from services.intake.domain.plain_text import unescaped
from services.intake.policy import DangerPolicy
from services.intake.submission import Hint

FLAG = "sender_says_immediate"
_PIECE = 262_144
_OVERLAP = 200


def raw_hint(body: bytes, policy: DangerPolicy) -> Hint:
    """Criteria whose words stand anywhere in `body`, or whose flag fields say yes, whatever state it is in."""
    text = unescaped(_readable(body))
    prompts = prompts_in(text, policy.rules)
    flagged = _is_flagged(body, _flags(policy.flags))
    criteria = (*(prompt.criterion for prompt in prompts), *((FLAG,) if flagged else ()))
    return Hint(criteria, tuple(prompt.phrase for prompt in prompts))


def _is_flagged(body: bytes, flags: re.Pattern[bytes]) -> bool:
    """Searched in pieces that overlap, so that a large body never holds the interpreter for long."""
    pieces = (body[start : start + _PIECE + _OVERLAP] for start in range(0, len(body), _PIECE))
    return any(flags.search(piece) is not None for piece in pieces)


def _readable(body: bytes) -> str:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


@cache
def _flags(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """A field of one of these names, in quotes, with a value that begins like yes."""
    joined = "|".join(re.escape(name) for name in names)
    return re.compile(rf'"(?:{joined})"\s*:\s*(?:"\s*)?(?:true|yes|y\b|1\b)'.encode(), re.IGNORECASE)
