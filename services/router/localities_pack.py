"""Reads localities.yaml: localities, teams and postcode districts. A district without its teams is refused."""

from services.router.domain.catalogue import TeamKind
from services.router.domain.localities import District, Localities
from services.router.pack_entries import PackReader, Sourced
from shared.policy import Pack

SECTIONS = ("localities", "families_first_teams", "intensive_teams", "hubs", "districts")


class LocalityRow(Sourced):
    """A part of the authority's area."""

    id: str
    name: str


class TeamRow(Sourced):
    """A team or hub that serves a locality."""

    id: str
    name: str
    locality: str


class IntensiveRow(Sourced):
    """An intensive team and the Families First teams it supports."""

    id: str
    name: str
    supports: list[str]


class DistrictRow(Sourced):
    """A postcode district: its Families First team (which gives the locality) and its hub."""

    district: str
    team: str
    hub: str
    border: bool = False


def localities_of(pack: Pack) -> Localities:
    """The localities of a pack. Raises SettingsError naming file, entry and remedy."""
    reader = PackReader(pack)
    reader.only(SECTIONS)
    names = [row.id for row in reader.rows(LocalityRow, "localities")]
    teams = {row.id: row for row in reader.rows(TeamRow, "families_first_teams")}
    hubs = {row.id: row for row in reader.rows(TeamRow, "hubs")}
    intensive = reader.rows(IntensiveRow, "intensive_teams")
    for row in (*teams.values(), *hubs.values()):
        reader.known([row.locality], names, row.id, "locality")
    supported = _pairs(reader, intensive, teams)
    districts = {
        row.district: _district(reader, row, teams, hubs, supported)
        for row in reader.rows(DistrictRow, "districts", key="district")
    }
    _reached(reader, teams, districts)
    kinds = {
        **dict.fromkeys(teams, TeamKind.FAMILIES_FIRST),
        **dict.fromkeys(hubs, TeamKind.HUB),
        **dict.fromkeys((row.id for row in intensive), TeamKind.INTENSIVE),
    }
    named = {row.name.casefold(): row.id for row in (*teams.values(), *hubs.values())}
    named.update((row.name.casefold(), row.id) for row in intensive)
    return Localities(districts, kinds, named)


def _pairs(reader: PackReader, intensive: list[IntensiveRow], teams: dict[str, TeamRow]) -> dict[str, str]:
    supported: dict[str, str] = {}
    for row in intensive:
        reader.known(row.supports, teams, f"intensive_teams[{row.id}].supports", "Families First team")
        for team in row.supports:
            if team in supported:
                reader.refuse(f"intensive_teams[{row.id}]", f"{team} has an intensive team already", "keep one of them")
            supported[team] = row.id
    for team in teams:
        if team not in supported:
            reader.refuse(f"families_first_teams[{team}]", "no intensive team supports it", "add it to one's supports")
    return supported


def _district(
    reader: PackReader,
    row: DistrictRow,
    teams: dict[str, TeamRow],
    hubs: dict[str, TeamRow],
    supported: dict[str, str],
) -> District:
    entry = f"districts[{row.district}]"
    reader.known([row.team], teams, entry, "Families First team")
    reader.known([row.hub], hubs, entry, "hub")
    if teams[row.team].locality != hubs[row.hub].locality:
        reader.refuse(entry, "team and hub lie in different localities", "choose a hub of the team's locality")
    return District(
        district=row.district,
        locality=teams[row.team].locality,
        families_first=row.team,
        intensive=supported[row.team],
        hub=row.hub,
        border=row.border,
    )


def _reached(reader: PackReader, teams: dict[str, TeamRow], districts: dict[str, District]) -> None:
    """Every locality must be reachable: otherwise a part of the area has no way in."""
    served = {district.locality for district in districts.values()}
    for locality in {row.locality for row in teams.values()} - served:
        reader.refuse(f"localities[{locality}]", "no postcode district leads to it", "add its districts")
