"""Grades, safeguarding facts and handling of a police notice."""

from services.intake.sources.concerns import read_categories
from services.intake.sources.fields import Fields
from services.intake.sources.words import category, value, word_key
from shared.messages.contact import Concern, Severity

_SCHEMES = {"dash": "DASH", "dash rag": "DASH", "ppn rag": "PPN_RAG", "rag": "PPN_RAG", "lmh": "LMH"}
_SCHEMES |= {"ppn": "PPN_RAG", "low medium high": "LMH"}
_MOST_TICKS = 27  # the DASH form has 27 questions
_DOMESTIC = frozenset({"DA1", "DA2", "DA3", "DA4"})
_REPEAT = 3  # continuum MI2: three or more in 90 days

_SAFEGUARDING = {
    "childProtectionSuspected": "child_protection_suspected",
    "childRemoved": "child_removed",
    "policeProtection": "police_protection",
    "emergencyProtectionOrder": "police_protection",
    "childInCustody": "child_in_custody",
    "medicalCareRefused": "medical_care_refused",
    "privateFostering": "private_fostering",
}
_INCIDENT = {
    "strangulation": "strangulation",
    "weapon": "weapon",
    "weaponUsed": "weapon",
    "threatToKill": "threat_to_kill",
}


def read_grade(notice: Fields, incident_type: str | None) -> Severity | None:
    """The risk grade in its own scale; domestic abuse without one is NOT_GRADED (medium until screened: assumption)."""
    raw = notice.raw("riskGrade")
    grade = notice.inside("riskGrade") if isinstance(raw, dict) else None
    word = grade.text("value", "grade") if grade is not None else notice.text("riskGrade")
    if word is None:
        notice.note("grade_missing", "riskGrade")
        meaning = category("police", incident_type) if incident_type else None
        return Severity(scheme="DASH", value="NOT_GRADED") if meaning and meaning.theme in _DOMESTIC else None
    named = grade.text("scheme", "scale") if grade is not None else None
    scheme = _SCHEMES.get(word_key(named or ""))
    if scheme is None:
        notice.note("grade_unknown_scheme", "riskGrade/scheme")
        return Severity(scheme=named or "UNKNOWN", value=word)
    known = value(scheme.lower(), word)
    if known is None:
        notice.note("unknown_value", "riskGrade/value")
    return Severity(scheme=scheme, value=known or word)


def read_ticks(notice: Fields) -> int | None:
    """DASH ticks, 0 to 27; anything else is noted and left out."""
    grade = notice.inside("riskGrade") if isinstance(notice.raw("riskGrade"), dict) else notice
    ticks = grade.number("ticks", "dashTicks", "score")
    if ticks is None:
        ticks = notice.number("dashTicks")
    if ticks is not None and not 0 <= ticks <= _MOST_TICKS:
        notice.note("unknown_value", "riskGrade/ticks")
        return None
    return ticks


def notice_markers(notice: Fields) -> tuple[frozenset[str], tuple[Concern, ...]]:
    """Markers of safeguarding, incident, school notice and disclosure; words without a marker become concerns."""
    safeguarding, incident = notice.inside("safeguarding"), notice.inside("incident")
    found = {code for name, code in _SAFEGUARDING.items() if safeguarding.flag(name)}
    found |= {code for name, code in _INCIDENT.items() if incident.flag(name)}
    found |= _missing(safeguarding, incident)
    concerns: list[Concern] = []
    for fields, name, table in (
        (safeguarding, "exploitationMarkers", "exploitation"),
        (incident, "aggravatingFactors", "aggravating"),
    ):
        unknown = [word for word in fields.texts(name) if not _mark(found, table, word)]
        more, from_words = read_categories([(word, fields.path(name)) for word in unknown], fields.notes)
        concerns += more
        found |= from_words
    if notice.inside("encompass").flag("sent") is False:
        found.add("encompass_missing")
    if _is_restricted(notice):
        found.add("restricted")
    return frozenset(found), tuple(concerns)


def _mark(found: set[str], table: str, word: str) -> bool:
    code = value(table, word)
    if code:
        found.add(code)
    return code is not None


def _missing(safeguarding: Fields, incident: Fields) -> set[str]:
    """Missing now or returned: what is stated, else by whether the incident has ended (assumption: now while open).

    A child is missing where either the incident or the field says so: words that cannot be read do not find a child.
    """
    ended = incident.text("end") is not None
    raw = safeguarding.raw("missing")
    if isinstance(raw, dict):
        return _missing_details(safeguarding.inside("missing"), ended)
    if isinstance(raw, str) and (code := value("missing", raw)):
        return {code}
    type_says_so = word_key(incident.text("type") or "") in ("missing", "missing person", "missing child")
    return {_now_or_returned(ended)} if safeguarding.unless_no("missing") or type_says_so else set()


def _missing_details(missing: Fields, ended: bool) -> set[str]:
    stated = value("missing", missing.text("status") or "")
    found = {stated or _now_or_returned(ended or missing.text("returnedAt", "returned") is not None)}
    if missing.flag("overnight"):
        found.add("missing_overnight")
    if (missing.number("episodes90Days", "episodes") or 0) >= _REPEAT:
        found.add("missing_repeat")
    return found


def _now_or_returned(ended: bool) -> str:
    return "missing_returned" if ended else "missing_now"


def _is_restricted(notice: Fields) -> bool:
    disclosure = notice.inside("disclosure")
    named = disclosure.raw("doNotShareWith")
    kept_from = disclosure.unless_no("doNotShareWith") if isinstance(named, str) else disclosure.given("doNotShareWith")
    return disclosure.unless_no("restricted") or kept_from


def handling(notice: Fields) -> str | None:
    """How the notice may be shared, in words for the people who see it first."""
    disclosure = notice.inside("disclosure")
    names = disclosure.texts("doNotShareWith")
    parts = [
        part
        for part in (disclosure.text("handling"), f"Do not share with: {', '.join(names)}" if names else None)
        if part
    ]
    if disclosure.unless_no("restricted") and not parts:
        parts = ["Restricted by the sender"]
    return "; ".join(parts) or None
