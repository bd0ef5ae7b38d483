"""Policy packs: dated, versioned YAML per authority. Here they are only read; each service checks its own shape."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from shared.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Pack:
    """One file of a pack as read. version is `<authority>/<name>@<declared version>`, stored with every decision."""

    path: Path
    authority: str
    name: str
    version: str
    valid_from: date
    data: dict[str, Any]


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML that refuses a key written twice: the second would silently replace the first."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[object] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"{key!r} stands twice; keep one", problem_mark=key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_pack(policy_dir: Path, authority: str, name: str) -> Pack:
    """The pack file `<policy_dir>/<authority>/<name>.yaml`. Raises SettingsError naming file, entry and remedy."""
    path = policy_dir / authority / f"{name}.yaml"
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); is MASH_AUTHORITY right?") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: must be a mapping that starts with authority, name, version, valid_from")
    for entry, expected in (("authority", authority), ("name", name)):
        if data.get(entry) != expected:
            raise SettingsError(f"{path}: {entry}: says {data.get(entry)!r}; write {expected!r}")
    if not isinstance(data.get("valid_from"), date) or not data.get("version"):
        raise SettingsError(f"{path}: give version (text) and valid_from (a date such as 2026-04-01)")
    return Pack(path, authority, name, f"{authority}/{name}@{data['version']}", data["valid_from"], data)
