"""Which children a health request is about: the patient, an unborn child of the patient, or the patient's children."""

from dataclasses import dataclass, field

from services.intake.sources.birth import OLDEST_CHILD, Birth
from services.intake.sources.children import birth_markers, lowest_months
from services.intake.sources.dates import read_day, years_between
from services.intake.sources.drafts import Draft
from services.intake.sources.fhir import (
    Bundle,
    concept_words,
    extension,
    read_addresses,
    read_any_day,
    read_identifiers,
    read_names,
    read_phone,
)
from services.intake.sources.fields import Fields
from services.intake.sources.notes import Notes
from services.intake.sources.people import note_name, read_ethnicity, read_sex
from services.intake.sources.words import value, word_key
from shared.messages.contact import Adult, Child, Consent, Name

_EDD_CODES = frozenset({"161714006", "11778-8", "11779-6", "11780-4"})  # SNOMED CT and LOINC: date of delivery
_EDD_WORDS = ("estimated date of delivery", "expected date of delivery", "edd", "estimated delivery date")
_UNBORN_THEMES = frozenset({"UB1", "UB2", "UB3"})
_CHILD_WORDS = frozenset({"child", "son", "daughter", "daughter or son", "natural child", "chld", "nchild", "dau"})
_ADULT = 18


@dataclass(slots=True, repr=False)
class Found:
    """One child, with the adults around it and the defects of its own fields."""

    child: Child
    notes: Notes
    pointer: str
    age_months: int | None = None
    adults: tuple[Adult, ...] = ()
    markers: frozenset[str] = frozenset()
    consent: Consent = field(default_factory=Consent)
    said: tuple[str, ...] = ()


def subjects_of(resources: Bundle, request: Fields, common: Draft) -> list[Found]:
    """The children of one request; where none can be found, one without a name, for a person to find."""
    patient = resources.resolve(request, "subject")
    if patient is None:
        patients = resources.of_type("Patient")
        patient = patients[0] if len(patients) == 1 else None
    if patient is None or patient.text("resourceType") != "Patient":
        notes = Notes(resources.notes.context)
        notes.add("child_missing", request.path("subject"))
        return [Found(Child(), notes, request.pointer)]
    consent = _consent(resources, patient)
    found = _found(resources, patient, common)
    for one in found:
        one.consent = consent
    return found


def _found(resources: Bundle, patient: Fields, common: Draft) -> list[Found]:
    due = _expected(resources, patient)
    age = _age(patient)
    pregnant = due is not None or any(concern.theme in _UNBORN_THEMES for concern in common.concerns)
    if pregnant and not _is_unborn_record(patient) and (age is None or age >= _ADULT):
        return [_unborn(resources, patient, due)]
    if pregnant and due is not None and age is not None:
        return [_patient(resources, patient), _unborn(resources, patient, due)]
    if age is not None and age >= _ADULT and (age > OLDEST_CHILD or _children_of(resources, patient)):
        return _children(resources, patient)
    return [_patient(resources, patient)]


def _is_unborn_record(patient: Fields) -> bool:
    """Some systems make a Patient for the unborn child itself, with the expected date as an extension."""
    return extension(patient, "expected-birth", "expectedbirth", "expected-date", "edd") is not None


def _age(patient: Fields) -> int | None:
    text = patient.text("birthDate")
    day = read_day(text, patient.notes.context.today) if text else None
    return years_between(day.value, patient.notes.context.today) if day else None


def _patient(resources: Bundle, patient: Fields) -> Found:
    person = patient.apart()
    notes = person.notes
    expected = extension(person, "expected-birth", "expectedbirth", "expected-date", "edd")
    text = person.text("birthDate")
    partial = text if text and len(text) < len("2020-01-01") else None
    birth = Birth(
        notes,
        person.pointer,
        born=None if partial else person.day("birthDate"),
        expected=read_any_day(expected, "valueDate", "valueDateTime") if expected else None,
    )
    if partial and not birth.read_partial(partial, notes, person.path("birthDate")):
        person.note("bad_date", "birthDate")
    birth.note_missing(notes, person.path("birthDate"))
    names = read_names(person)
    note_name(names, notes, person.path("name"), unborn=birth.unborn)
    identifiers = read_identifiers(person)
    child = Child(
        local_ref=next((i.normalised for i in identifiers if i.valid), None),
        names=names,
        born_on=birth.born_on,
        expected_on=birth.expected_on,
        unborn=birth.unborn,
        age_years=birth.age_years,
        sex="U" if birth.unborn else read_sex(person.text("gender"), notes, person.path("gender")),
        ethnicity=_ethnicity(person),
        identifiers=identifiers,
        addresses=read_addresses(person),
        gp=_general_practice(resources, person),
        languages=_languages(person),
        interpreter=_interpreter(person),
    )
    adults = (*_contacts(person), *_related(resources, patient))
    return Found(child, notes, person.pointer, lowest_months(child, birth, notes), adults, birth_markers(person, child))


def _unborn(resources: Bundle, mother: Fields, due: Fields | None) -> Found:
    """An unborn child; the mother is the pregnant adult, with her own identifiers."""
    notes = Notes(mother.notes.context)
    person = Fields(None, mother.pointer, notes)
    birth = Birth(
        notes,
        mother.pointer,
        born=None,
        expected=read_any_day(due, "valueDateTime", "valueDate", "valueString") if due else None,
    )
    if birth.expected_on is None:
        notes.add("expected_date_missing", mother.pointer)
    child = Child(expected_on=birth.expected_on, unborn=True, addresses=read_addresses(mother))
    adults = (_mother(mother), *_contacts(mother), *_related(resources, mother))
    return Found(child, notes, mother.pointer, None, adults, birth_markers(person, child))


def _mother(patient: Fields) -> Adult:
    names, addresses = read_names(patient), read_addresses(patient)
    return Adult(
        name=names[0] if names else Name(),
        born_on=patient.day("birthDate"),
        relationship="mother",
        roles=("pregnant", "carer"),
        identifiers=read_identifiers(patient),
        address=addresses[0] if addresses else None,
        phone=read_phone(patient),
    )


def _children(resources: Bundle, parent: Fields) -> list[Found]:
    """Children of an adult patient, from related persons; without any, a child that a person must find."""
    names, addresses = read_names(parent), read_addresses(parent)
    carer = Adult(
        name=names[0] if names else Name(),
        born_on=parent.day("birthDate"),
        roles=("carer",),
        identifiers=read_identifiers(parent),
        address=addresses[0] if addresses else None,
        phone=read_phone(parent),
    )
    found: list[Found] = []
    for related in _children_of(resources, parent):
        one = _patient(resources, related)
        if not one.child.addresses:
            one.child = one.child.model_copy(update={"addresses": addresses})
        one.adults = (carer,)
        found.append(one)
    if not found:
        notes = Notes(parent.notes.context)
        notes.add("child_missing", parent.pointer)
        found = [Found(Child(addresses=addresses), notes, parent.pointer, adults=(carer,))]
    return found


def _children_of(resources: Bundle, parent: Fields) -> list[Fields]:
    return [person for person in resources.about(parent, "RelatedPerson") if _CHILD_WORDS & _relationship_keys(person)]


def _relationship_keys(person: Fields) -> set[str]:
    return {word_key(word) for concept in person.each("relationship") for word in concept_words(concept)}


def _contacts(patient: Fields) -> tuple[Adult, ...]:
    return tuple(_adult(contact) for contact in patient.each("contact") if contact)


def _related(resources: Bundle, patient: Fields) -> tuple[Adult, ...]:
    people = resources.about(patient, "RelatedPerson")
    return tuple(_adult(person) for person in people if not _CHILD_WORDS & _relationship_keys(person))


def _adult(person: Fields) -> Adult:
    words = [word for concept in person.each("relationship") for word in concept_words(concept)]
    roles = tuple(dict.fromkeys(role for role in (value("role", word) for word in words) if role))
    names, addresses = read_names(person), read_addresses(person)
    return Adult(
        name=names[0] if names else Name(),
        born_on=person.day("birthDate"),
        relationship=words[0] if words else None,
        roles=roles or ("other",),
        address=addresses[0] if addresses else None,
        phone=read_phone(person),
    )


def _expected(resources: Bundle, patient: Fields) -> Fields | None:
    """The observation that gives an expected date of delivery."""
    for observation in resources.about(patient, "Observation"):
        words = [word for concept in observation.each("code") for word in concept_words(concept)]
        if any(word in _EDD_CODES or word_key(word) in _EDD_WORDS for word in words):
            return observation
    return None


def _ethnicity(patient: Fields) -> str:
    stated = extension(patient, "ethniccategory", "ethnic-category")
    words = concept_words(stated.inside("valueCodeableConcept")) if stated else ()
    known = (value("ethnicity", word) for word in words)
    code = next((code for code in known if code), None)
    return code or read_ethnicity(words[0] if words else None, patient.notes, patient.path("extension"))


def _general_practice(resources: Bundle, patient: Fields) -> str | None:
    for reference in patient.each("generalPractitioner"):
        practice = resources.follow(reference) if reference.text("reference") else None
        name = (practice.text("name") if practice else None) or reference.text("display")
        code = reference.inside("identifier").text("value")
        if name or code:
            return name or code
    return None


def _languages(patient: Fields) -> tuple[str, ...]:
    spoken = (concept_words(c.inside("language"))[:1] for c in patient.each("communication"))
    return tuple(word for words in spoken for word in words)


def _interpreter(patient: Fields) -> bool | None:
    stated = extension(patient, "interpreterrequired", "interpreter-required", "nhscommunication")
    return stated.flag("valueBoolean") if stated else None


def _consent(resources: Bundle, patient: Fields) -> Consent:
    """Permit is given, deny and rejected are refused; anything else stays unknown."""
    for consent in resources.about(patient, "Consent"):
        kind, status = consent.inside("provision").text("type"), consent.text("status")
        if kind == "deny" or status == "rejected":
            return Consent(status="refused")
        if kind == "permit" and status == "active":
            return Consent(status="given")
    return Consent()
