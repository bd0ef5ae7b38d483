"""The danger pack of an authority as rules. Every entry is checked on load: a wrong code fails at start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.intake.domain.danger import Criterion, DangerRules, When, read_phrase
from shared.codes import codes
from shared.errors import SettingsError
from shared.policy import Pack, read_pack

_WHEN = {"themes", "any_of", "all_of", "under_months"}


@dataclass(frozen=True, slots=True)
class Advice:
    """What the sender is told. danger: where the message reads as immediate danger; urgent_line ends every answer."""

    danger: str
    urgent_line: str


@dataclass(frozen=True, slots=True)
class DangerPolicy:
    """Rules and advice of one pack. flags: field names whose true value means danger even in what cannot be parsed."""

    rules: DangerRules
    advice: Advice
    flags: tuple[str, ...]


@cache
def danger_policy(policy_dir: Path, authority: str) -> DangerPolicy:
    """The danger policy of `authority`. Raises SettingsError naming file and entry."""
    pack = read_pack(policy_dir, authority, "danger")
    criteria = tuple(_criterion(pack, entry) for entry in _entries(pack, "criteria"))
    if len({c.code for c in criteria}) != len(criteria):
        raise SettingsError(f"{pack.path}: criteria: a code stands there twice")
    return DangerPolicy(DangerRules(pack.version, criteria), _advice(pack), tuple(pack.data["flags"]["names"]))


def _entries(pack: Pack, name: str) -> Sequence[Mapping[str, object]]:
    entries = pack.data.get(name)
    if not isinstance(entries, list) or not entries:
        raise SettingsError(f"{pack.path}: {name}: must be a list with at least one entry")
    return entries


def _criterion(pack: Pack, entry: Mapping[str, object]) -> Criterion:
    code = str(entry.get("code"))
    for needed in ("code", "label", "source"):
        if not entry.get(needed):
            raise SettingsError(f"{pack.path}: criterion {code}: {needed} is missing")
    when, phrases = entry.get("when", []), entry.get("phrases", [])
    if not isinstance(when, list) or not isinstance(phrases, list):
        raise SettingsError(f"{pack.path}: criterion {code}: when and phrases must be lists")
    return Criterion(
        code=code,
        label=str(entry["label"]),
        source=str(entry["source"]),
        when=tuple(_when(pack, code, item) for item in when),
        phrases=tuple(read_phrase(str(phrase)) for phrase in phrases),
    )


def _when(pack: Pack, code: str, item: Mapping[str, object]) -> When:
    where = f"{pack.path}: criterion {code}"
    if not item or set(item) - _WHEN:
        raise SettingsError(f"{where}: when: use only {', '.join(sorted(_WHEN))}")
    months = item.get("under_months")
    if months is not None and not isinstance(months, int):
        raise SettingsError(f"{where}: under_months must be a whole number")
    return When(
        themes=_codes(where, "concern_theme", item.get("themes", [])),
        any_of=_codes(where, "marker", item.get("any_of", [])),
        all_of=_codes(where, "marker", item.get("all_of", [])),
        under_months=months,
    )


def _codes(where: str, table: str, values: object) -> frozenset[str]:
    if not isinstance(values, list):
        raise SettingsError(f"{where}: must be a list of codes")
    unknown = [value for value in values if value not in codes(table)]
    if unknown:
        raise SettingsError(f"{where}: {unknown[0]!r} is not in shared/codes/{table}.csv")
    return frozenset(values)


def _advice(pack: Pack) -> Advice:
    words = pack.data.get("advice")
    if not isinstance(words, dict):
        raise SettingsError(f"{pack.path}: advice: is missing")
    try:
        return Advice(str(words["danger"]).format(**words), str(words["urgent_line"]).format(**words))
    except KeyError as error:
        raise SettingsError(f"{pack.path}: advice: {error} is missing") from error
