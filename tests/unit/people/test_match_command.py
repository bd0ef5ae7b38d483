"""`mash people match` as people use it: files in, decisions out, and nothing lost on bad input."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.mash.cli import application
from deploy.mash.layout import UsageMistake

HEADER = "id,forename,surname,dob,sex,address,postcode,nhs_number,upn\n"
KNOWN = (
    HEADER
    + "k1,Ella,Marsh,2016-05-04,F,9 Dipper Close,DH1 9ZB,9992041870,\nk2,Rafe,Holt,2017-03-09,M,4 Kiln Row,DH1 9ZA,,\n"
)


def match(directory: Path, known: str | bytes, contacts: str | bytes, *options: str) -> list[dict[str, str]]:
    for name, content in (("known", known), ("contacts", contacts)):
        data = content if isinstance(content, bytes) else content.encode()
        (directory / f"{name}.csv").write_bytes(data)
    files = [f"--{name}={directory / f'{name}.csv'}" for name in ("known", "contacts", "out")]
    arguments = ["people", "match", *files, "--on=2026-06-01", *options]
    result = CliRunner().invoke(application(["people"]), arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    with (directory / "out.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def decisions(rows: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(row["contact_id"], row["known_id"], row["decision"]) for row in rows]


def test_every_contact_gets_a_decision_with_its_weight_and_reason(tmp_path: Path) -> None:
    contacts = HEADER + (
        "c1,Ella,Marsh,04/05/2016,F,9 Dipper Close,DH1 9ZB,999 204 1870,\n"
        "c2,Tobin,Holt,2017-03-09,M,4 Kiln Row,DH1 9ZA,,\n"
        "c3,,Holt,2017-03-09,,4 Kiln Row,DH1 9ZA,,\n"
        "c4,Tobin,Holt,2017-03-09,M,4 Kiln Row,DH1 9ZA,,\n"
    )
    rows = match(tmp_path, KNOWN, contacts)
    assert decisions(rows) == [
        ("c1", "k1", "link"),
        ("c2", "", "new"),
        ("c3", "k2", "review"),
        ("c4", "c2", "link"),
    ]
    assert list(rows[0]) == ["contact_id", "known_id", "decision", "weight", "explanation"]
    assert float(rows[0]["weight"]) > 20
    assert rows[0]["explanation"].startswith("link")
    assert "forename agrees +" in rows[0]["explanation"]
    assert "NHS number agrees +" in rows[0]["explanation"]
    assert "UPN missing" in rows[0]["explanation"]
    assert rows[2]["explanation"].startswith("review, no forename to compare, as with twins: forename missing; ")


def test_any_column_but_the_id_may_be_absent(tmp_path: Path) -> None:
    rows = match(tmp_path, "id\nk1\n", "forename,ID\nElla,c1\n")
    assert decisions(rows) == [("c1", "", "new")]


def test_rows_with_one_id_are_the_history_of_one_person(tmp_path: Path) -> None:
    known = HEADER + (
        "k1,Ella,Marsh,2016-05-04,F,9 Dipper Close,DH1 9ZB,,\nk1,Ella,Colddale,2016-05-04,F,7 Oaken Way,DL1 9ZY,,\n"
    )
    rows = match(tmp_path, known, HEADER + "c1,Ella,Colddale,2016-05-04,F,9 Dipper Close,DH1 9ZB,,\n")
    assert decisions(rows) == [("c1", "k1", "link")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_of_any_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    known = (HEADER + "k1,Zoë,Müller,2016-05-04,F,9 Dipper Close,DH1 9ZB,,\n").encode(encoding)
    rows = match(tmp_path, known, HEADER + "c1,Zoe,Muller,2016-05-04,F,9 Dipper Close,DH1 9ZB,,\n")
    assert decisions(rows) == [("c1", "k1", "link")]


def test_bytes_that_are_no_text_lose_no_row(tmp_path: Path) -> None:
    contacts = (
        HEADER.encode() + b"c1,\xff\xfe\x81,\x00\x9d,,,,,,\nc2,Ella,Marsh,2016-05-04,F,9 Dipper Close,DH1 9ZB,,\n"
    )
    assert decisions(match(tmp_path, KNOWN, contacts)) == [("c1", "", "new"), ("c2", "k1", "link")]


def test_no_cell_of_the_answer_runs_in_a_spreadsheet(tmp_path: Path) -> None:
    known = HEADER + "=cmd|x,Ella,Marsh,2016-05-04,F,9 Dipper Close,DH1 9ZB,,\n"
    rows = match(tmp_path, known, HEADER + '"@SUM(1,2)",Ella,Marsh,2016-05-04,F,9 Dipper Close,DH1 9ZB,,\n-5,,,,,,,,\n')
    assert decisions(rows) == [("'@SUM(1,2)", "'=cmd|x", "link"), ("-5", "", "new")]


def test_a_contact_without_an_id_goes_to_a_person(tmp_path: Path) -> None:
    rows = match(tmp_path, KNOWN, HEADER + ",Ella,Marsh,2016-05-04,F,9 Dipper Close,DH1 9ZB,,\n")
    assert decisions(rows) == [("", "", "review")]
    assert rows[0]["explanation"] == "review: line 2 has no id, so nothing can be linked to it"


@pytest.mark.parametrize(
    ("contacts", "says"),
    [
        ("forename\nElla\n", "names no column id"),
        ("", "names no column id"),
        ("id,dob,dob\nc1,,\n", "dob stands twice"),
        ('id,address\nc1,"9 Dipper\nc2,x\n', "is no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused_and_leaves_nothing(
    tmp_path: Path, contacts: str, says: str
) -> None:
    with pytest.raises(UsageMistake, match=says):
        match(tmp_path, KNOWN, contacts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contacts.csv", "known.csv"]


def test_the_answer_never_takes_the_place_of_a_file_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("old")
    with pytest.raises(UsageMistake, match="is one of the files read"):
        match(tmp_path, KNOWN, HEADER, f"--out={tmp_path / 'known.csv'}")
    assert (tmp_path / "known.csv").read_text() == KNOWN
