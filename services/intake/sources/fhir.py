"""FHIR R4 as far as a safeguarding referral needs it: resources of one bundle, resolved references, words of concepts.

Unknown profiles, extensions and resources are tolerated; nothing is fetched from outside the bundle.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from services.intake.sources.addresses import read_address
from services.intake.sources.dates import read_day
from services.intake.sources.documents import Document
from services.intake.sources.fields import Fields
from services.intake.sources.notes import Notes
from services.intake.sources.people import read_identifier, split_name
from services.intake.sources.words import value
from shared.messages.contact import Address, Identifier, Name

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE = "https://fhir.nhs.uk/id/ods-organization-code"
_VERIFIED = frozenset({"01", "number-present-and-verified"})
_USES = {"official": "official", "usual": "usual", "nickname": "usual", "old": "old", "maiden": "old"}


class Bundle:
    """The resources of a message bundle, findable by what refers to them."""

    def __init__(self, bundle: Fields, documents: Sequence[Document] = ()) -> None:
        """bundle: the Bundle resource; documents: those it carries. Entries that are no resource are left out."""
        self.documents = documents
        self.notes: Notes = bundle.notes
        self.entries: list[Fields] = []
        self._by_reference: dict[str, Fields] = {}
        for entry in bundle.each("entry"):
            resource = entry.inside("resource")
            self.entries.append(resource)
            for name in self._names(entry, resource):
                self._by_reference.setdefault(name, resource)

    def _names(self, entry: Fields, resource: Fields) -> Iterator[str]:
        url, kind, key = entry.text("fullUrl"), resource.text("resourceType"), resource.text("id")
        if url:
            yield url
        if key:
            yield f"urn:uuid:{key}"
            yield f"{kind}/{key}"

    def of_type(self, *kinds: str) -> list[Fields]:
        """All resources of these types, in the order of the bundle."""
        return [resource for resource in self.entries if resource.text("resourceType") in kinds]

    def resolve(self, holder: Fields, name: str) -> Fields | None:
        """The resource that the reference in `name` points at; one that points at nothing is noted."""
        found = [self.follow(reference) for reference in holder.each(name)]
        return next((resource for resource in found if resource is not None), None)

    def follow(self, reference: Fields) -> Fields | None:
        """The resource of one Reference; None where there is none, noted where it should have been there."""
        target = reference.text("reference")
        if target is None:
            return None
        resource = self._by_reference.get(target)
        if resource is None:
            reference.note("unresolved_reference")
        return resource

    def about(self, patient: Fields, *kinds: str) -> Iterator[Fields]:
        """Resources of these types whose patient or subject is `patient`, or that name none."""
        for resource in self.of_type(*kinds):
            references = [*resource.each("subject"), *resource.each("patient")]
            targets = [self._by_reference.get(reference.text("reference") or "") for reference in references]
            if not references or any(target is not None and target.pointer == patient.pointer for target in targets):
                yield resource


def concept_words(concept: Fields) -> tuple[str, ...]:
    """The words of a CodeableConcept: its text, then displays, then codes."""
    codings = concept.each("coding")
    words = (concept.text("text"), *(c.text("display") for c in codings), *(c.text("code") for c in codings))
    return tuple(dict.fromkeys(word for word in words if word))


def extension(holder: Fields, *parts: str) -> Fields | None:
    """The first extension whose URL contains one of `parts`, whatever the letter case."""
    for candidate in holder.each("extension"):
        url = (candidate.text("url") or "").lower()
        if any(part in url for part in parts):
            return candidate
    return None


def read_names(person: Fields) -> tuple[Name, ...]:
    """The names of a person, official ones first."""
    names = [_name(name) for name in person.each("name")]
    kept = [name for name in names if name.forename or name.surname]
    return tuple(sorted(kept, key=lambda name: name.use != "official"))


def _name(name: Fields) -> Name:
    use = _USES.get(name.text("use") or "official", "official")
    given, family, text = name.texts("given", separators=" "), name.text("family"), name.text("text")
    if not given and not family and text:
        return split_name(text, use)
    return Name(forename=given[0] if given else None, surname=family, middle=" ".join(given[1:]) or None, use=use)


def read_identifiers(person: Fields) -> tuple[Identifier, ...]:
    """NHS numbers with their verification status, and other identifiers as local ones."""
    return tuple(identifier for entry in person.each("identifier") if (identifier := _identifier(entry)) is not None)


def _identifier(entry: Fields) -> Identifier | None:
    text, system = entry.text("value"), entry.text("system") or ""
    if text is None:
        return None
    if system.lower() != NHS_NUMBER.lower():
        return read_identifier("local", text, entry.notes, entry.pointer, issuer=system or None)
    status = extension(entry, "verificationstatus")
    verified = None
    if status is not None:
        words = concept_words(status.inside("valueCodeableConcept"))
        verified = any(word.lower() in _VERIFIED for word in words)
    return read_identifier("nhs_number", text, entry.notes, entry.pointer, verified=verified)


def read_addresses(person: Fields) -> tuple[Address, ...]:
    """The addresses of a person."""
    found = (_address(address) for address in person.each("address"))
    return tuple(address for address in found if address is not None)


def _address(address: Fields) -> Address | None:
    lines = address.texts("line", separators="\n")
    if not lines and (text := address.text("text")):
        lines = tuple(part.strip() for part in text.split(","))
    lines += tuple(part for part in (address.text("city"), address.text("district")) if part)
    kind = value("address_type", address.text("use") or "home") or "home"
    return read_address(lines, address.text("postalCode"), None, address.notes, address.pointer, kind)


def read_phone(person: Fields) -> str | None:
    """The first telephone number."""
    return _telecom(person, "phone")


def read_email(person: Fields) -> str | None:
    """The first e-mail address."""
    return _telecom(person, "email")


def _telecom(person: Fields, system: str) -> str | None:
    found = (point.text("value") for point in person.each("telecom") if point.text("system") == system)
    return next((text for text in found if text), None)


def read_any_day(holder: Fields, *names: str) -> date | None:
    """The date in the first of the fields that is there, with or without a time; future dates are expected."""
    text = holder.text(*names)
    if text is None:
        return None
    day = read_day(text, holder.notes.context.today, future=True)
    if day is None:
        holder.note("bad_date", names[0])
    return day.value if day else None
