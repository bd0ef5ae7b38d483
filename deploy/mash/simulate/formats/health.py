"""A health referral as a FHIR R4 message bundle in the style of the booking and referral standard (BaRS)."""

from uuid import UUID

import orjson

from deploy.mash.simulate.message import Draft, Subject
from deploy.mash.simulate.workload import Theme

PRIORITIES = {"RED": "stat", "AMBER": "urgent", "GREEN": "routine", "BLUE": "routine"}
PROFILE = "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"
EVENTS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
REASONS = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS = "https://fhir.nhs.uk/id/ods-organization-code"
CATEGORY = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
ENDPOINT = "https://health.example.nhs.uk/referrals"
_GENDERS = {"F": "female", "M": "male"}


def health_bundle(draft: Draft, theme: Theme) -> bytes:
    """A bundle about the one child it names as its patient."""
    subject = draft.subjects[0]
    ids = [
        f"urn:uuid:{UUID(int=draft.incident << 64 | draft.version << 32 | n | 0x4000_8000_0000_0000_0000)}"
        for n in range(5)
    ]
    header, request, patient, organisation, carer = ids
    at = draft.at.isoformat(timespec="seconds") + "+00:00"
    resources = [
        _header(header, request, organisation, draft),
        _request(request, patient, organisation, draft, theme, at),
        _patient(patient, subject),
        {
            "fullUrl": organisation,
            "resource": {"resourceType": "Organization", "identifier": [{"system": ODS, "value": "X9Z99"}]},
        },
        {
            "fullUrl": carer,
            "resource": {
                "resourceType": "RelatedPerson",
                "patient": {"reference": patient},
                "relationship": [{"text": "parent"}],
                "name": [{"text": draft.carer}],
            },
        },
    ]
    bundle = {
        "resourceType": "Bundle",
        "id": header.removeprefix("urn:uuid:"),
        "meta": {"profile": [PROFILE]},
        "type": "message",
        "timestamp": at,
        "entry": resources,
    }
    return orjson.dumps(bundle)


def _header(url: str, request: str, organisation: str, draft: Draft) -> dict[str, object]:
    reason = "new" if draft.version == 1 else "update"
    return {
        "fullUrl": url,
        "resource": {
            "resourceType": "MessageHeader",
            "id": url.removeprefix("urn:uuid:"),
            "eventCoding": {"system": EVENTS, "code": "servicerequest-request"},
            "reason": {"coding": [{"system": REASONS, "code": reason}]},
            "source": {"name": "Community health record", "endpoint": ENDPOINT},
            "sender": {"reference": organisation},
            "focus": [{"reference": request}],
        },
    }


def _request(url: str, patient: str, organisation: str, draft: Draft, theme: Theme, at: str) -> dict[str, object]:
    priority = "very-soon" if draft.wrong_scale else PRIORITIES[draft.subjects[0].rating]
    return {
        "fullUrl": url,
        "resource": {
            "resourceType": "ServiceRequest",
            "identifier": [{"system": "https://health.example.nhs.uk/referral", "value": draft.reference}],
            "status": "active",
            "intent": "order",
            "category": [{"coding": [{"system": CATEGORY, "code": "referral"}]}],
            "priority": priority,
            "code": {"text": theme.word},
            "reasonCode": [{"text": theme.word}],
            "subject": {"reference": patient},
            "authoredOn": at,
            "occurrenceDateTime": draft.incident_at.isoformat(timespec="seconds") + "+00:00",
            "requester": {"reference": organisation},
            "note": [{"text": draft.say}],
        },
    }


def _patient(url: str, subject: Subject) -> dict[str, object]:
    resource: dict[str, object] = {
        "resourceType": "Patient",
        "name": [
            {"use": "official", "family": subject.surname, "given": [subject.forename] if subject.forename else []}
        ],
        "gender": _GENDERS[subject.child.sex] if subject.age >= 0 else "unknown",
        "address": [{"line": subject.lines, "postalCode": subject.postcode}],
    }
    if subject.born_on is not None:
        resource["birthDate"] = subject.born_on.isoformat()
    if subject.expected_on is not None:
        resource["extension"] = [
            {
                "url": "https://mash.example/StructureDefinition/expected-birth-date",
                "valueDate": subject.expected_on.isoformat(),
            }
        ]
    if subject.nhs:
        resource["identifier"] = [{"system": NHS_NUMBER, "value": subject.nhs}]
    return {"fullUrl": url, "resource": resource}
