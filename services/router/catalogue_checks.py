"""What a catalogue may not be: holes that would leave a contact without a way, and terms that break a promise."""

from collections.abc import Iterable

from services.router.clocks_pack import CodeLists
from services.router.domain.catalogue import AGE_BANDS, EVERY_LEVEL, FLAGS, Catalogue, Entry, Kind, Role
from services.router.domain.placement import EXISTING, PLACE
from services.router.domain.selection import STATUTORY_FROM
from services.router.pack_entries import PackReader
from shared.topics import QUEUE_NAMES

AUTO_LEVELS = frozenset({2, 3})


def check_catalogue(reader: PackReader, catalogue: Catalogue, lists: CodeLists) -> None:
    """Refuse a catalogue with holes. Raises SettingsError naming file, entry and remedy."""
    _check_queues(reader, catalogue)
    for entry in catalogue.entries:
        _check_references(reader, entry, catalogue, lists)
        if entry.kind is Kind.SERVICE:
            _check_service(reader, entry)
        else:
            _check_people(reader, entry)
    _check_people_queues(reader, catalogue)
    for note in catalogue.notes:
        reader.known(note.when, (*lists.indicators, *lists.markers), f"notes[{note.code}]", "indicator or marker")
    reader.known(catalogue.never_automatic_with, (*lists.indicators, *lists.markers), "never_automatic_with", "code")
    reader.known(catalogue.closing_outcomes, lists.outcomes, "closing_outcomes", "outcome of contact_outcome.csv")
    for level in sorted(EVERY_LEVEL - catalogue.rating_of_level.keys()):
        reader.refuse("rating_of_level", f"level {level} has no rating", "give every level from 1 to 5 one")
    reader.known([EXISTING], lists.outcomes, "services", "outcome of contact_outcome.csv")


def check_in_force(reader: PackReader, catalogue: Catalogue) -> None:
    """Refuse the rows in force on a day where a level has no service, or two would take it. Raises SettingsError."""
    _check_people_queues(reader, catalogue)
    children = [entry for entry in catalogue.entries if entry.kind is Kind.SERVICE and entry.subject_kind != PLACE]
    general = [entry for entry in children if entry.select.role is Role.GENERAL and not entry.age_bands]
    for level in range(1, 6):
        for flag in FLAGS if level >= STATUTORY_FROM else ("none",):
            if not any(_chosen_at(entry, level) and flag in entry.flags for entry in general):
                reader.refuse(
                    "services", f"no general service for level {level} with flag {flag}", "add one, or widen its levels"
                )
    for level in AUTO_LEVELS:
        for band in AGE_BANDS:
            both = [entry.id for entry in general if entry.auto.met_by(level, band)]
            if len(both) > 1:
                reader.refuse(
                    f"services[{both[1]}].auto", f"{both[0]} also takes level {level}", "leave it to one of them"
                )
    if not any(entry.subject_kind == PLACE and entry.kind is Kind.SERVICE for entry in catalogue.entries):
        reader.refuse("services", "no service for places", "add the one that works with places, behind its gate")


def _check_queues(reader: PackReader, catalogue: Catalogue) -> None:
    seen: set[str] = set()
    for entry in catalogue.entries:
        if entry.queue in seen:
            reader.refuse(
                f"services[{entry.id}].queue", f"{entry.queue!r} stands there twice", "give every row its own"
            )
        seen.add(entry.queue)


def _check_references(reader: PackReader, entry: Entry, catalogue: Catalogue, lists: CodeLists) -> None:
    label = f"services[{entry.id}]"
    reader.known([entry.topic], QUEUE_NAMES, f"{label}.topic", "queue topic of shared/topics.py")
    named = (entry.through, *entry.companions, *entry.step_up, *entry.step_down, *((entry.gate,) if entry.gate else ()))
    reader.known(named, catalogue.by_queue, label, "queue of this catalogue")
    codes = _union(entry.select.any_of, entry.select.only_with or (), entry.instead_of_age)
    reader.known(codes, (*lists.indicators, *lists.markers), label, "indicator or marker")
    reader.known(entry.outcome.values(), lists.outcomes, f"{label}.outcome", "outcome of contact_outcome.csv")
    door = catalogue.by_queue[entry.through]
    if door.kind is not entry.kind or door.through != door.queue or door.topic != entry.topic:
        reader.refuse(f"{label}.via", "leads to no service of its own with the same topic", "name one, or remove via")
    if entry.gate is not None and catalogue.by_queue[entry.gate].kind is not Kind.GATE:
        reader.refuse(f"{label}.gate", f"{entry.gate!r} is no gate", "name a row with kind: gate")


def _check_service(reader: PackReader, entry: Entry) -> None:
    label = f"services[{entry.id}]"
    if entry.select.role is Role.NEVER:
        reader.refuse(f"{label}.select", "nothing says how it is chosen", "give a role: decides, general or offered")
    if entry.select.role is Role.DECIDES and not entry.select.any_of and not entry.age_bands:
        reader.refuse(f"{label}.select", "would decide for every contact", "give any_of or age_bands")
    if not entry.levels or not entry.flags:
        reader.refuse(label, "has no levels or no statutory flags", "give both: level alone cannot choose a queue")
    for flag in sorted(entry.flags):
        if flag not in entry.outcome and "none" not in entry.outcome:
            reader.refuse(f"{label}.outcome", f"no outcome for flag {flag}", "give one, or one for none")
    if entry.subject_kind == PLACE and entry.gate is None:
        reader.refuse(f"{label}.gate", "a place would reach it directly", "name its gate: places go through people")
    if entry.auto.levels:
        _check_auto(reader, entry, label)


def _check_auto(reader: PackReader, entry: Entry, label: str) -> None:
    if not entry.auto.levels <= AUTO_LEVELS & entry.levels & (entry.select.levels or entry.levels):
        reader.refuse(f"{label}.auto", "only levels 2 and 3 that it takes may be automatic", "correct auto.levels")
    if entry.age_bands and not entry.auto.age_bands <= entry.age_bands:
        reader.refuse(f"{label}.auto", "has age bands that the service does not take", "correct auto.age_bands")
    if not entry.consent_needed:
        reader.refuse(f"{label}.auto", "early help without consent", "set consent_needed: true, or auto: never")
    if entry.gate is not None or entry.select.role is Role.OFFERED or "none" not in entry.flags:
        reader.refuse(f"{label}.auto", "a gated, offered or purely statutory service needs a person", "set auto: never")


def _check_people(reader: PackReader, entry: Entry) -> None:
    if entry.auto.levels or entry.open_case_levels or entry.gate or entry.select.role is not Role.NEVER:
        reader.refuse(
            f"services[{entry.id}]", "people and gates are not placed with", "remove auto, open_case, select, gate"
        )


def _check_people_queues(reader: PackReader, catalogue: Catalogue) -> None:
    people = catalogue.people
    named = (("danger", people.danger), ("otherwise", people.otherwise), ("places", people.places))
    for reason, queue in (*named, *people.by_reason.items()):
        entry = catalogue.entry(queue)
        if entry is None or entry.kind is Kind.SERVICE:
            reader.refuse(
                f"people.{reason}", f"{queue!r} is no queue of people in force", "name a row of people or a gate"
            )
    team = catalogue.entry(catalogue.unknown_open_team)
    if team is None or team.kind is not Kind.SERVICE:
        reader.refuse("unknown_open_team", "is no service in force", "name the service with allocated teams")


def _chosen_at(entry: Entry, level: int) -> bool:
    return level in entry.levels and entry.select.role_at(level) is Role.GENERAL


def _union(*groups: Iterable[str]) -> frozenset[str]:
    return frozenset(code for group in groups for code in group)
