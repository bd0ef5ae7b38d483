"""The danger pack: complete, and every mistake in it is found on load."""

from pathlib import Path

import pytest

from services.intake.policy import danger_policy
from shared.errors import SettingsError

DEPLOYED = Path(__file__).parents[3] / "deploy" / "policy"
CRITERIA = {
    "hurt_now",
    "alone_or_abandoned",
    "non_mobile_baby_injury",
    "sexual_abuse_disclosure",
    "carer_incapacitated",
    "carer_psychosis_or_suicidal",
    "suicide_attempt",
    "missing_now",
    "fgm_done_or_imminent",
    "forced_marriage_or_honour",
    "intent_to_harm",
    "no_carer",
    "weapon_or_strangulation_reachable",
    "medical_care_refused",
    "police_protection_or_custody",
    "removal_from_safety",
    "sender_says_immediate",
}
GOOD = """
authority: here
name: danger
version: "1"
valid_from: 2026-04-01
advice: {emergency: "999", front_door: Desk, front_door_phone: "01632 960000",
         danger: "Call {emergency}, then {front_door} on {front_door_phone}.", urgent_line: "Danger: {emergency}."}
flags: {names: [immediateRisk]}
criteria:
  - {code: one, label: l, source: s, when: [{themes: [PH3]}], phrases: [knife]}
"""


def test_the_deployed_pack_has_every_criterion_and_its_version() -> None:
    policy = danger_policy(DEPLOYED, "county-durham")
    assert {criterion.code for criterion in policy.rules.criteria} == CRITERIA
    assert policy.rules.version == "county-durham/danger@2026.1"


def test_the_advice_names_999_and_the_front_door() -> None:
    advice = danger_policy(DEPLOYED, "county-durham").advice
    assert "call 999" in advice.danger
    assert "First Contact, County Durham on 01632 960001" in advice.danger
    assert advice.urgent_line == "If a child is in immediate danger call 999; the duty team answers on 01632 960001."


def write(directory: Path, text: str) -> None:
    (directory / "here").mkdir()
    (directory / "here" / "danger.yaml").write_text(text)


def test_a_good_pack_is_read(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    policy = danger_policy(tmp_path, "here")
    assert policy.advice.danger == "Call 999, then Desk on 01632 960000."
    assert policy.flags == ("immediateRisk",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("themes: [PH3]", "themes: [PH9]", "PH9"),
        ("themes: [PH3]", "any_of: [no_such_marker]", "no_such_marker"),
        ("themes: [PH3]", "theme: [PH3]", "use only"),
        ("themes: [PH3]", "themes: PH3", "list of codes"),
        ("themes: [PH3]", "under_months: six", "whole number"),
        ("[{themes: [PH3]}]", "{themes: [PH3]}", "must be lists"),
        ("source: s", "source: ''", "source is missing"),
        ("label: l, ", "", "label is missing"),
        ('front_door_phone: "01632 960000",', "", "front_door_phone"),
        ("criteria:", "criteria_:", "criteria"),
        ("  - {code: one", "  - {code: one, label: l, source: s}\n  - {code: one", "twice"),
        ("authority: here", "authority: there", "authority"),
    ],
)
def test_a_mistake_in_the_pack_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(SettingsError, match=said):
        danger_policy(tmp_path, "here")
