"""Text made plain for matching words: one case, no accents, no look-alikes. It is never stored or shown.

Plain text is ASCII bytes: lower-case words with single spaces between them and around the whole. A field boundary
(`BREAK`) becomes `|`, so no phrase matches across two fields.
"""

import re
import unicodedata
from collections.abc import Iterator

from shared.letters import PLAIN_LETTERS

BREAK = "\x1e"
WINDOW = 32_768  # characters at a time, so that a huge text never holds the interpreter for long
OVERLAP = 400

_INVISIBLE = {0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)}
_INVISIBLE |= {*range(0x2060, 0x2070), *range(0xFE00, 0xFE10)}
_APOSTROPHES = {0x2018, 0x2019, 0x02BC, 0x00B4, 0x2032}
_LOOK_ALIKES = dict(zip("аеорсухіѕјкмтнвӏԁ" + "αεορτυχικνβ", "aeopcyxisjkmthbld" + "aeoptuxiknb", strict=True))
_LOOK_ALIKES |= PLAIN_LETTERS

_MOST_LETTERS = 20_000  # remembered; a hostile text could otherwise make us remember all of Unicode
_POSSESSIVE = re.compile("(?<=\\w)['`\u2018\u2019\u02bc\u00b4\u2032]s\\b", re.IGNORECASE)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_APOSTROPHE = b"'`"
_TABLE = bytes(
    ord(chr(c).lower()) if chr(c).isalnum() and c < 128 else ord("|") if c == ord(BREAK) else ord(" ")
    for c in range(256)
)


def plain(text: str) -> bytes:
    """`text` as plain words with one space before, between and after them."""
    if not text.isascii():
        text = _ascii(unicodedata.normalize("NFKD", text.casefold()))
    words = text.encode("ascii", "replace").translate(_TABLE, _APOSTROPHE).replace(b"|", b" | ").split()
    return b" " + b" ".join(words) + b" "


class _Letters(dict[int, str]):
    """What stands for a character outside ASCII, worked out once for each."""

    def __missing__(self, number: int) -> str:
        character = chr(number)
        if number < 128:
            letter = character
        elif number in _INVISIBLE or number in _APOSTROPHES or unicodedata.combining(character):
            letter = ""
        else:
            letter = _LOOK_ALIKES.get(character, " ")
        if len(self) < _MOST_LETTERS:
            self[number] = letter
        return letter


_LETTERS = _Letters()


def _ascii(text: str) -> str:
    """Few other characters are looked up one by one; where there are many, the whole text is quicker at once."""
    if len(text.encode("utf-8", "replace")) > len(text) * 1.1:
        return text.translate(_LETTERS)
    return _NOT_ASCII.sub(lambda match: match.group().translate(_LETTERS), text)


def windows(text: str) -> Iterator[bytes]:
    """`text` in plain pieces that overlap by whole words, so that each phrase stands complete in at least one.

    A piece with possessives comes twice, the second time without them: `the baby's arm` is the baby arm as well.
    """
    start = 0
    while start < len(text):
        piece = text[_word_start(text, start) : start + WINDOW]
        yield plain(piece)
        if _POSSESSIVE.search(piece):
            yield plain(_POSSESSIVE.sub("", piece))
        if start + WINDOW >= len(text):
            return
        start += WINDOW - OVERLAP


def _word_start(text: str, start: int) -> int:
    if start == 0:
        return 0
    at = text.find(" ", start, start + OVERLAP // 2)
    return start if at < 0 else at


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def unescaped(json_text: str) -> str:
    """JSON or CSV source with its escapes resolved and quotes made field breaks: to search what may not parse."""
    json_text = json_text.replace('""', "'")  # CSV doubles a quote inside a cell; in JSON it is an empty text.
    if "\\" in json_text:
        json_text = _ESCAPE.sub(_resolve, json_text)
    return json_text.replace('"', BREAK)


def _resolve(match: re.Match[str]) -> str:
    if match.group(1):
        return chr(int(match.group(1), 16))
    return "'" if match.group(2) == '"' else match.group(2) if match.group(2) in "\\/" else " "
