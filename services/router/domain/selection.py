"""Which services fit a contact, by level and statutory flag together, age, and what the contact is about.

Level alone cannot choose: early help works at level 4 in one report and the 2018 framework keeps level 4 for statutory
plans, so the flag is part of every choice (continuum of need, "Conflict to resolve locally").
"""

from dataclasses import dataclass

from services.router.domain.catalogue import Catalogue, Entry, Role
from services.router.domain.models import Contact

STATUTORY_FROM = 4


@dataclass(frozen=True, slots=True)
class Fitting:
    """What fits one contact: services that its indicators choose, services for its level, and what may be offered."""

    deciding: tuple[Entry, ...]
    general: tuple[Entry, ...]
    offered: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is put before a person. queue: None where nothing fits; alternatives and notes: ids of the catalogue."""

    queue: str | None = None
    service: str | None = None
    alternatives: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def level_for_choice(contact: Contact) -> int:
    """The level a service must take: a statutory flag counts as level 4 at least (assumption), range kept to 1 to 5."""
    level = min(max(contact.level, 1), 5)
    return level if contact.flag == "none" else max(level, STATUTORY_FROM)


def fitting(contact: Contact, catalogue: Catalogue) -> Fitting:
    """Every service in force that can take the contact, in the catalogue's order of preference.

    Source: services, levels and eligibility of each queue; continuum, conflict to resolve locally (level and flag).
    """
    level = level_for_choice(contact)
    codes = frozenset(contact.indicators) | frozenset(contact.markers)
    found: dict[Role, list[Entry]] = {Role.DECIDES: [], Role.GENERAL: [], Role.OFFERED: [], Role.NEVER: []}
    for entry in catalogue.takers.get((contact.subject_kind, level, contact.flag), ()):
        if _age_fits(entry, contact.age_band, codes) and _subject_matter_fits(entry, contact.indicators, codes):
            found[entry.select.role_at(level)].append(entry)
    return Fitting(tuple(found[Role.DECIDES]), tuple(found[Role.GENERAL]), tuple(found[Role.OFFERED]))


def suggest(contact: Contact, catalogue: Catalogue, found: Fitting | None = None) -> Suggestion:
    """The service to put before a person, what else they may choose, and what they must also see to.

    found: what fits the contact, where the caller knows it already.
    Source: continuum, rule 5 (the system suggests, a person decides); services, rule 5 (level 2: the VCS is offered).
    """
    found = found or fitting(contact, catalogue)
    chosen = [*_requested_first(found.deciding, contact.requested_service), *found.general]
    notes = notes_for(contact, catalogue)
    others = tuple(entry.queue for entry in (*chosen[1:], *found.offered))
    if not chosen:
        return Suggestion(alternatives=others, notes=notes)
    return Suggestion(chosen[0].through, chosen[0].queue, others, notes)


def notes_for(contact: Contact, catalogue: Catalogue) -> tuple[str, ...]:
    """Codes of the notes that apply, for example that an allegation against a professional also goes to the LADO.

    Source: each note's own in the catalogue pack; AL1 to the LADO: continuum, assumption.
    """
    if not contact.indicators and not contact.markers:
        return ()
    codes = frozenset(contact.indicators) | frozenset(contact.markers)
    return tuple(note.code for note in catalogue.notes if note.when & codes)


def is_requested(entry: Entry, requested_service: str | None) -> bool:
    """True where the sender asked for this service, by queue id or by one of the names it is known by.

    Source: message shapes, VCS and health (services asked for); that a request settles a tie: assumption.
    """
    if not requested_service:
        return False
    asked = " ".join(requested_service.replace("-", " ").replace("_", " ").casefold().split())
    return asked == entry.queue.replace("-", " ") or asked in entry.requested_as


def outcome_of(entry: Entry, flag: str) -> str | None:
    """The outcome code of a placement with this service under a statutory flag.

    Source: the code table of contact outcomes; which one a placement has: assumption.
    """
    return entry.outcome.get(flag) or entry.outcome.get("none")


def _age_fits(entry: Entry, age_band: str, codes: frozenset[str]) -> bool:
    return not entry.age_bands or age_band in entry.age_bands or not entry.instead_of_age.isdisjoint(codes)


def _subject_matter_fits(entry: Entry, indicators: tuple[str, ...], codes: frozenset[str]) -> bool:
    select = entry.select
    if select.any_of and select.any_of.isdisjoint(codes):
        return False
    if select.only_with is None:
        return True
    return all(code in select.any_of or code in select.only_with for code in indicators)


def _requested_first(entries: tuple[Entry, ...], requested_service: str | None) -> list[Entry]:
    return sorted(entries, key=lambda entry: not is_requested(entry, requested_service))
