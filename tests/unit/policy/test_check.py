"""`mash policy check`: the delivered packs can be used, and a hole is refused with a message a manager can act on."""

import shutil
from pathlib import Path

import pytest

from deploy.mash.policy.check import check
from tests.unit.policy.packs import AUTHORITIES, ON, changed, delivered

_LEVEL_3 = (
    '  - {level: 3, scale: "Level 2", label: "Targeted early help", meaning: "several needs, whole family plan, lead '
    'practitioner", lead: "early help service", consent: needed, decision: auto, source: "P Medway partnership page: '
    'three levels; crosswalk, label and meaning assumption"}\n'
)


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_every_service_could_start_with_a_delivered_pack(authority: str) -> None:
    found = check(delivered(authority), ON)
    assert found.refusals == ()
    assert found.done[0] == f"continuum: 1 version(s), in force {authority}/continuum@2026.1, 69 indicators"


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        (
            "continuum.yaml",
            "{code: pregnant_victim, all: [victim_pregnant], indicator: DA4",
            "{code: pregnant_victim, all: [victim_pregnant], indicator: DA9",
            "evidence.rules: pregnant_victim: DA9: is no indicator of this pack; correct it or add the indicator",
        ),
        ("continuum.yaml", _LEVEL_3, "", "levels: 3: is missing; give an entry for each level from 1 to 5"),
        (
            "clocks.yaml",
            "{id: RATING_AMBER, kind",
            "{id: RATING_ORANGE, kind",
            "clocks[RATING_AMBER]: this clock is missing; add it, with kind told where nobody keeps it here",
        ),
        (
            "catalogue.yaml",
            "    step_up: [first-response]\n    step_down: [children-and-family-hubs]",
            "    step_up: [first-responder]\n    step_down: [children-and-family-hubs]",
            "services[MED-EH]: 'first-responder' is no queue of this catalogue",
        ),
        (
            "directory.yaml",
            "  edge-of-care:\n",
            "  edge-of-town:\n",
            "queues: edge-of-care: is in the catalogue and not here; add it",
        ),
        (
            "danger.yaml",
            "  - code: hurt_now\n",
            "  - code: hurt_today\n",
            "danger criterion hurt_now: is not there, and the other file has it; add it",
        ),
    ],
    ids=["unknown indicator", "gap in levels", "missing clock", "unknown service", "queue without address", "danger"],
)
def test_a_hole_is_refused_with_file_and_remedy(tmp_path: Path, file: str, before: str, after: str, says: str) -> None:
    found = check(changed(tmp_path, file, before, after), ON)
    assert any(file in refusal and says in refusal for refusal in found.refusals), found.refusals


def test_a_hole_is_refused_with_its_line(tmp_path: Path) -> None:
    hub = '    for_whom: "families with children, all needs"\n    levels: [1, 2, 3]\n'
    found = check(changed(tmp_path, "catalogue.yaml", hub, hub.replace("3]", "9]")), ON)
    lines = (tmp_path / "medway" / "catalogue.yaml").read_text(encoding="utf-8").splitlines()
    at = lines.index("    levels: [1, 2, 9]") + 1
    assert f"catalogue.yaml: line {at}: services[MED-HUB].levels" in found.refusals[0]


def test_versions_that_overlap_are_refused(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        "continuum.yaml",
        'version: "2026.1"\nvalid_from: 2026-01-01',
        'version: "2026.2"\nvalid_from: 2026-06-01',
    )
    old = (delivered("medway").path / "continuum.yaml").read_text(encoding="utf-8")
    text = old.replace("valid_from: 2026-01-01\n", "valid_from: 2026-01-01\nvalid_to: 2026-06-30\n", 1)
    (found.path / "continuum-2026.1.yaml").write_text(text, encoding="utf-8")
    refusal = check(found, ON).refusals[0]
    assert "continuum-2026.1.yaml: line 7: valid_to: continuum.yaml is in force from 2026-06-01" in refusal
    assert refusal.endswith("so both would rule until 2026-06-30; write 2026-05-31")


def test_a_draft_in_a_directory_of_another_name_is_told_how_services_would_find_it(tmp_path: Path) -> None:
    shutil.copytree(delivered("medway").path, tmp_path / "draft")
    found = check(type(delivered("medway"))(tmp_path / "draft", "medway"), ON)
    assert [done.partition(":")[0] for done in found.done] == ["continuum", "examples"]
    assert all("call the directory medway" in refusal for refusal in found.refusals)


def test_an_example_that_no_longer_decides_as_written_is_refused_with_its_line(tmp_path: Path) -> None:
    found = check(changed(tmp_path, "continuum.yaml", "{id: CA1, level: 2,", "{id: CA1, level: 3,"), ON)
    lines = (tmp_path / "medway" / "examples.yaml").read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines, 1) if "CA1 young carer" in line)
    (refusal,) = found.refusals
    assert f"line {at}: CA1 young carer: level 3 and not 2; correct the case or the rule" in refusal
