"""The ledger balances exactly when every accepted contact is somewhere once, and says so for each agency."""

import random
import time
from uuid import UUID

import pytest
from sqlalchemy import text

from services.console.domain.roles import Role
from shared.ids import new_id
from shared.ledger import Ledger, LedgerLine, read_ledger
from tests.builders.console_app import ConsoleUnderTest
from tests.builders.console_desk import Desk


async def _ledger(desk: Desk) -> Ledger:
    async with desk.engine.connect() as connection:
        return await read_ledger(connection)


async def _execute(desk: Desk, statement: str, **values: object) -> None:
    async with desk.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def test_an_empty_system_balances(desk: Desk) -> None:
    ledger = await _ledger(desk)

    assert ledger.balanced
    assert ledger.total == LedgerLine()
    assert ledger.by_agency == {}


async def test_every_state_is_counted_once_per_agency(desk: Desk) -> None:
    await desk.contact(state="in_flight")
    await desk.contact(state="waiting")
    await desk.contact(state="placed", agency_id="police-durham")
    await desk.contact(state="closed", agency_id="police-durham", outcome="ADVICE")
    await _execute(
        desk, "insert into intake.v_refused (agency_id, refused, quarantined) values ('vcs-brightwater', 3, 1)"
    )

    ledger = await _ledger(desk)

    assert ledger.balanced
    assert ledger.total == LedgerLine(accepted=4, in_flight=1, waiting=1, placed=1, closed=1, refused=3, quarantined=1)
    assert ledger.by_agency == {
        "school-ferndale": LedgerLine(accepted=2, in_flight=1, waiting=1),
        "police-durham": LedgerLine(accepted=2, placed=1, closed=1),
        "vcs-brightwater": LedgerLine(refused=3, quarantined=1),
    }


async def test_a_case_that_nobody_accepted_is_unaccounted_for(desk: Desk) -> None:
    contact_id = await desk.contact()
    await _execute(desk, "delete from intake.v_accepted where contact_id = :id", id=contact_id)

    ledger = await _ledger(desk)

    assert not ledger.balanced
    assert ledger.by_agency == {"unknown": LedgerLine(waiting=1, unaccounted=1)}


async def test_a_contact_in_flight_that_no_message_carries_is_unaccounted_for(desk: Desk) -> None:
    lost = await desk.contact(state="in_flight", carried=False)
    ledger = await _ledger(desk)
    assert not ledger.balanced
    assert (ledger.total.in_flight, ledger.total.unaccounted) == (1, 1)

    async with desk.engine.begin() as connection:
        await desk.carry(connection, lost, "notice.requested.routine.v1")
    assert not (await _ledger(desk)).balanced, "the receipt to the referrer carries no contact"

    await _execute(
        desk,
        "insert into triage.outbox (id, topic, key, contact_id, body) values (:id, :topic, 'k', :contact, '')",
        id=new_id(),
        topic="contact.assessed.routine.v1",
        contact=lost,
    )
    assert (await _ledger(desk)).balanced


@pytest.mark.parametrize("view", ["router.v_case", "intake.v_accepted"])
async def test_a_contact_that_is_there_twice_is_unaccounted_for(view: str, desk: Desk) -> None:
    contact_id = await desk.contact()
    await _execute(desk, f"insert into {view} select * from {view} where contact_id = :id", id=contact_id)

    ledger = await _ledger(desk)

    assert not ledger.balanced
    assert ledger.total.unaccounted == 1


async def test_a_case_in_no_known_state_is_unaccounted_for(desk: Desk) -> None:
    await desk.contact()
    await _execute(desk, "update router.v_case set state = 'mislaid'")

    ledger = await _ledger(desk)

    assert not ledger.balanced
    assert ledger.total.unaccounted == 1


async def test_one_agencys_gap_is_not_hidden_by_anothers_surplus() -> None:
    ledger = Ledger(
        LedgerLine(accepted=2, waiting=2),
        {"police-durham": LedgerLine(accepted=2, waiting=1), "school-ferndale": LedgerLine(waiting=1)},
    )

    assert ledger.total.balanced
    assert not ledger.balanced


async def test_a_message_quarantined_later_counts_for_its_agency_while_its_contact_is_in_flight(desk: Desk) -> None:
    contact_id = await desk.contact(state="in_flight")
    for consumer, contact in (("triage", contact_id), ("router", None)):
        await _execute(
            desk,
            f"insert into {consumer}.quarantine (id, consumer, topic, partition, kafka_offset, fingerprint, "
            "contact_id, reason, body) values (:id, 'c', 't', 0, 1, 'f', :contact, 'unreadable', '')",
            id=new_id(),
            contact=contact,
        )
    await _execute(desk, "update router.quarantine set state = 'open'")

    ledger = await _ledger(desk)

    assert ledger.balanced
    assert ledger.by_agency["school-ferndale"] == LedgerLine(accepted=1, in_flight=1, quarantined=1)
    assert ledger.by_agency["unknown"] == LedgerLine(quarantined=1)


@pytest.mark.parametrize("seed", [1, 2])
async def test_any_single_fault_planted_in_a_balanced_system_is_found(seed: int, desk: Desk) -> None:
    draw = random.Random(seed)
    ids: list[tuple[UUID, str]] = []
    for _ in range(24):
        state = draw.choice(["in_flight", "waiting", "placed", "closed"])
        ids.append((await desk.contact(state=state, agency_id=draw.choice(["police-durham", "health-cddft"])), state))
    assert (await _ledger(desk)).balanced
    contact_id, state = draw.choice(ids)
    routed = (
        "delete from intake.v_accepted where contact_id = :id",
        "insert into router.v_case select * from router.v_case where contact_id = :id",
    )
    fault = "delete from intake.outbox where contact_id = :id" if state == "in_flight" else draw.choice(routed)

    await _execute(desk, fault, id=contact_id)

    ledger = await _ledger(desk)
    assert not ledger.balanced
    assert ledger.total.unaccounted == 1


async def test_the_api_gives_exactly_the_published_fields_to_ops_and_auditor(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    await desk.contact()
    ops, auditor = await console.program(Role.OPS), await console.program(Role.AUDITOR)

    answer = await ops.get("/v1/ledger")

    assert answer.json() == {
        "accepted": 1,
        "in_flight": 0,
        "waiting": 1,
        "placed": 0,
        "closed": 0,
        "refused": 0,
        "quarantined": 0,
        "unaccounted": 0,
        "balanced": True,
        "oldest_in_flight_seconds": 0,
        "by_agency": {
            "school-ferndale": {
                "accepted": 1,
                "in_flight": 0,
                "waiting": 1,
                "placed": 0,
                "closed": 0,
                "refused": 0,
                "quarantined": 0,
                "unaccounted": 0,
                "balanced": True,
            }
        },
    }
    assert (await auditor.get("/v1/ledger")).json() == answer.json()
    assert [row["username"] for row in await desk.audit("ledger.read")] == ["o.brandt", "a.mensah"]


async def test_a_hundred_thousand_contacts_cost_a_few_times_what_counting_them_costs(desk: Desk) -> None:
    """A third of a second on an idle machine of two cores; measured beside a plain count, to be fair to a busy one."""
    await _execute(
        desk,
        "insert into intake.v_accepted (contact_id, agency_id) "
        "select md5(n::text)::uuid, 'agency-' || n % 4 from generate_series(1, 100000) n",
    )
    await _execute(
        desk,
        "insert into intake.outbox (id, topic, key, contact_id, body) select gen_random_uuid(), topic, 'k', "
        "md5(n::text)::uuid, '' from generate_series(1, 100000) n, "
        "(values ('contact.received.routine.v1'), ('notice.requested.routine.v1')) topics(topic)",
    )
    await _execute(
        desk,
        "insert into router.v_case (contact_id, state) select md5(n::text)::uuid, "
        "(array['waiting', 'placed', 'closed'])[n % 3 + 1] from generate_series(1, 80000) n",
    )
    await _execute(desk, "analyze intake.v_accepted, intake.outbox, router.v_case")
    plain, ledgers = [], []
    async with desk.engine.connect() as connection:
        for _ in range(3):
            began = time.perf_counter()
            await connection.execute(text("select count(distinct contact_id) from intake.v_accepted"))
            plain.append(time.perf_counter() - began)
            began = time.perf_counter()
            ledger = await read_ledger(connection)
            ledgers.append(time.perf_counter() - began)

    assert min(ledgers) < 30 * min(plain)
    assert ledger.balanced
    assert ledger.total == LedgerLine(accepted=100000, in_flight=20000, waiting=26666, placed=26667, closed=26667)
