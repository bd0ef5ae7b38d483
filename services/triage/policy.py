"""The continuum of an authority: read, refused where it has holes, and compiled for scoring. Once, at start."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from services.triage import pack_checks
from services.triage.compiling import compiled
from services.triage.domain.in_force import Policies
from services.triage.domain.policy import Policy
from services.triage.pack import ContinuumPack
from shared.errors import SettingsError
from shared.policy import Pack

NAME = "continuum"
_SHOWN = 12  # problems listed before the rest is only counted


class PackRefused(SettingsError):
    """A continuum that cannot be used. The text names the file and, for each problem, line, entry and remedy."""


def load_policies(packs: Sequence[Pack]) -> Policies:
    """Every version of an authority's continuum, as `read_versions` gives them. Raises PackRefused."""
    return Policies(tuple(load_policy(pack) for pack in packs))


def load_policy(pack: Pack) -> Policy:
    """The policy of a pack file. Raises PackRefused with every problem found."""
    try:
        checked = ContinuumPack.model_validate(pack.data)
    except ValidationError as error:
        raise PackRefused(
            _refusal(pack, [_of_shape(detail["loc"], detail["msg"], pack) for detail in error.errors()])
        ) from None
    wrong = pack_checks.problems(checked)
    if wrong:
        raise PackRefused(_refusal(pack, [_located(problem, pack) for problem in wrong]))
    return compiled(checked, pack.version)


def _refusal(pack: Pack, lines: list[str]) -> str:
    rest = f"\n  and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"{pack.path}: cannot be used:\n  " + "\n  ".join(lines[:_SHOWN]) + rest


def _located(problem: str, pack: Pack) -> str:
    """The line of the entry that a problem begins with: `section: entry: what is wrong`."""
    section, *rest = problem.split(": ")
    line = pack.line_of(*section.split("."), *rest)
    return problem if line is None else f"line {line}: {problem}"


def _of_shape(path: tuple[int | str, ...], message: str, pack: Pack) -> str:
    line = pack.line_of(*path)
    problem = _line(path, message, pack.data)
    return problem if line is None else f"line {line}: {problem}"


def _line(path: tuple[int | str, ...], message: str, data: object) -> str:
    """`indicators[3] (DA4): level: ...`: the entry by its place and by its own code, then what to write."""
    shown: list[str] = []
    for step in path:
        data = _step_into(data, step)
        if isinstance(step, int) and shown:
            shown[-1] += f"[{step}]{_own_code(data)}"
        else:
            shown.append(str(step))
    return f"{': '.join(shown)}: {message[0].lower()}{message[1:]}"


def _step_into(data: object, step: int | str) -> object:
    if isinstance(data, Mapping):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def _own_code(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return ""
    code = next((entry[name] for name in ("id", "code", "level", "marker", "speed") if name in entry), None)
    return "" if code is None else f" ({code})"
