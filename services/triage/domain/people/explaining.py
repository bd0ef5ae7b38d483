"""A decision explained field by field, in words, each with its weight; no name, date or number stands in it."""

from services.triage.domain.people.comparing import Finding
from services.triage.domain.people.deciding import Decided, Outcome
from services.triage.domain.people.guards import Guard
from services.triage.domain.people.weights import MISSING, Field, Model

_FIELDS = {
    Field.FORENAME: "forename",
    Field.SURNAME: "surname",
    Field.BIRTH: "date of birth",
    Field.SEX: "sex",
    Field.HOME: "address",
    Field.NHS_NUMBER: "NHS number",
    Field.UPN: "UPN",
    Field.LOCAL_ID: "local id",
}
_NAME = {
    "same": "agrees",
    "equivalent": "agrees in another form",
    "swapped": "agrees in another order",
    "slip": "agrees but for a slip",
    "part": "agrees in part",
    "short": "begins alike",
    "close": "is similar",
    "differ": "differs",
    MISSING: "missing",
}
_NUMBER = {
    "same": "agrees",
    "unchecked": "agrees but does not pass its check",
    "slip": "agrees but for a slip",
    "differ": "differs",
    MISSING: "missing",
}
_WORDS = {
    Field.FORENAME: _NAME,
    Field.SURNAME: _NAME,
    Field.BIRTH: {
        "same": "agrees",
        "default": "agrees on 1 January, which may stand for a day nobody knows",
        "swapped": "agrees with day and month exchanged",
        "slip": "agrees but for a slip",
        "part": "agrees in two parts of three",
        "differ": "differs",
        MISSING: "missing",
    },
    Field.SEX: {"same": "agrees", "differ": "differs", MISSING: "missing"},
    Field.HOME: {
        "same": "agrees",
        "near": "agrees nearly",
        "part": "is in the same street or postcode",
        "differ": "differs",
        MISSING: "missing",
    },
    Field.NHS_NUMBER: _NUMBER,
    Field.UPN: _NUMBER,
    Field.LOCAL_ID: {**_NUMBER, "unchecked": "agrees"},
}
_GUARDS = {
    Guard.UNBORN: "one of them is an unborn child",
    Guard.NUMBERS_CONTRADICT: "identifiers contradict each other",
    Guard.ANOTHER_FORENAME: "another forename, as a twin, brother or sister has",
    Guard.LIKE_FORENAME: "the forename is only similar, as a twin's may be",
    Guard.NO_FORENAME: "no forename to compare, as with twins",
    Guard.GENERATION: "a generation apart, as parent and child of one name",
    Guard.ANOTHER_BIRTH: "another date of birth",
    Guard.TOO_LITTLE: "too little agrees",
    Guard.SEVERAL: "another person is as likely or has the same name and birthday",
    Guard.TWO_OF_ONE_CONTACT: "another child of this contact is that person",
}


def explain(decided: Decided[int], model: Model, people: int) -> str:
    """Why a contact was linked, put before a person or taken as new."""
    best = decided.candidate
    if best is None:
        return "new: nobody known is like this child"
    parts = [explain_finding(finding) for finding in best.comparison.findings]
    if best.together:
        parts.append(f"brother or sister of this contact in the same household {best.together:+.1f}")
    parts.append(f"start {model.start(people):+.1f}")
    return f"{_headline(decided, model)}: {'; '.join(parts)}; total {best.weight:.1f}"


def explain_finding(finding: Finding) -> str:
    """One field in words, with its weight: `date of birth agrees with day and month exchanged +6.1`."""
    told = f"{_FIELDS[finding.field]} {_WORDS[finding.field][finding.level]}"
    return told if finding.level == MISSING else f"{told} {finding.weight:+.1f}"


def _headline(decided: Decided[int], model: Model) -> str:
    bar = "" if decided.guard is None else f", {_GUARDS[decided.guard]}"
    match decided.outcome:
        case Outcome.LINK:
            return f"link, {model.join:.1f} or more"
        case Outcome.REVIEW:
            return f"review{bar or f', between {model.part:.1f} and {model.join:.1f}'}"
        case Outcome.NEW:
            return f"new, below {model.part:.1f}"
