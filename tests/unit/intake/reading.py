"""Runs a connector on a sample or a built message, as of a fixed moment."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from services.intake.sources.drafts import Context, Draft, Item
from services.intake.sources.registry import CONNECTORS
from services.intake.sources.unread import HEADING
from shared.messages.contact import Child, Place

SAMPLES = Path(__file__).parent / "samples"
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def read_items(kind: str, body: bytes, charset: str | None = None) -> tuple[Item, ...]:
    """The items of a body received on Saturday 21 November 2026."""
    return CONNECTORS[kind].read(body, Context(kind, AT, date(2026, 11, 21), charset)).items


def read_sample(name: str) -> tuple[Item, ...]:
    """The items of a stored sample; its name begins with its kind."""
    return read_items(name.split("_")[0], (SAMPLES / name).read_bytes())


def only_draft(kind: str, body: bytes) -> Draft:
    """The one draft of a body with one item about one child."""
    (item,) = read_items(kind, body)
    (draft,) = item.drafts
    return draft


def story_of(draft: Draft) -> str | None:
    """The narrative without what stood in fields of no place here."""
    return draft.narrative and draft.narrative.partition(f"\n\n{HEADING}")[0]


def child_of(draft: Draft) -> Child:
    """The child a draft is about."""
    assert isinstance(draft.subject, Child)
    return draft.subject


def place_of(draft: Draft) -> Place:
    """The place a draft is about."""
    assert isinstance(draft.subject, Place)
    return draft.subject


def defect_codes(draft: Draft | Item) -> set[str]:
    """The codes of the defects, without those of the clock: samples are older than the moment they are read."""
    defects: Iterable[str] = (d.code for d in (draft.defects if isinstance(draft, Draft) else draft.held))
    return set(defects) - {"clock_skew"}


def themes_of(draft: Draft) -> list[tuple[str | None, str | None]]:
    """Theme and category of every concern, in order."""
    return [(concern.theme, concern.category) for concern in draft.concerns]
