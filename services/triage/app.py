"""Builds triage once: settings, continuum, and a stage for each message and lane it reads."""

from functools import partial

from services.triage.handlers import assess_contacts, learn_decisions
from services.triage.policy import NAME as NAME_OF_PACK
from services.triage.policy import load_policies
from services.triage.settings import TriageSettings
from services.triage.work import Rulebook, TriageWork
from shared.messages.case_decided import CaseDecided
from shared.messages.contact_received import ContactReceived
from shared.messages.envelope import Lane
from shared.policy_versions import read_versions
from shared.service import Service, lay_foundation
from shared.settings import read_settings
from shared.stage import Stage
from shared.topics import CASE_DECIDED, CONTACT_RECEIVED

NAME = "triage"


def build(settings: TriageSettings | None = None) -> Service:
    """Triage, ready to run. Raises SettingsError where a setting is missing or the continuum cannot be used."""
    settings = settings or read_settings(TriageSettings)
    policies = load_policies(read_versions(settings.policy_dir, settings.authority, NAME_OF_PACK))
    rulebook = Rulebook(settings.authority, policies)
    return Service(
        foundation=lay_foundation(settings, NAME, partial(TriageWork, rulebook=rulebook)),
        stages=[*_assessing(), _learning()],
    )


def _assessing() -> list[Stage[ContactReceived, TriageWork]]:
    return [Stage(NAME, "assess-contacts", CONTACT_RECEIVED[lane], ContactReceived, assess_contacts) for lane in Lane]


def _learning() -> Stage[CaseDecided, TriageWork]:
    return Stage(NAME, "learn-decisions", CASE_DECIDED, CaseDecided, learn_decisions)
