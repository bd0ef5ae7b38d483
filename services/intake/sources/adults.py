"""Adults and the part they play, with what about them makes danger more likely."""

from services.intake.sources.addresses import address_in
from services.intake.sources.fields import Fields
from services.intake.sources.people import identifiers_in, read_name
from services.intake.sources.words import value
from shared.messages.contact import Adult


def read_adult(person: Fields, *roles: str) -> Adult:
    """An adult with the roles given and those the fields name; an unknown role word is kept as the relationship."""
    relationship = person.text("relationship", "relationshipToChild")
    named = person.text("role")
    found = [value("role", word) for word in (named, relationship) if word]
    all_roles = dict.fromkeys((*roles, *(role for role in found if role)))
    return Adult(
        name=read_name(person),
        born_on=person.day("dob", "dateOfBirth", "birthDate"),
        relationship=relationship or named,
        roles=tuple(all_roles) or ("other",),
        parental_responsibility=person.flag("pr", "parentalResponsibility"),
        identifiers=identifiers_in(person, pnc="pnc", cro="cro", nhs_number="nhsNumber", local="personId"),
        address=address_in(person, "address"),
        phone=person.text("phone", "telephone", "mobilePhone"),
    )


def police_adults(notice: Fields) -> tuple[tuple[Adult, ...], frozenset[str]]:
    """Victim, perpetrator and others of a notice, and the markers that stand on them."""
    adults: list[Adult] = []
    markers: set[str] = set()
    for name, role in (("victim", "victim"), ("perpetrator", "alleged_perpetrator"), ("others", "")):
        for person in notice.each(name):
            if not person:
                continue
            pregnant = bool(person.flag("pregnant"))
            adult = read_adult(person, *((role,) if role else ()), *(("pregnant",) if pregnant else ()))
            adults.append(adult)
            markers |= _markers(person, adult.roles, pregnant)
    return tuple(adults), frozenset(markers)


def _markers(person: Fields, roles: tuple[str, ...], pregnant: bool) -> set[str]:
    found: set[str] = set()
    if "victim" in roles and pregnant:
        found.add("victim_pregnant")
    if "alleged_perpetrator" in roles:
        if person.flag("inCustody") is False:
            found.add("perpetrator_out_of_custody")
        if person.flag("canReachChild", "livesWithChild", "accessToChild", "accessToChildren"):
            found.add("perpetrator_can_reach_child")
        if person.flag("newToHousehold", "newInHousehold"):
            found.add("new_adult_in_home")
    if person.flag("posesRiskToChildren", "registeredSexOffender"):
        found.add("person_posing_risk_in_contact")
    return found
