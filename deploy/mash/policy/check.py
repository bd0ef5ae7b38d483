"""Checks the packs of an authority as the services do at start, and all of them instead of stopping at the first."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from deploy.mash.policy.choosing import PackDirectory, versions_in
from services.console.words import read_words
from services.intake.policy import danger_policy
from services.notifier.pack import read_directory
from services.router.pack import load_routing
from services.triage.domain.in_force import Policies
from services.triage.examples import NAME as EXAMPLES
from services.triage.examples import answers, read_examples, without_example
from services.triage.policy import load_policies
from shared.errors import SettingsError
from shared.policy import read_pack_file


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at in one directory, and every refusal, each naming file, line and remedy."""

    directory: PackDirectory
    done: tuple[str, ...]
    refusals: tuple[str, ...]


def check(directory: PackDirectory, today: date) -> Checked:
    """Whether every service could start with the packs of this directory. today: London date."""
    done: list[str] = []
    refusals: list[str] = []
    for step in (_continuum, _examples, _danger, _across, _routing, _notices, _words):
        try:
            done.append(step(directory, today))
        except SettingsError as refusal:
            refusals.append(str(refusal))
    return Checked(directory, tuple(done), tuple(refusals))


def _policies(directory: PackDirectory) -> Policies:
    return load_policies(versions_in(directory))


def _parent(directory: PackDirectory) -> tuple[Path, str]:
    if directory.path.name != directory.authority:
        raise SettingsError(
            f"{directory.path}: is for {directory.authority}; call the directory {directory.authority}, "
            "so that the services find it"
        )
    return directory.path.parent, directory.authority


def _continuum(directory: PackDirectory, today: date) -> str:
    policies = _policies(directory)
    now = policies.on(today)
    return f"continuum: {len(policies.versions)} version(s), in force {now.version}, {len(now.indicators)} indicators"


def _examples(directory: PackDirectory, today: date) -> str:
    """Runs the pack's own rule tests by the version that starts last: its examples stand beside it."""
    pack = read_pack_file(directory.path / f"{EXAMPLES}.yaml", directory.authority, EXAMPLES)
    policy = _policies(directory).versions[-1]
    answered = list(answers(read_examples(pack), policy))
    wrong = [
        f"line {pack.line_of('cases', place)}: {answer.example.case}: {answer.difference}; correct the case or the rule"
        for place, answer in enumerate(answered)
        if answer.difference is not None
    ]
    wrong += without_example(answered, policy)
    if wrong:
        raise SettingsError("\n    ".join([f"{pack.path}:", *wrong]))
    return f"examples: {len(answered)} cases decide as written, each with its clause"


def _danger(directory: PackDirectory, today: date) -> str:
    return f"danger: {len(danger_policy(*_parent(directory)).rules.criteria)} criteria"


def _across(directory: PackDirectory, today: date) -> str:
    """Intake tells triage criteria by code: one that triage does not name would be shown without words."""
    at_intake = {criterion.code for criterion in danger_policy(*_parent(directory)).rules.criteria}
    for policy in _policies(directory).versions:
        named = {code for code, row in policy.dangers.items() if not row.prompt_only}
        if at_intake != named:
            code = min(at_intake ^ named)
            missing = "continuum.yaml" if code in at_intake else "danger.yaml"
            raise SettingsError(
                f"{directory.path / missing}: danger criterion {code}: is not there, and the other file has it; add it"
            )
    return "danger criteria: the same at intake and in triage"


def _routing(directory: PackDirectory, today: date) -> str:
    routing = load_routing(*_parent(directory), today=today)
    return f"catalogue, localities, clocks: {len(routing.catalogue.entries)} queues"


def _notices(directory: PackDirectory, today: date) -> str:
    found = read_directory(*_parent(directory))
    queues = {entry.queue for entry in load_routing(*_parent(directory), today=today).catalogue.entries}
    listed = {recipient.id for recipient in found.entries}
    if queues - listed:
        raise SettingsError(
            f"{directory.path / 'directory.yaml'}: queues: {min(queues - listed)}: is in the catalogue and not here; "
            "add it, with channels or with has_team: false"
        )
    return f"directory: {len(found.entries)} recipients, every queue among them"


def _words(directory: PackDirectory, today: date) -> str:
    words = read_words(*_parent(directory))
    return f"words of the console: {len(words.levels)} levels"
