"""Reads catalogue.yaml: services, their terms, the queues of people. Shape here, holes in catalogue_checks.py."""

from datetime import date
from typing import Literal

from pydantic import Field

from services.router.catalogue_checks import check_catalogue
from services.router.clocks_pack import CodeLists
from services.router.domain.catalogue import (
    FLAGS,
    AutoTerms,
    Catalogue,
    Entry,
    Kind,
    Note,
    PeopleQueues,
    Role,
    Selection,
    TeamKind,
    by_queue,
    takers,
)
from services.router.pack_entries import PackReader, Sourced, Strict
from shared.policy import Pack

SECTIONS = (
    "people",
    "unknown_open_team",
    "closing_outcomes",
    "never_automatic_with",
    "rating_of_level",
    "notes",
    "services",
)

Level = Literal[1, 2, 3, 4, 5]
Flag = Literal["none", "s17", "s47"]
AgeBand = Literal["unborn", "under_1", "1_4", "5_10", "11_15", "16_17", "18_25", "unknown"]


class QueueRow(Sourced):
    """A queue, by its id."""

    queue: str


class PeopleRow(Strict):
    """Where contacts wait."""

    danger: QueueRow
    otherwise: QueueRow
    places: QueueRow
    by_reason: dict[str, QueueRow]


class CodesRow(Sourced):
    """A list of codes."""

    codes: list[str]


class RatingRow(Sourced):
    """The rating of a level that a person sets."""

    level: Level
    rating: Literal["RED", "AMBER", "GREEN", "BLUE"]


class NoteRow(Sourced):
    """A note for people, and the codes with which it is shown."""

    code: str
    indicators: list[str] = Field(default_factory=list)
    markers: list[str] = Field(default_factory=list)
    text: str


class SelectRow(Strict):
    """How a service is chosen."""

    role: Literal["decides", "general", "offered"]
    levels: list[Level] = Field(default_factory=list)
    any_of: list[str] = Field(default_factory=list)
    only_with: list[str] | None = None


class AutoRow(Strict):
    """Terms of placement without a person."""

    levels: list[Level]
    age_bands: list[AgeBand] = Field(default_factory=list)


class ServiceRow(Sourced):
    """One row of the catalogue, as the file's head explains it."""

    id: str
    queue: str | None = None
    name: str
    kind: Literal["people", "gate", "service", "marker"]
    topic: str | None = None
    via: str | None = None
    gate: str | None = None
    for_whom: str
    subject: Literal["child", "place"] = "child"
    levels: list[Level]
    statutory_flags: list[Flag] = Field(default_factory=list)
    age_bands: list[AgeBand] = Field(default_factory=list)
    instead_of_age: list[str] = Field(default_factory=list)
    select: SelectRow | None = None
    requested_as: list[str] = Field(default_factory=list)
    companions: list[str] = Field(default_factory=list, alias="with")
    consent_needed: bool | None = None
    auto: Literal["never"] | AutoRow = "never"
    open_case: bool = False
    open_case_levels: list[Level] = Field(default_factory=list)
    team: Literal["none", "hub", "intensive", "families_first"] = "none"
    has_team: bool = True
    outcome: dict[Flag, str] = Field(default_factory=dict)
    step_up: list[str]
    step_down: list[str]
    time_limit_weeks: int | None = Field(default=None, ge=1)
    valid_from: date
    valid_to: date = date.max


def catalogue_of_pack(pack: Pack, lists: CodeLists) -> Catalogue:
    """The catalogue of a pack, all rows, whenever in force. Raises SettingsError naming file, entry and remedy."""
    reader = PackReader(pack)
    reader.only(SECTIONS)
    rows = reader.rows(ServiceRow, "services")
    queues = [_entry(reader, row) for row in rows if row.kind != "marker"]
    people = reader.read(PeopleRow, reader.section("people"), "people")
    catalogue = Catalogue(
        version=pack.version,
        entries=tuple(queues),
        people=PeopleQueues(
            danger=people.danger.queue,
            otherwise=people.otherwise.queue,
            places=people.places.queue,
            by_reason={reason: row.queue for reason, row in people.by_reason.items()},
        ),
        notes=tuple(
            Note(row.code, frozenset(row.indicators) | frozenset(row.markers), row.text)
            for row in reader.rows(NoteRow, "notes", key="code")
        ),
        unknown_open_team=reader.read(QueueRow, reader.section("unknown_open_team"), "unknown_open_team").queue,
        closing_outcomes=_codes(reader, "closing_outcomes"),
        outcomes=frozenset(lists.outcomes),
        never_automatic_with=_codes(reader, "never_automatic_with"),
        rating_of_level={
            int(row.level): str(row.rating) for row in reader.rows(RatingRow, "rating_of_level", key="level")
        },
        by_queue=by_queue(queues),
        takers=takers(queues),
    )
    check_catalogue(reader, catalogue, lists)
    return catalogue


def _codes(reader: PackReader, section: str) -> frozenset[str]:
    return frozenset(reader.read(CodesRow, reader.section(section), section).codes)


def _entry(reader: PackReader, row: ServiceRow) -> Entry:
    if row.queue is None or row.topic is None:
        reader.refuse(f"services[{row.id}]", "has no queue or no topic", "give both, or set kind: marker")
    select = row.select
    return Entry(
        id=row.id,
        queue=row.queue,
        name=row.name,
        kind=Kind(row.kind),
        topic=row.topic,
        through=row.via or row.queue,
        subject_kind=row.subject,
        levels=frozenset(row.levels),
        flags=frozenset(row.statutory_flags if row.kind == "service" else FLAGS),
        age_bands=frozenset(row.age_bands),
        instead_of_age=frozenset(row.instead_of_age),
        select=Selection() if select is None else _selection(select),
        requested_as=frozenset(name.casefold() for name in row.requested_as),
        gate=row.gate,
        companions=tuple(row.companions),
        consent_needed=bool(row.consent_needed),
        auto=AutoTerms()
        if row.auto == "never"
        else AutoTerms(frozenset(row.auto.levels), frozenset(row.auto.age_bands)),
        open_case_levels=_open_case_levels(reader, row),
        team=TeamKind(row.team),
        has_team=row.has_team,
        outcome={str(flag): code for flag, code in row.outcome.items()},
        step_up=tuple(row.step_up),
        step_down=tuple(row.step_down),
        time_limit_weeks=row.time_limit_weeks,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _selection(row: SelectRow) -> Selection:
    only_with = None if row.only_with is None else frozenset(row.only_with)
    return Selection(Role(row.role), frozenset(row.levels), frozenset(row.any_of), only_with)


def _open_case_levels(reader: PackReader, row: ServiceRow) -> frozenset[int]:
    if row.open_case != bool(row.open_case_levels):
        reader.refuse(
            f"services[{row.id}].open_case",
            "open_case and open_case_levels disagree",
            "set open_case: true with levels",
        )
    return frozenset(row.open_case_levels)
