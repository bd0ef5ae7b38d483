"""A child as JSON connectors read it, with the markers that stand on the child."""

from services.intake.sources.addresses import address_in
from services.intake.sources.birth import Birth
from services.intake.sources.dates import months_between, read_day
from services.intake.sources.fields import Fields
from services.intake.sources.notes import Notes
from services.intake.sources.people import (
    identifiers_in,
    note_name,
    other_names,
    read_ethnicity,
    read_name,
    read_sex,
)
from services.intake.sources.words import value, word_key
from shared.codes import codes
from shared.messages.contact import Address, Child

_NO_INJURY = frozenset({"", "none", "no", "nil", "none seen", "no injuries", "no visible injuries", "n a", "na"})
_WEEKS_6 = 42
_UNNAMED = frozenset({"unborn", "baby", "bump"})  # what forms write where a child has no name yet


def read_child(person: Fields, home: Address | None = None) -> tuple[Child, int | None]:
    """The child and the lowest possible age in months. home: the address where the child has none of its own."""
    notes = person.notes
    birth = _birth(person)
    names = tuple(name for name in (read_name(person), *other_names(person)) if name.forename or name.surname)
    if birth.unborn:
        names = tuple(name for name in names if _UNNAMED.isdisjoint(word_key(name.forename or "").split()))
    note_name(names, notes, person.path("name"), unborn=birth.unborn)
    address = address_in(person, "address", "homeAddress") or home
    child = Child(
        local_ref=person.text("personId", "childId", "localRef", "id"),
        names=names,
        born_on=birth.born_on,
        born_on_estimated=birth.estimated,
        expected_on=birth.expected_on,
        unborn=birth.unborn,
        age_years=birth.age_years,
        sex="U" if birth.unborn else _sex(person),
        ethnicity=read_ethnicity(
            person.text("ethnicitySelfDefined", "ethnicity"), notes, person.path("ethnicitySelfDefined")
        ),
        identifiers=identifiers_in(
            person, nhs_number="nhsNumber", upn="upn", former_upn="formerUpn", uln="uln", la_child_id="laChildId"
        ),
        addresses=(address,) if address else (),
        school=_school(person),
        gp=person.text("gp", "gpPractice"),
        disabilities=read_disabilities(person),
        languages=person.texts("languages", "language", "firstLanguage", separators=";,|"),
        interpreter=person.flag("interpreter", "interpreterNeeded"),
    )
    return child, lowest_months(child, birth, notes)


def _school(person: Fields) -> str | None:
    if isinstance(person.raw("school"), dict):
        return person.inside("school").text("name", "urn", "laestab")
    return person.text("school", "schoolName")


def _sex(person: Fields) -> str:
    return read_sex(person.text("sex", "gender"), person.notes, person.path("sex"))


def _birth(person: Fields) -> Birth:
    born_words = person.text("dob", "dateOfBirth", "birthDate", "born")
    partial = None
    if born_words and _is_no_whole_date(born_words, person):
        partial, born = born_words, None
    else:
        born = person.day("dob", "dateOfBirth", "birthDate", "born")
    birth = Birth(
        person.notes,
        person.pointer,
        born=born,
        expected=person.day("expectedDate", "edd", "expectedDateOfDelivery", "dueDate", future=True),
        estimated=bool(person.flag("dobEstimated", "bornOnEstimated")),
    )
    if partial is not None and not birth.read_partial(partial, person.notes, person.path("dob")):
        person.note("bad_date", "dob")
    if person.flag("unborn") and not birth.unborn and birth.born_on is None:
        birth.unborn = True
        person.note("expected_date_missing", "edd")
    age = None if person.flag("unborn") else person.text("ageApprox", "age", "approximateAge")
    birth.read_age(age, person.notes, person.path("ageApprox"))
    birth.note_missing(person.notes, person.path("dob"))
    return birth


def _is_no_whole_date(words: str, person: Fields) -> bool:
    """Whether it may be a year or a month: too short for a date, and `5/6/26` is one."""
    short = len(words) <= 7 and not word_key(words).replace(" ", "").isalpha()
    return short and read_day(words, person.notes.context.today) is None


def lowest_months(child: Child, birth: Birth, notes: Notes) -> int | None:
    """The lowest possible age in months, None where unknown or not yet born."""
    if child.born_on is not None:
        return months_between(child.born_on, notes.context.today)
    if birth.age_months is not None:
        return birth.age_months
    return child.age_years[0] * 12 if child.age_years else None


def read_disabilities(person: Fields) -> tuple[str, ...]:
    """Disability codes, each once; unknown words are noted. NONE stands alone or not at all."""
    if isinstance(person.raw("disability", "disabilities"), bool):
        return ("DDA",) if person.flag("disability", "disabilities") else ("NONE",)
    words = person.texts("disability", "disabilities", separators=";,|")
    found = dict.fromkeys(_disability(word, person) for word in words)
    named = tuple(code for code in found if code not in ("NONE", None))
    return tuple(code for code in named if code) or (("NONE",) if "NONE" in found else ())


def _disability(word: str, person: Fields) -> str | None:
    code = value("disability", word) or (word.upper() if word.upper() in codes("disability") else None)
    if code is None:
        person.note("unknown_value", "disability")
        return "DDA"
    return code


def child_markers(person: Fields, child: Child) -> frozenset[str]:
    """Markers that the child's own fields give."""
    flags = (
        ("child_present", person.flag("presentAtIncident", "present")),
        ("child_spoken_to", person.flag("spokenTo")),
        ("child_not_seen", _negated(person.flag("seen"))),
        ("child_not_mobile", _negated(person.flag("mobile"))),
        ("child_non_verbal", person.flag("nonVerbal")),
        ("child_in_custody", person.flag("inCustody", "childInCustody")),
        ("home_educated", person.flag("homeEducated", "electivelyHomeEducated")),
        ("child_protection_plan", person.flag("childProtectionPlan", "cpPlan")),
        ("child_in_need_plan", person.flag("childInNeedPlan", "cinPlan")),
        ("looked_after", person.flag("lookedAfter", "cla")),
        ("previously_looked_after", person.flag("previouslyLookedAfter")),
        ("private_fostering", person.flag("privateFostering", "privatelyFostered")),
        ("child_injured", is_injured(person)),
        ("child_disabled", any(code != "NONE" for code in child.disabilities)),
    )
    words = (value("plan", word) or value("marker", word) for word in person.texts("status", "plans", "markers"))
    return frozenset(
        (*(name for name, there in flags if there), *(word for word in words if word), *birth_markers(person, child))
    )


def _negated(flag: bool | None) -> bool:
    return flag is False


def is_injured(person: Fields) -> bool:
    """Whether injuries are stated: a flag, a list with entries, or words other than none."""
    raw = person.raw("injuries", "injured", "injury")
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return word_key(raw) not in _NO_INJURY
    return bool(raw)


def birth_markers(person: Fields, child: Child) -> frozenset[str]:
    """Whether an unborn child is due within six weeks, or overdue."""
    if child.expected_on is None:
        return frozenset()
    days = (child.expected_on - person.notes.context.today).days
    if days < 0:
        return frozenset({"birth_overdue"})
    return frozenset({"birth_within_6_weeks"}) if days <= _WEEKS_6 else frozenset()
