"""The canonical contact: one child (or place) per receipt, whatever agency and format it came from.

Everything here is personal and travels sealed (part name `contact`). Values as received stay beside normalised ones.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.messages.envelope import Frozen

PART = "contact"

Personal = Field(repr=False)


class Name(Frozen):
    """A name as given; `use` tells official, known-as, former or nickname."""

    forename: str | None = Field(default=None, repr=False)
    surname: str | None = Field(default=None, repr=False)
    middle: str | None = Field(default=None, repr=False)
    use: str = "official"


class Identifier(Frozen):
    """An identifier as received and normalised. An invalid one is kept, flagged and never used to match."""

    type: str  # nhs_number | upn | former_upn | uln | la_child_id | pnc | cro | local
    value: str = Personal
    normalised: str | None = Field(default=None, repr=False)
    valid: bool
    verified: bool | None = None
    issuer: str | None = None


class Address(Frozen):
    """Where somebody lives or lived. status: known, no_fixed_abode, overseas, unknown, protected."""

    lines: tuple[str, ...] = Field(default=(), repr=False)
    postcode: str | None = Field(default=None, repr=False)
    postcode_valid: bool | None = None
    uprn: str | None = Field(default=None, repr=False)
    type: str = "home"
    status: str = "known"
    from_on: date | None = None


class Child(Frozen):
    """The child a contact is about. An unborn child has `expected_on` and no `born_on`."""

    kind: Literal["child"] = "child"
    local_ref: str | None = Field(default=None, repr=False)
    names: tuple[Name, ...] = Field(default=(), repr=False)
    born_on: date | None = Field(default=None, repr=False)
    born_on_estimated: bool = False
    expected_on: date | None = Field(default=None, repr=False)
    unborn: bool = False
    age_years: tuple[int, int] | None = None  # lowest and highest possible age, where no date of birth was given
    sex: Literal["M", "F", "U"] = "U"
    ethnicity: str = "NOBT"
    identifiers: tuple[Identifier, ...] = Field(default=(), repr=False)
    addresses: tuple[Address, ...] = Field(default=(), repr=False)
    school: str | None = Field(default=None, repr=False)
    gp: str | None = Field(default=None, repr=False)
    disabilities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    interpreter: bool | None = None


class Place(Frozen):
    """A place or a group as the subject: a request for Team Around the Community is about no single child."""

    kind: Literal["place"] = "place"
    name: str = Personal
    postcode: str | None = Field(default=None, repr=False)
    description: str | None = Field(default=None, repr=False)


Subject = Annotated[Child | Place, Field(discriminator="kind")]


class Adult(Frozen):
    """An adult and the part they play. Roles: carer, victim, alleged_perpetrator, pregnant, other."""

    name: Name = Field(default_factory=Name, repr=False)
    born_on: date | None = Field(default=None, repr=False)
    relationship: str | None = None
    roles: tuple[str, ...] = ()
    parental_responsibility: bool | None = None
    identifiers: tuple[Identifier, ...] = Field(default=(), repr=False)
    address: Address | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)


class Severity(Frozen):
    """A grade in the sender's own scale, kept with the scale: DASH, PPN_RAG, LMH, FHIR."""

    scheme: str
    value: str


class Concern(Frozen):
    """One worry.

    theme: an indicator id of `shared/codes/concern_theme.csv`, or None where the sender's word has no safe mapping;
    category: the sender's own word; source: the path of the field it came from.
    """

    theme: str | None = None
    category: str | None = None
    text: str | None = Field(default=None, repr=False)
    severity: Severity | None = None
    source: str = ""


class Consent(Frozen):
    """Consent of the family to share and to be helped. status: given, refused, not_sought, dispensed, unknown."""

    status: str = "unknown"
    by: str | None = Field(default=None, repr=False)
    reason: str | None = Field(default=None, repr=False)


class Referrer(Frozen):
    """Who sent it. Notices never go to these addresses: recipients come from the directory alone."""

    name: str | None = Field(default=None, repr=False)
    role: str | None = None
    phone: str | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    feedback_wanted: bool = True


class SenderRef(Frozen):
    """A reference of the sender's own: incident, notice, crime, case."""

    type: str
    value: str = Personal
    org: str | None = None


class Defect(Frozen):
    """Something wrong with the input that a person should see.

    code: from `shared/codes/defect.csv`; pointer: a field path, never a value.
    """

    code: str
    pointer: str
    message: str


class CanonicalContact(Frozen):
    """One contact: about one child or place, from one receipt, in one version of one submission."""

    schema_version: int = 1
    contact_id: UUID
    receipt_id: UUID
    agency_id: str
    agency_kind: str  # police | school | health | vcs
    sender_org: str
    message_id: str | None = None  # the sender's own, for idempotency and versions
    message_version: int = 1
    supersedes: str | None = None
    channel: str  # http | file | topic
    source_code: str = "10"  # CIN referral source
    received_at: AwareDatetime
    incident_at: AwareDatetime | None = None
    incident_ref: str | None = Field(default=None, repr=False)
    sender_refs: tuple[SenderRef, ...] = Field(default=(), repr=False)
    subject: Subject
    siblings: tuple[UUID, ...] = ()  # the other contacts of the same receipt
    adults: tuple[Adult, ...] = Field(default=(), repr=False)
    household: tuple[str, ...] = Field(default=(), repr=False)
    concerns: tuple[Concern, ...] = Field(default=(), repr=False)
    markers: tuple[str, ...] = ()  # codes of `shared/codes/marker.csv`, sorted
    protective: tuple[str, ...] = ()  # codes of `shared/codes/protective_factor.csv`, sorted
    dash_ticks: int | None = None
    narrative: str | None = Field(default=None, repr=False)
    voice_of_child: str | None = Field(default=None, repr=False)
    consent: Consent = Consent()
    parents_informed: bool | None = None
    parents_informed_reason: str | None = Field(default=None, repr=False)
    immediate_danger: bool = False  # the sender said so, or a danger criterion was met at intake
    danger_criteria: tuple[str, ...] = ()  # codes of the criteria met at intake
    requested_service: str | None = None
    level_thought: int | None = None  # the sender's guess: advisory only
    known_agencies: tuple[str, ...] = ()
    referrer: Referrer = Field(default_factory=Referrer, repr=False)
    protected_address: bool = False
    information_handling: str | None = Field(default=None, repr=False)
    attachments: tuple[str, ...] = Field(default=(), repr=False)
    defects: tuple[Defect, ...] = ()
