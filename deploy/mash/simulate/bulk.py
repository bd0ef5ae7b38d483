"""Bulk school exports for load: CSV bodies of any number of rows, made by arithmetic alone and so at little cost."""

from datetime import date, timedelta

from deploy.mash.simulate.formats.school import COLUMNS
from deploy.mash.simulate.identifiers import upn
from deploy.mash.simulate.workload import read_names, read_places, read_themes

FEW = 50  # children that an export with `distinct=False` keeps coming back to
_OLDEST = date(2010, 9, 1)
_DAYS = 3650
_ON = date(2026, 10, 5)


def bulk_school_csv(
    rows: int,
    seed: int,
    *,
    first_row: int = 0,
    distinct: bool = True,
    theme: str = "AT1",
    authority: str = "county-durham",
) -> bytes:
    """A school export of that many rows, one contact each; the same arguments give the same bytes.

    first_row: number of the first row, so that one export continues another. distinct: every row is about another child
    (up to 5,000,000 rows of one seed), else all are about a few. theme: the indicator behind each row's category.
    """
    la_number = read_places(authority).la_number
    lines = [",".join(COLUMNS)]
    lines += [
        _line(row, row if distinct else row % FEW, seed, la_number, theme) for row in range(first_row, first_row + rows)
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def _line(row: int, child: int, seed: int, la_number: str, theme: str) -> str:
    forename, surname, sex = _name(child)
    born_on = _OLDEST + timedelta(days=(child // 48_000 * 7 + child % 48_000 * 101) % _DAYS)
    wording = read_themes().themes[theme]
    values = {
        "IncidentRef": f"BULK-{seed}-{row:07d}",
        "SchoolURN": "199901",
        "LAESTAB": f"{la_number}4999",
        "SchoolName": "Ferndale School",
        "DSLName": "A. Tarn",
        "UPN": upn(child, la_number, born_on.year + 4, seed),
        "Forename": forename,
        "Surname": surname,
        "DOB": born_on.strftime("%d/%m/%Y"),
        "Sex": sex,
        "YearGroup": str(_ON.year - born_on.year - 5),
        "SENStatus": "N",
        "Postcode": f"DH{child % 9 + 1} {child // 9 % 10}ZZ",
        "IncidentDate": _ON.strftime("%d/%m/%Y"),
        "RecordedAt": f"{_ON:%d/%m/%Y} 15:30",
        "Categories": wording.word,
        "Description": wording.say[row % len(wording.say)].replace("{child}", forename).replace(",", " "),
        "ParentInformed": "Y",
        "Consent": "Y",
    }
    return ",".join([values.get(column, "") for column in COLUMNS])


def _name(child: int) -> tuple[str, str, str]:
    """A name for the child of that number; 48,000 of them before one comes back, then with another date of birth."""
    names = read_names()
    girls, boys = names.forenames["F"], names.forenames["M"]
    at = child % 80
    sex = "F" if at < 40 else "M"
    at_surname = child // 80 % 600
    surname = names.surname_starts[at_surname % 30] + names.surname_ends[at_surname // 30]
    return (girls[at] if sex == "F" else boys[at - 40]), surname, sex
