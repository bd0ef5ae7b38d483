"""Names from the authority's packs and the code tables: every code a person sees is turned into words here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.console.domain import attention_words as a
from services.console.domain import words as w
from services.console.domain.places import place_words
from shared.codes.table import codes
from shared.errors import SettingsError
from shared.policy import read_pack

_OWN_TABLES: dict[str, Mapping[str, str]] = {
    "reason": w.REASONS,
    "danger": w.DANGER,
    "state": w.STATES,
    "rating": w.RATINGS,
    "flag": w.FLAGS,
    "speed": w.SPEEDS,
    "factor_kind": w.FACTOR_KINDS,
    "consent": w.CONSENT,
    "match": w.MATCHES,
    "adult_role": w.ADULT_ROLES,
    "notice_kind": w.NOTICE_KINDS,
    "notice_status": w.NOTICE_STATUSES,
    "channel": w.CHANNELS,
    "involvement": w.INVOLVEMENT,
    "action": w.ACTIONS,
    "role": w.ROLES,
    "act": w.ACTS,
    "agency": w.AGENCIES,
    "refusal": w.REFUSALS,
    "unknown": w.UNKNOWNS,
    "sex": w.SEXES,
    "identifier": w.IDENTIFIERS,
    "attention_kind": a.KINDS,
    "attention_state": a.ATTENTION_STATES,
    "attention_why": a.WHY,
    "service": a.SERVICES,
    "reason_act": a.REASON_ACTS,
}
_CODE_TABLES = {
    "outcome": "contact_outcome",
    "marker": "marker",
    "protective": "protective_factor",
    "theme": "concern_theme",
    "ethnicity": "ethnicity",
    "disability": "disability",
    "referral_source": "referral_source",
    "attention_why": "defect",  # A held item of a submission names its first defect.
}


@dataclass(frozen=True, slots=True)
class QueueName:
    """One queue of the catalogue. kind: people, gate (both wait for people) or service."""

    queue: str
    name: str
    kind: str

    @property
    def waits_for_people(self) -> bool:
        """True where contacts wait for staff to decide; False where they are placed."""
        return self.kind in ("people", "gate")


@dataclass(frozen=True)
class Words:
    """Look-ups for the templates and the decision form."""

    authority: str
    queues: Mapping[str, QueueName]
    levels: Mapping[int, str]
    closing_outcomes: frozenset[str]
    notes: Mapping[str, str]
    agencies: Mapping[str, str]

    def agency(self, agency_id: str | None) -> str:
        """The name of an agency of the directory, or its id where the directory does not have it."""
        return self.agencies.get(agency_id or "", agency_id or "")

    def recipient(self, recipient: str) -> str:
        """The name of whom a notice is for: an agency or a queue."""
        return self.agencies.get(recipient) or self.queue(recipient)

    def place(self, source: str) -> str:
        """Where in the contact a factor was found."""
        rows = codes("marker")
        return place_words(source, {code: rows.label(code) for code in rows})

    def queue(self, queue: str | None) -> str:
        """The name of a queue, or its id where the catalogue does not have it."""
        if queue is None:
            return "no queue"
        known = self.queues.get(queue)
        return known.name if known else queue

    def level(self, level: int | None) -> str:
        """`Level 3, Targeted early help`."""
        if level is None:
            return "Level not yet scored"
        label = self.levels.get(level)
        return f"Level {level}, {label}" if label else f"Level {level}"

    def of(self, table: str, code: str | None) -> str:
        """The words of a code, or the code itself where no table has it, so that nothing disappears."""
        if code is None:
            return ""
        own = _OWN_TABLES.get(table)
        if own is not None and (table != "attention_why" or code in own):
            return own.get(code, code)
        rows = codes(_CODE_TABLES[table])
        return rows.label(code) if code in rows else code

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome code a decision may carry, in the order of its table."""
        return tuple(codes("contact_outcome"))

    @property
    def flags(self) -> tuple[str, ...]:
        """Every statutory flag a decision may name."""
        return tuple(w.FLAGS)

    @property
    def people_queues(self) -> tuple[QueueName, ...]:
        """Queues where contacts wait for people, in the catalogue's order."""
        return tuple(queue for queue in self.queues.values() if queue.waits_for_people)

    @property
    def services(self) -> tuple[QueueName, ...]:
        """Queues of services, in the catalogue's order."""
        return tuple(queue for queue in self.queues.values() if not queue.waits_for_people)


def read_words(policy_dir: Path, authority: str) -> Words:
    """The words of an authority. Raises SettingsError where its catalogue, continuum or directory cannot be read."""
    catalogue = read_pack(policy_dir, authority, "catalogue").data
    continuum = read_pack(policy_dir, authority, "continuum").data
    directory = read_pack(policy_dir, authority, "directory").data
    try:
        queues = {
            str(entry["queue"]): QueueName(str(entry["queue"]), str(entry["name"]), str(entry["kind"]))
            for entry in catalogue["services"]
            if entry["kind"] != "marker"
        }
        levels = {int(entry["level"]): _label(entry) for entry in continuum["levels"]}
        closing = frozenset(str(code) for code in catalogue["closing_outcomes"]["codes"])
        notes = {str(entry["code"]): str(entry["text"]) for entry in catalogue.get("notes", ())}
        # The title of an agency goes on with whom to turn to there; the name stands before the comma.
        agencies = {str(id_): str(one["title"]).partition(",")[0] for id_, one in directory["agencies"].items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            f"{policy_dir / authority}: catalogue, continuum or directory lacks an entry: {error}"
        ) from error
    return Words(authority, queues, levels, closing, notes, agencies)


def _label(entry: Mapping[str, object]) -> str:
    """The label of a level, with its name on the authority's own scale where that has other numbers."""
    scale = entry["scale"]
    return str(entry["label"] if scale == f"Level {entry['level']}" else f"{entry['label']} (local scale: {scale})")
