"""The danger check on raw bytes: it runs before anything can fail, and also where nothing can be parsed."""

import re
from functools import cache

from services.intake.domain.danger import Prompt, prompts_in
from services.intake.domain.plain_text import unescaped
from services.intake.policy import DangerPolicy
from services.intake.raw_text import texts_of
from services.intake.submission import Hint

FLAG = "sender_says_immediate"
_PIECE = 262_144
_OVERLAP = 200
_YES = re.compile(rb'\s*:\s*(?:"\s*)?(?:true|yes|y\b|1\b)', re.IGNORECASE)


def raw_hint(body: bytes, policy: DangerPolicy, encoding: str = "") -> Hint:
    """Criteria whose words stand anywhere in `body`, or whose flag fields say yes, whatever state it is in.

    encoding: its Content-Encoding, if it came with one. Compressed bodies, text in other encodings and documents in
    base64 are looked through as well, the packed ones up to `LARGEST_UNPACKED`.
    """
    prompts: dict[str, Prompt] = {}
    flagged = False
    for text in texts_of(body, encoding):
        for prompt in prompts_in(unescaped(text), policy.rules):
            prompts.setdefault(prompt.criterion, prompt)
        flagged = flagged or _is_flagged(text.encode("utf-8", "replace"), _flags(policy.flags))
    found = tuple(prompts[c.code] for c in policy.rules.criteria if c.code in prompts)
    criteria = (*(prompt.criterion for prompt in found), *((FLAG,) if flagged else ()))
    return Hint(criteria, tuple(prompt.phrase for prompt in found))


def _is_flagged(text: bytes, flags: re.Pattern[bytes]) -> bool:
    """Names are searched in pieces that overlap, so that a large body never holds the interpreter for long."""
    for start in range(0, len(text), _PIECE):
        named = flags.finditer(text, start, start + _PIECE + _OVERLAP)
        if any(_YES.match(text, match.end()) for match in named):
            return True
    return False


@cache
def _flags(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """A field of one of these names, in quotes."""
    joined = "|".join(re.escape(name) for name in names)
    return re.compile(rf'"(?:{joined})"'.encode(), re.IGNORECASE)
