"""What bars a link whatever the weight says. A guard leads to a person, or says plainly that it is another child.

Source: identifiers, general handling (siblings get swapped, twins share everything but one digit); the guards:
assumption, confirm with the authority.
"""

from enum import StrEnum

from services.triage.domain.people.comparing import Comparison
from services.triage.domain.people.weights import MISSING, Field

_BIRTH_AGREES = ("same", "swapped", "slip")  # A first of January is no birthday to rely on.
_HOME_AGREES = ("same", "near")
_SURNAME_AGREES = ("same", "equivalent", "swapped", "slip", "part")


class Guard(StrEnum):
    """Why two records are not linked without a person."""

    UNBORN = "unborn"
    NUMBERS_CONTRADICT = "numbers_contradict"
    ANOTHER_FORENAME = "another_forename"  # a twin, a brother or sister
    LIKE_FORENAME = "like_forename"  # may be a slip, may be a twin
    NO_FORENAME = "no_forename"
    GENERATION = "generation"  # parent and child of one name
    ANOTHER_BIRTH = "another_birth"
    TOO_LITTLE = "too_little"  # a name alone, or a forename and birthday alone
    SEVERAL = "several"  # somebody else is as likely: two children of one name and birthday
    TWO_OF_ONE_CONTACT = "two_of_one_contact"  # two children of one contact would be one person


# Guards that tell another person where no identifier agrees: nobody needs to look.
_TELL_APART = (Guard.ANOTHER_FORENAME, Guard.GENERATION)


def barred(found: Comparison, together: bool = False) -> Guard | None:
    """The guard that bars a link, or None. together: a brother or sister in the same contact lives with this person."""
    if found.expected is not None:
        return Guard.UNBORN
    if found.numbers_contradict:
        return Guard.NUMBERS_CONTRADICT
    forename, birth = found.level(Field.FORENAME), found.level(Field.BIRTH)
    if found.generation:
        return Guard.GENERATION
    if forename == "differ":
        return Guard.ANOTHER_FORENAME
    if birth == "differ" and not _one_but_for_the_date(found):
        return Guard.ANOTHER_BIRTH
    return _by_number(found, forename, birth) if found.number_agrees else _by_name(found, together)


def another_person(guard: Guard | None, found: Comparison) -> bool:
    """Whether the guard says that it is plainly somebody else, so that this is no candidate for a review either."""
    if guard is Guard.UNBORN:
        return not found.expected
    return guard in _TELL_APART and not found.number_agrees


def _one_but_for_the_date(found: Comparison) -> bool:
    """Whether an identifier, the full name and the home agree, so that a wrong date of birth is the likelier slip."""
    return found.number_agrees and found.forename_sure and _same_surname(found) and _same_home(found)


def _by_number(found: Comparison, forename: str, birth: str) -> Guard | None:
    """An identifier agrees. It is no proof: the name has to agree, or the birthday and the family."""
    if forename != MISSING:
        return None if found.forename_sure or birth in _BIRTH_AGREES else Guard.LIKE_FORENAME
    return None if birth in _BIRTH_AGREES and (_same_surname(found) or _same_home(found)) else Guard.NO_FORENAME


def _by_name(found: Comparison, together: bool) -> Guard | None:
    if found.level(Field.FORENAME) == MISSING:
        return Guard.NO_FORENAME
    if not found.forename_sure:
        return Guard.LIKE_FORENAME
    known = (_same_surname(found), found.level(Field.BIRTH) in (*_BIRTH_AGREES, "part"), _same_home(found) or together)
    return None if sum(known) >= 2 else Guard.TOO_LITTLE


def _same_surname(found: Comparison) -> bool:
    return found.level(Field.SURNAME) in _SURNAME_AGREES


def _same_home(found: Comparison) -> bool:
    return found.level(Field.HOME) in _HOME_AGREES
