"""What other parts of the system rely on: view columns, the access function, message shapes and the answer's shape."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.intake.access import register_agency
from services.intake.http.models import ContactAnswer, ProblemAnswer, ReceiptAnswer
from shared.codes import codes
from shared.messages.envelope import SealedPart
from tests.builders.contacts import a_form, a_notice, a_row, a_table, as_json
from tests.integration.intake.conftest import Door, door, intake_database, limits, settings

__all__ = ["door", "intake_database", "limits", "settings"]  # Fixtures that pytest finds here.

COLUMNS = """
    select column_name, data_type from information_schema.columns
    where table_schema = 'intake' and table_name = :name order by ordinal_position
"""


async def test_the_view_of_accepted_contacts_has_the_agreed_columns(door: Door) -> None:
    assert await door.rows(COLUMNS, name="v_accepted") == [
        ("contact_id", "uuid"),
        ("receipt_id", "uuid"),
        ("agency_id", "text"),
        ("agency_kind", "text"),
        ("received_at", "timestamp with time zone"),
        ("lane", "text"),
        ("danger", "ARRAY"),
        ("contact_part", "jsonb"),
    ]


async def test_the_view_of_refused_bodies_has_the_agreed_columns(door: Door) -> None:
    assert await door.rows(COLUMNS, name="v_refused") == [
        ("agency_id", "text"),
        ("refused", "bigint"),
        ("quarantined", "bigint"),
    ]


async def test_the_sealed_part_in_the_view_is_the_one_in_the_message(door: Door) -> None:
    await door.send("police", as_json(a_notice()))
    ((part,),) = await door.rows("select contact_part from intake.v_accepted")
    ((body,),) = await door.rows("select body from intake.outbox where topic like 'contact.received.%'")
    assert SealedPart.model_validate_json(json.dumps(part)) == SealedPart.model_validate(
        SealedPart.model_validate_json(json.dumps(json.loads(body)["parts"]["contact"]))
    )


async def test_registering_an_agency_again_changes_nothing(database: str) -> None:
    engine = create_async_engine(database)
    first = await register_agency(engine, agency_id="a", kind="police", name="A")
    second = await register_agency(engine, agency_id="a", kind="police", name="A", token=first)
    assert first == second
    async with engine.connect() as connection:
        rows = (await connection.execute(text("select agency_id, kind, active from intake.agencies"))).all()
    assert [tuple(row) for row in rows] == [("a", "police", True)]
    await engine.dispose()


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("police", as_json(a_notice()), 201),
        ("police", as_json([a_notice(), 7]), 202),
        ("school", a_table(a_row(), a_row(), a_row(IncidentRef="2", UPN="x")), 202),
        ("vcs", as_json(a_form(child=[])), 202),
    ],
)
async def test_every_answer_has_the_documented_shape(door: Door, kind: str, body: bytes, status: int) -> None:
    answer = await door.send(kind, body)
    told = ContactAnswer.model_validate_json(answer.content)
    assert answer.status_code == status
    assert all(defect.code in codes("defect") for contact in told.contacts for defect in contact.defects)
    receipt = ReceiptAnswer.model_validate_json((await door.receipt(str(told.receipt_id), kind)).content)
    assert {contact.contact_id for contact in told.contacts} <= {contact.contact_id for contact in receipt.contacts}


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
async def test_every_problem_has_the_documented_shape(door: Door, body: bytes) -> None:
    answer = await door.send("police", body)
    told = ProblemAnswer.model_validate_json(answer.content)
    assert (told.status, told.type.startswith("urn:mash:problem:")) == (answer.status_code, True)
