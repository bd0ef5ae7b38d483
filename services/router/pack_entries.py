"""Strict reading of pack entries: every error names file, entry and remedy, and nothing unknown is let by."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import SettingsError
from shared.policy import Pack


class Strict(BaseModel):
    """An entry of a pack: no unknown fields, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sourced(Strict):
    """An entry that says where it comes from: a document with its paragraph, or "assumption"."""

    source: str


S = TypeVar("S", bound=Strict)

_REMEDIES = {
    "missing": "add it",
    "extra_forbidden": "remove it, or correct its spelling",
    "literal_error": "use one of these (quote what starts with a digit)",
}


@dataclass(frozen=True, slots=True)
class PackReader:
    """Reads the entries of one pack file."""

    pack: Pack

    def refuse(self, entry: str, what: str, remedy: str) -> NoReturn:
        """Raises SettingsError: the file, the line, the entry, what is wrong with it and what to do."""
        line = self.pack.line_of(*(int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", entry)))
        where = self.pack.path if line is None else f"{self.pack.path}: line {line}"
        raise SettingsError(f"{where}: {entry}: {what}; {remedy}")

    def read(self, kind: type[S], raw: object, entry: str) -> S:
        """`raw` as an entry of `kind`. Raises SettingsError for the first thing that is wrong."""
        try:
            return kind.model_validate(raw)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            self.refuse(
                f"{entry}.{place}" if place else entry, first["msg"], _REMEDIES.get(first["type"], "correct it")
            )

    def section(self, name: str) -> Any:
        """The part of the file under `name`. Raises SettingsError where it is not there."""
        if name not in self.pack.data:
            self.refuse(name, "is missing", "add this section")
        return self.pack.data[name]

    def rows(self, kind: type[S], name: str, key: str = "id") -> list[S]:
        """The list under `name`, each row named in errors by its `key`. Raises SettingsError, also for a repeat."""
        raw_rows = self.section(name)
        if not isinstance(raw_rows, list):
            self.refuse(name, "is no list", "write one entry per line, each starting with a dash")
        seen: set[str] = set()
        rows: list[S] = []
        for number, raw in enumerate(raw_rows):
            label = raw.get(key, number) if isinstance(raw, dict) else number
            rows.append(self.read(kind, raw, f"{name}[{label}]"))
            if str(label) in seen:
                self.refuse(f"{name}[{label}]", f"this {key} stands there twice", "give every entry its own")
            seen.add(str(label))
        return rows

    def only(self, names: Iterable[str]) -> None:
        """Refuse a file with sections that nobody reads. Raises SettingsError."""
        common = {"authority", "name", "version", "valid_from", "sources"}
        for name in self.pack.data:
            if name not in common and name not in set(names):
                self.refuse(str(name), "is no section of this pack", "remove it, or correct its spelling")

    def known(self, codes: Iterable[str], table: Iterable[str], entry: str, what: str) -> None:
        """Refuse a code that `table` does not hold. Raises SettingsError."""
        held = set(table)
        for code in codes:
            if code not in held:
                self.refuse(entry, f"{code!r} is no {what}", f"use a {what} that exists, or add it there first")
