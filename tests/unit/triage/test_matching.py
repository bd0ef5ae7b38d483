"""Who a contact is about: every row says who is known, who arrives, and where the arrival ends up."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from services.triage.domain.identity import Identity, KeyKind, MatchKey, identity_of, match_key, normalised_name
from services.triage.domain.matching import (
    Match,
    NewPerson,
    NotIdentified,
    ReviewNeeded,
    SamePerson,
    UnbornChild,
    match,
)
from services.triage.domain.outcomes import Reason
from services.triage.domain.placing import Arrival, place_children
from services.triage.domain.register import Register
from shared.ids import new_id
from shared.messages.contact import Child
from tests.builders.triage import RECEIVED_ON, a_child, a_name, an_unborn_child, la_child_id, nhs_number, person_id, upn

ELLA, ELLA_NHS = date(2016, 5, 4), "9992041870"
OTHER_NHS, THIRD_NHS = "9993770515", "9994588206"
UPN_A, UPN_B = "H840990118001", "Y392990219034"


def identity(child: Child) -> Identity:
    return identity_of(child, "county-durham", RECEIVED_ON)


def child(
    forename: str | None = "Ella",
    surname: str | None = "Marsh",
    born_on: date | None = ELLA,
    **changes: object,
) -> Child:
    return a_child(names=(a_name(forename, surname),), born_on=born_on, **changes)


def register(*known: Child) -> Register:
    """Persons 1, 2, 3 ... in the order given."""
    made = Register()
    for number, one in enumerate(known, start=1):
        made.learn(person_id(number), identity(one))
    return made


@dataclass(frozen=True)
class Row:
    says: str
    known: tuple[Child, ...]
    arrives: Child
    expected: Match | str
    extra: str = field(default="")


KNOWN_ELLA = child(identifiers=(nhs_number(ELLA_NHS),))
ELLA_WITH_UPN = child(identifiers=(upn(UPN_A),))
BEN = child("Ben", "Marsh", date(2012, 1, 9), identifiers=(nhs_number(OTHER_NHS),))
NAMELESS = Child(identifiers=(nhs_number(ELLA_NHS),))

ROWS = [
    Row("nobody known: new", (), child(), NewPerson()),
    Row("same name and date of birth", (child(),), child(), "1 by name_and_birth_date"),
    Row(
        "case, accents and hyphens do not matter",
        (child("Zoë-Ann", "O'Neill"),),
        child("ZOE ANN", "oneill"),
        "1 by name_and_birth_date",
    ),
    Row(
        "known by another name too",
        (a_child(names=(a_name("Ella", "Marsh"), a_name("Ella", "Firth", "known-as")), born_on=ELLA),),
        child("Ella", "Firth"),
        "1 by name_and_birth_date",
    ),
    Row("same name, other date of birth: another child", (child(),), child(born_on=date(2016, 5, 5)), NewPerson()),
    Row("day and month swapped is another child here", (child(),), child(born_on=date(2016, 4, 5)), NewPerson()),
    Row("twin: same surname and date, other forename", (child(),), child("Eva"), NewPerson()),
    Row("sibling: same surname, other date", (child(),), child("Ben", "Marsh", date(2012, 1, 9)), NewPerson()),
    Row("identifier, name and date agree", (KNOWN_ELLA,), KNOWN_ELLA, "1 by identifier"),
    Row(
        "identifier agrees, surname changed",
        (KNOWN_ELLA,),
        child("Ella", "Firth", identifiers=(nhs_number(ELLA_NHS),)),
        "1 by identifier",
    ),
    Row(
        "identifier agrees, forename shortened",
        (child("Katherine", identifiers=(upn(UPN_A),)),),
        child("Kat", identifiers=(upn(UPN_A),)),
        "1 by identifier",
    ),
    Row(
        "identifier agrees, date of birth has a slip",
        (KNOWN_ELLA,),
        child(born_on=date(2016, 5, 14), identifiers=(nhs_number(ELLA_NHS),)),
        "1 by identifier",
    ),
    Row(
        "identifier agrees, no date given",
        (KNOWN_ELLA,),
        child(born_on=None, identifiers=(nhs_number(ELLA_NHS),)),
        "1 by identifier",
    ),
    Row(
        "identifier agrees, no name given",
        (KNOWN_ELLA,),
        child(None, None, identifiers=(nhs_number(ELLA_NHS),)),
        "1 by identifier",
    ),
    Row(
        "a former UPN finds the child",
        (ELLA_WITH_UPN,),
        child("Ella", "Firth", identifiers=(upn(UPN_A, former=True), upn(UPN_B))),
        "1 by identifier",
    ),
    Row(
        "new UPN, same NHS number: the child moved school",
        (child(identifiers=(nhs_number(ELLA_NHS), upn(UPN_A))),),
        child(identifiers=(nhs_number(ELLA_NHS), upn(UPN_B))),
        "1 by identifier",
    ),
    Row(
        "identifier agrees, name and date both differ",
        (KNOWN_ELLA,),
        child("Noah", "Okafor", date(2010, 2, 2), identifiers=(nhs_number(ELLA_NHS),)),
        "review of 1: name_and_birth_date_differ",
    ),
    Row(
        "the co-twin's number: date agrees, forename does not",
        (KNOWN_ELLA,),
        child("Eva", identifiers=(nhs_number(ELLA_NHS),)),
        "review of 1: forename_differs",
    ),
    Row(
        "forename differs, date unknown",
        (KNOWN_ELLA,),
        child("Eva", born_on=None, identifiers=(nhs_number(ELLA_NHS),)),
        "review of 1: name_and_birth_date_differ",
    ),
    Row("identifier alone proves nobody", (KNOWN_ELLA,), NAMELESS, "review of 1: nothing_to_compare"),
    Row(
        "identifier with a wrong date and no name",
        (KNOWN_ELLA,),
        child(None, None, date(2011, 1, 1), identifiers=(nhs_number(ELLA_NHS),)),
        "review of 1: name_and_birth_date_differ",
    ),
    Row(
        "siblings' numbers swapped: two persons hit",
        (KNOWN_ELLA, BEN),
        child(identifiers=(nhs_number(OTHER_NHS),)),
        "review of 1, 2: several_persons",
    ),
    Row(
        "two identifiers of two persons",
        (KNOWN_ELLA, child("Ben", born_on=date(2012, 1, 9), identifiers=(upn(UPN_B),))),
        child("Ada", "Stone", date(2014, 1, 1), identifiers=(nhs_number(ELLA_NHS), upn(UPN_B))),
        "review of 1, 2: several_persons",
    ),
    Row(
        "same name and date, other NHS number: two children of one name",
        (KNOWN_ELLA,),
        child(identifiers=(nhs_number(OTHER_NHS),)),
        "review of 1: identifiers_differ",
    ),
    Row(
        "same name and date, other UPN and no number",
        (ELLA_WITH_UPN,),
        child(identifiers=(upn(UPN_B),)),
        "review of 1: identifiers_differ",
    ),
    Row(
        "UPN agrees, NHS numbers differ",
        (child(identifiers=(nhs_number(ELLA_NHS), upn(UPN_A))),),
        child(identifiers=(nhs_number(OTHER_NHS), upn(UPN_A))),
        "review of 1: identifiers_differ",
    ),
    Row(
        "an invalid number is not used, name and date are",
        (child(),),
        child(identifiers=(nhs_number("9992041871", valid=False),)),
        "1 by name_and_birth_date",
    ),
    Row(
        "an invalid number alone identifies nobody",
        (KNOWN_ELLA,),
        child(None, None, None, identifiers=(nhs_number("9992041871", valid=False),)),
        NotIdentified(),
    ),
    Row(
        "LA child id of the same authority",
        (child(identifiers=(la_child_id("C100"),)),),
        child("Ella", "Firth", identifiers=(la_child_id("C100"),)),
        "1 by identifier",
    ),
    Row(
        "the same LA child id of another authority is another id",
        (child("Mia", "Reed", date(2013, 3, 3), identifiers=(la_child_id("C100", "county-durham"),)),),
        child(identifiers=(la_child_id("C100", "gateshead"),)),
        NewPerson(),
    ),
    Row("neither name and date nor identifier", (child(),), child("Ella", "Marsh", None), NotIdentified()),
    Row("a forename and a date are not enough", (child(),), child("Ella", None), NotIdentified()),
    Row("an estimated date of birth matches nobody", (child(),), child(born_on_estimated=True), NotIdentified()),
    Row("a date of birth in the future matches nobody", (child(),), child(born_on=date(2026, 3, 11)), NotIdentified()),
    Row(
        "unborn, with the mother's number",
        (KNOWN_ELLA,),
        an_unborn_child().model_copy(update={"identifiers": (nhs_number(ELLA_NHS),)}),
        UnbornChild(),
    ),
]


def told(found: Match) -> Match | str:
    match found:
        case SamePerson(person=person, by=by):
            return f"{person.person_id.int} by {by}"
        case ReviewNeeded(why=why, candidates=candidates):
            return f"review of {', '.join(str(one.int) for one in candidates)}: {why}"
        case _:
            return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_a_child_is_linked_only_where_nothing_contradicts(row: Row) -> None:
    assert told(match(identity(row.arrives), register(*row.known))) == row.expected


@pytest.mark.parametrize(
    ("found", "how", "reason"),
    [
        ((child(), child()), ["new", "name_and_birth_date"], [None, None]),
        ((child(), child("Eva")), ["new", "new"], [None, None]),
        ((KNOWN_ELLA, NAMELESS), ["new", "review"], [None, Reason.IDENTITY_UNCERTAIN]),
        ((child(born_on=None), child(born_on=None)), ["none", "none"], [Reason.IDENTITY_MISSING] * 2),
        ((an_unborn_child(), an_unborn_child()), ["none", "none"], [Reason.UNBORN] * 2),
    ],
    ids=["same child twice", "twins", "number alone", "nothing to match twice", "unborn twice"],
)
def test_children_of_one_batch_find_each_other(found: tuple[Child, ...], how: list[str], reason: list[object]) -> None:
    arrivals = [Arrival(new_id(), new_id(), identity(one)) for one in found]
    placings = place_children(arrivals, Register())
    assert [placing.how for placing in placings] == how
    assert [placing.reason for placing in placings] == reason
    assert len({placing.person_id for placing in placings}) == (1 if how[1] == "name_and_birth_date" else 2)


def test_a_person_under_review_takes_no_key_that_another_person_holds() -> None:
    arrivals = [
        Arrival(new_id(), new_id(), identity(one))
        for one in (KNOWN_ELLA, child("Eva", identifiers=(nhs_number(ELLA_NHS),)))
    ]
    first, second = place_children(arrivals, Register())
    number = match_key(KeyKind.NHS_NUMBER, ELLA_NHS)
    assert number in first.gained
    assert number not in second.gained
    assert [key.kind for key in second.gained] == [KeyKind.NAME_AND_BIRTH_DATE]


def test_a_linked_person_learns_the_new_key_and_is_found_by_it_next_time() -> None:
    known = register(child())
    place_children([Arrival(new_id(), new_id(), identity(child(identifiers=(nhs_number(THIRD_NHS),))))], known)
    found = match(identity(child("Ella", "Firth", identifiers=(nhs_number(THIRD_NHS),))), known)
    assert told(found) == "1 by identifier"


@pytest.mark.parametrize(
    ("given", "normalised"),
    [
        ("O'Brien", "obrien"),
        ("  Smith-Jones ", "smithjones"),
        ("ŽÁKOVÁ", "zakova"),
        ("Łukasz", "lukasz"),
        ("ŁUKASZ", "lukasz"),
        ("Bjørn", "bjorn"),
        ("Đorđe", "dorde"),
        ("Işıl", "isil"),
        ("IŞIL", "isil"),
        ("İpek", "ipek"),
        ("Þóra", "thora"),
        ("Guðrún", "gudrun"),
        ("Lætitia", "laetitia"),
        ("Straße", "strasse"),
        ("Ann-Marie 2", "annmarie"),
        ("李 明", "李明"),
        ("...", ""),
    ],
)
def test_names_are_compared_by_their_letters(given: str, normalised: str) -> None:
    assert normalised_name(given) == normalised


def test_keys_of_one_value_differ_by_kind_and_hide_the_value() -> None:
    keys = {match_key(KeyKind.NHS_NUMBER, "9992041870"), match_key(KeyKind.UPN, "9992041870")}
    assert len(keys) == 2
    assert all(isinstance(key, MatchKey) and len(key.digest) == 16 and b"999" not in key.digest for key in keys)
