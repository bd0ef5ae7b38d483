"""The multi-agency referral form as JSON: voluntary organisations, and everybody in health who cannot send FHIR.

Layout: message shapes, VCS (assumption). `version` is the form's; a later `submittedAt` of one submission is newer.
"""

from dataclasses import replace

from services.intake.sources.adults import read_adult
from services.intake.sources.children import child_markers, read_child
from services.intake.sources.concerns import note_emptiness, read_categories
from services.intake.sources.dates import read_instant
from services.intake.sources.drafts import Context, Draft, Item, Reading
from services.intake.sources.fields import Fields
from services.intake.sources.items import (
    Layout,
    adult_on,
    note_clock,
    read_consent,
    read_items,
    read_services,
    says_nothing,
)
from services.intake.sources.json_text import read_json
from services.intake.sources.notes import Notes
from services.intake.sources.places import SERVICE_FIELDS, is_about_a_place, read_place
from services.intake.sources.words import value
from shared.messages.contact import Adult, Child, Referrer, SenderRef

SOURCE_CODES = {"vcs": "8", "health": "3F"}  # referral_source; 3F is "use for others unless locally mapped"
LAYOUT = Layout(
    "submissions",
    references=frozenset({"submissionid", "submissionversion", "revision"}),
    shown=frozenset({"date", "other", "relationship", "sex", "charityno", "safeguardinglead", "interpreter"}),
)
_UNSURE = frozenset({"unsure", "not sure", "unknown", ""})


def read_vcs(body: bytes, context: Context) -> Reading:
    """The forms in `body`: one, or a list of which each stands alone. Raises Refused where nothing can be read."""
    return read_forms(read_json(body), context)


def read_forms(message: object, context: Context) -> Reading:
    """The same for JSON that was read already."""
    return read_items(
        message, LAYOUT, context.looked, lambda form, pointer: _read_form(Fields(form, pointer, Notes(context)))
    )


def _read_form(form: Fields) -> Item | None:
    common = _common(form)
    drafts = [_child_draft(fields.apart(), common) for fields in form.each("child", "children")]
    if not drafts and is_about_a_place(form):
        drafts = [replace(common, subject=read_place(form))]
    if says_nothing(drafts or [common]):
        return None
    if not drafts:
        form.note("child_missing", "child")
        drafts = [common]
    if _several_families(drafts):
        form.note("several_families", "child")
    message_id, identity, version = _identity(form)
    for draft in drafts:
        draft.defects += form.notes.defects
    organisation = form.inside("organisation", "organization")
    return Item(
        pointer=form.pointer,
        sender_org=organisation.text("charityNo", "odsCode", "name") or "",
        content=b"",
        drafts=tuple(drafts),
        message_id=message_id,
        identity=identity,
        version=version,
        thread=message_id,
        recorded_at=read_instant(form.text("submittedAt") or "", form.notes.context.today),
    )


def _child_draft(person: Fields, common: Draft) -> Draft:
    child, months = read_child(person)
    return replace(
        common,
        subject=child,
        age_months=months,
        markers=common.markers | child_markers(person, child),
        voice_of_child=person.prose("view", "voice") or common.voice_of_child,
        defects=person.notes.defects,
    )


def _common(form: Fields) -> Draft:
    """Everything of the form that holds for each of its children."""
    notes, concern = form.notes, form.inside("concern")
    narrative = _narrative(concern, form)
    words = [(word, concern.path("categories")) for word in concern.texts("categories", "category")]
    concerns, markers = read_categories(words, notes)
    if concern.unless_no("immediateRisk", "immediateDanger"):
        markers |= {"sender_says_immediate"}
    adults, household = _household(form)
    note_emptiness(concerns, narrative, notes, concern.path("whatHappened"))
    note_clock(form.instant("submittedAt"), notes, form.path("submittedAt"))
    informed = form.inside("parentsInformed") if isinstance(form.raw("parentsInformed"), dict) else None
    return Draft(
        subject=Child(),
        source_code=_source_code(form),
        incident_at=concern.instant("when"),
        sender_refs=_references(form),
        adults=adults,
        household=household,
        concerns=concerns,
        markers=markers | _stated(concern.texts("markers", "risks")),
        protective=_protective(concern),
        narrative=narrative,
        voice_of_child=concern.prose("childsView", "voiceOfChild"),
        consent=read_consent(form),
        parents_informed=informed.flag("yes", "informed") if informed is not None else form.flag("parentsInformed"),
        parents_informed_reason=informed.text("reasonIfNot", "reason") if informed is not None else None,
        requested_service=read_services(form, *SERVICE_FIELDS),
        level_thought=_level(form),
        known_agencies=form.texts("helpAlready", "knownAgencies"),
        referrer=_referrer(form),
        protected_address=form.unless_no("protectedAddress"),
        information_handling=form.text("informationHandling"),
        attachments=_attachments(form),
    )


def _narrative(concern: Fields, form: Fields) -> str | None:
    parts = (
        (None, concern.prose("whatHappened", "description", "text") or form.prose("narrative")),
        ("Worries", concern.prose("worries")),
        ("Strengths", concern.prose("strengths") if isinstance(concern.raw("strengths"), str) else None),
    )
    return "\n\n".join(f"{label}: {text}" if label else text for label, text in parts if text) or None


def _stated(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(code for code in (value("marker", word) or value("aggravating", word) for word in words) if code)


def _protective(concern: Fields) -> frozenset[str]:
    words = concern.texts("protectiveFactors") + concern.texts("strengths", separators=";|,.")
    return frozenset(code for code in (value("protective", word) for word in words) if code)


def _household(form: Fields) -> tuple[tuple[Adult, ...], tuple[str, ...]]:
    """Adults with a part to play, and the others of the household in words."""
    adults: list[Adult] = []
    others: list[str] = []
    today = form.notes.context.today
    for person in form.each("household"):
        adult = read_adult(person)
        if adult.roles != ("other",) or adult.parental_responsibility or adult_on(adult.born_on, today):
            adults.append(adult)
            continue
        name = " ".join(part for part in (adult.name.forename, adult.name.surname) if part)
        words = f"{name} ({adult.relationship})" if adult.relationship else name
        if words:
            others.append(words)
    return tuple(adults), tuple(others)


def _source_code(form: Fields) -> str:
    organisation = form.inside("organisation", "organization")
    words = (organisation.text("kind", "type"), form.inside("referrer").text("role"))
    known = (value("source_code", word) for word in words if word)
    return next((code for code in known if code), SOURCE_CODES.get(form.notes.context.agency_kind, "10"))


def _references(form: Fields) -> tuple[SenderRef, ...]:
    organisation = form.inside("organisation", "organization").text("name")
    found = (("submission", form.text("submissionId")), ("case", form.text("caseRef")))
    return tuple(SenderRef(type=kind, value=text, org=organisation) for kind, text in found if text)


def _referrer(form: Fields) -> Referrer:
    referrer = form.inside("referrer")
    wanted = referrer.flag("feedback", "feedbackWanted")
    return Referrer(
        name=referrer.text("name") or form.inside("organisation").text("safeguardingLead"),
        role=referrer.text("role"),
        phone=referrer.text("phone"),
        email=referrer.text("email"),
        feedback_wanted=wanted is not False,
    )


def _level(form: Fields) -> int | None:
    """The sender's own guess, 1 to 5; advisory only."""
    if str(form.raw("levelThought") or "").strip().lower() in _UNSURE:
        return None
    level = form.number("levelThought")
    if level is not None and not 1 <= level <= 5:
        form.note("unknown_value", "levelThought")
        return None
    return level


def _attachments(form: Fields) -> tuple[str, ...]:
    """Names only: the router takes no files over, and says so where one was flagged."""
    named = form.texts("attachments")
    for attachment in form.each("attachments"):
        if attachment and (attachment.text("status") or "clean").lower() not in ("clean", "ok"):
            attachment.note("attachment_held")
    return named


def _several_families(drafts: list[Draft]) -> bool:
    """Whether children of one form share neither a surname nor a postcode with any other."""
    marks = [_family_marks(draft) for draft in drafts]
    known = [mark for mark in marks if mark]
    return len(known) > 1 and any(not any(mark & other for other in known if other is not mark) for mark in known)


def _family_marks(draft: Draft) -> frozenset[str]:
    child = draft.subject
    if not isinstance(child, Child):
        return frozenset()
    surnames = {f"s:{name.surname.lower()}" for name in child.names if name.surname}
    postcodes = {f"p:{address.postcode}" for address in child.addresses if address.postcode}
    return frozenset(surnames | postcodes)


def _identity(form: Fields) -> tuple[str | None, str | None, int | None]:
    """The submission's id, its identity, and its version where the form carries one."""
    message_id = form.text("submissionId")
    if message_id is None:
        form.note("message_id_missing", "submissionId")
        return None, None, 1
    version = form.number("submissionVersion", "revision")
    if version is not None and version > 0:
        return message_id, f"{message_id}|{version}", version
    return message_id, f"{message_id}|{form.text('submittedAt') or ''}", None
