"""Contacts and assessments with every part that the contact page shows filled in. All people are invented."""

from datetime import date, datetime, timedelta
from uuid import UUID

from shared.ids import new_id
from shared.messages.assessment import (
    Assessment,
    Factor,
    InvolvementItem,
    PriorInvolvement,
    Rating,
    StatutoryFlag,
)
from shared.messages.contact import (
    Address,
    Adult,
    CanonicalContact,
    Child,
    Concern,
    Consent,
    Defect,
    Identifier,
    Name,
    Referrer,
    SenderRef,
    Severity,
)
from tests.builders.console import RECEIVED_AT


def a_contact(
    contact_id: UUID,
    *,
    receipt_id: UUID | None = None,
    forename: str = "Tilly",
    surname: str = "Ashgrove",
    narrative: str = "Tilly came to school hungry again and said nobody was at home last night.",
    markers: tuple[str, ...] = (),
    agency_id: str = "school-ferndale",
    agency_kind: str = "school",
    siblings: tuple[UUID, ...] = (),
    danger: tuple[str, ...] = (),
    received_at: datetime = RECEIVED_AT,
) -> CanonicalContact:
    """A contact with every part that the page shows filled in."""
    return CanonicalContact(
        contact_id=contact_id,
        receipt_id=receipt_id or new_id(),
        agency_id=agency_id,
        agency_kind=agency_kind,
        sender_org="Ferndale Academy",
        channel="http",
        received_at=received_at,
        incident_at=received_at - timedelta(hours=14),
        sender_refs=(SenderRef(type="case", value="FA-2291"),),
        subject=Child(
            names=(Name(forename=forename, surname=surname), Name(forename="Till", surname=surname, use="known-as")),
            born_on=date(2018, 4, 9),
            sex="F",
            ethnicity="WBRI",
            identifiers=(
                Identifier(type="nhs_number", value="999 000 0018", normalised="9990000018", valid=True),
                Identifier(type="upn", value="X999", valid=False),
            ),
            addresses=(Address(lines=("4 Larch Terrace", "Ferryhill"), postcode="DL17 0ZZ"),),
            school="Ferndale Academy",
            gp="Ferryhill Surgery",
        ),
        siblings=siblings,
        adults=(
            Adult(
                name=Name(forename="Corinne", surname=surname),
                relationship="Mother",
                roles=("carer",),
                parental_responsibility=True,
                phone="01632 960143",
            ),
            Adult(name=Name(forename="Dale", surname="Pember"), relationship="Mother's partner", roles=("other",)),
        ),
        household=("Corinne Ashgrove", "Dale Pember", "Rowan Ashgrove (3)"),
        concerns=(
            Concern(
                theme="NE2",
                category="Neglect",
                text="Hungry on four mornings in two weeks, same clothes, tired.",
                source="concerns[0].text",
            ),
            Concern(
                theme="PM1",
                category="Parent wellbeing",
                text="Mother told us she feels low.",
                source="concerns[1].text",
            ),
        ),
        markers=markers or ("child_not_seen", "new_adult_in_home"),
        protective=("parent_engages", "trusted_adult"),
        narrative=narrative,
        voice_of_child="“I make toast for Rowan because Mum is asleep.”",
        consent=Consent(status="given", by="Mother"),
        parents_informed=True,
        danger_criteria=danger,
        immediate_danger=bool(danger),
        requested_service="early help",
        level_thought=3,
        referrer=Referrer(name="P. Whitlock", role="Designated safeguarding lead", phone="01632 960211"),
    )


def an_assessment(
    contact_id: UUID,
    *,
    level: int = 4,
    rating: Rating = Rating.AMBER,
    flag: StatutoryFlag = StatutoryFlag.S17,
    danger: tuple[str, ...] = (),
    needs_person: str | None = "level_4_5",
    assessed_at: datetime = RECEIVED_AT + timedelta(seconds=1),
    earlier_contact: UUID | None = None,
) -> Assessment:
    """An assessment with a factor of every kind."""
    return Assessment(
        contact_id=contact_id,
        person_id=UUID(int=77),
        match="name_and_birth_date",
        level=level,
        rating=rating,
        statutory_flag=flag,
        danger=danger,
        needs_person=needs_person,
        factors=(
            *(Factor(kind="danger", code=code, label=code.replace("_", " "), weight=5, speed="I") for code in danger),
            Factor(
                kind="indicator",
                code="NE2",
                label="persistent neglect, home conditions, hunger",
                weight=4,
                speed="24",
                words="Hungry on four mornings in two weeks",
                source="concerns[0].text",
                clause="continuum 2026.1, NE2 (assumption)",
            ),
            Factor(
                kind="multiplier",
                code="new_adult",
                label="concerning adult moved in",
                weight=1,
                words="Dale moved in after the summer",
                source="markers",
                clause="continuum 2026.1, multipliers (assumption)",
            ),
            Factor(kind="protective", code="parent_engages", label="parent recognises the worry and engages"),
        ),
        unknowns=("where the father lives", "whether the younger brother was seen"),
        changes=("consent recorded as refused would not change the level",),
        prior_involvement=PriorInvolvement(
            known_within_12_months=True,
            contacts_12_months=2,
            contacts_90_days=1,
            referrals_12_months=1,
            agency_kinds_7_days=("police", "school"),
            items=(
                InvolvementItem(
                    kind="contact",
                    on=date(2026, 10, 2),
                    agency_kind="police",
                    detail="Neighbours reported shouting",
                    contact_id=earlier_contact,
                ),
                InvolvementItem(kind="referral", on=date(2026, 3, 18), agency_kind="health"),
            ),
        ),
        policy_version="county-durham/continuum@2026.1",
        assessed_at=assessed_at,
    )


def a_contact_full_of(payload: str, contact_id: UUID) -> CanonicalContact:
    """A contact with the same text in every field that takes text."""
    kept = a_contact(contact_id)
    return kept.model_copy(
        update={
            "subject": Child(
                names=(Name(forename=payload, surname=payload),),
                identifiers=(Identifier(type=payload, value=payload, valid=False),),
                addresses=(Address(lines=(payload,), postcode=payload, status=payload),),
                ethnicity=payload,
                disabilities=(payload,),
                gp=payload,
                school=payload,
                languages=(payload,),
            ),
            "adults": (Adult(name=Name(forename=payload), relationship=payload, roles=(payload,), phone=payload),),
            "household": (payload,),
            "consent": Consent(status=payload, by=payload, reason=payload),
            "parents_informed_reason": payload,
            "sender_refs": (SenderRef(type=payload, value=payload),),
            "defects": (Defect(code=payload, pointer=payload, message=payload),),
            "concerns": (
                Concern(
                    theme=payload, category=payload, text=payload, severity=Severity(scheme=payload, value=payload)
                ),
            ),
            "markers": (payload,),
            "protective": (payload,),
            "narrative": payload,
            "voice_of_child": payload,
            "referrer": Referrer(name=payload, role=payload, phone=payload, email=payload),
            "sender_org": payload,
            "requested_service": payload,
            "known_agencies": (payload,),
            "information_handling": payload,
        }
    )


def an_assessment_full_of(payload: str, contact_id: UUID) -> Assessment:
    """An assessment with the same text in every field that takes text."""
    factor = Factor(kind="indicator", code=payload, label=payload, words=payload, source=payload, clause=payload)
    kept = an_assessment(contact_id)
    item = InvolvementItem(kind=payload, on=date(2026, 10, 2), agency_kind=payload, detail=payload)
    prior = kept.prior_involvement.model_copy(update={"items": (item,), "open_team": payload})
    return kept.model_copy(
        update={"factors": (factor,), "unknowns": (payload,), "changes": (payload,), "prior_involvement": prior}
    )
