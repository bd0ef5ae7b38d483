"""Loads the router's packs: catalogue, localities and clocks. What is loaded has no holes, or start-up is refused."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from services.router.calendar import check_reach
from services.router.catalogue_checks import check_in_force
from services.router.catalogue_pack import catalogue_of_pack
from services.router.clocks_pack import CodeLists, FrontDoor, clocks_of
from services.router.domain.catalogue import Catalogue
from services.router.domain.clocks import Clocks
from services.router.domain.localities import Localities
from services.router.domain.moves import Rules
from services.router.domain.placement import Policy
from services.router.localities_pack import localities_of
from services.router.pack_entries import PackReader
from shared.codes import codes
from shared.errors import SettingsError
from shared.policy import read_pack


@dataclass(frozen=True, slots=True)
class Routing:
    """Everything the router decides by. Rows of the catalogue come into force by date: ask `rules_on`."""

    catalogue: Catalogue
    localities: Localities
    clocks: Clocks
    front_door: FrontDoor

    def rules_on(self, day: date) -> Rules:
        """The rules in force on a London date."""
        return Rules(Policy(self.catalogue.in_force(day), self.localities), self.clocks)


def code_lists() -> CodeLists:
    """The codes that packs may use, from shared/codes."""
    return CodeLists(
        indicators=frozenset(codes("concern_theme")),
        markers=frozenset(codes("marker")),
        outcomes=frozenset(codes("contact_outcome")),
        agency_kinds=("police", "school", "health", "vcs"),
    )


def load_routing(policy_dir: Path, authority: str, *, today: date) -> Routing:
    """The packs of an authority, checked. Raises SettingsError naming file, entry and remedy.

    today: London date; packs that start later, bank holidays that end too soon and holes on this day are refused.
    """
    lists = code_lists()
    packs = {name: read_pack(policy_dir, authority, name) for name in ("catalogue", "localities", "clocks")}
    for pack in packs.values():
        if pack.valid_from > today:
            raise SettingsError(
                f"{pack.path}: valid_from: starts on {pack.valid_from}; keep the version in force beside it"
            )
    catalogue = catalogue_of_pack(packs["catalogue"], lists)
    check_in_force(PackReader(packs["catalogue"]), catalogue.in_force(today))
    clocks, front_door = clocks_of(packs["clocks"], catalogue, lists)
    check_reach(today, front_door.holidays_days_ahead)
    return Routing(catalogue, localities_of(packs["localities"]), clocks, front_door)
