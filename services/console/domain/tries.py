"""How often a name may be tried: a limit per name and client, and per name only ever a longer pause.

A limit per name alone would let a stranger lock a named colleague out by typing their name; so the right password from
another client is always taken, after a pause that makes guessing from many clients slow.
Source: OWASP authentication guidance, account lock-out; the numbers are an assumption: confirm with the authority.
"""

from datetime import timedelta

TRIES = 10  # of one name from one client within the window; the next one must wait for its end
WINDOW = timedelta(minutes=15)
FREE_TRIES = 10  # of one name from all clients together before each further one is answered more slowly
_STEP_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 2.0


def is_too_many(tries_of_client: int) -> bool:
    """Whether this client must wait, however right the password is."""
    return tries_of_client > TRIES


def pause_seconds(tries_of_name: int) -> float:
    """How long the answer to a try waits; tries_of_name: in the window, from everywhere, this one included."""
    return min(LONGEST_PAUSE_SECONDS, max(0, tries_of_name - FREE_TRIES) * _STEP_SECONDS)
