"""Turning a page's facts into HTML: everything is escaped unless it is markup of our own templates."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.console.domain.attention import AttentionCount
from services.console.domain.places import is_about_birth
from services.console.domain.roles import Permission, Staff
from services.console.http.context import Console, of
from services.console.http.identity import Caller
from services.console.words import Words
from shared.clock import LONDON
from shared.messages.contact import CanonicalContact, Defect

HERE = Path(__file__).resolve().parent.parent
# Overrides, embeddings and isolates of writing direction, and controls that are neither line end nor tabulator.
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
NAVIGATION = (
    (Permission.SEE_QUEUES, "/queues", "Queues"),
    (Permission.SEE_QUEUES, "/find", "Find"),
    (Permission.SEE_ATTENTION, "/attention", "Needs a person"),
    (Permission.SEE_OPERATIONS, "/operations", "Operations"),
    (Permission.SEE_LEDGER, "/ledger", "Ledger"),
    (Permission.SEE_AUDIT, "/audit", "Audit"),
    (Permission.READ_MAILBOX, "/mailbox", "Mailbox"),
)


def instant(value: datetime | None) -> str:
    """`Monday 23 November 2026 at 14:05`, London time."""
    return "" if value is None else f"{value.astimezone(LONDON):%A %-d %B %Y at %H:%M}"


def short_instant(value: datetime | None) -> str:
    """`23 Nov 14:05`, London time."""
    return "" if value is None else f"{value.astimezone(LONDON):%-d %b %H:%M}"


def clock(value: datetime) -> str:
    """`14:05`, London time."""
    return f"{value.astimezone(LONDON):%H:%M}"


def second(value: datetime | None) -> str:
    """`23 Nov 14:05:09`, London time, where seconds matter."""
    return "" if value is None else f"{value.astimezone(LONDON):%-d %b %H:%M:%S}"


def day(value: date | None) -> str:
    """`23 November 2026`."""
    return "" if value is None else f"{value:%-d %B %Y}"


def reference(value: UUID | str) -> str:
    """The last eight characters of an id, in two groups that can be said aloud: `3F2A-9C1D`."""
    tail = str(value)[-8:].upper()
    return f"{tail[:4]}-{tail[4:]}"


def age_on(born_on: date, on: date) -> str:
    """Age in whole years, in months under two, in weeks under three months; a birth to come is said to be one."""
    if born_on > on:
        return "born after the contact came: check the date"
    months = (on.year - born_on.year) * 12 + on.month - born_on.month - (on.day < born_on.day)
    if months < 3:
        weeks = (on - born_on).days // 7
        return f"{weeks} week{'' if weeks == 1 else 's'} old"
    if months < 24:
        return f"{months} months old"
    return f"{months // 12} years old"


def seconds(value: float | None) -> str:
    """A span as `0.35 s`, or a dash where nothing was measured."""
    if value is None:
        return "–"
    return f"{value:.2f} s" if value < 10 else f"{value:,.0f} s"


def capfirst(value: str) -> str:
    """The text with its first letter large and the rest untouched."""
    return value[:1].upper() + value[1:]


def danger_words(words: Words, codes: Iterable[str]) -> list[str]:
    """Criteria of danger in words; a mere hit in the text stands after what was said outright."""
    return [words.of("danger", code) for code in sorted(codes, key=lambda code: code == "text_prompt")]


def visible(value: object) -> object:
    """Text in which no character can turn the order of others around or hide: such a one is shown by its number.

    Source: Unicode technical report 36, bidirectional spoofing. Marks that only help right-to-left names stay.
    """
    return _HIDDEN.sub(_number_of, value) if type(value) is str and _HIDDEN.search(value) else value


def _number_of(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"


def birth_defects(contact: CanonicalContact) -> list[Defect]:
    """What was wrong with the date of birth as it was sent."""
    return [one for one in contact.defects if one.code in ("bad_date", "future_date") and is_about_birth(one.pointer)]


def make_templates(words: Words) -> Environment:
    """The template environment of one console. Undefined names are errors: a missing fact is never an empty cell."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(
        instant=instant,
        short_instant=short_instant,
        clock=clock,
        second=second,
        day=day,
        reference=reference,
        seconds=seconds,
        capfirst=capfirst,
        map_queues=lambda queues: [words.queue(queue) for queue in queues],
        danger_words=lambda of_codes: danger_words(words, of_codes),
        map_words=lambda of_codes, table: [words.of(table, code) for code in of_codes],
    )
    templates.globals.update(words=words, age_on=age_on, birth_defects=birth_defects)
    return templates


def page(
    request: Request,
    template: str,
    *,
    caller: Caller | None = None,
    status: int = 200,
    facts: Mapping[str, object] = MappingProxyType({}),
) -> Response:
    """One page as an answer, with the navigation the caller's role has."""
    console: Console = of(request)
    html = console.templates.get_template(template).render(
        caller=caller,
        navigation=_navigation(console, caller.staff if caller else None),
        here=request.url.path,
        **facts,
    )
    return Response(html, status, media_type="text/html")


def _navigation(console: Console, staff: Staff | None) -> list[tuple[str, str, AttentionCount | None]]:
    if staff is None:
        return []
    allowed = [(path, name) for permission, path, name in NAVIGATION if staff.may(permission)]
    return [
        (path, name, console.attention.count if path == "/attention" else None)
        for path, name in allowed
        if path != "/mailbox" or console.settings.mailbox_dir is not None
    ]
