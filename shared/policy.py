"""Policy packs: dated, versioned YAML per authority. Here they are only read; each service checks its own shape."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from shared.errors import SettingsError

OWN_NAMES = ("id", "code", "level", "marker", "district", "speed", "case")  # what a row of a pack is called by


@dataclass(frozen=True, slots=True)
class Pack:
    """One file of a pack as read. version is `<authority>/<name>@<declared version>`, stored with every decision."""

    path: Path
    authority: str
    name: str
    version: str
    valid_from: date
    data: dict[str, Any]
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict, repr=False)

    def line_of(self, *steps: str | int) -> int | None:
        """The line of an entry in the file, or of the nearest thing around it; None where no lines were kept.

        steps: names of sections, and for a row of a list its place or its own id, code, level and so on.
        """
        found: Any = self.data
        path: list[str | int] = []
        for step in steps:
            if isinstance(found, list) and isinstance(step, str):
                step = next((place for place, row in enumerate(found) if _is_called(row, step)), step)
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                break
            path.append(step)
        return self.lines.get(tuple(path))


def _is_called(row: object, name: str) -> bool:
    return isinstance(row, dict) and any(str(row.get(key)) == name for key in OWN_NAMES)


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


def _lines(node: yaml.Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Where each value of a file stands, counted from 1."""
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield from _lines(value, (*path, place))


def _parsed(text: str) -> tuple[object, dict[tuple[str | int, ...], int]]:
    loader = _StrictLoader(text)
    try:
        node = loader.get_single_node()
        return (None, {}) if node is None else (loader.construct_document(node), dict(_lines(node)))
    finally:
        loader.dispose()


def read_pack(policy_dir: Path, authority: str, name: str) -> Pack:
    """The pack file `<policy_dir>/<authority>/<name>.yaml`. Raises SettingsError naming file, entry and remedy."""
    return read_pack_file(policy_dir / authority / f"{name}.yaml", authority, name)


def read_pack_file(path: Path, authority: str, name: str) -> Pack:
    """The pack in one file, wherever it stands. Raises SettingsError naming file, entry and remedy."""
    try:
        data, lines = _parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); is MASH_AUTHORITY right?") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: must be a mapping that starts with authority, name, version, valid_from")
    for entry, expected in (("authority", authority), ("name", name)):
        if data.get(entry) != expected:
            raise SettingsError(
                f"{path}: line {lines.get((entry,), 1)}: {entry}: says {data.get(entry)!r}; write {expected!r}"
            )
    if not isinstance(data.get("valid_from"), date) or not data.get("version"):
        raise SettingsError(f"{path}: give version (text) and valid_from (a date such as 2026-04-01)")
    return Pack(path, authority, name, f"{authority}/{name}@{data['version']}", data["valid_from"], data, lines)
