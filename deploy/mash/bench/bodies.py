"""What is submitted: bulk school exports, single contacts of every agency, and single contacts in immediate danger."""

from collections.abc import Iterator
from itertools import islice

from deploy.mash.bench.door import Submission
from deploy.mash.simulate.bulk import bulk_school_csv
from deploy.mash.simulate.generator import generate

ROWS = 500
CSV = "text/csv"
DANGER_THEME = "SA2"  # disclosure of sexual abuse: meets a danger criterion whatever else the row says
AUTHORITY = "county-durham"


def bulk_bodies(count: int, seed: int, run: str, first_row: int = 0) -> Iterator[Submission]:
    """Exports of 500 rows that hold `count` contacts about as many children; the last one may be shorter."""
    for row in range(first_row, first_row + count, ROWS):
        body = bulk_school_csv(min(ROWS, first_row + count - row), seed, first_row=row, authority=AUTHORITY)
        yield Submission("school", body, CSV, f"{run}-bulk-{row}")


def single_contacts(count: int, seed: int, run: str) -> list[Submission]:
    """Messages of all four kinds of agency as they come over a year, each with one contact in it."""
    return list(islice(_singles(count, seed, run), count))


def _singles(count: int, seed: int, run: str) -> Iterator[Submission]:
    for message in generate(AUTHORITY, 3 * count, seed):
        if len(message.truths) == 1 and message.copy == "original":
            yield Submission(message.door, message.body, message.media_type, f"{run}-single-{message.number}")


def urgent_contacts(count: int, seed: int, run: str) -> list[Submission]:
    """School exports of one row each, about a child in danger."""
    return [
        Submission(
            "school",
            bulk_school_csv(1, seed + 1, first_row=row, theme=DANGER_THEME, authority=AUTHORITY),
            CSV,
            f"{run}-urgent-{row}",
        )
        for row in range(count)
    ]
