"""Which pack a person means: an authority's own, one of its earlier versions, or a draft in a directory or file."""

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from deploy.mash.layout import ROOT, UsageMistake
from shared.policy import Pack, read_pack_file
from shared.policy_versions import read_versions

CONTINUUM = "continuum"


@dataclass(frozen=True, slots=True)
class PackDirectory:
    """A directory of pack files of one authority."""

    path: Path
    authority: str


def policy_dir() -> Path:
    """Where the packs of every authority lie: MASH_POLICY_DIR, else those of this installation."""
    return Path(os.environ.get("MASH_POLICY_DIR") or ROOT / "deploy" / "policy")


def every_directory() -> list[PackDirectory]:
    """The packs of every authority, by name."""
    return [PackDirectory(path.parent, path.parent.name) for path in sorted(policy_dir().glob(f"*/{CONTINUUM}.yaml"))]


def directory_of(given: str) -> PackDirectory:
    """The directory a person names: an authority, or a path. Raises UsageMistake where there is none."""
    named = policy_dir() / given
    for path in (named, Path(given)):
        if (path / f"{CONTINUUM}.yaml").is_file():
            return PackDirectory(path, _authority_in(path / f"{CONTINUUM}.yaml"))
    known = ", ".join(one.authority for one in every_directory())
    raise UsageMistake(f"no pack '{given}': name an authority ({known}) or a directory with {CONTINUUM}.yaml")


def pack_of(given: str) -> Pack:
    """The continuum a person names: AUTHORITY, AUTHORITY@VERSION, a directory, or a file.

    Raises UsageMistake where there is none, SettingsError where it cannot be read.
    """
    if Path(given).is_file():
        return read_pack_file(Path(given), _authority_in(Path(given)), CONTINUUM)
    name, _, version = given.partition("@")
    found = directory_of(name)
    if not version:
        return read_pack_file(found.path / f"{CONTINUUM}.yaml", found.authority, CONTINUUM)
    packs = {str(pack.data["version"]): pack for pack in versions_in(found)}
    if version not in packs:
        raise UsageMistake(
            f"{found.authority} has no version '{version}' of its continuum: there is {', '.join(packs)}"
        )
    return packs[version]


def versions_in(found: PackDirectory) -> tuple[Pack, ...]:
    """Every version of the continuum in a directory, the oldest first. Raises SettingsError."""
    return read_versions(found.path.parent, found.authority, CONTINUUM, folder=found.path)


def _authority_in(path: Path) -> str:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return path.parent.name  # Reading it properly will say what is wrong.
    return str(data.get("authority", path.parent.name)) if isinstance(data, dict) else path.parent.name
