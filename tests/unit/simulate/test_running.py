"""The run as a whole: repeatable, flat in memory, and usable from the command line."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from deploy.mash.layout import NotReachable, UsageMistake
from deploy.mash.simulate import command, generator, workload
from deploy.mash.simulate.command import simulate
from deploy.mash.simulate.generator import generate

ROOT = Path(__file__).parents[3]
APP = typer.Typer()
APP.command()(simulate)


def _fingerprint(directory: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        digest.update(path.relative_to(directory).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(APP, list(arguments))
    return result.exit_code, result.output


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        code, _ = _run("--count", "400", "--seed", seed, "--out", str(tmp_path / name))
        assert code == 0
    assert _fingerprint(tmp_path / "a") == _fingerprint(tmp_path / "b")
    assert _fingerprint(tmp_path / "a") != _fingerprint(tmp_path / "c")


def test_truth_stands_beside_every_message_file(tmp_path: Path) -> None:
    code, output = _run("--count", "300", "--authority", "county-durham", "--out", str(tmp_path))
    assert (code, output.split(" in ")[0]) == (0, "300 contacts")
    truth = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_bytes().splitlines()]
    files = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "messages").rglob("*.*")}
    assert {row["file"] for row in truth} == files
    assert len({row["contact"] for row in truth}) == 300
    manifest = json.loads((tmp_path / "manifest.json").read_bytes())
    assert (manifest["contacts"], manifest["messages"]) == (300, len(files))


def test_memory_does_not_grow_with_the_number_of_contacts() -> None:
    ten_thousand, fifty_thousand = _peak_kib(10_000), _peak_kib(50_000)
    assert fifty_thousand - ten_thousand < 6 * 1024
    assert fifty_thousand < 1.2 * ten_thousand


def _peak_kib(count: int) -> int:
    """Highest resident memory of a process that makes so many contacts."""
    program = (
        "import resource\nfrom deploy.mash.simulate.generator import generate\n"
        f"for _ in generate('medway', {count}, seed=2): pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    return int(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, cwd=ROOT).stdout)


def test_county_durham_contacts_come_from_its_own_places() -> None:
    areas = {truth.area for message in generate("county-durham", 500, seed=1) for truth in message.truths}
    assert areas == {"East", "North", "South", "Durham"}


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_run_of_a_few_contacts_has_exactly_so_many(count: int) -> None:
    contacts = [t for m in generate("medway", count, seed=9) if m.copy == "original" for t in m.truths]
    assert len(contacts) == count


def test_an_unknown_authority_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake) as told:
        simulate(out=tmp_path, authority="atlantis")
    assert str(told.value) == "no workload table for authority 'atlantis': there is one for medway, county-durham"


def test_a_day_that_is_no_date_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake) as told:
        simulate(out=tmp_path, start="yesterday")
    assert str(told.value) == "'yesterday' is no date: write it as yyyy-mm-dd"


def test_sending_without_tokens_is_told_in_one_line(tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    with pytest.raises(NotReachable) as told:
        simulate(out=tmp_path, url="http://localhost:1", credentials=missing)
    assert str(told.value) == f"no usable tokens in {missing}: start the system, or give --credentials"


def test_authorities_and_first_day_of_the_command_are_those_of_the_generator() -> None:
    assert command.AUTHORITIES == workload.AUTHORITIES
    assert generator.START.isoformat() == command.START
