"""Where an assessed contact goes: it waits for named people, or it is placed. There is no third outcome, no silence.

Early help is placed without a person only at level 2 or 3, with consent given, no danger, no statutory flag, nothing
that needs a person, and exactly one service that the catalogue finds. With an open case, what is below level 4,
without a flag and without anything that needs a person but a return goes to the team that holds it; everything else
waits at the MASH (or at MAPS, for a place) with a suggestion and the reason, and the team is told at once, unless it
is restricted.
Sources: D3 (never do nothing; the system suggests, a person decides); D1 (SEND through One Point, TAC through MAPS);
design, promise 4 (levels 4 and 5 always wait for a person); what an open case short-cuts: assumption, confirm with the
authority (nearest: Durham rules to encode 2 and 3, step up without a new referral, an open child goes to its worker).
"""

from dataclasses import dataclass, replace

from services.router.domain.catalogue import Catalogue, Entry, TeamKind
from services.router.domain.localities import AreaUnknown, InArea, Localities, OutOfArea
from services.router.domain.models import Contact, OpenCase, Reason
from services.router.domain.selection import (
    STATUTORY_FROM,
    Fitting,
    Suggestion,
    fitting,
    is_requested,
    notes_for,
    outcome_of,
    suggest,
)

CONSENT_GIVEN = "given"
CONSENT_REFUSED = "refused"
EXISTING = "EXISTING"  # contact_outcome.csv: passed to the allocated worker of an open case
TEXT_PROMPT = "text_prompt"
PLACE = "place"


@dataclass(frozen=True, slots=True)
class Waiting:
    """It waits for the people of `queue`. alerted: further queues that hear of it; team: that holds an open case."""

    queue: str
    reason: str
    suggestion: Suggestion
    alerted: tuple[str, ...] = ()
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The service behind `queue` has it. service: the catalogue's service reached through that queue."""

    queue: str
    reason: str
    service: str
    team: str | None
    outcome: str | None
    alerted: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in force: what a decision was made under."""

    catalogue: Catalogue
    localities: Localities


def place(contact: Contact, open_case: OpenCase | None, policy: Policy) -> Waiting | Placed:
    """Where this contact goes.

    open_case: a placed case of the same subject that the router itself holds, or None; `contact.open_team` counts too.
    Sources: continuum, rules 2 and 5; services, rules to encode 2 to 4; design, promises 3 and 4. The order of the
    questions: assumption, confirm with the authority.
    """
    people = policy.catalogue.people
    held = open_case or _named_open_case(contact, policy)
    team = (held.queue,) if held is not None and contact.services_may_hear else ()

    def waiting(queue: str, reason: str, alerted: tuple[str, ...] = (), found: Fitting | None = None) -> Waiting:
        return Waiting(queue, reason, suggest(contact, policy.catalogue, found), alerted)

    if contact.in_danger:
        return waiting(people.danger, _danger_reason(contact), team)
    if contact.subject_kind == PLACE:
        return waiting(people.places, Reason.PLACE_VIA_MAPS)
    closed_door = _closed_door(contact)
    if closed_door is not None and closed_door in people.by_reason:
        return waiting(people.by_reason[closed_door], closed_door, team if closed_door == TEXT_PROMPT else ())
    if held is None and contact.open_team:
        unknown = Suggestion(policy.catalogue.unknown_open_team, policy.catalogue.unknown_open_team)
        return Waiting(people.otherwise, Reason.OPEN_CASE, unknown)
    if held is not None:
        return _with_open_case(held, contact, policy)
    obstacle = _obstacle(contact, policy.localities)
    if obstacle is not None:
        return waiting(people.otherwise, obstacle)
    found = fitting(contact, policy.catalogue)
    match automatic_service(contact, found, policy.catalogue):
        case Entry() as entry:
            return placed_with(entry, contact, Reason.AUTO_EARLY_HELP, policy)
        case Reason() as reason:
            return waiting(people.otherwise, reason, found=found)


def automatic_service(contact: Contact, found: Fitting, catalogue: Catalogue) -> Entry | Reason:
    """The one service that may have the contact without a person, or the reason why a person must choose.

    Source: design, promise 4 (early help may be placed without a person only where the policy says so).
    """
    codes = (*contact.indicators, *contact.markers)
    if not catalogue.never_automatic_with.isdisjoint(codes):
        return Reason.NOT_AUTOMATIC
    chosen = found.deciding
    if len(chosen) > 1:
        chosen = tuple(entry for entry in chosen if is_requested(entry, contact.requested_service))
        if len(chosen) != 1:
            return Reason.SEVERAL_SERVICES_FIT
    if chosen:
        return chosen[0] if _may_be_automatic(chosen[0], contact) else Reason.NOT_AUTOMATIC
    general = [entry for entry in found.general if _may_be_automatic(entry, contact)]
    match general:
        case [entry]:
            return entry
        case []:
            return Reason.NO_SERVICE_FITS
        case _:
            return Reason.SEVERAL_SERVICES_FIT


def placed_with(entry: Entry, contact: Contact, reason: Reason, policy: Policy) -> Placed:
    """A placement with a service of the catalogue, in the team of the contact's district where it has teams.

    Source: services, the queue's row; its teams by district: assumption.
    """
    return Placed(
        queue=entry.through,
        reason=reason,
        service=entry.queue,
        team=team_of(entry, contact, policy.localities),
        outcome=outcome_of(entry, contact.flag),
        alerted=entry.companions,
        notes=notes_for(contact, policy.catalogue),
    )


def team_of(entry: Entry, contact: Contact, localities: Localities) -> str | None:
    """The team that serves the contact's district; None where the district is not known and a person placed it so.

    Source: services, geography of County Durham; a placement without a team: assumption.
    """
    match localities.area_of(contact.district):
        case InArea(district):
            return district.team(entry.team)
        case OutOfArea() | AreaUnknown():
            return None


def _danger_reason(contact: Contact) -> Reason:
    """A mere hit of words in the text is a prompt for a person, so it is told apart from a criterion that was met."""
    return Reason.TEXT_PROMPT if contact.danger == (TEXT_PROMPT,) else Reason.DANGER


def _closed_door(contact: Contact) -> str | None:
    """Restricted records and uncertain identity wait for their own people even where a case is open (assumption)."""
    return Reason.RESTRICTED if Reason.RESTRICTED in contact.markers else contact.needs_person


def _named_open_case(contact: Contact, policy: Policy) -> OpenCase | None:
    """The open case that triage names: by queue id of the catalogue, or by a team of ours."""
    if not contact.open_team:
        return None
    entry = policy.catalogue.entry(contact.open_team)
    if entry is not None and entry.holds_open_cases:
        return OpenCase(entry.through, entry.queue, team_of(entry, contact, policy.localities))
    team = policy.localities.team_id(contact.open_team)
    if team is None:
        return None
    kind = policy.localities.teams[team]
    holder = _first_holder(policy.catalogue, kind)
    return OpenCase(holder.through, holder.queue, team) if holder is not None else None


def _first_holder(catalogue: Catalogue, kind: TeamKind) -> Entry | None:
    """The service whose own queue teams of this kind work, or else the first that has such teams."""
    holders = [entry for entry in catalogue.entries if entry.team is kind and entry.holds_open_cases]
    own_queue = [entry for entry in holders if entry.through == entry.queue]
    return next(iter([*own_queue, *holders]), None)


def _with_open_case(held: OpenCase, contact: Contact, policy: Policy) -> Waiting | Placed:
    """To the team that holds the open case, or before a person: then the team hears of it at once.

    A return of the child, and nothing else, is reviewed by the team that works with it: assumption (nearest: rules to
    encode, 2 and 3, an open child moves without a new referral and goes to its worker).
    """
    takes = _team_takes(held, contact, policy.catalogue)
    if takes and contact.needs_person in (None, Reason.HISTORY_REVIEW) and not _is_statutory(contact):
        return _to_open_case(held, contact, policy)
    return Waiting(
        queue=policy.catalogue.people.otherwise,
        reason=_obstacle(contact, policy.localities) or Reason.OPEN_CASE,
        suggestion=_suggest_holder(held, takes, suggest(contact, policy.catalogue)),
        alerted=(held.queue,) if contact.services_may_hear else (),
        team=held.team,
    )


def _is_statutory(contact: Contact) -> bool:
    """Level 4 or 5, or a statutory flag: a person decides, whoever works with the child. Source: rule 5."""
    return contact.level >= STATUTORY_FROM or contact.flag != "none"


def _team_takes(held: OpenCase, contact: Contact, catalogue: Catalogue) -> bool:
    """An open case takes what its service works with: a step up, or help the family has refused, needs a person."""
    entry = catalogue.entry(held.service or held.queue)
    if entry is None or contact.level not in entry.open_case_levels or contact.flag not in entry.flags:
        return False
    return not (entry.consent_needed and contact.consent == CONSENT_REFUSED)


def _suggest_holder(held: OpenCase, takes: bool, otherwise: Suggestion) -> Suggestion:
    """The service that holds the case comes first where it works with this, else it stands among the alternatives."""
    holder = held.service or held.queue
    others = dict.fromkeys(name for name in (otherwise.service, *otherwise.alternatives) if name and name != holder)
    if takes:
        return replace(otherwise, queue=held.queue, service=holder, alternatives=tuple(others))
    if otherwise.service == holder:
        return otherwise
    return replace(otherwise, alternatives=(holder, *otherwise.alternatives))


def _to_open_case(held: OpenCase, contact: Contact, policy: Policy) -> Placed:
    """The MASH sees it with the service and on the contact's page; nobody there is asked to act."""
    return Placed(
        queue=held.queue,
        reason=Reason.OPEN_CASE,
        service=held.service or held.queue,
        team=held.team,
        outcome=EXISTING,
        notes=notes_for(contact, policy.catalogue),
    )


def _obstacle(contact: Contact, localities: Localities) -> str | None:
    """The first reason why a person must look, or None where only the choice of the service is left.

    Where the district is not known nobody can say which team it is for, or whether the child lives here at all.
    Sources: rule 2 of the continuum (never do nothing), services (localities and teams); unknown district: assumption.
    """
    if contact.needs_person is not None:
        return contact.needs_person
    if contact.level >= STATUTORY_FROM:
        return Reason.LEVEL_4_5
    if contact.flag != "none":
        return Reason.STATUTORY_FLAG
    if contact.level <= 1:
        return Reason.LEVEL_1
    if contact.age_band == "unborn":
        return Reason.UNBORN
    area = localities.area_of(contact.district)
    if isinstance(area, OutOfArea):
        return Reason.OUT_OF_AREA
    if not contact.indicators:
        return Reason.NO_INDICATOR
    if contact.consent != CONSENT_GIVEN:
        return Reason.CONSENT_MISSING
    return Reason.LOCALITY_UNKNOWN if isinstance(area, AreaUnknown) else None


def _may_be_automatic(entry: Entry, contact: Contact) -> bool:
    return entry.gate is None and entry.auto.met_by(contact.level, contact.age_band)
