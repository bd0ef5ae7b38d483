"""What a body may say, whatever wraps it: every text its bytes can be read as, for the look for danger only.

Nothing is accepted on this reading. Compressed and archived bytes are unpacked up to a size, never beyond, and text in
two or four bytes a character is read also where no byte order mark says so.
"""

import base64
import binascii
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

LARGEST_UNPACKED = 8 * 1024 * 1024  # bytes of one body, all that was packed in it together
MOST_MEMBERS = 50  # of one archive
_DEEPEST = 3  # wrappings within wrappings
_SAMPLE = 4_096
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_INLINE = re.compile(rb'"data"\s*:\s*"([A-Za-z0-9+/_\-\s\\=]{8,})', re.IGNORECASE)
_NOT_BASE64 = re.compile(rb"\\[nrt]?|[\s=]+")


def is_gzip(body: bytes) -> bool:
    """Whether the bytes begin like gzip, which no text does."""
    return body[:2] == _GZIP


def is_packed(body: bytes) -> bool:
    """Whether the bytes begin like something compressed."""
    return is_gzip(body) or body[:4] == _ZIP or body[:2] in _ZLIB_STARTS


def texts_of(body: bytes, encoding: str = "") -> Iterator[str]:
    """Every text that `body` can be read as. encoding: its Content-Encoding, if it came with one."""
    room = _Room(LARGEST_UNPACKED)
    yield from _texts(body, _DEEPEST, room, packed=not _PACKED.isdisjoint(encoding.replace(" ", "").lower().split(",")))


class _Room:
    """How many bytes may still be unpacked."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, data: bytes) -> bytes:
        self.left -= len(data)
        return data


def _texts(body: bytes, depth: int, room: _Room, *, packed: bool = False) -> Iterator[str]:
    inside = _unpacked(body, room) if depth and (packed or is_packed(body)) else ()
    found = False
    for inner in inside:
        found = True
        yield from _texts(inner, depth - 1, room)
    if found:
        return  # Packed bytes only sound like words by chance.
    yield from _decoded(body)
    if depth == 0:
        return
    for document in _inline(body, room):
        yield from _texts(document, depth - 1, room)


def _decoded(body: bytes) -> Iterator[str]:
    codec = wide_codec(body)
    if codec:
        yield body.decode(codec, "replace")
    else:
        yield narrow_text(body)
    if b"\x00" in body:
        yield narrow_text(body.replace(b"\x00", b""))


def narrow_text(body: bytes) -> str:
    """UTF-8, and where it is none, what Windows would make of it."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def wide_codec(body: bytes) -> str | None:
    """The codec of text in two or four bytes a character, by its mark or by where its zero bytes stand; else None."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return codec
    sample = body[:_SAMPLE]
    quarter = len(sample) // 4
    if quarter == 0 or b"\x00" not in sample:
        return None
    zeros = [sample[place::4].count(0) for place in range(4)]
    empty = [count > 0.4 * quarter for count in zeros]
    full = [count < 0.02 * quarter for count in zeros]
    if empty == [False, True, True, True] and full[0]:
        return "utf-32-le"
    if empty == [True, True, True, False] and full[3]:
        return "utf-32-be"
    if empty == [False, True, False, True] and full[0] and full[2]:
        return "utf-16-le"
    if empty == [True, False, True, False] and full[1] and full[3]:
        return "utf-16-be"
    return None


def _unpacked(body: bytes, room: _Room) -> Iterator[bytes]:
    if body[:4] == _ZIP:
        yield from _members(body, room)
        return
    for window in (47, -15):  # gzip or zlib by its header; else bare deflate, as some senders mean by the name
        found = _inflated(body, window, room)
        if found:
            yield found
            return


def _inflated(body: bytes, window: int, room: _Room) -> bytes:
    """As much as can be unpacked within the room; a stream that is broken or cut off gives what came before."""
    machine = zlib.decompressobj(window)
    pieces: list[bytes] = []
    try:
        for start in range(0, len(body), 65_536):
            pending = body[start : start + 65_536]
            while pending and room.left > 0:
                pieces.append(room.take(machine.decompress(pending, min(room.left, 1_048_576))))
                pending = machine.unconsumed_tail
    except zlib.error:
        pass  # What was unpacked so far is still looked through.
    return b"".join(pieces)


def _members(body: bytes, room: _Room) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for member in archive.infolist()[:MOST_MEMBERS]:
                if room.left <= 0:
                    return
                if not member.flag_bits & 1:
                    with archive.open(member) as file:
                        yield room.take(file.read(room.left))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return


def _inline(body: bytes, room: _Room) -> Iterator[bytes]:
    """Documents carried as base64 in a field named data, also where the message around them is cut off."""
    for match in _INLINE.finditer(body):
        if room.left <= 0:
            return
        document = from_base64(match.group(1))
        if document is not None and looks_like_text(document):
            yield room.take(document)


def from_base64(data: bytes) -> bytes | None:
    """The bytes of base64 in either alphabet, with or without padding and line ends; None where it is none."""
    plain = _NOT_BASE64.sub(b"", data.replace(b"\\/", b"/")).translate(bytes.maketrans(b"-_", b"+/"))
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def looks_like_text(document: bytes) -> bool:
    """Whether bytes are text or something packed that may hold text; pictures and the like only sound like words."""
    if wide_codec(document) or is_packed(document):
        return True
    sample = document[:_SAMPLE]
    odd = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    return odd * 50 <= len(sample)
