"""A school's export of safeguarding concerns as CSV: one row per child, all columns of the shape."""

import csv
from collections.abc import Iterable
from datetime import date, datetime
from io import StringIO

from deploy.mash.simulate.message import Draft, Subject
from deploy.mash.simulate.workload import Theme

# fmt: off
COLUMNS = (
    "IncidentRef", "SchoolURN", "LAESTAB", "SchoolName", "DSLName", "DSLEmail", "DSLPhone", "UPN", "FormerUPN",
    "ULN", "Forename", "Surname", "PreferredSurname", "DOB", "Sex", "YearGroup", "Ethnicity", "SENStatus", "FSM",
    "CLA", "AttendancePct", "UnauthorisedPct", "SuspensionsYTD", "ExclusionStatus", "Address1", "Address2",
    "Address3", "Address4", "Postcode", "ParentCarer1Name", "ParentCarer1Rel", "ParentCarer1Phone", "Siblings",
    "IncidentDate", "IncidentTime", "RecordedAt", "Categories", "Description", "ChildsWords", "BodyMapRef",
    "ActionTaken", "ParentInformed", "Consent", "RequestedService", "PreviousReferrals", "LinkedPupilUPNs",
)
# fmt: on


def school_csv(draft: Draft, theme: Theme) -> bytes:
    """The rows of one concern: one per child, with the same IncidentRef."""
    rows = [_row(draft, subject, theme) for subject in draft.subjects]
    return table(rows)


def table(rows: Iterable[dict[str, str]]) -> bytes:
    """The header and the rows, in UTF-8 with CRLF line ends."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([row.get(column, "") for column in COLUMNS] for row in rows)
    return out.getvalue().encode()


def _row(draft: Draft, subject: Subject, theme: Theme) -> dict[str, str]:
    return {
        "IncidentRef": draft.reference,
        "SchoolURN": "199901",
        "LAESTAB": f"{draft.la_number}4999",
        "SchoolName": f"{subject.child.school} School",
        "DSLName": draft.staff,
        "UPN": subject.upn or "",
        "Forename": subject.forename or "",
        "Surname": subject.surname,
        "DOB": _uk(subject.born_on) if subject.born_on else "",
        "Sex": subject.child.sex,
        "YearGroup": _year_group(subject.age),
        "SENStatus": "K" if theme.word in {"SEND need", "EHCP request"} else "N",
        "Address1": subject.lines[0],
        "Address2": subject.lines[1],
        "Postcode": subject.postcode,
        "ParentCarer1Name": draft.carer,
        "ParentCarer1Rel": "Parent",
        "IncidentDate": _uk(draft.incident_at),
        "IncidentTime": _clock(draft.incident_at),
        "RecordedAt": f"{_uk(draft.at)} {_clock(draft.at)}",
        "Categories": theme.word,
        "Description": draft.say,
        "ActionTaken": "Discussed with the designated lead",
        "ParentInformed": "Y" if draft.consent else "N",
        "Consent": "Y" if draft.consent else "",
    }


def _uk(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def _clock(at: datetime) -> str:
    return f"{at.hour:02d}:{at.minute:02d}"


def _year_group(age: int) -> str:
    if age < 4:
        return "N"
    return "R" if age == 4 else str(min(age - 4, 13))
