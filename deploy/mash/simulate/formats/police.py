"""A police protection notice (PPN) as JSON. Local times without an offset, as forces send them."""

from collections.abc import Mapping

import orjson

from deploy.mash.simulate.message import Draft, Subject
from deploy.mash.simulate.workload import Theme

GRADES = {"RED": "Red", "AMBER": "Amber", "GREEN": "Green", "BLUE": "Green"}
DASH = {"DA2": "Standard", "DA3": "Medium", "DA4": "High"}


def police_notice(draft: Draft, theme: Theme) -> bytes:
    """One notice about the children of one incident."""
    first = draft.subjects[0]
    place = {"address": ", ".join(first.lines), "postcode": first.postcode}
    notice: dict[str, object] = {
        "noticeId": draft.reference,
        "force": draft.force,
        "version": draft.version,
        "createdAt": draft.at.isoformat(timespec="seconds"),
        "incident": {
            "ref": f"INC-{draft.incident:07d}",
            "type": theme.police,
            "start": draft.incident_at.isoformat(timespec="seconds"),
            "place": place,
            "attended": True,
        },
        "riskGrade": _grade(draft),
        "children": [_child(subject, draft) for subject in draft.subjects],
        "others": [{"personId": "A1", "name": draft.carer, "role": "carer"}],
        "narrative": draft.say,
        "safeguarding": _safeguarding(draft.theme),
        "officer": {"name": draft.staff, "collar": f"{draft.incident % 9000 + 1000}", "unit": "Safeguarding"},
        "supervisorReview": True,
    }
    if draft.version > 1:
        notice["supersedes"] = draft.version - 1
    return orjson.dumps(notice)


def _grade(draft: Draft) -> Mapping[str, str]:
    if draft.wrong_scale:
        return {"scheme": "DASH", "value": GRADES[draft.subjects[0].rating]}
    if draft.theme in DASH:
        return {"scheme": "DASH", "value": DASH[draft.theme]}
    return {"scheme": "PPN_RAG", "value": GRADES[draft.subjects[0].rating]}


def _safeguarding(theme: str) -> Mapping[str, object]:
    if theme == "MI3":
        return {"missing": "missing now"}
    if theme in {"EX2", "EX3"}:
        return {"exploitationMarkers": ["CSE" if theme == "EX2" else "CCE"]}
    return {}


def _child(subject: Subject, draft: Draft) -> Mapping[str, object]:
    child: dict[str, object] = {
        "name": f"{subject.forename or ''} {subject.surname}".strip(),
        "sex": subject.child.sex if subject.age >= 0 else "U",
        "address": {"lines": subject.lines, "postcode": subject.postcode},
        "presentAtIncident": draft.theme in {"DA3", "DA4"},
        "relationship": "child of household",
    }
    if subject.expected_on is not None:
        child["expectedDate"] = subject.expected_on.isoformat()
    elif subject.born_on is not None:
        child["dob"] = subject.born_on.isoformat()
    else:
        child["ageApprox"] = subject.age
    if subject.nhs:
        child["nhsNumber"] = subject.nhs
    if subject.upn:
        child["upn"] = subject.upn
    return child
