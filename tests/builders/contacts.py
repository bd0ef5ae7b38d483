"""Invented agency messages, one builder per kind, showing only what a test is about. All people are invented."""

import csv
import json
from io import StringIO
from typing import Any

from services.intake.sources.school import COLUMNS

AMINA = {"name": "Amina Example", "dob": "2017-05-14", "sex": "F", "address": "1 Invented Row, Testham, DH1 9ZZ"}


def a_notice(**fields: Any) -> dict[str, Any]:
    """A police notice about one child; keywords replace or add fields."""
    return {
        "noticeId": "PPN-2026-000123",
        "force": "11",
        "version": 1,
        "createdAt": "2026-11-20T21:40:00",
        "incident": {
            "ref": "DHM-20112026-0456",
            "type": "Domestic abuse",
            "start": "2026-11-20T20:05:00",
            "end": "2026-11-20T20:50:00",
            "place": {"address": "1 Invented Row, Testham", "postcode": "DH1 9ZZ"},
            "attended": True,
        },
        "riskGrade": {"scheme": "DASH", "value": "Standard"},
        "children": [AMINA],
        "narrative": "Officers spoke to both adults. The child was asleep upstairs.",
        "safeguarding": {},
        "officer": {"name": "PC Invented", "collar": "1234", "unit": "Response"},
        "supervisorReview": True,
        **fields,
    }


def a_form(**fields: Any) -> dict[str, Any]:
    """A voluntary organisation's form about one child; keywords replace or add fields."""
    return {
        "form": "multi-agency-referral",
        "version": "3",
        "submissionId": "BW-0042",
        "submittedAt": "2026-11-20T15:30:00",
        "organisation": {"name": "Brightwater Invented Trust", "charityNo": "0000000"},
        "referrer": {"name": "Sam Invented", "role": "family worker", "email": "sam@example.org", "feedback": True},
        "consent": {"given": True, "by": "mother", "date": "2026-11-19"},
        "parentsInformed": {"yes": True},
        "child": [{"first": "Ben", "last": "Example", "dob": "2015-02-03", "sex": "M"}],
        "concern": {
            "categories": ["Young carer"],
            "whatHappened": "Ben cooks for his brother most evenings.",
            "immediateRisk": False,
        },
        "servicesAskedFor": [],
        "levelThought": 2,
        **fields,
    }


def a_row(**cells: str) -> dict[str, str]:
    """One row of a school's export; keywords replace cells."""
    return {
        "IncidentRef": "INC-1001",
        "LAESTAB": "8404999",
        "SchoolName": "Ferndale Invented School",
        "DSLName": "Dee Invented",
        "UPN": "H840990118001",
        "Forename": "Cara",
        "Surname": "Example",
        "DOB": "09/03/2012",
        "Sex": "F",
        "YearGroup": "9",
        "Postcode": "DH1 9ZZ",
        "IncidentDate": "20/11/2026",
        "IncidentTime": "10:15",
        "RecordedAt": "20/11/2026 11:00",
        "Categories": "Attendance",
        "Description": "Attendance has dropped since half term.",
        "ParentInformed": "Y",
        "Consent": "Y",
        **cells,
    }


def a_table(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, delimiter: str = ",") -> bytes:
    """Rows as a school's CSV file in UTF-8."""
    out = StringIO()
    writer = csv.DictWriter(out, columns, restval="", delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_json(message: object) -> bytes:
    """The message as JSON bytes."""
    return json.dumps(message).encode()


PATIENT = "urn:uuid:00000000-0000-4000-8000-000000000003"
REQUEST = "urn:uuid:00000000-0000-4000-8000-000000000002"
ORGANISATION = "urn:uuid:00000000-0000-4000-8000-000000000004"


def a_patient(**fields: Any) -> dict[str, Any]:
    """A FHIR Patient; keywords replace or add fields."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9992041870"}],
        "name": [{"use": "official", "family": "Example", "given": ["Dina"]}],
        "gender": "female",
        "birthDate": "2021-08-09",
        "address": [{"line": ["2 Invented Row", "Testham"], "postalCode": "DH1 9ZZ"}],
        **fields,
    }


def a_request(**fields: Any) -> dict[str, Any]:
    """A FHIR ServiceRequest; keywords replace or add fields."""
    return {
        "resourceType": "ServiceRequest",
        "identifier": [{"system": "https://health.example.nhs.uk/referral", "value": "REF-77"}],
        "status": "active",
        "intent": "order",
        "priority": "routine",
        "code": {"text": "Missed appointments"},
        "subject": {"reference": PATIENT},
        "requester": {"reference": ORGANISATION},
        "authoredOn": "2026-11-20T14:00:00+00:00",
        "note": [{"text": "Two appointments were missed without word."}],
        **fields,
    }


def a_bundle(
    request: dict[str, Any] | None = None,
    patient: dict[str, Any] | None = None,
    *more: tuple[str, dict[str, Any]],
    **fields: Any,
) -> dict[str, Any]:
    """A FHIR message bundle; more: further resources with their full URL."""
    header = {
        "resourceType": "MessageHeader",
        "eventCoding": {
            "system": "https://fhir.nhs.uk/CodeSystem/message-events-bars",
            "code": "servicerequest-request",
        },
        "reason": {"coding": [{"code": "new"}]},
        "source": {"name": "Invented system", "endpoint": "https://health.example.nhs.uk"},
        "sender": {"reference": ORGANISATION},
        "focus": [{"reference": REQUEST}],
    }
    organisation = {
        "resourceType": "Organization",
        "identifier": [{"system": "https://fhir.nhs.uk/id/ods-organization-code", "value": "X9Z99"}],
        "name": "Invented NHS Trust",
    }
    resources = [
        ("urn:uuid:00000000-0000-4000-8000-000000000001", header),
        (REQUEST, request or a_request()),
        (PATIENT, patient or a_patient()),
        (ORGANISATION, organisation),
        *more,
    ]
    return {
        "resourceType": "Bundle",
        "id": "bundle-0001",
        "meta": {"profile": ["https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"]},
        "type": "message",
        "timestamp": "2026-11-20T14:00:00+00:00",
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in resources],
        **fields,
    }
