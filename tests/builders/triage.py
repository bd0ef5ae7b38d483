"""Contacts, histories and policies for tests of triage. All people are invented; NHS numbers are of the 999 range."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from services.triage.domain.age import months_before
from services.triage.domain.history import Entry, History, Known, known_before
from services.triage.domain.outcomes import NeedsPerson, Outcome, Reason, Suggested
from services.triage.domain.policy import Policy
from services.triage.domain.scoring import assess
from services.triage.policy import load_policy
from shared.ids import new_id
from shared.messages.contact import (
    Address,
    Adult,
    CanonicalContact,
    Child,
    Concern,
    Consent,
    Identifier,
    Name,
    Place,
    Severity,
)
from shared.policy import read_pack

POLICY_DIR = Path(__file__).resolve().parents[2] / "deploy" / "policy"
RECEIVED_AT = datetime(2026, 3, 10, 11, 30, tzinfo=UTC)
RECEIVED_ON = date(2026, 3, 10)


@cache
def durham() -> Policy:
    """The continuum of County Durham as delivered."""
    return load_policy(read_pack(POLICY_DIR, "county-durham", "continuum"))


def nhs_number(value: str, *, valid: bool = True) -> Identifier:
    return Identifier(type="nhs_number", value=value, normalised=value if valid else None, valid=valid)


def upn(value: str, *, former: bool = False) -> Identifier:
    return Identifier(type="former_upn" if former else "upn", value=value, normalised=value, valid=True)


def la_child_id(value: str, issuer: str | None = None) -> Identifier:
    return Identifier(type="la_child_id", value=value, normalised=value, valid=True, issuer=issuer)


def a_name(forename: str | None = "Robin", surname: str | None = "Testcase", use: str = "official") -> Name:
    return Name(forename=forename, surname=surname, use=use)


def a_child(**changes: Any) -> Child:
    """Eight years and two months old, at a known address."""
    given: dict[str, Any] = {
        "names": (a_name(),),
        "born_on": date(2018, 1, 2),
        "addresses": (Address(postcode="DH1 9ZZ", postcode_valid=True),),
        **changes,
    }
    return Child(**given)


def a_child_aged(months: int, **changes: Any) -> Child:
    """So many whole months old on the day the contact is received."""
    return a_child(born_on=months_before(RECEIVED_ON, months), **changes)


def an_unborn_child(expected_on: date | None = date(2026, 8, 1)) -> Child:
    return a_child(names=(), born_on=None, unborn=True, expected_on=expected_on)


def a_place() -> Place:
    return Place(name="Invented Square", postcode="DH1 9ZY")


def a_concern(theme: str | None, text: str | None = None, grade: tuple[str, str] | None = None) -> Concern:
    severity = Severity(scheme=grade[0], value=grade[1]) if grade else None
    return Concern(theme=theme, text=text, severity=severity)


def a_contact(*themes: str, **changes: Any) -> CanonicalContact:
    """A contact with these indicators, complete enough that nothing else asks for a person."""
    given: dict[str, Any] = {
        "contact_id": new_id(),
        "receipt_id": new_id(),
        "agency_id": "school-ferndale",
        "agency_kind": "school",
        "sender_org": "Ferndale School",
        "channel": "http",
        "received_at": RECEIVED_AT,
        "subject": a_child(),
        "concerns": tuple(a_concern(theme) for theme in themes),
        "consent": Consent(status="given"),
        "parents_informed": True,
        "voice_of_child": "I would like some help.",
        "adults": (Adult(name=Name(forename="Sam", surname="Testcase"), roles=("carer",)),),
        **changes,
    }
    return CanonicalContact(**given)


def an_entry(on: date, level: int = 2, kind: str = "contact", **changes: Any) -> Entry:
    given: dict[str, Any] = {"agency_kind": "school", "contact_id": new_id(), **changes}
    return Entry(on=on, kind=kind, level=level, **given)


def known_by(contact: CanonicalContact, entries: Sequence[Entry] = (), policy: Policy | None = None) -> Known:
    rules = (policy or durham()).history
    return known_before(History(tuple(entries)), RECEIVED_ON, contact.agency_kind, contact.contact_id, rules)


def assessed(
    contact: CanonicalContact,
    entries: Sequence[Entry] = (),
    *,
    identity: Reason | None = None,
    policy: Policy | None = None,
) -> Outcome:
    """The outcome under the Durham policy, on the day the builders receive contacts."""
    policy = policy or durham()
    return assess(contact, known_by(contact, entries, policy), identity, RECEIVED_ON, policy)


def reason_of(outcome: Outcome) -> Reason | None:
    """Why a person must decide, or None where the rules suggest."""
    match outcome:
        case NeedsPerson(reason=reason):
            return reason
        case Suggested():
            return None


def person_id(number: int) -> UUID:
    """A recognisable id."""
    return UUID(int=number)
