"""Where in a contact something was found, in words; a place that is not known here is shown as it is."""

import re

_CONCERN = re.compile(r"concerns\[(\d{1,4})\](?:\.(?:text|severity|category))?(\.severity)?")
_PLACES = {
    "markers": "Markers",
    "narrative": "The sender's words",
    "voice_of_child": "What the child says",
    "protective": "What protects the child",
    "danger_criteria": "Danger that the sender named",
    "indicators and markers": "Concerns and markers",
    "prior_involvement": "Earlier contacts",
}


def place_words(source: str, marker_words: dict[str, str] | None = None) -> str:
    """`concerns[0].text` is concern 1, `/incident/type` a field as sent, a list of markers their words.

    marker_words: the words of marker codes.
    """
    known = marker_words or {}
    return ", ".join(_one(part.strip(), known) for part in source.split(",")) if source else ""


def _one(part: str, marker_words: dict[str, str]) -> str:
    if found := _CONCERN.fullmatch(part):
        return f"Concern {int(found[1]) + 1}"
    if part.startswith("/"):
        names = [name for name in part.removesuffix(".severity").split("/") if name and not name.isdigit()]
        return f"Sent as {' › '.join(names)}"
    return _PLACES.get(part) or marker_words.get(part) or part


def is_about_birth(pointer: str) -> bool:
    """Whether a field path names a date of birth."""
    last = pointer.rpartition("/")[2].lower().replace("_", "").replace(" ", "")
    return last in ("dob", "birthdate", "dateofbirth", "born", "bornon")
