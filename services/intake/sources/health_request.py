"""What a ServiceRequest says: concerns, priority, narrative, who asks, and which service is asked for."""

from services.intake.sources.concerns import note_emptiness, read_categories
from services.intake.sources.drafts import Draft
from services.intake.sources.fhir import Bundle, concept_words, read_email, read_phone
from services.intake.sources.fields import Fields
from services.intake.sources.words import category, value
from shared.codes import codes
from shared.messages.contact import Child, Concern, Referrer, SenderRef, Severity

SOURCE_CODE = "3F"  # referral_source: Health - other, unless the sender's role says more
_CLINICAL = ("Condition", "Observation", "Flag")


def request_draft(resources: Bundle, request: Fields) -> Draft:
    """Everything of a request that holds for each child it is about."""
    notes = request.notes
    severity, stated = _priority(request)
    words = _words(resources, request)
    concerns, markers = read_categories(words, notes, severity)
    if severity is not None and not concerns:
        concerns = (Concern(severity=severity, source=request.path("priority")),)
    narrative = _narrative(resources, request)
    note_emptiness(tuple(c for c in concerns if c.category), narrative, notes, request.path("note"))
    referrer, source_code = _referrer(resources, request)
    return Draft(
        subject=Child(),
        source_code=source_code,
        incident_at=request.instant("occurrenceDateTime", "authoredOn"),
        sender_refs=_references(request),
        concerns=concerns,
        markers=markers | stated | _plan_markers(resources),
        narrative=narrative,
        requested_service=_service(resources, request),
        referrer=referrer,
        attachments=_attachments(resources),
    )


def _priority(request: Fields) -> tuple[Severity | None, frozenset[str]]:
    """The priority in its own scale; `stat` is the sender saying that the risk is immediate (assumption)."""
    priority = request.text("priority")
    if priority is None:
        return None, frozenset()
    if priority.lower() not in codes("fhir_priority"):
        request.note("unknown_value", "priority")
    stated = frozenset({"sender_says_immediate"}) if priority.lower() == "stat" else frozenset[str]()
    return Severity(scheme="FHIR", value=priority.upper()), stated


def _words(resources: Bundle, request: Fields) -> list[tuple[str, str]]:
    """The best word of each concept: the first that is known, else the text. Clinical extras count only where known."""
    found: list[tuple[str, str]] = []
    for concept in (*request.each("code"), *request.each("reasonCode")):
        words = concept_words(concept)
        known = next((word for word in words if category("health", word)), None)
        if words:
            found.append((known or words[0], concept.pointer))
    for resource in resources.of_type(*_CLINICAL):
        for concept in resource.each("code"):
            words = concept_words(concept)
            known = next((word for word in words if category("health", word)), None)
            if known:
                found.append((known, concept.pointer))
            elif words and resource.text("resourceType") == "Flag" and not value("plan", words[0]):
                found.append((words[0], concept.pointer))
    return found


def _plan_markers(resources: Bundle) -> frozenset[str]:
    words = (
        word for flag in resources.of_type("Flag") for concept in flag.each("code") for word in concept_words(concept)
    )
    return frozenset(code for code in (value("plan", word) or value("marker", word) for word in words) if code)


def _narrative(resources: Bundle, request: Fields) -> str | None:
    parts = [note.prose("text") for note in request.each("note")]
    parts.append(request.prose("patientInstruction"))
    for resource in resources.of_type(*_CLINICAL):
        words = [word for concept in resource.each("code") for word in concept_words(concept)[:1]]
        said = resource.prose("valueString")
        parts.append(f"{words[0]}: {said}" if words and said else said)
        if words and not said and resource.text("resourceType") == "Condition":
            parts.append(f"Condition: {words[0]}")
        parts += [note.prose("text") for note in resource.each("note")]
    parts += [document.prose("description") for document in resources.of_type("DocumentReference")]
    parts += [document.text for document in resources.documents]
    return "\n\n".join(dict.fromkeys(part for part in parts if part)) or None


def _attachments(resources: Bundle) -> tuple[str, ...]:
    """Titles only; a file that only an address leads to is not taken over, and that is noted."""
    titles: list[str] = []
    for document in resources.of_type("DocumentReference"):
        for content in document.each("content"):
            attachment = content.inside("attachment")
            titles += [title for title in (attachment.text("title"),) if title]
            if attachment.raw("data") is None:
                attachment.note("attachment_held")
    return tuple(titles)


def _references(request: Fields) -> tuple[SenderRef, ...]:
    found = ((i.text("system"), i.text("value")) for i in request.each("identifier"))
    return tuple(SenderRef(type="service_request", value=text, org=system) for system, text in found if text)


def _service(resources: Bundle, request: Fields) -> str | None:
    service = resources.resolve(request, "performer")
    if service is None:
        return None
    words = (service.text("name"), *(word for kind in service.each("type") for word in concept_words(kind)))
    known = (value("service", word) for word in words if word)
    return next((queue for queue in known if queue), service.text("name"))


def _referrer(resources: Bundle, request: Fields) -> tuple[Referrer, str]:
    """Who asks, through the role to the practitioner and the organisation, and the census source that fits."""
    role = resources.resolve(request, "requester")
    if role is None:
        return Referrer(), SOURCE_CODE
    practitioner = resources.resolve(role, "practitioner") or role
    titles = [word for concept in role.each("code", "specialty") for word in concept_words(concept)]
    organisation = resources.resolve(role, "organization")
    name = _name(practitioner)
    words = (*titles, organisation.text("name") if organisation else None)
    known = (value("source_code", word) for word in words if word)
    return (
        Referrer(
            name=name,
            role=titles[0] if titles else None,
            phone=read_phone(role) or read_phone(practitioner),
            email=read_email(role) or read_email(practitioner),
        ),
        next((code for code in known if code), SOURCE_CODE),
    )


def _name(person: Fields) -> str | None:
    """The name of a practitioner, or of an organisation that asks by itself."""
    if isinstance(person.raw("name"), str):
        return person.text("name")
    return next((text for name in person.each("name") if (text := name.text("text") or _joined(name))), None)


def _joined(name: Fields) -> str | None:
    return " ".join(part for part in (*name.texts("given", separators=" "), name.text("family")) if part) or None
