"""Addresses as every connector reads them. A wrong postcode is kept and noted; a pseudo postcode is a status."""

from services.intake.sources.fields import Fields
from services.intake.sources.notes import Notes
from services.intake.sources.words import value, word_key
from shared.identifiers import InvalidIdentifier, Postcode, Uprn, is_pseudo_postcode, read_district
from shared.messages.contact import Address

_STATUSES = frozenset({"protected", "no_fixed_abode", "overseas", "unknown"})
_SECRECY = ("protect", "confiden", "refuge", "secret", "sensitive", "withh", "do not disclose", "not to be disclosed")
_ORDINARY = frozenset({"", "known", "current", "confirmed", "verified", "previous", "former", "temporary", "permanent"})


def read_address(
    lines: tuple[str, ...], postcode: str | None, uprn: str | None, notes: Notes, pointer: str, kind: str = "home"
) -> Address | None:
    """An address from its parts, None where there is none. An NHS pseudo postcode becomes a status, not a place."""
    lines = tuple(line for line in lines if line)
    if not lines and not postcode and not uprn:
        return None
    status, valid, shown = "known", None, postcode
    if postcode is not None and is_pseudo_postcode(postcode):
        status, shown = "unknown", None
    elif postcode is not None:
        shown, valid = _postcode(postcode, notes, pointer)
    if _says(lines, "no fixed abode", "nfa", "homeless", "no fixed address"):
        status = "no_fixed_abode"
    elif _says(lines, "overseas", "abroad"):
        status = "overseas"
    return Address(
        lines=lines, postcode=shown, postcode_valid=valid, uprn=_uprn(uprn, notes, pointer), type=kind, status=status
    )


def _says(lines: tuple[str, ...], *words: str) -> bool:
    return any(word_key(line) in words for line in lines)


def _postcode(text: str, notes: Notes, pointer: str) -> tuple[str, bool]:
    try:
        return Postcode.parse(text).value, True
    except InvalidIdentifier:
        district = read_district(text)
        notes.add("postcode_partial" if district else "postcode_invalid", f"{pointer}/postcode")
        return district or text, False


def _uprn(text: str | None, notes: Notes, pointer: str) -> str | None:
    if not text:
        return None
    try:
        return Uprn.parse(text).value
    except InvalidIdentifier:
        notes.add("uprn_invalid", f"{pointer}/uprn")
        return None


def address_in(person: Fields, *names: str) -> Address | None:
    """The address in one of the fields `names`: an object, or text with lines separated by commas."""
    raw = person.raw(*names)
    if raw is None:
        return None
    pointer = person.path(names[0])
    if isinstance(raw, str):
        text = person.text(*names) or ""
        lines = tuple(part.strip() for part in text.replace("\n", ",").split(","))
        postcode = person.text("postcode", "postCode")
        if postcode is None and lines and _is_postcode(lines[-1]):
            *rest, postcode = lines
            lines = tuple(rest)
        return read_address(lines, postcode, person.text("uprn"), person.notes, pointer)
    place = person.inside(*names)
    lines = place.texts("lines", "line", separators="\n,")
    numbered = (place.text(f"line{n}", f"address{n}") for n in range(1, 6))
    lines += tuple(line for line in (*numbered, place.text("address", "street"), place.text("town", "city")) if line)
    status = _status(place)
    kind = value("address_type", place.text("type", "use") or "home") or "home"
    found = read_address(lines, place.text("postcode", "postalCode"), place.text("uprn"), place.notes, pointer, kind)
    return found.model_copy(update={"status": status}) if found is not None and status is not None else found


def _status(place: Fields) -> str | None:
    """What is said of an address besides where it is, or None. Any word of secrecy means that it is protected."""
    words = word_key(place.text("status") or "")
    if words.replace(" ", "_") in _STATUSES:
        return words.replace(" ", "_")
    if any(part in words for part in _SECRECY):
        return "protected"
    if words not in _ORDINARY:
        place.note("unknown_value", "status")
    return None


def _is_postcode(text: str) -> bool:
    try:
        Postcode.parse(text)
    except InvalidIdentifier:
        return is_pseudo_postcode(text)
    return True
