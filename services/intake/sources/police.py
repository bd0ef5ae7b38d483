"""Police protection notices (PPN) as JSON: one notice, or a list of which each stands alone.

Layout: message shapes, police (assumption, to be agreed with the force). Nothing here raises for a field: it notes.
"""

from dataclasses import replace

from services.intake.sources.adults import police_adults
from services.intake.sources.children import child_markers, is_injured, read_child
from services.intake.sources.concerns import note_emptiness, read_categories
from services.intake.sources.drafts import Context, Draft, Item, Reading
from services.intake.sources.fields import Fields
from services.intake.sources.items import Layout, note_clock, read_consent, read_items, read_services, says_nothing
from services.intake.sources.json_text import read_json
from services.intake.sources.notes import Notes
from services.intake.sources.places import is_about_a_place, read_place
from services.intake.sources.police_facts import (
    handling,
    notice_markers,
    read_grade,
    read_ticks,
)
from services.intake.sources.words import value
from shared.messages.contact import Child, Concern, Referrer, SenderRef

LAYOUT = Layout(
    "notices",
    references=frozenset({"noticeid", "version"}),
    shown=frozenset(
        {
            *("end", "attended", "sex", "relationship", "role", "sent", "sentat", "school", "unit", "phone"),
            *("presentatincident", "spokento", "encompass", "pnc", "uprn", "address", "postcode"),
        }
    ),
)
SOURCE_CODE = "6"  # referral_source: Police


def read_police(body: bytes, context: Context) -> Reading:
    """The notices in `body`. Raises Refused where nothing can be read."""
    return read_items(
        read_json(body),
        LAYOUT,
        context.looked,
        lambda notice, pointer: _read_notice(Fields(notice, pointer, Notes(context))),
    )


def _read_notice(notice: Fields) -> Item | None:
    force = notice.text("force")
    if force and value("police_force", force) is None:
        notice.note("unknown_force", "force")
    common = _common(notice)
    drafts = _drafts(notice, common)
    if says_nothing(drafts or [common]):
        return None
    if not drafts:
        notice.note("child_missing", "children")
        drafts = [common]
    message_id, version, replaces = _identity(notice)
    for draft in drafts:
        draft.defects += notice.notes.defects
    return Item(
        pointer=notice.pointer,
        sender_org=force or "",
        content=b"",
        drafts=tuple(drafts),
        message_id=message_id,
        identity=f"{message_id}|{version}" if message_id else None,
        version=version,
        thread=message_id,
        replaces=replaces,
    )


def _drafts(notice: Fields, common: Draft) -> list[Draft]:
    """One draft per child, each with the defects of its own fields, or one for the place that a request is about."""
    drafts = [_child_draft(fields.apart(), common) for fields in notice.each("children", "child")]
    if not drafts and is_about_a_place(notice):
        return [replace(common, subject=read_place(notice))]
    return drafts


def _child_draft(person: Fields, common: Draft) -> Draft:
    child, months = read_child(person)
    injuries = person.prose("injuries") if is_injured(person) and not isinstance(person.raw("injuries"), bool) else None
    seen = (Concern(text=injuries, source=person.path("injuries")),) if injuries else ()
    return replace(
        common,
        subject=child,
        age_months=months,
        concerns=common.concerns + seen,
        markers=common.markers | child_markers(person, child),
        voice_of_child=person.prose("voice", "childsVoice"),
        defects=person.notes.defects,
    )


def _common(notice: Fields) -> Draft:
    """Everything of the notice that holds for each of its children."""
    notes, incident = notice.notes, notice.inside("incident")
    narrative = notice.prose("narrative", "summary")
    kind = incident.text("type", "incidentType")
    severity = read_grade(notice, kind)
    concerns, from_words = read_categories([(kind, incident.path("type"))] if kind else (), notes, severity)
    from_safeguarding, more = notice_markers(notice)
    adults, from_adults = police_adults(notice)
    note_emptiness((*concerns, *more), narrative, notes, notice.path("narrative"))
    note_clock(notice.instant("createdAt"), notes, notice.path("createdAt"))
    return Draft(
        subject=Child(),
        source_code=SOURCE_CODE,
        incident_at=incident.instant("start"),
        incident_ref=incident.text("ref"),
        sender_refs=_references(notice, incident),
        adults=adults,
        concerns=(*concerns, *more),
        markers=from_words | from_safeguarding | from_adults,
        dash_ticks=read_ticks(notice),
        narrative=narrative,
        consent=read_consent(notice),
        parents_informed=notice.flag("parentsInformed"),
        requested_service=read_services(notice, "requestedService", "servicesRequested"),
        known_agencies=notice.texts("knownAgencies", "professionals"),
        referrer=_officer(notice),
        protected_address=notice.unless_no("protectedAddress"),
        information_handling=handling(notice),
        attachments=notice.texts("attachments"),
    )


def _references(notice: Fields, incident: Fields) -> tuple[SenderRef, ...]:
    force = notice.text("force")
    found = (
        ("notice", notice.text("noticeId")),
        ("incident", incident.text("ref")),
        ("crime", incident.text("crimeRef") or notice.text("crimeRef")),
        ("supersedes", notice.text("supersedes")),
    )
    return tuple(SenderRef(type=kind, value=text, org=force) for kind, text in found if text)


def _officer(notice: Fields) -> Referrer:
    officer = notice.inside("officer")
    return Referrer(
        name=officer.text("name"),
        role=officer.text("unit", "role"),
        phone=officer.text("phone"),
        email=officer.text("email"),
    )


def _identity(notice: Fields) -> tuple[str | None, int, str | None]:
    """The sender's id, the version, and the other notice that this one replaces."""
    message_id = notice.text("noticeId")
    if message_id is None:
        notice.note("message_id_missing", "noticeId")
    version = notice.number("version")
    if version is None or version < 1:
        notice.note("version_missing", "version")
        version = 1
    replaces = notice.text("supersedes")
    if replaces is not None and (replaces.isdigit() or replaces == message_id):
        replaces = None
    return message_id, version, replaces
