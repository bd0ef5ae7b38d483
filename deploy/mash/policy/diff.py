"""What one pack says that another does not, entry by entry, in the order of the files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.policy import OWN_NAMES, Pack

_HEAD = frozenset({"authority", "name", "version", "valid_from", "valid_to", "sources"})
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. entry: `indicators: MI1: level`; before or after is None where that pack has no such entry."""

    entry: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        """One line for a terminal."""
        if self.before is None:
            return f"+ {self.entry}: {self.after}"
        return (
            f"- {self.entry}: {self.before}" if self.after is None else f"~ {self.entry}: {self.before} -> {self.after}"
        )


def differences(before: Pack, after: Pack, *, sources: bool = False) -> list[Change]:
    """Every difference that has an effect; with `sources`, also those that only change where an entry comes from."""
    sections = dict.fromkeys([*before.data, *after.data])
    found: list[Change] = []
    for name in sections:
        if name not in _HEAD:
            found += _between(name, before.data.get(name, _ABSENT), after.data.get(name, _ABSENT))
    return found if sources else [change for change in found if not change.entry.endswith(": source")]


def _between(entry: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    rows_before, rows_after = _by_name(before), _by_name(after)
    if rows_before is None or rows_after is None:
        yield Change(entry, _shown(before), _shown(after))
        return
    for name in dict.fromkeys([*rows_before, *rows_after]):
        yield from _between(f"{entry}: {name}", rows_before.get(name, _ABSENT), rows_after.get(name, _ABSENT))


def _by_name(value: Any) -> Mapping[str, Any] | None:
    """The parts of a section by what they are called; None where it has no parts of its own."""
    if isinstance(value, Mapping):
        return {str(name): part for name, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str) and value and all(map(_name, value)):
        names = [_name(row) for row in value]
        return dict(zip(names, value, strict=True)) if len(set(names)) == len(names) else None
    return None


def _name(row: Any) -> str:
    """What a row is called; rows of one speed are told apart by their level."""
    if not isinstance(row, Mapping):
        return ""
    if "scheme" in row:
        return f"{row['scheme']} {row.get('value')}"
    if "from_level" in row:
        return f"speed {row.get('speed')} from level {row['from_level']}"
    if "from" in row:
        return f"from {row['from']}"
    return next((str(row[key]) for key in OWN_NAMES if key in row), "")


def _shown(value: Any) -> str | None:
    if value is _ABSENT:
        return None
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items() if name != "source")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(str(_shown(part)) for part in value) + "]"
    return "none" if value is None else str(value)
