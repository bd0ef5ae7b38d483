"""Health referrals: FHIR R4 message bundles in the style of the booking and referral standard (BaRS), or the flat form.

The patient is the child, except in maternity: there the subject of the request is the mother and the child is unborn.
Source: NHSDigital booking-and-referral-fhir-api; mapping of unborn children: assumption.
"""

from dataclasses import replace

from services.intake.domain.plain_text import BREAK
from services.intake.domain.refusals import Refusal, Refused
from services.intake.sources.documents import documents_in
from services.intake.sources.drafts import Context, Draft, Item, Reading
from services.intake.sources.fhir import ODS_CODE, Bundle
from services.intake.sources.fields import Fields
from services.intake.sources.health_request import request_draft
from services.intake.sources.health_subjects import subjects_of
from services.intake.sources.items import all_text, essence, fixed_form, note_clock
from services.intake.sources.json_text import read_json
from services.intake.sources.notes import Notes
from services.intake.sources.unread import with_unread
from services.intake.sources.vcs import read_forms
from shared.messages.contact import Child, Concern

REFERENCES = frozenset({"id", "identifier"})  # of the bundle; its request keeps its own
SHOWN = frozenset({"gender", "birthdate"})  # of a mother or another adult
_EVENT = "servicerequest-request"
_REASONS = frozenset({"new", "update", "delete"})
_CANCELLED = frozenset({"revoked", "entered-in-error"})
_PROFILE = "barsbundlemessage"


def read_health(body: bytes, context: Context) -> Reading:
    """The contact of a bundle, or of a flat form. Raises Refused where there is neither."""
    message = read_json(body)
    if isinstance(message, list) or (isinstance(message, dict) and "resourceType" not in message):
        return read_forms(message, context)
    notes = Notes(context)
    bundle = Fields(message, "", notes)
    if bundle.text("resourceType") != "Bundle":
        raise Refused(Refusal.NOT_A_MESSAGE_BUNDLE)
    resources = Bundle(bundle, documents_in(message))
    if not resources.of_type("ServiceRequest", "Patient"):
        raise Refused(Refusal.NOT_A_MESSAGE_BUNDLE)
    item = _item(message, bundle, resources)
    return Reading((with_unread(item, message, context.looked, known=SHOWN),))


def _item(message: object, bundle: Fields, resources: Bundle) -> Item:
    header = resources.entries[0]
    reason = _check_header(bundle, header)
    requests = _requests(resources, header)
    drafts = [draft for request in requests for draft in _drafts(resources, request)]
    if reason == "delete" or any(request.text("status") in _CANCELLED for request in requests):
        bundle.note("cancelled_by_sender", "entry")
    written = bundle.instant("timestamp")
    note_clock(written, bundle.notes, bundle.path("timestamp"))
    if not drafts:
        bundle.note("child_missing", "entry")
        drafts = [Draft(subject=Child())]
    unread = tuple(document.pointer for document in resources.documents if document.text is None)
    for pointer in unread:
        bundle.notes.add("document_unread", pointer)
    for draft in drafts:
        draft.defects += bundle.notes.defects
    message_id = bundle.inside("identifier").text("value") or bundle.text("id") or header.text("id")
    if message_id is None:
        bundle.note("message_id_missing", "id")
    return Item(
        pointer="",
        sender_org=_sender(resources, header),
        content=fixed_form(message),
        essence=essence(message, REFERENCES),
        text=BREAK.join((all_text(message), *(document.text or "" for document in resources.documents))),
        unread=unread,
        drafts=tuple(drafts),
        message_id=message_id,
        identity=message_id,
        version=None,
        thread=_thread(requests),
        recorded_at=written,
    )


def _check_header(bundle: Fields, header: Fields) -> str:
    """The reason of the message; what is not as agreed is noted and read as a new referral."""
    profiles = [profile.lower() for profile in bundle.inside("meta").texts("profile")]
    if profiles and not any(_PROFILE in profile for profile in profiles):
        bundle.note("unknown_profile", "meta/profile")
    event = header.inside("eventCoding").text("code")
    codes = [c.text("code") for c in header.inside("reason").each("coding")]
    reason = next((code for code in codes if code), "new")
    known = header.text("resourceType") == "MessageHeader" and bundle.text("type") == "message"
    if not known or event != _EVENT or reason not in _REASONS:
        header.note("unknown_event")
    return reason


def _requests(resources: Bundle, header: Fields) -> list[Fields]:
    """The requests that the header is about, else all of the bundle, else one that is empty."""
    focused = [resource for reference in header.each("focus") if (resource := resources.follow(reference)) is not None]
    requests = [resource for resource in focused if resource.text("resourceType") == "ServiceRequest"]
    others = [r for r in resources.of_type("ServiceRequest") if all(r.pointer != f.pointer for f in requests)]
    return requests + others or [Fields(None, "/entry", resources.notes)]


def _drafts(resources: Bundle, request: Fields) -> list[Draft]:
    """One draft for each child that a request is about."""
    common = request_draft(resources, request)
    return [
        replace(
            common,
            subject=found.child,
            age_months=found.age_months,
            adults=found.adults,
            markers=common.markers | found.markers,
            consent=found.consent,
            concerns=common.concerns + tuple(Concern(text=text, source=found.pointer) for text in found.said),
            defects=found.notes.defects,
        )
        for found in subjects_of(resources, request, common)
    ]


def _thread(requests: list[Fields]) -> str | None:
    """An update replaces by the identifier of its request."""
    for request in requests:
        for identifier in request.each("identifier"):
            if text := identifier.text("value"):
                return f"{identifier.text('system') or ''}|{text}"
    return None


def _sender(resources: Bundle, header: Fields) -> str:
    organisation = resources.resolve(header, "sender")
    if organisation is None:
        return header.inside("source").text("name", "endpoint") or ""
    codes = [i for i in organisation.each("identifier") if (i.text("system") or "").lower() == ODS_CODE.lower()]
    found = (identifier.text("value") for identifier in codes)
    return next((code for code in found if code), organisation.text("name") or "")
