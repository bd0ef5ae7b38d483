"""`mash report measures` counts what triage kept and what people decided."""

from datetime import date, timedelta
from typing import Any

import pytest

from deploy.mash.report.command import show
from deploy.mash.report.measures import read_measures, staircase
from shared.messages.contact import CanonicalContact
from tests.builders.triage import RECEIVED_AT, a_child, a_contact, a_name
from tests.handlers.triage.test_learn_decisions import decided
from tests.integration.triage.conftest import DECISIONS, ROUTINE, Triage


def contact_of(name: str, *themes: str, days: int = 0) -> CanonicalContact:
    return a_contact(*themes, subject=a_child(names=(a_name(name),)), received_at=RECEIVED_AT + timedelta(days=days))


async def measured(triage: Triage, first: date = date(2025, 1, 1), last: date = date(2026, 12, 31)) -> dict[str, Any]:
    async with triage.service.foundation.engine.connect() as connection:
        return await read_measures(connection, first, last)


@pytest.fixture
async def year(triage: Triage) -> Triage:
    """Five contacts about three children: one comes back after early help, one is referred twice."""
    contacts = [
        contact_of("Ash", "AT1"),
        contact_of("Ash", "BE1", days=40),
        contact_of("Bay", "NE2", days=1),
        contact_of("Bay", "NE2", days=200),
        contact_of("Cam", "AT2", days=2),
    ]
    for contact in contacts:
        await triage.takes(ROUTINE, await triage.received(contact))
    await triage.takes(DECISIONS, [decided(contacts[4].contact_id, 2, 4, "CIN")])
    await triage.takes(DECISIONS, [decided(contacts[1].contact_id, 2, 2, "EH")])
    return triage


async def test_levels_are_final_and_the_shape_is_held_against_the_staircase(year: Triage) -> None:
    found = await measured(year)
    assert found["levels"] == {"1": 0, "2": 2, "3": 0, "4": 3, "5": 0}
    assert found["staircase"] == ["level 4 has more than level 2"]


async def test_known_and_both_rates_of_coming_back_are_counted_with_intervals(year: Triage) -> None:
    found = await measured(year)
    assert found["known_within_12_months"] == {"count": 2, "of": 5, "share": 0.4, "low": 0.1176, "high": 0.7693}
    assert found["rereferrals_of_referrals"]["count"] == 1
    assert found["rereferrals_of_referrals"]["of"] == 3
    assert found["returns_after_early_help_so_far"]["count"] == 1
    assert found["returns_after_early_help_so_far"]["of"] == 2


async def test_what_people_decided_otherwise_is_told_by_indicator_agency_worker_and_reason(year: Triage) -> None:
    found = (await measured(year))["decided_by_people"]
    up, same = {"up": 1, "down": 0, "as_suggested": 0}, {"up": 0, "down": 0, "as_suggested": 1}
    both = {"up": 1, "down": 0, "as_suggested": 1}
    assert found == {
        "all": {"all": both},
        "indicator": {"AT2": up, "BE1": same},
        "agency": {"school": both},
        "worker_band": {"screener": both},
        "reason": {"person_decided": both},
    }


async def test_only_the_days_asked_for_count(year: Triage, capsys: pytest.CaptureFixture[str]) -> None:
    found = await measured(year, date(2026, 3, 10), date(2026, 3, 11))
    assert found["reasons"] == {"AT1": 1, "NE2": 1}
    show(found)
    assert "known before 0.0% (0.0%-65.8%), 0 of 2" in capsys.readouterr().out


async def test_an_empty_period_is_no_error(triage: Triage, capsys: pytest.CaptureFixture[str]) -> None:
    show(await measured(triage))
    assert "nothing to count" in capsys.readouterr().out


def test_the_ideal_staircase_has_nothing_to_say() -> None:
    assert staircase({1: 9, 2: 50, 3: 30, 4: 20, 5: 10}) == []
    assert staircase({1: 0, 2: 5, 3: 4, 4: 1, 5: 2}) == ["level 4 has fewer than level 5"]
