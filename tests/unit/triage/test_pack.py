"""A continuum with a hole is refused, and the message says where and what to write."""

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.triage.domain.policy import Speed
from services.triage.policy import PackRefused, load_policy
from shared.codes import codes
from shared.messages.assessment import Rating, StatutoryFlag
from shared.policy import Pack, read_pack
from tests.builders.triage import POLICY_DIR, durham

_FILE = POLICY_DIR / "county-durham" / "continuum.yaml"
_DATA = yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def a_pack(change: Callable[[dict[str, Any]], object] = lambda data: None) -> Pack:
    """The pack as delivered, with one change."""
    data = copy.deepcopy(_DATA)
    change(data)
    path, version = Path("deploy/policy/test/continuum.yaml"), f"test/continuum@{data.get('version')}"
    return Pack(path, "test", "continuum", version, date(2026, 1, 1), data)


def entry(data: dict[str, Any], section: str, code: object) -> dict[str, Any]:
    rows: list[dict[str, Any]] = data["evidence"][section] if section in data["evidence"] else data[section]
    return next(row for row in rows if code in (row.get("code"), row.get("id"), row.get("level"), row.get("speed")))


def drop(data: dict[str, Any], section: str, code: object) -> None:
    rows = data["evidence"] if section in data["evidence"] else data
    rows[section] = [row for row in rows[section] if code not in row.values()]


REFUSED: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    (
        "a missing indicator",
        lambda d: drop(d, "indicators", "AT1"),
        "indicators: AT1: of shared/codes/concern_theme.csv has no entry",
    ),
    (
        "an invented indicator",
        lambda d: entry(d, "indicators", "AT1").update(id="AX9"),
        "indicators: AX9: is not in shared/codes/concern_theme.csv",
    ),
    (
        "a doubled indicator",
        lambda d: d["indicators"].append(d["indicators"][0]),
        "indicators: DA1: stands there 2 times; keep one entry",
    ),
    (
        "a level above five",
        lambda d: entry(d, "indicators", "AT1").update(level=6),
        "(AT1): level: input should be less than or equal to 5",
    ),
    (
        "a speed nobody knows",
        lambda d: entry(d, "indicators", "AT1").update(speed="soon"),
        "(AT1): speed: input should be 'I', 'D', '24', '72' or 'R'",
    ),
    (
        "an entry without a source",
        lambda d: entry(d, "multipliers", "dash_high").pop("source"),
        "(dash_high): source: field required",
    ),
    (
        "a field nobody reads",
        lambda d: entry(d, "protective", "safe_adult").update(weight=-1),
        "(safe_adult): weight: extra inputs are not permitted",
    ),
    (
        "an unknown CIN factor",
        lambda d: entry(d, "indicators", "AT1").update(factors=["99X"]),
        "indicators: AT1: factors: 99X: is not in shared/codes/assessment_factors.csv",
    ),
    (
        "an unknown need",
        lambda d: entry(d, "indicators", "AT1").update(need="N99"),
        "indicators: AT1: need: N99: is not in shared/codes/primary_need.csv",
    ),
    ("a gap in the levels", lambda d: drop(d, "levels", 3), "levels: 3: is missing"),
    ("a level confirmed without a reason", lambda d: entry(d, "levels", 4).pop("reason"), "levels: 4: give `reason`"),
    (
        "level 4 without a person",
        lambda d: (entry(d, "levels", 4).update(decision="auto"), entry(d, "levels", 4).pop("reason")),
        "levels: 4: must always wait for a person",
    ),
    ("a speed without a rating", lambda d: drop(d, "ratings", "72"), "ratings: speed 72: says nothing for level 1"),
    (
        "a higher level rated slower",
        lambda d: (
            entry(d, "ratings", "R").update(rating="BLUE", from_level=2) or d["ratings"][-1].update(rating="GREEN")
        ),
        "ratings: speed R: a higher level is slower",
    ),
    ("no flag for a raised level", lambda d: d["statutory_when_raised"].pop(), "statutory_when_raised: 5: is missing"),
    (
        "a rule for no indicator",
        lambda d: entry(d, "rules", "strangulation").update(indicator="QQ1"),
        "evidence.rules: strangulation: QQ1: is no indicator of this pack",
    ),
    (
        "a rule on an invented marker",
        lambda d: entry(d, "rules", "strangulation").update(all=["strangled"]),
        "evidence: strangled: is not in shared/codes/marker.csv",
    ),
    (
        "a marker nobody treats",
        lambda d: drop(d, "recorded_only", "school_secondary"),
        "evidence: school_secondary: of shared/codes/marker.csv has no entry; add one; list it under recorded_only",
    ),
    (
        "a rule without a condition",
        lambda d: entry(d, "rules", "ehcp_requested").pop("all"),
        "evidence.rules: ehcp_requested: has no condition",
    ),
    (
        "a question without a place",
        lambda d: entry(d, "rules", "strangulation").pop("ask_where"),
        "evidence.rules: strangulation: ask needs ask_where",
    ),
    ("a criterion that always holds", lambda d: d["danger"][0].update(when=[{}]), "danger: hurt_now: has no condition"),
    (
        "an empty list in with",
        lambda d: d["danger"][0].update(when=[{"with": [[]]}]),
        "danger: hurt_now: with: has an empty list",
    ),
    (
        "no entry for words alone",
        lambda d: drop(d, "danger", "text_prompt"),
        "danger: one entry must have prompt_only: true",
    ),
    (
        "a gap in the ticks",
        lambda d: d["evidence"]["dash_ticks"][1].update({"from": 11}),
        "evidence.dash_ticks: 10 ticks: has no band",
    ),
    (
        "an overlap in the ticks",
        lambda d: d["evidence"]["dash_ticks"][1].update({"from": 9}),
        "evidence.dash_ticks: 9 ticks: has 2 bands",
    ),
    (
        "a doubled grade in another case",
        lambda d: d["evidence"]["grades"].append({**d["evidence"]["grades"][0], "scheme": "dash"}),
        "evidence.grades: DASH STANDARD: stands there 2 times",
    ),
    (
        "a phrase in capitals",
        lambda d: d["evidence"]["prompts"][0].update(phrases=["Knife"]),
        "(strangulation): phrases[0]: string should match pattern",
    ),
    (
        "a window in months and days",
        lambda d: d["history"]["missing"].update(months=3),
        "history: missing: give months or days, one of them",
    ),
    (
        "an invented outcome",
        lambda d: d["history"]["rereferral"].update(outcomes=["GONE"]),
        "history: rereferral: outcomes: GONE: is not in shared/codes/contact_outcome.csv",
    ),
    (
        "a multiplier that does nothing",
        lambda d: entry(d, "multipliers", "refuses_help").pop("review"),
        "multipliers: refuses_help: does nothing; give adds, speed or review",
    ),
    (
        "a multiplier that lowers",
        lambda d: entry(d, "multipliers", "under_1_or_unborn").update(adds=-1),
        "(under_1_or_unborn): adds: input should be greater than or equal to 0",
    ),
    (
        "a limited multiplier that adds more than one level",
        lambda d: entry(d, "multipliers", "third_low_level_contact").update(adds=2),
        "third_low_level_contact: up_to_level with speed, statutory or adds above 1 would lower a higher need",
    ),
    (
        "a limited multiplier that sets a speed",
        lambda d: entry(d, "multipliers", "third_low_level_contact").update(speed="24"),
        "third_low_level_contact: up_to_level with speed, statutory or adds above 1 would lower a higher need",
    ),
    (
        "a limited multiplier that raises to a flag which an indicator above it lacks",
        lambda d: (
            entry(d, "multipliers", "third_low_level_contact").update(adds=1),
            entry(d, "indicators", "EM1").update(statutory="none"),
        ),
        "third_low_level_contact: raises to level 4 with flag s17, and EM1 of level 4 has none; give EM1 the flag",
    ),
    (
        "a fact nobody uses",
        lambda d: drop(d, "multipliers", "sender_thinks_higher"),
        "facts: sender_thinks_level_4_or_5: triage works it out and nothing uses it",
    ),
    ("an unknown without an entry", lambda d: drop(d, "unknowns", "consent"), "unknowns: consent: has no entry"),
    (
        "an unknown nobody looks for",
        lambda d: d["unknowns"].append({"code": "weather", "label": "the weather", "source": "assumption"}),
        "unknowns: weather: is nothing triage looks for",
    ),
    (
        "something unread without a reason",
        lambda d: entry(d, "unknowns", "grade_unknown").pop("reason"),
        "unknowns: grade_unknown: must give a reason",
    ),
    (
        "a missing protective factor",
        lambda d: drop(d, "protective", "safe_adult"),
        "protective: safe_adult: of shared/codes/protective_factor.csv has no entry",
    ),
]


@pytest.mark.parametrize(("change", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_pack_with_a_hole_is_refused_with_entry_and_remedy(
    change: Callable[[dict[str, Any]], object], says: str
) -> None:
    with pytest.raises(PackRefused) as refused:
        load_policy(a_pack(change))
    assert "deploy/policy/test/continuum.yaml: cannot be used:" in str(refused.value)
    assert says in str(refused.value)


def test_a_refusal_names_the_line_of_the_entry(tmp_path: Path) -> None:
    folder = tmp_path / "county-durham"
    folder.mkdir()
    lines = _FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if "id: DA2," in line)
    for change, says in [
        ("level: 3", f"line {at + 1}: indicators[1] (DA2): level: input should be less than or equal to 5"),
        ('"3B"', f"line {at + 1}: indicators: DA2: factors: 99X: is not in shared/codes/assessment_factors.csv"),
    ]:
        wrong = lines[at].replace(change, {"level: 3": "level: 9"}.get(change, '"99X"'))
        (folder / "continuum.yaml").write_text("".join([*lines[:at], wrong, *lines[at + 1 :]]), encoding="utf-8")
        with pytest.raises(PackRefused) as refused:
            load_policy(read_pack(tmp_path, "county-durham", "continuum"))
        assert says in str(refused.value)


def test_many_problems_are_counted_and_not_all_listed() -> None:
    with pytest.raises(PackRefused) as refused:
        load_policy(a_pack(lambda data: data.update(indicators=data["indicators"][:5])))
    lines = str(refused.value).splitlines()
    assert len(lines) == 14
    assert lines[-1].startswith("  and ")


def test_the_delivered_pack_holds_the_whole_continuum() -> None:
    policy = durham()
    assert policy.version == "county-durham/continuum@2026.1"
    assert len(policy.indicators) == 69
    assert set(policy.indicators) == set(codes("concern_theme"))
    assert len(policy.dangers) == 18
    assert policy.indicators["DA4"].cin_factors == ("3A", "3B")
    assert policy.indicators["PF1"].cin_factors == ("8B", "8C", "8D", "8E", "8F")
    assert policy.indicators["PF1"].need == "N8"
    assert policy.indicators["SE2"].clause == "indicators/SE2 (D1; level and speed assumption)"


def test_every_indicator_of_the_pack_has_the_level_speed_factors_and_need_of_the_code_table() -> None:
    table = codes("concern_theme")
    for code, indicator in durham().indicators.items():
        given = table[code].attributes
        assert (str(indicator.level), indicator.speed.value) == (given["level"], given["speed"])
        assert (indicator.need or "-") == given["need"]
        listed = {"-": (), "8B-8F": ("8B", "8C", "8D", "8E", "8F")}.get(given["factors"])
        assert indicator.cin_factors == (tuple(given["factors"].split("+")) if listed is None else listed)


@pytest.mark.parametrize(
    ("speed", "level", "rating"),
    [
        (Speed.IMMEDIATE, 1, Rating.RED),
        (Speed.SAME_DAY, 4, Rating.RED),
        (Speed.HOURS_24, 2, Rating.AMBER),
        (Speed.HOURS_72, 3, Rating.GREEN),
        (Speed.ROUTINE, 2, Rating.GREEN),
        (Speed.ROUTINE, 5, Rating.GREEN),
        (Speed.ROUTINE, 1, Rating.BLUE),
    ],
)
def test_the_rating_table_follows_the_speed(speed: Speed, level: int, rating: Rating) -> None:
    assert durham().ratings[speed, level] is rating


def test_intake_and_triage_name_the_same_danger_criteria() -> None:
    intake = yaml.safe_load((POLICY_DIR / "county-durham" / "danger.yaml").read_text(encoding="utf-8"))
    at_intake = {entry["code"] for entry in intake["criteria"]}
    assert at_intake | {"text_prompt"} == set(durham().dangers)


def test_levels_4_and_5_wait_for_a_person_and_bring_their_flag_when_raised() -> None:
    levels = durham().levels
    assert [level for level, row in levels.items() if row.automatic] == [2, 3]
    assert [levels[level].reason for level in (1, 4, 5)] == ["level_1", "level_4_5", "level_4_5"]
    assert levels[4].statutory_when_raised is StatutoryFlag.S17
    assert levels[5].statutory_when_raised is StatutoryFlag.S47


def test_a_level_1_contact_under_another_continuum_is_blue_and_a_persons() -> None:
    from tests.builders.triage import a_contact, assessed, reason_of

    policy = load_policy(a_pack(lambda data: entry(data, "indicators", "AT1").update(level=1)))
    outcome = assessed(a_contact("AT1"), policy=policy)
    assert (outcome.score.level, outcome.score.rating, reason_of(outcome)) == (1, Rating.BLUE, "level_1")


def test_every_clause_names_its_source() -> None:
    policy = durham()
    clauses = [row.clause for row in policy.indicators.values()]
    clauses += [row.clause for row in policy.dangers.values()]
    clauses += [row.clause for row in policy.unknowns.values()]
    assert all(clause.endswith(")") and " (" in clause for clause in clauses)
