"""One Medway year, made once for all tests that look at it."""

from dataclasses import dataclass
from functools import cache

from deploy.mash.simulate.generator import generate
from deploy.mash.simulate.message import GeneratedMessage, HistoryRow, Truth


@dataclass(frozen=True, slots=True)
class Year:
    """Everything a run yields; `contacts` are the truths of first messages, in order."""

    messages: tuple[GeneratedMessage, ...]
    contacts: tuple[Truth, ...]
    history: tuple[HistoryRow, ...]


@cache
def medway_year() -> Year:
    """The default Medway run of seed 20261123."""
    messages = tuple(generate("medway", 9971, seed=20261123))
    originals = [message for message in messages if message.copy == "original"]
    return Year(
        messages,
        tuple(truth for message in originals for truth in message.truths),
        tuple(row for message in messages for row in message.history),
    )
