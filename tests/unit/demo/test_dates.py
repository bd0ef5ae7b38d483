"""Dates in samples."""

from datetime import date

import pytest

from deploy.mash.demo.dates import UnknownPlaceholder, render

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("{{today}}", "2026-11-23"),
        ("{{today:uk}}", "23/11/2026"),
        ("{{today-30d}}", "2026-10-24"),
        ("{{today+6w}}", "2027-01-04"),
        ("{{today-9y-3m}}", "2017-08-23"),
        ("{{today-13y-4m-3d:uk}}", "20/07/2013"),
        ("born {{ today-1m }} at home", "born 2026-10-23 at home"),
        ("{{today}}T01:10:00", "2026-11-23T01:10:00"),
        ("nothing to fill in", "nothing to fill in"),
    ],
)
def test_a_date_is_written_relative_to_the_day_of_the_first_run(template: str, written: str) -> None:
    assert render(template, TODAY) == written


def test_a_month_without_that_day_ends_on_its_28th() -> None:
    assert render("{{today-1m}}", date(2026, 3, 31)) == "2026-02-28"


def test_double_braces_that_are_no_date_are_a_mistake_in_the_sample() -> None:
    with pytest.raises(UnknownPlaceholder, match="tomorrow"):
        render("{{tomorrow}}", TODAY)
