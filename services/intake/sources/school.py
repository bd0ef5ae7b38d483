"""School exports of safeguarding concerns as CSV: one row per child, every row with a verdict of its own.

Columns: message shapes, schools (assumption; products differ). A row is newer than another of the same incident and
child when it was recorded later. Cells are kept as they are; formula characters are dealt with on export.
"""

import json
from datetime import datetime
from itertools import zip_longest

from services.intake.domain.plain_text import BREAK
from services.intake.domain.refusals import Refusal, Refused
from services.intake.sources.addresses import read_address
from services.intake.sources.birth import Birth
from services.intake.sources.children import lowest_months
from services.intake.sources.concerns import note_emptiness, read_categories
from services.intake.sources.csv_rows import Row, Table, named_cells, read_table
from services.intake.sources.dates import read_instant
from services.intake.sources.drafts import Context, Draft, Item, Reading, key_of
from services.intake.sources.fields import Fields
from services.intake.sources.items import note_clock, read_services
from services.intake.sources.notes import Notes, defect
from services.intake.sources.people import note_name, read_ethnicity, read_identifier, read_sex, split_name
from services.intake.sources.unread import with_unread
from services.intake.sources.words import value, word_key
from shared.messages.contact import Adult, Child, Consent, Identifier, Name, Referrer, SenderRef

REFERENCE = "incidentref"
SOURCE_CODE = "2A"  # referral_source: Schools
SECONDARY_FROM_YEAR = 7
_IDENTIFYING = frozenset({"upn", "forename", "surname"})

# fmt: off
COLUMNS = (
    "IncidentRef", "SchoolURN", "LAESTAB", "SchoolName", "DSLName", "DSLEmail", "DSLPhone", "UPN", "FormerUPN", "ULN",
    "Forename", "Surname", "PreferredSurname", "DOB", "Sex", "YearGroup", "Ethnicity", "SENStatus", "FSM", "CLA",
    "AttendancePct", "UnauthorisedPct", "SuspensionsYTD", "ExclusionStatus", "Address1", "Address2", "Address3",
    "Address4", "Postcode", "ParentCarer1Name", "ParentCarer1Rel", "ParentCarer1Phone", "Siblings", "IncidentDate",
    "IncidentTime", "RecordedAt", "Categories", "Description", "ChildsWords", "BodyMapRef", "ActionTaken",
    "ParentInformed", "Consent", "RequestedService", "PreviousReferrals", "LinkedPupilUPNs",
)
# fmt: on
_KNOWN = frozenset(key_of(column) for column in COLUMNS)


def read_school(body: bytes, context: Context) -> Reading:
    """The rows of `body`, those that cannot be worked held. Raises Refused where it is no such table or has no row."""
    table = read_table(body, _KNOWN, context.charset)
    keys = tuple(key_of(column) for column in table.header)
    about_file = _about_file(table, keys)
    items = tuple(_item(row, table, about_file, context) for row in table.rows)
    if not any(item.drafts for item in items):
        raise Refused(Refusal.NOTHING_READABLE, tuple(d for item in items for d in item.held)[:20])
    return Reading(items)


def _about_file(table: Table, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Defect codes that hold for every row."""
    found = {
        "delimiter_guessed": table.delimiter_guessed,
        "column_unknown": any(key not in _KNOWN for key in keys if key),
        "column_missing": _IDENTIFYING.isdisjoint(keys),
    }
    return tuple(code for code, there in found.items() if there)


def _item(row: Row, table: Table, about_file: tuple[str, ...], context: Context) -> Item:
    pointer = f"/row/{row.number}"
    content = json.dumps([table.header, row.cells]).encode()
    text = BREAK.join(row.cells)
    if row.fault:
        return Item(pointer, "", content, held=(defect(row.fault, pointer),), text=text)
    context.looked.clear()
    cells, doubled = named_cells(table, row)
    fields = Fields(cells, pointer, Notes(context))
    if doubled:
        fields.note("column_doubled")
    for code in about_file:
        fields.note(code)
    if row.doubtful or len(row.cells) != len(table.header):
        fields.note("ragged_row")
    if row.guessed:
        fields.note("encoding_guessed")
    item = _read_row(fields)
    item.content, item.text, item.essence = content, text, _essence(table, row)
    unknown = frozenset(map(key_of, cells)) - _KNOWN  # That there are such columns is noted for the file.
    return with_unread(item, cells, context.looked, known=unknown | _KNOWN)


def _essence(table: Table, row: Row) -> bytes:
    """The row without the reference of its incident."""
    named = zip_longest(table.header, row.cells)
    return json.dumps([(name, cell) for name, cell in named if key_of(name or "") != REFERENCE]).encode()


def _read_row(row: Fields) -> Item:
    child, months = _child(row)
    narrative = _narrative(row)
    draft = _draft(row, child, months, narrative)
    if not child.names and not child.identifiers and not narrative and not draft.concerns:
        return Item(row.pointer, "", b"", held=(defect("layout_not_understood", row.pointer),))
    incident, recorded = row.text("IncidentRef"), row.text("RecordedAt")
    if incident is None:
        row.note("message_id_missing", "IncidentRef")
        draft.defects = row.notes.defects
    who = child.local_ref or "|".join(word_key(part) for part in _who(child))
    thread = f"{incident}|{who}" if incident else None
    return Item(
        pointer=row.pointer,
        sender_org=row.text("LAESTAB", "SchoolURN", "SchoolName") or "",
        content=b"",
        drafts=(draft,),
        message_id=incident,
        identity=f"{thread}|{recorded or ''}" if thread else None,
        version=None,
        thread=thread,
        group=incident,
        recorded_at=read_instant(recorded, row.notes.context.today) if recorded else None,
    )


def _who(child: Child) -> tuple[str, str, str]:
    name = child.names[0] if child.names else Name()
    return name.forename or "", name.surname or "", child.born_on.isoformat() if child.born_on else ""


def _child(row: Fields) -> tuple[Child, int | None]:
    notes = row.notes
    birth = Birth(notes, row.pointer, born=row.day("DOB"), expected=None)
    birth.read_year_group(row.text("YearGroup"), notes, row.path("YearGroup"))
    birth.note_missing(notes, row.path("DOB"))
    names = _names(row)
    note_name(names, notes, row.path("Surname"))
    identifiers = _identifiers(row)
    lines = tuple(line for line in (row.text(f"Address{n}") for n in range(1, 5)) if line)
    address = read_address(lines, row.text("Postcode"), None, notes, row.pointer)
    child = Child(
        local_ref=next((i.normalised for i in identifiers if i.type == "upn" and i.valid), None),
        names=names,
        born_on=birth.born_on,
        age_years=birth.age_years,
        sex=read_sex(row.text("Sex"), notes, row.path("Sex")),
        ethnicity=read_ethnicity(row.text("Ethnicity"), notes, row.path("Ethnicity")),
        identifiers=identifiers,
        addresses=(address,) if address else (),
        school=row.text("SchoolName", "SchoolURN", "LAESTAB"),
    )
    return child, lowest_months(child, birth, notes)


def _names(row: Fields) -> tuple[Name, ...]:
    forename, surname = row.text("Forename"), row.text("Surname")
    preferred = row.text("PreferredSurname")
    official = Name(forename=forename, surname=surname)
    usual = Name(forename=forename, surname=preferred, use="usual")
    names = (official, usual if preferred and preferred != surname else Name())
    return tuple(name for name in names if name.forename or name.surname)


def _identifiers(row: Fields) -> tuple[Identifier, ...]:
    found = [("upn", "UPN", row.text("UPN")), ("uln", "ULN", row.text("ULN"))]
    found += [("former_upn", "FormerUPN", former) for former in row.texts("FormerUPN", separators="|;")]
    return tuple(read_identifier(kind, text, row.notes, row.path(name)) for kind, name, text in found if text)


def _draft(row: Fields, child: Child, months: int | None, narrative: str | None) -> Draft:
    notes = row.notes
    words = [(word, row.path("Categories")) for word in row.texts("Categories", separators="|;")]
    excluded = row.text("ExclusionStatus")
    if excluded and value("consent", excluded) != "refused" and word_key(excluded) not in ("none", "n", "no"):
        words.append((_exclusion(excluded), row.path("ExclusionStatus")))
    concerns, markers = read_categories(words, notes)
    note_emptiness(concerns, narrative, notes, row.path("Description"))
    note_clock(row.instant("RecordedAt"), notes, row.path("RecordedAt"))
    informed, reason = _parent_informed(row)
    return Draft(
        subject=child,
        age_months=months,
        source_code=SOURCE_CODE,
        incident_at=_incident_at(row),
        incident_ref=row.text("IncidentRef"),
        sender_refs=_references(row),
        adults=_carer(row),
        household=tuple(f"{name} (sibling)" for name in row.texts("Siblings", separators="|")),
        concerns=concerns,
        markers=markers | _markers(row),
        narrative=narrative,
        voice_of_child=row.prose("ChildsWords"),
        consent=_consent(row),
        parents_informed=informed,
        parents_informed_reason=reason,
        requested_service=read_services(row, "RequestedService"),
        referrer=Referrer(
            name=row.text("DSLName"),
            role="Designated safeguarding lead",
            phone=row.text("DSLPhone"),
            email=row.text("DSLEmail"),
        ),
        attachments=row.texts("BodyMapRef"),
        defects=notes.defects,
    )


def _exclusion(words: str) -> str:
    return "Permanent exclusion" if word_key(words).startswith("perm") else words


def _narrative(row: Fields) -> str | None:
    """What happened, then what the school did and what its own figures say, so that nobody has to open the raw file."""
    figures = (
        ("attendance", row.text("AttendancePct"), "%"),
        ("unauthorised absence", row.text("UnauthorisedPct"), "%"),
        ("suspensions this year", row.text("SuspensionsYTD"), ""),
        ("earlier referrals", row.text("PreviousReferrals"), ""),
    )
    record = ", ".join(f"{label} {text.removesuffix('%')}{unit}" for label, text, unit in figures if text)
    action = row.prose("ActionTaken")
    description = row.prose("Description")
    if description is None:
        return f"Action taken: {action}" if action else None
    parts = (description, f"Action taken: {action}" if action else None, f"School record: {record}" if record else None)
    return "\n\n".join(part for part in parts if part)


def _incident_at(row: Fields) -> datetime | None:
    day, time = row.text("IncidentDate"), row.text("IncidentTime")
    found = read_instant(f"{day} {time}" if time else day, row.notes.context.today) if day else None
    if day and found is None:
        row.note("bad_date", "IncidentDate")
    return found


def _references(row: Fields) -> tuple[SenderRef, ...]:
    org = row.text("LAESTAB", "SchoolURN")
    found = (("incident", row.text("IncidentRef")), ("body_map", row.text("BodyMapRef")))
    return tuple(SenderRef(type=kind, value=text, org=org) for kind, text in found if text)


def _carer(row: Fields) -> tuple[Adult, ...]:
    name, relationship, phone = row.text("ParentCarer1Name"), row.text("ParentCarer1Rel"), row.text("ParentCarer1Phone")
    if not name and not phone:
        return ()
    role = value("role", relationship or "") or "carer"
    return (Adult(name=split_name(name or ""), relationship=relationship, roles=(role,), phone=phone),)


def _markers(row: Fields) -> frozenset[str]:
    found = set()
    if row.flag("CLA"):
        found.add("looked_after")
    year = word_key(row.text("YearGroup") or "").removeprefix("year ")
    if year.isascii() and year.isdigit() and int(year) >= SECONDARY_FROM_YEAR:
        found.add("school_secondary")
    return frozenset(found)


def _consent(row: Fields) -> Consent:
    word = row.text("Consent")
    if word is None:
        return Consent()
    status = value("consent", word)
    if status is None:
        row.note("consent_unclear", "Consent")
    return Consent(status=status or "unknown", reason=word if status is None else None)


def _parent_informed(row: Fields) -> tuple[bool | None, str | None]:
    """Y, N, or the reason why not."""
    word = row.text("ParentInformed")
    if word is None:
        return None, None
    key = word_key(word)
    if key in ("y", "yes", "true", "1"):
        return True, None
    return False, None if key in ("n", "no", "false", "0") else word
