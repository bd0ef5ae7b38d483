"""Versions of a pack over time. `<name>.yaml` is the one that starts last; those before it stay beside it.

A version that was in force keeps its file as `<name>-<version>.yaml`, so that what was decided under it can be
explained and replayed. On every day exactly one is in force: two of one day, or a day with none, are refused.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from shared.errors import SettingsError
from shared.policy import Pack, read_pack_file


def read_versions(policy_dir: Path, authority: str, name: str, *, folder: Path | None = None) -> tuple[Pack, ...]:
    """Every version of a pack, the oldest first: each is in force until the day before the next one starts.

    folder: where they lie, if not in the authority's own directory (a draft).
    Raises SettingsError naming file and remedy: also for two versions of one name or day, and for days between
    `valid_to` of one and `valid_from` of the next that no version or more than one would rule.
    """
    folder = folder or policy_dir / authority
    earlier = [
        _of_its_version(read_pack_file(path, authority, name), name) for path in sorted(folder.glob(f"{name}-*.yaml"))
    ]
    packs = sorted(
        [*earlier, read_pack_file(folder / f"{name}.yaml", authority, name)], key=lambda pack: pack.valid_from
    )
    for pack, after in pairwise(packs):
        _check_follows(pack, after)
    if "valid_to" in packs[-1].data:
        last = packs[-1]
        raise SettingsError(
            f"{last.path}: line {last.line_of('valid_to')}: valid_to: no version is in force after it; "
            "remove it, or put the version that follows beside this file"
        )
    if packs[-1].path.name != f"{name}.yaml":
        raise SettingsError(
            f"{packs[-1].path}: starts after {name}.yaml; call the version that starts last {name}.yaml, "
            f"and keep the others as {name}-<version>.yaml"
        )
    return tuple(packs)


def _of_its_version(pack: Pack, name: str) -> Pack:
    said = pack.data["version"]
    if pack.path.stem != f"{name}-{said}":
        raise SettingsError(
            f"{pack.path}: line {pack.line_of('version')}: version: says {said!r}; call the file {name}-{said}.yaml"
        )
    return pack


def _check_follows(pack: Pack, after: Pack) -> None:
    where = f"{after.path}: line {after.line_of('valid_from')}: valid_from"
    if pack.version == after.version:
        raise SettingsError(
            f"{after.path}: line {after.line_of('version')}: version: {after.data['version']!r} also stands in "
            f"{pack.path.name}; a changed pack needs a version of its own"
        )
    if pack.valid_from == after.valid_from:
        raise SettingsError(f"{where}: {pack.path.name} starts on the same day; give one of them another day")
    if (last := pack.data.get("valid_to")) is None:
        return
    ends = f"{pack.path}: line {pack.line_of('valid_to')}: valid_to"
    if not isinstance(last, date) or last < pack.valid_from:
        raise SettingsError(f"{ends}: write a date such as 2026-03-31, not before valid_from")
    if last >= after.valid_from:
        raise SettingsError(
            f"{ends}: {after.path.name} is in force from {after.valid_from}, so both would rule until {last}; "
            f"write {after.valid_from - timedelta(days=1)}"
        )
    if last + timedelta(days=1) < after.valid_from:
        raise SettingsError(
            f"{ends}: no version is in force from {last + timedelta(days=1)} to "
            f"{after.valid_from - timedelta(days=1)}; write {after.valid_from - timedelta(days=1)}"
        )


def in_force(packs: Sequence[Pack], on: date) -> Pack:
    """The version in force on a day, of packs with the oldest first; before the first one starts, the first."""
    started = [pack for pack in packs if pack.valid_from <= on]
    return started[-1] if started else packs[0]
