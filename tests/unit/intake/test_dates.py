"""Dates, times and ages as agencies write them."""

from datetime import UTC, date, datetime

import pytest

from services.intake.sources.ages import read_age
from services.intake.sources.dates import Day, months_between, read_day, read_instant, read_partial

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2019-03-07", date(2019, 3, 7)),
        ("2019-3-7", date(2019, 3, 7)),
        ("2019-03-07T10:15:00Z", date(2019, 3, 7)),
        ("2024-05-05T23:00:00Z", date(2024, 5, 6)),
        ("2024-05-05T23:00:00.000Z", date(2024, 5, 6)),
        ("2024-05-05 23:00:00+00:00", date(2024, 5, 6)),
        ("2024-05-06T00:00:00+01:00", date(2024, 5, 6)),
        ("2024-05-05T23:00:00", date(2024, 5, 5)),
        ("2024-12-05T23:30:00Z", date(2024, 12, 5)),
        ("07/03/2019", date(2019, 3, 7)),
        ("7.3.2019", date(2019, 3, 7)),
        ("07-03-2019 10:00", date(2019, 3, 7)),
        ("20190307", date(2019, 3, 7)),
        ("7th March 2019", date(2019, 3, 7)),
        (" 7 mar 2019 ", date(2019, 3, 7)),
        ("29/02/2024", date(2024, 2, 29)),
    ],
)
def test_a_date_is_read_in_every_usual_form(text: str, value: date) -> None:
    assert read_day(text, TODAY) == Day(value)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2019",
        "2019-13-01",
        "00/00/0000",
        "",
        "unknown",
        "1/1/1",
        "0001-01-01",
        "9999-12-31",
        "٠٧/٠٣/٢٠١٩",
        "29/02/2023",
    ],
)
def test_a_date_that_does_not_exist_is_none(text: str) -> None:
    assert read_day(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "future", "value"),
    [
        ("01/02/90", False, date(1990, 2, 1)),
        ("01/02/15", False, date(2015, 2, 1)),
        ("22/11/26", False, date(1926, 11, 22)),
        ("22/11/26", True, date(2026, 11, 22)),
    ],
)
def test_a_two_digit_year_is_the_nearest_past_one_and_says_so(text: str, future: bool, value: date) -> None:
    assert read_day(text, TODAY, future=future) == Day(value, two_digit_year=True)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-20T21:40:00", datetime(2026, 11, 20, 21, 40, tzinfo=UTC)),
        ("2026-07-20T21:40:00", datetime(2026, 7, 20, 20, 40, tzinfo=UTC)),
        ("2026-07-20T21:40:00+02:00", datetime(2026, 7, 20, 19, 40, tzinfo=UTC)),
        ("2026-10-25T01:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29T01:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("20/07/2026 09:05", datetime(2026, 7, 20, 8, 5, tzinfo=UTC)),
        ("20/07/2026 9.05 pm", datetime(2026, 7, 20, 20, 5, tzinfo=UTC)),
        ("20/07/2026", datetime(2026, 7, 19, 23, 0, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_londons(text: str, instant: datetime) -> None:
    assert read_instant(text, TODAY) == instant


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-11-20T25:00:00", "0001-01-01T00:00:00+14:00", "31/02/2026 10:00"]
)
def test_a_time_that_does_not_exist_is_none(text: str) -> None:
    assert read_instant(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "years", "months"),
    [
        ("7", (7, 7), None),
        ("7 years old", (7, 7), None),
        ("aged 7", (7, 7), None),
        ("about 4", (3, 5), None),
        ("approx. 12", (11, 13), None),
        ("4-5", (4, 5), None),
        ("between 6 and 4", (4, 6), None),
        ("18 months", (1, 1), 18),
        ("6 weeks old", (0, 0), 1),
        ("3 days", (0, 0), 0),
        ("fourteen", (14, 14), None),
        ("about six", (5, 7), None),
        ("newborn", (0, 0), 0),
        ("6/52", (0, 0), 1),
        ("3/12", (0, 0), 3),
        ("18/12", (1, 1), 18),
        ("5/7", (0, 0), 0),
        ("6/7", (0, 7), 0),
        ("11/12", (0, 12), 11),
        ("9/10", (9, 10), None),
        ("nearly 6 months", (0, 0), 5),
        ("about 12 months", (0, 1), 10),
        ("4-5 months", (0, 0), 4),
        ("3 to 4 weeks", (0, 0), 0),
        ("18-24 months", (1, 2), 18),
        ("1 year 3 months", (1, 1), 15),
        ("2y 3m", (2, 2), 27),
        ("2 years and 1 month old", (2, 2), 25),
        ("6 months, 2 weeks", (0, 0), 6),
        ("under 1", (0, 0), 0),
        ("<6 months", (0, 0), 0),
        ("less than two", (0, 1), 0),
        ("day 3", (0, 0), 0),
        ("1 year", (1, 1), None),
    ],
)
def test_an_age_gives_its_range_of_years(text: str, years: tuple[int, int], months: int | None) -> None:
    age = read_age(text)
    assert age is not None
    assert (age.years, age.months) == (years, months)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old enough",
        "-3",
        "7 or so years and a bit",
        "seven hundred million",
        "under 18",
        "3/4/12",
        "m",
        "6 months ago",
    ],
)
def test_an_unreadable_age_is_none(text: str) -> None:
    assert read_age(text) is None


def test_an_age_in_words_says_so() -> None:
    assert [bool(age and age.in_words) for age in (read_age("seven"), read_age("7"))] == [True, False]


@pytest.mark.parametrize(
    ("text", "partial"),
    [("2015", (2015, None)), ("2015-03", (2015, 3)), ("2015-13", None), ("15", None), ("0015", None)],
)
def test_a_date_known_to_the_year_or_month_is_read_as_that(text: str, partial: tuple[int, int | None] | None) -> None:
    assert read_partial(text) == partial


@pytest.mark.parametrize(
    ("born", "months"),
    [(date(2026, 5, 21), 6), (date(2026, 5, 22), 5), (date(2025, 11, 21), 12), (date(2026, 12, 1), -1)],
)
def test_months_of_age_are_whole(born: date, months: int) -> None:
    assert months_between(born, TODAY) == months
