"""Earlier involvement, seeded from outside, bears on the next contact."""

from datetime import date

from services.triage.history import KnownChild, KnownEntry, OpenEpisode, record_history
from shared.messages.contact_assessed import ContactAssessed
from tests.builders.triage import a_child, a_contact, a_name, nhs_number
from tests.integration.triage.conftest import ROUTINE, Triage

ROBIN = KnownChild(
    forename="Robin",
    surname="Testcase",
    born_on=date(2018, 1, 2),
    nhs_number="9992041870",
    entries=(
        KnownEntry(
            on=date(2025, 6, 1), kind="referral", agency_kind="police", level=4, detail="Families First, closed"
        ),
        KnownEntry(on=date(2019, 6, 1), kind="plan", detail="child in need plan"),
    ),
    episodes=(OpenEpisode(team="families-first", opened_on=date(2025, 7, 1)),),
)
JUDE = KnownChild(forename="Jude", surname="Testcase", born_on=date(2016, 1, 2))


async def assessed(triage: Triage, **changes: object) -> ContactAssessed:
    await triage.takes(ROUTINE, await triage.received(a_contact("AT1", **changes)))
    rows = await triage.rows("select body from triage.outbox order by id desc limit 1")
    return ContactAssessed.model_validate_json(rows[0][0])


async def test_a_seeded_history_bears_on_the_next_contact(triage: Triage) -> None:
    assert await record_history(triage.service.foundation.engine, [ROBIN, JUDE]) == 2
    message = await assessed(triage)
    assert message.facets.known_within_12_months
    assert message.facets.open_team == "families-first"
    assert message.facets.needs_person == "multiplier_review"


async def test_the_child_is_found_by_number_under_a_new_surname(triage: Triage) -> None:
    await record_history(triage.service.foundation.engine, [ROBIN])
    renamed = a_child(names=(a_name("Robin", "Newname"),), identifiers=(nhs_number("9992041870"),))
    assert (await assessed(triage, subject=renamed)).facets.open_team == "families-first"


async def test_a_known_child_without_history_is_known_to_nobody(triage: Triage) -> None:
    await record_history(triage.service.foundation.engine, [ROBIN, JUDE])
    jude = a_child(names=(a_name("Jude"),), born_on=date(2016, 1, 2))
    facets = (await assessed(triage, subject=jude)).facets
    assert (facets.known_within_12_months, facets.open_team, facets.needs_person) == (False, None, None)


async def test_seeding_twice_doubles_nothing(triage: Triage) -> None:
    for _ in range(2):
        assert await record_history(triage.service.foundation.engine, [ROBIN, JUDE]) == 2
    counts = [
        (await triage.rows(f"select count(*) from triage.{table}"))[0][0]
        for table in ("person", "involvement", "episode", "told_identity", "person_identifier")
    ]
    assert counts == [2, 2, 1, 2, 1]
