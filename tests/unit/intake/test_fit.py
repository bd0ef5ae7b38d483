"""What one body becomes stays within bounds: of a message, and of what others can wait for."""

from typing import Any

import pytest

from services.intake.fit import LARGEST_ON_WIRE, LARGEST_TOGETHER, contact_json
from services.intake.front_door import effort_of
from services.intake.messages import contact_received
from services.intake.submission import Agency, IdempotencyKey, PreparedContact, Submission
from shared.ids import new_id
from shared.messages.build import to_bytes
from shared.messages.contact import PART, CanonicalContact
from shared.sealing import KeyEncryption, new_kek_line
from shared.topics import MAX_MESSAGE_BYTES
from tests.builders.contacts import a_form, a_notice, a_row, a_table, as_json
from tests.unit.intake.preparing import RECEIPT, prepared
from tests.unit.intake.reading import AT

MANY = 600


def children(count: int, **fields: object) -> list[dict[str, object]]:
    return [{"first": f"K{n}", "last": "Example", "dob": "2015-01-01", **fields} for n in range(count)]


def contacts_of(kind: str, body: bytes) -> list[PreparedContact]:
    return [contact for item in prepared(kind, body) for contact in item.contacts]


def on_the_wire(contact: PreparedContact) -> int:
    key, _ = KeyEncryption(new_kek_line()).new_data_key(contact.contact_id)
    agency = Agency("a", "school", "a")
    submission = Submission(RECEIPT, agency, AT, "text/csv", b"", b"", IdempotencyKey("k", "header"), trace="t" * 32)
    message = contact_received("county-durham", submission, contact, key.seal(PART, contact.body))
    return len(to_bytes(message)) + len(contact.subject) + 200  # the key and the headers of a record


FAMILY = [{"name": f"Uncle{n} Example", "relationship": "uncle", "pr": True} for n in range(MANY)]
GROWING: dict[str, tuple[str, dict[str, Any]]] = {
    "a story for many": ("vcs", a_form(child=children(MANY), concern={"whatHappened": "He was late. " * 50_000})),
    "a household for many": ("vcs", a_form(child=children(MANY), household=FAMILY)),
    "categories for many": (
        "vcs",
        a_form(child=children(MANY), concern={"whatHappened": "x", "categories": [f"c{n}" for n in range(400)]}),
    ),
    "defects for many": ("vcs", a_form(child=children(MANY, dob="zz", sex="q", upn="x", nhsNumber="1"))),
    "many who belong together": ("vcs", a_form(child=children(MANY))),
    "adults for many": (
        "police",
        a_notice(children=children(MANY), others=[{"name": "A B", "address": "1 Row, " * 50} for _ in range(200)]),
    ),
    "names not to share with": (
        "police",
        a_notice(children=children(MANY), disclosure={"doNotShareWith": ["x" + "\x01" * 900 + "x"] * 400}),
    ),
}


@pytest.mark.parametrize("name", GROWING)
def test_a_small_body_stays_small_however_it_multiplies_and_every_child_keeps_its_contact(name: str) -> None:
    kind, message = GROWING[name]
    contacts = contacts_of(kind, as_json(message))
    assert len(contacts) == MANY
    assert sum(len(contact.body) for contact in contacts) < 1.3 * LARGEST_TOGETHER
    read = [CanonicalContact.model_validate_json(contact.body) for contact in contacts[:: MANY - 1]]
    assert [(c.subject.kind, c.narrative is not None) for c in read] == [("child", True), ("child", True)]
    codes = {defect.code for contact in read for defect in contact.defects}
    assert codes & {"text_too_long", "links_cut"}


def test_rows_of_one_incident_name_fifty_others_and_say_so() -> None:
    contacts = contacts_of("school", a_table(*(a_row(UPN="", Forename=f"F{n}") for n in range(52))))
    first = CanonicalContact.model_validate_json(contacts[0].body)
    assert len(first.siblings) == 50
    assert "links_cut" in {defect.code for defect in first.defects}
    assert not contacts[0].asks_for_a_person


def test_danger_in_codes_counts_although_the_list_is_cut() -> None:
    words = [f"c{n}" for n in range(400)] + ["Suicide attempt"]
    form = a_form(child=children(MANY), concern={"whatHappened": "x", "categories": words})
    contacts = contacts_of("vcs", as_json(form))
    assert {contact.danger for contact in contacts} == {("suicide_attempt", "text_prompt")}
    read = CanonicalContact.model_validate_json(contacts[-1].body)
    assert "SH2" in {concern.theme for concern in read.concerns}
    assert len(read.concerns) < 400


@pytest.mark.parametrize(
    ("body", "cut"),
    [
        (a_table(a_row(Description="x" + "\x01" * 3_000_000 + "x")), True),
        (a_table(a_row(Description="\u20ac" * 3_900_000)).decode().encode("cp1252"), True),
        (a_table(a_row(Description="x" + "\x01" * 800_000 + "x", ChildsWords="y" + "\x02" * 800_000 + "y")), True),
        (a_table(a_row(Description="x" + "\x01" * 800_000 + "x")), False),
    ],
    ids=["control characters", "euro signs", "two texts", "as it is"],
)
def test_whatever_is_accepted_fits_a_message(body: bytes, cut: bool) -> None:
    (contact,) = contacts_of("school", body)
    assert on_the_wire(contact) < MAX_MESSAGE_BYTES
    codes = {defect.code for defect in CanonicalContact.model_validate_json(contact.body).defects}
    assert ("text_too_long" in codes) is cut


@pytest.mark.parametrize("field", ["otherNames", "address"])
def test_a_child_that_is_itself_too_large_is_reduced_to_its_beginnings(field: str) -> None:
    lines = ["x" + "\x01" * 900 + "x"] * 490
    others = [{field: lines if field == "otherNames" else {"lines": lines}, "dob": "2015-01-01"} for _ in range(2)]
    canonical = CanonicalContact.model_validate_json(contacts_of("vcs", as_json(a_form(child=others)))[0].body)
    body = contact_json(canonical, 20_000)
    assert len(body) < 40_000
    reduced = CanonicalContact.model_validate_json(body)
    assert (reduced.contact_id, reduced.subject.kind) == (canonical.contact_id, "child")
    assert reduced.defects[-1].code == "text_too_long"


def test_the_largest_contact_allowed_fits_a_message() -> None:
    codes = tuple(f"criterion_{n}_with_a_long_name" for n in range(20))
    largest = PreparedContact(new_id(), "k" * 32, "s" * 36, "child", codes, (), b"x" * LARGEST_ON_WIRE)
    assert on_the_wire(largest) < MAX_MESSAGE_BYTES


def test_many_children_in_few_bytes_count_as_much_work() -> None:
    small = as_json(a_form(child=[{"dob": "2015"} for _ in range(500)]))
    assert len(small) < 32 * 1024 < 256 * 1024 < effort_of(small)
    notice = as_json(a_notice())
    assert effort_of(notice) == len(notice)
