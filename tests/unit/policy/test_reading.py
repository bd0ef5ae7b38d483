"""`mash policy show` and `mash policy diff` say what a pack says."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.mash.layout import UsageMistake
from deploy.mash.policy.choosing import pack_of
from deploy.mash.policy.command import policy
from deploy.mash.policy.diff import differences
from tests.unit.policy.packs import changed


def run(*words: str, code: int = 0) -> list[str]:
    found = CliRunner().invoke(policy, list(words))
    assert found.exit_code == code, found.output
    return found.output.splitlines()


def test_diff_names_every_difference_that_has_an_effect() -> None:
    assert run("diff", "county-durham", "medway") == [
        "county-durham/continuum@2026.1 -> medway/continuum@2026.1: 7 difference(s)",
        "~ levels: 3: scale: Level 3 -> Level 2",
        "~ levels: 4: scale: Level 4 -> Level 3",
        "~ levels: 5: scale: Level 5 -> Level 3",
        "~ indicators: MI1: level: 2 -> 3",
        "~ indicators: XC1: level: 2 -> 3",
        "~ indicators: XC1: speed: R -> 72",
        "+ multipliers: third_low_level_contact: adds: 1",
    ]


def test_a_pack_does_not_differ_from_itself_and_sources_are_shown_when_asked_for() -> None:
    durham, medway = pack_of("county-durham"), pack_of("medway")
    assert differences(durham, durham, sources=True) == []
    entries = {change.entry for change in differences(durham, medway, sources=True)}
    assert {"indicators: MI1: source", "levels: 1: source"} <= entries


def test_diff_between_two_versions_of_one_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = changed(tmp_path, "continuum.yaml", "{id: CA1, level: 2,", "{id: CA1, level: 3,")
    text = (found.path / "continuum.yaml").read_text(encoding="utf-8")
    (found.path / "continuum-2026.1.yaml").write_text(
        text.replace("{id: CA1, level: 3,", "{id: CA1, level: 2,"), encoding="utf-8"
    )
    (found.path / "continuum.yaml").write_text(
        text.replace('version: "2026.1"\nvalid_from: 2026-01-01', 'version: "2026.2"\nvalid_from: 2026-04-01'),
        encoding="utf-8",
    )
    monkeypatch.setenv("MASH_POLICY_DIR", str(tmp_path))
    assert run("diff", "medway@2026.1", "medway") == [
        "medway/continuum@2026.1 -> medway/continuum@2026.2: 1 difference(s)",
        "~ indicators: CA1: level: 2 -> 3",
    ]
    assert run("show", "medway", "CA1", "--on", "2026-03-31")[0].startswith("medway/continuum@2026.1: indicators, line")
    assert run("show", "medway", "CA1", "--on", "2026-04-01")[0].startswith("medway/continuum@2026.2: indicators, line")


def test_show_gives_an_entry_with_its_line_and_source() -> None:
    lines = run("show", "medway", "mi1")
    assert lines[0] == "medway/continuum@2026.1: indicators, line 62 of continuum.yaml"
    assert "  level: 3" in lines
    assert any(line.startswith("  source: M1: return interviews") for line in lines)


def test_show_gives_the_whole_continuum_with_the_authoritys_own_scale() -> None:
    lines = run("show", "north-tyneside")
    assert lines[0] == "north-tyneside/continuum@2026.1, in force from 2026-01-01"
    assert any(line.split()[:3] == ["5", "Level", "4"] for line in lines)
    assert sum(line.split()[1:2] == ["5"] for line in lines if line[:2].isalpha()) == 21


def test_check_of_every_delivered_pack_succeeds_and_of_a_broken_one_fails(tmp_path: Path) -> None:
    assert [line.split()[0] for line in run("check") if not line.startswith(" ")] == [
        "county-durham",
        "medway",
        "north-tyneside",
    ]
    broken = changed(tmp_path, "continuum.yaml", "{id: CA1, level: 2,", "{id: CA1, level: 7,")
    output = "\n".join(run("check", str(broken.path), code=1))
    assert "REFUSED" in output
    assert "line 88: indicators[45] (CA1): level: input should be less than or equal to 5" in output


def test_a_draft_is_named_by_its_file_or_directory(tmp_path: Path) -> None:
    shutil.copytree(Path("deploy/policy/medway").resolve(), tmp_path / "draft")
    assert pack_of(str(tmp_path / "draft")).version == "medway/continuum@2026.1"
    assert pack_of(str(tmp_path / "draft" / "continuum.yaml")).version == "medway/continuum@2026.1"


@pytest.mark.parametrize(
    ("given", "says"), [("atlantis", "no pack 'atlantis': name an authority"), ("medway@1999", "has no version '1999'")]
)
def test_a_pack_that_is_not_there_is_refused(given: str, says: str) -> None:
    with pytest.raises(UsageMistake, match=says):
        pack_of(given)
