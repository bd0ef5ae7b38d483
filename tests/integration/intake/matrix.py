"""The bad-input matrix for JSON and CSV: one case a line, numbered as the matrix numbers its rows."""

import gzip
import io
import json
import zipfile
from dataclasses import dataclass, field

from tests.builders.contacts import a_bundle, a_form, a_notice, a_row, a_table, as_json

LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Case:
    """One input and what must become of it. stored: accepted, rejected-kept, quarantined or nothing."""

    row: int
    name: str
    kind: str
    body: bytes
    status: int
    stored: str
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    defects: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.row} {self.kind} {self.name}"


def takes(row: int, name: str, kind: str, body: bytes, status: int = 201, *defects: str) -> Case:
    """A case that is accepted."""
    return Case(row, name, kind, body, status, "accepted", defects=defects)


def refuses(row: int, name: str, kind: str, status: int, reason: str, body: bytes, **headers: str) -> Case:
    """A case that is refused and kept."""
    named = {header.replace("_", "-"): value for header, value in headers.items()}
    return Case(row, name, kind, body, status, "rejected-kept", reason, named)


def keeps_nothing(row: int, name: str, kind: str, status: int, reason: str, body: bytes) -> Case:
    """A case of which no body is kept."""
    return Case(row, name, kind, body, status, "nothing", reason)


def a_child(**fields: object) -> list[dict[str, object]]:
    """A form's child with these fields."""
    return [{"first": "Ben", "last": "Example", "dob": "2015-02-03", **fields}]


def a_concern(words: str) -> dict[str, object]:
    """A form's concern in these words."""
    return {"categories": ["Housing"], "whatHappened": words}


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/passwd", b"0" * 1_000_000)
    return out.getvalue()


NOTICE = as_json(a_notice())
TWO_ROWS = a_table(a_row(), a_row(IncidentRef="2", Forename="D~n"))
CUT_TABLE = a_table(a_row(), a_row(IncidentRef="INC-2", Forename="Dan", UPN=""))[:-200]
OPEN_QUOTE = a_table(a_row()) + b'"INC-2,1,2\r\n' + a_table(a_row(IncidentRef="3")).split(b"\r\n")[1] + b"\r\n"
EMPTY_ROW = {"IncidentRef": "", "LAESTAB": "", "DSLName": "x"}
PDF = "application/pdf"
JSON = "application/json"

CASES = [
    keeps_nothing(1, "empty", "police", 400, "empty-body", b""),
    keeps_nothing(1, "empty", "school", 400, "empty-body", b""),
    refuses(1, "blank", "vcs", 400, "empty-body", b" \r\n"),
    refuses(2, "truncated", "police", 400, "truncated", NOTICE[:-40]),
    takes(2, "truncated in its last row", "school", CUT_TABLE, 202),
    refuses(3, "declared as PDF", "police", 415, "wrong-content-type", NOTICE, Content_Type=PDF),
    refuses(3, "declared as JSON", "school", 415, "wrong-content-type", a_table(a_row()), Content_Type=JSON),
    refuses(3, "a PDF declared as JSON", "vcs", 400, "not-json", b"%PDF-1.7 binary"),
    refuses(3, "JSON declared as CSV", "school", 400, "not-csv", NOTICE),
    refuses(4, "Latin-1 in JSON", "police", 400, "not-utf8", NOTICE.replace(b"Amina", b"Amin\xe1")),
    refuses(4, "UTF-16 JSON", "police", 400, "nul-byte", NOTICE.decode().encode("utf-16-le")),
    refuses(4, "another charset", "police", 400, "wrong-charset", NOTICE, Content_Type=f"{JSON}; charset=windows-1252"),
    takes(4, "bytes of no encoding in one row", "school", TWO_ROWS.replace(b"~", b"\x81"), 202),
    takes(4, "Windows-1252", "school", a_table(a_row(Forename="Zo\u00eb")).decode().encode("cp1252")),
    takes(5, "byte order mark", "police", b"\xef\xbb\xbf" + NOTICE),
    takes(5, "CR LF mixed", "vcs", json.dumps(a_form(), indent=1).replace("\n", "\r\n", 3).encode()),
    takes(5, "mixed line ends", "school", b"\xef\xbb\xbf" + a_table(a_row()).replace(b"\r\n", b"\r", 1)),
    refuses(5, "NUL byte", "police", 400, "nul-byte", NOTICE.replace(b"Amina", b"Am\x00na")),
    takes(5, "NUL in one row", "school", TWO_ROWS.replace(b"~", b"\x00"), 202),
    takes(6, "optional fields missing", "police", as_json(a_notice(safeguarding=None, officer=None))),
    takes(6, "optional cells missing", "school", a_table(a_row(Postcode="", Sex="", UPN=""))),
    takes(6, "a plain bundle", "health", as_json(a_bundle())),
    takes(7, "name missing", "police", as_json(a_notice(children=[{"dob": "2017-05-14"}])), 202, "name_missing"),
    takes(7, "name missing", "school", a_table(a_row(Forename="", Surname="")), 202, "name_missing"),
    takes(8, "wrong type, story readable", "vcs", as_json(a_form(child="Ben")), 202, "wrong_type"),
    refuses(8, "nothing readable", "vcs", 422, "nothing-readable", as_json({"child": 7, "concern": []})),
    refuses(8, "a string", "police", 422, "nothing-readable", b'"notice"'),
    refuses(8, "no bundle", "health", 422, "not-a-message-bundle", as_json({"resourceType": "Patient"})),
    takes(8, "a row of nothing", "school", a_table(a_row(), EMPTY_ROW), 202),
    takes(9, "unknown field", "police", as_json(a_notice(forceSpecific={"a": 1}))),
    takes(9, "unknown column", "school", a_table(a_row(Mood="fine"), columns=(*a_row(), "Mood"))),
    takes(
        10,
        "unknown code",
        "police",
        as_json(a_notice(riskGrade={"scheme": "DASH", "value": "Purple"})),
        202,
        "unknown_value",
    ),
    takes(10, "unknown category", "school", a_table(a_row(Categories="Zebra")), 202, "unknown_category"),
    takes(11, "31 February", "vcs", as_json(a_form(child=a_child(dob="2015-02-31"))), 202, "bad_date"),
    takes(11, "31 February", "school", a_table(a_row(DOB="31/02/2012")), 202, "bad_date"),
    takes(11, "born in the future", "vcs", as_json(a_form(child=a_child(dob="2099-01-01"))), 202, "future_date"),
    takes(11, "unborn", "police", as_json(a_notice(children=[{"expectedDate": "2099-01-01"}]))),
    takes(12, "NHS number", "vcs", as_json(a_form(child=a_child(nhsNumber="9992041871"))), 202, "identifier_invalid"),
    takes(12, "UPN", "school", a_table(a_row(UPN="A840990118001")), 202, "identifier_invalid"),
    takes(13, "2 MiB narrative", "police", as_json(a_notice(narrative="Officers attended. " * 110_000))),
    takes(13, "2 MiB narrative", "school", a_table(a_row(Description="Late again. " * 170_000))),
    keeps_nothing(14, "over the size limit", "police", 413, "body-too-large", b" " * (LIMIT + 1)),
    keeps_nothing(14, "over the size limit", "school", 413, "body-too-large", a_table(a_row()) + b"\r\n" * LIMIT),
    refuses(14, "too many rows", "school", 413, "too-many-items", a_table(a_row()) + b"a,b\r\n" * 5_001),
    refuses(15, "100,000 deep", "vcs", 400, "nested-too-deep", b"[" * 100_000 + b"]" * 100_000),
    refuses(16, "duplicate key", "police", 400, "duplicate-key", b'{"noticeId": "a", "noticeId": "b"}'),
    refuses(16, "10 to the 400th", "police", 400, "number-out-of-range", b'{"version": 1' + b"0" * 400 + b"}"),
    refuses(16, "NaN", "vcs", 400, "number-out-of-range", b'{"levelThought": NaN}'),
    refuses(18, "zip archive", "police", 400, "nul-byte", _zip()),
    refuses(18, "zip archive", "school", 400, "not-csv", _zip()),
    refuses(18, "compressed", "police", 415, "content-encoded", gzip.compress(NOTICE), Content_Encoding="gzip"),
    takes(19, "ragged rows", "school", a_table(a_row()) + b"X,Y,Z\r\n", 202),
    takes(19, "semicolons", "school", a_table(a_row(), delimiter=";")),
    takes(19, "a quote never closed", "school", OPEN_QUOTE, 202),
    takes(19, "a million columns", "school", a_table(a_row()) + b"," * 1_000_000 + b"x\r\n", 202),
    refuses(19, "an unknown header", "school", 400, "unknown-header", b"one,two\r\n1,2\r\n"),
    takes(20, "formula cells", "school", a_table(a_row(Description="=1+1", ChildsWords="@x", ActionTaken="\t+1"))),
    takes(20, "formula text", "vcs", as_json(a_form(concern=a_concern("=cmd|'/c calc'")))),
    takes(21, "markup", "police", as_json(a_notice(narrative="<script>alert(1)</script>{{7*7}}"))),
    takes(
        22, "direction marks", "vcs", as_json(a_form(child=a_child(first="\u202eneB \U0001f476", last="\u0415xample")))
    ),
    takes(22, "half a surrogate", "vcs", as_json(a_form(child=a_child(first="Be\ud800n")))),
    takes(
        23, "line breaks in names", "vcs", as_json(a_form(referrer={"name": "A\r\nBcc: x@y", "email": "a@b\r\nX: 1"}))
    ),
    refuses(26, "an unusable key", "police", 400, "bad-idempotency-key", NOTICE, Idempotency_Key="x" * 201),
    takes(30, "an infected attachment", "vcs", as_json(a_form(attachments=[{"name": "a.pdf", "status": "infected"}]))),
    takes(31, "a clock days off", "police", as_json(a_notice(createdAt="2031-01-01T00:00:00"))),
    refuses(35, "another agency's address", "police", 403, "wrong-agency-kind", NOTICE, path="/v1/contacts/school"),
    takes(36, "words of danger in a low form", "vcs", as_json(a_form(concern=a_concern("I will kill him")))),
    takes(37, "a test name", "vcs", as_json(a_form(child=a_child(first="Test", last="Test"))), 202, "test_marker"),
    refuses(38, "header bytes of no encoding", "police", 400, "bad-header", NOTICE, X_Note="\udcff"),
]
