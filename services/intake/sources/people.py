"""Names, identifiers, sex and ethnicity as every connector reads them. Nothing is dropped for being wrong."""

from functools import cache

from services.intake.sources.fields import SHORT, Fields, storable, strings_in
from services.intake.sources.notes import Notes
from services.intake.sources.words import value, word_key
from shared.codes import codes
from shared.identifiers import InvalidIdentifier, NhsNumber, PncId, Upn
from shared.messages.contact import Identifier, Name

_CHECKED: dict[str, type[NhsNumber] | type[Upn] | type[PncId]] = {
    "nhs_number": NhsNumber,
    "upn": Upn,
    "former_upn": Upn,
    "pnc": PncId,
}
_UNCHECKED = frozenset({"uln", "la_child_id", "cro", "local"})


def split_name(text: str, use: str = "official") -> Name:
    """A name in one field: `SURNAME, Forename Middle` or `Forename Middle Surname`; one word alone is a forename."""
    text = " ".join(text.split())
    if "," in text:
        surname, _, rest = (part.strip() for part in text.partition(","))
        forename, _, middle = rest.partition(" ")
        return Name(forename=forename or None, surname=surname or None, middle=middle or None, use=use)
    first, *middle_words = text.split(" ")
    surname_word = middle_words.pop() if middle_words else None
    return Name(forename=first or None, surname=surname_word, middle=" ".join(middle_words) or None, use=use)


def read_name(person: Fields) -> Name:
    """The name in `name` (text or object) or in fields of their own."""
    inner = person.raw("name", "fullName")
    if isinstance(inner, str):
        text = person.text("name", "fullName")
        return split_name(text) if text else Name()
    if inner is not None and not isinstance(inner, dict):
        person.note("wrong_type", "name")
        person.take_whole(inner)
        return split_name(" ".join(strings_in(inner))[:SHORT])
    source = person.inside("name") if isinstance(inner, dict) else person
    forename = source.text("forename", "first", "firstName", "given", "givenName")
    surname = source.text("surname", "last", "lastName", "family", "familyName")
    return Name(forename=forename, surname=surname, middle=source.text("middle", "middleName", "middleNames"))


def other_names(person: Fields) -> tuple[Name, ...]:
    """Further names: known as, former, nicknames."""
    known_as = (split_name(text, "usual") for text in person.texts("otherNames", "knownAs", "preferredName", "alias"))
    former = (split_name(text, "old") for text in person.texts("formerNames", "previousNames"))
    return (*known_as, *former)


def read_identifier(
    kind: str, text: str, notes: Notes, pointer: str, *, verified: bool | None = None, issuer: str | None = None
) -> Identifier:
    """An identifier as received with its normalised form; an invalid one is kept, noted and never used to match."""
    if kind in _CHECKED:
        try:
            normalised = _CHECKED[kind].parse(text).value
        except InvalidIdentifier:
            notes.add("identifier_invalid", pointer)
            return Identifier(type=kind, value=text, valid=False, verified=verified, issuer=issuer)
        return Identifier(type=kind, value=text, normalised=normalised, valid=True, verified=verified, issuer=issuer)
    if kind not in _UNCHECKED:
        notes.add("identifier_unknown_type", pointer)
        kind = "local"
    return Identifier(type=kind, value=text, normalised=text.strip(), valid=True, verified=verified, issuer=issuer)


def identifiers_in(person: Fields, **fields: str) -> tuple[Identifier, ...]:
    """The identifiers in the named fields: keyword is the type, value the field. Empty fields give none."""
    found = ((kind, name, person.text(name)) for kind, name in fields.items())
    return tuple(read_identifier(kind, text, person.notes, person.path(name)) for kind, name, text in found if text)


def read_sex(text: str | None, notes: Notes, pointer: str) -> str:
    """M, F or U; an unknown word is noted and read as U."""
    if not text:
        return "U"
    sex = value("sex", text)
    if sex is None:
        notes.add("unknown_value", pointer)
    return sex or "U"


def read_ethnicity(text: str | None, notes: Notes, pointer: str) -> str:
    """A census ethnicity code from the code itself, its label, an NHS letter or the 16+1 self-defined code."""
    if not text:
        return "NOBT"
    if text.strip().upper() in codes("ethnicity"):
        return text.strip().upper()
    found = value("ethnicity", text) or _ethnicity_labels().get(word_key(text))
    if found is None:
        notes.add("unknown_value", pointer)
    return found or "NOBT"


@cache
def _ethnicity_labels() -> dict[str, str]:
    return {word_key(codes("ethnicity").label(code)): code for code in codes("ethnicity")}


def note_name(names: tuple[Name, ...], notes: Notes, pointer: str, *, unborn: bool = False) -> None:
    """Note a missing or partial name, and names that look like a test (which change nothing else)."""
    if unborn:
        return
    full = next((name for name in names if name.forename or name.surname), None)
    if full is None:
        notes.add("name_missing", pointer)
        return
    if not (full.forename and full.surname):
        notes.add("name_partial", pointer)
    whole = f"{full.forename or ''} {full.surname or ''}"
    if value("test_marker", whole) or value("test_marker", full.surname or ""):
        notes.add("test_marker", pointer)


def short(text: str | None) -> str | None:
    """A value for a short field, cut and cleaned."""
    return storable(text)[:SHORT].strip() or None if text else None
