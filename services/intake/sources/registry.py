"""Which connector reads which kind of agency, and the content types it takes."""

from collections.abc import Callable
from dataclasses import dataclass

from services.intake.sources.drafts import Context, Reading
from services.intake.sources.health import read_health
from services.intake.sources.police import read_police
from services.intake.sources.school import read_school
from services.intake.sources.vcs import read_vcs

JSON_TYPES = frozenset({"application/json", "text/json"})
FHIR_TYPES = frozenset({"application/fhir+json"}) | JSON_TYPES
CSV_TYPES = frozenset({"text/csv", "application/csv", "text/comma-separated-values", "application/vnd.ms-excel"})


@dataclass(frozen=True, slots=True)
class Connector:
    """One format. json: the body is JSON in UTF-8; other charsets are then refused."""

    kind: str
    read: Callable[[bytes, Context], Reading]
    content_types: frozenset[str]
    json: bool


CONNECTORS = {
    connector.kind: connector
    for connector in (
        Connector("police", read_police, JSON_TYPES, json=True),
        Connector("school", read_school, CSV_TYPES, json=False),
        Connector("health", read_health, FHIR_TYPES, json=True),
        Connector("vcs", read_vcs, JSON_TYPES, json=True),
    )
}
