"""Which locality and team a postcode district belongs to. Only the outward half of a postcode is ever used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.router.domain.catalogue import TeamKind

_DISTRICT = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")


@dataclass(frozen=True, slots=True)
class District:
    """One postcode district of the area and its teams. border: part of it lies in another authority."""

    district: str
    locality: str
    families_first: str
    intensive: str
    hub: str
    border: bool = False

    def team(self, kind: TeamKind) -> str | None:
        """The id of the team of this kind that serves the district, or None for a service without such teams.

        Source: services, geography of County Durham; which team serves which district: assumption, confirm with the
        authority.
        """
        match kind:
            case TeamKind.FAMILIES_FIRST:
                return self.families_first
            case TeamKind.INTENSIVE:
                return self.intensive
            case TeamKind.HUB:
                return self.hub
            case TeamKind.NONE:
                return None


@dataclass(frozen=True, slots=True)
class InArea:
    """The address lies in the area."""

    district: District


@dataclass(frozen=True, slots=True)
class OutOfArea:
    """The address is a real district that no team of this authority serves: a person looks at it."""


@dataclass(frozen=True, slots=True)
class AreaUnknown:
    """No address, or one that cannot be read."""


Area = InArea | OutOfArea | AreaUnknown


@dataclass(frozen=True, slots=True)
class Localities:
    """The districts of the area, and every team with its kind. team_names: id by name in small letters."""

    districts: Mapping[str, District]
    teams: Mapping[str, TeamKind]
    team_names: Mapping[str, str]

    def area_of(self, district: str | None) -> Area:
        """Where a postcode district lies. district: outward half, in any case and spacing, or None.

        Source: identifiers, UK postcode (areas cross council borders; a district is kept for locality): assumption.
        """
        outward = (district or "").replace(" ", "").upper()
        known = self.districts.get(outward)
        if known is not None:
            return InArea(known)
        return OutOfArea() if _DISTRICT.fullmatch(outward) else AreaUnknown()

    def team_id(self, named: str) -> str | None:
        """The id of a team given by id or by name, or None where it is none of ours."""
        return named if named in self.teams else self.team_names.get(named.strip().casefold())
