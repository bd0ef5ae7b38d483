"""When a child was or will be born, from a date, an expected date, an age or a school year."""

from datetime import date, timedelta

from services.intake.sources.ages import read_age
from services.intake.sources.dates import read_partial, years_between
from services.intake.sources.notes import Notes
from services.intake.sources.words import word_key

OLDEST_CHILD = 24  # workload: ages run from unborn to 24; 25 and over is an adult in a child's place
TERM_DAYS = 294  # a date of birth no further ahead than a pregnancy lasts is an expected date
SCHOOL_YEAR_ZERO = 4  # pupils of year N are N + 4 or N + 5 years old


class Birth:
    """When a child was or will be born, from whatever was given; noted where it cannot be so."""

    __slots__ = ("_mistaken", "age_months", "age_years", "born_on", "estimated", "expected_on", "unborn")

    def __init__(
        self, notes: Notes, pointer: str, *, born: date | None, expected: date | None, estimated: bool = False
    ) -> None:
        today = notes.context.today
        self.age_years: tuple[int, int] | None = None
        self.age_months: int | None = None
        self._mistaken = born is not None and born > today and expected is None
        if born is not None and born > today:
            notes.add("future_date", f"{pointer}/dob")
            expected = expected or (born if born <= today + timedelta(days=TERM_DAYS) else None)
            born = None
        self.born_on, self.estimated = born, estimated
        self.expected_on = expected if born is None else None
        self.unborn = self.expected_on is not None
        if estimated and born is not None:
            notes.add("birth_date_estimated", f"{pointer}/dob")
        if self.expected_on is not None and self.expected_on < today - timedelta(days=21):
            notes.add("expected_date_passed", f"{pointer}/edd")
        if born is not None and years_between(born, today) > OLDEST_CHILD:
            notes.add("adult_listed_as_child", pointer)

    def read_age(self, text: str | None, notes: Notes, pointer: str) -> None:
        """Take an age where there is no date of birth. A child that has an age is born, whatever its date says."""
        if not text or self.born_on is not None or (self.unborn and not self._mistaken):
            return
        if word_key(text) in ("unborn", "not yet born"):
            self.unborn = True
            notes.add("expected_date_missing", pointer)
            return
        age = read_age(text)
        if age is None:
            notes.add("unknown_value", pointer)
            return
        self.unborn, self.expected_on = False, None
        self.age_years, self.age_months = age.years, age.months
        if age.in_words:
            notes.add("age_in_words", pointer)
        if age.years[0] > OLDEST_CHILD:
            notes.add("adult_listed_as_child", pointer)

    def read_year_group(self, text: str | None, notes: Notes, pointer: str) -> None:
        """Take the range of ages of a school year where nothing better is known."""
        if not text or self.born_on is not None or self.unborn or self.age_years is not None:
            return
        group = word_key(text).removeprefix("year ").removeprefix("yr ").removeprefix("y")
        if group.isascii() and group.isdigit() and 0 < int(group) <= 14:
            self.age_years = (int(group) + SCHOOL_YEAR_ZERO, int(group) + SCHOOL_YEAR_ZERO + 1)
        elif group in ("r", "reception", "rec", "0"):
            self.age_years = (4, 5)
        elif group in ("n", "n1", "n2", "nursery", "pre school"):
            self.age_years = (2, 4)
        else:
            notes.add("unknown_value", pointer)

    def read_partial(self, text: str, notes: Notes, pointer: str) -> bool:
        """Take a date of birth known only to the year or month; False where `text` is none."""
        partial = read_partial(text)
        if partial is None:
            return False
        year, month = partial
        today = notes.context.today
        latest = years_between(date(year, month or 1, 1), today)
        earliest = latest if month is not None and month != today.month else max(0, latest - 1)
        if latest < 0:
            notes.add("future_date", pointer)
            return True
        self.age_years = (earliest, latest)
        notes.add("birth_date_estimated", pointer)
        return True

    def note_missing(self, notes: Notes, pointer: str) -> None:
        """Note where nothing at all says how old the child is."""
        if self.born_on is None and self.age_years is None and not self.unborn:
            notes.add("birth_date_missing", pointer)
