"""Versions of a pack over time: one in force on every day, and a message a manager can act on where that is not so."""

from datetime import date
from pathlib import Path

import pytest

from shared.errors import SettingsError
from shared.policy import read_pack
from shared.policy_versions import in_force, read_versions

OLD, NEW = "continuum-2026.1.yaml", "continuum.yaml"


def a_pack(version: str, valid_from: str, valid_to: str | None = None) -> str:
    end = f"valid_to: {valid_to}\n" if valid_to else ""
    return f"authority: medway\nname: continuum\nversion: '{version}'\nvalid_from: {valid_from}\n{end}"


def written(folder: Path, files: dict[str, str]) -> Path:
    (folder / "medway").mkdir()
    for name, text in files.items():
        (folder / "medway" / name).write_text(text)
    return folder


def test_each_version_is_in_force_until_the_next_one_starts(tmp_path: Path) -> None:
    policy_dir = written(tmp_path, {OLD: a_pack("2026.1", "2026-01-01"), NEW: a_pack("2026.2", "2026-04-01")})
    packs = read_versions(policy_dir, "medway", "continuum")
    assert [pack.version for pack in packs] == ["medway/continuum@2026.1", "medway/continuum@2026.2"]
    assert in_force(packs, date(2026, 3, 31)).version == "medway/continuum@2026.1"
    assert in_force(packs, date(2026, 4, 1)).version == "medway/continuum@2026.2"
    assert in_force(packs, date(2025, 12, 31)).version == "medway/continuum@2026.1"


def test_a_version_may_say_its_last_day_where_the_next_one_follows_at_once(tmp_path: Path) -> None:
    files = {OLD: a_pack("2026.1", "2026-01-01", "2026-03-31"), NEW: a_pack("2026.2", "2026-04-01")}
    assert len(read_versions(written(tmp_path, files), "medway", "continuum")) == 2


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (
            {OLD: a_pack("2026.1", "2026-01-01", "2026-04-30"), NEW: a_pack("2026.2", "2026-04-01")},
            "continuum-2026.1.yaml: line 5: valid_to: continuum.yaml is in force from 2026-04-01, "
            "so both would rule until 2026-04-30; write 2026-03-31",
        ),
        (
            {OLD: a_pack("2026.1", "2026-01-01", "2026-02-28"), NEW: a_pack("2026.2", "2026-04-01")},
            "continuum-2026.1.yaml: line 5: valid_to: no version is in force from 2026-03-01 to 2026-03-31; "
            "write 2026-03-31",
        ),
        (
            {OLD: a_pack("2026.1", "2026-04-01"), NEW: a_pack("2026.2", "2026-04-01")},
            "line 4: valid_from: continuum-2026.1.yaml starts on the same day; give one of them another day",
        ),
        (
            {OLD: a_pack("2026.1", "2026-01-01"), NEW: a_pack("2026.1", "2026-04-01")},
            "line 3: version: '2026.1' also stands in continuum-2026.1.yaml; a changed pack needs a version of its own",
        ),
        (
            {NEW: a_pack("2026.1", "2026-01-01", "2026-12-31")},
            "line 5: valid_to: no version is in force after it; remove it",
        ),
        (
            {OLD: a_pack("2026.1", "2026-06-01"), NEW: a_pack("2026.2", "2026-04-01")},
            "starts after continuum.yaml; call the version that starts last continuum.yaml",
        ),
        (
            {"continuum-old.yaml": a_pack("2026.1", "2026-01-01"), NEW: a_pack("2026.2", "2026-04-01")},
            "line 3: version: says '2026.1'; call the file continuum-2026.1.yaml",
        ),
        (
            {OLD: a_pack("2026.1", "2026-01-01", "2025-12-31"), NEW: a_pack("2026.2", "2026-04-01")},
            "line 5: valid_to: write a date such as 2026-03-31, not before valid_from",
        ),
    ],
    ids=[
        "overlap",
        "gap",
        "one day",
        "one name",
        "end",
        "wrong name of file",
        "not its version",
        "ends before it starts",
    ],
)
def test_days_ruled_by_two_versions_or_by_none_are_refused(tmp_path: Path, files: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_versions(written(tmp_path, files), "medway", "continuum")
    assert says in str(refused.value)


def test_a_pack_knows_the_line_of_every_entry_and_of_what_surrounds_a_missing_one(tmp_path: Path) -> None:
    rows = "indicators:\n  - {id: DA1, level: 2}\n  - id: DA2\n    level: 3\n"
    policy_dir = written(tmp_path, {NEW: a_pack("1", "2026-01-01") + rows})
    pack = read_pack(policy_dir, "medway", "continuum")
    assert pack.line_of("indicators", "DA2", "level") == 8
    assert pack.line_of("indicators", 0, "level") == 6
    assert pack.line_of("indicators", "DA2", "source") == 7
    assert pack.line_of("indicators", "XX9") == 6
    assert pack.line_of("nowhere") == 1
