"""The multi-agency referral form as JSON: voluntary organisations, and everybody without a format of their own.

`organisation.kind` says who fills it in: vcs, council, family, legal or unknown.
"""

from collections.abc import Mapping

import orjson

from deploy.mash.simulate.message import Draft, Subject
from deploy.mash.simulate.workload import Theme

ORGANISATIONS = {
    "vcs": "Brightwater Family Support",
    "council": "Council housing and early years",
    "family": "Family or member of the public",
    "legal": "Court and probation liaison",
    "unknown": "Not given",
}


def referral_form(draft: Draft, theme: Theme) -> bytes:
    """One form about the children of one family."""
    form = {
        "form": "multi-agency-referral",
        "version": "3",
        "submissionId": draft.reference,
        "submittedAt": draft.at.isoformat(timespec="seconds"),
        "organisation": {"name": ORGANISATIONS[draft.sender], "kind": draft.sender},
        "referrer": {"name": draft.staff, "role": "worker", "phone": "01632 960000", "feedback": True},
        "consent": _consent(draft.consent),
        "parentsInformed": {"yes": draft.consent},
        "child": [_child(subject) for subject in draft.subjects],
        "household": [{"name": draft.carer, "relationship": "parent", "pr": True}],
        "concern": {
            "categories": [theme.word],
            "whatHappened": draft.say,
            "when": draft.incident_at.date().isoformat(),
            "immediateRisk": False,
        },
        "helpAlready": [],
        "servicesAskedFor": [],
        "levelThought": "unsure" if draft.wrong_scale else theme.level,
    }
    return orjson.dumps(form)


def _consent(given: bool) -> Mapping[str, object]:
    if given:
        return {"given": True, "by": "parent"}
    return {"given": False, "reasonIfNot": "not asked yet"}


def _child(subject: Subject) -> Mapping[str, object]:
    child: dict[str, object] = {
        "first": subject.forename,
        "last": subject.surname,
        "sex": subject.child.sex if subject.age >= 0 else "U",
        "address": {"line1": subject.lines[0], "line2": subject.lines[1], "postcode": subject.postcode},
    }
    if subject.expected_on is not None:
        child["edd"] = subject.expected_on.isoformat()
    elif subject.born_on is not None:
        child["dob"] = subject.born_on.isoformat()
    if subject.upn:
        child["upn"] = subject.upn
    if subject.nhs:
        child["nhsNumber"] = subject.nhs
    return child
