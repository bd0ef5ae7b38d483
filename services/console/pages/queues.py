"""The queue lists, live, and finding a contact by its reference."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from services.console.domain.queue import TimeLeft, time_left
from services.console.domain.roles import Permission
from services.console.http.context import Console, UseConsole, client_of
from services.console.http.identity import Caller, read_form, sender, text_of, visitor
from services.console.http.parts import part_of
from services.console.http.problems import Refusal, not_found
from services.console.live import QueuePage
from services.console.pages.render import page
from services.console.pages.route import PageRoute
from services.console.repository.audit import Act, Outcome
from services.console.sign_in import staff_behind

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MaySee = Annotated[Caller, Depends(visitor(Permission.SEE_QUEUES))]
MayFind = Annotated[Caller, Depends(sender(Permission.SEE_QUEUES))]
MaySettle = Annotated[Caller, Depends(sender(Permission.SETTLE_TASK))]

CHECK_SESSION_SECONDS = 3.0  # a disabled account is cut within five
REDRAW_SECONDS = 1.0
RENEW_SECONDS = 20.0  # the time left is shown in minutes, so it is drawn anew although nothing changed
LONGEST_STREAM_SECONDS = 600.0  # then the browser comes back, and an old release can be stopped
MOST_STREAMS = 200


@dataclass
class Streams:
    """How many live lists are open in this process."""

    open: int = 0


_streams = Streams()


def _known(console: Console, queue: str | None) -> str | None:
    if queue is not None and queue not in console.words.queues:
        raise not_found()
    return queue


def _facts(listed: QueuePage, at: datetime) -> dict[str, object]:
    left: dict[UUID, TimeLeft] = {item.contact_id: time_left(item.decide_by, at) for item in listed.items}
    return {"listed": listed, "at": at, "left": left}


@router.get("/queues")
async def show_all(request: Request, caller: MaySee, console: UseConsole) -> Response:
    """Everything that waits for people, whatever its queue, urgent first."""
    listed, at = await console.live.page(None, part_of(request))
    return page(request, "queues.html", facts=_facts(listed, at), caller=caller)


@router.get("/queues/{queue}")
async def show_one(queue: str, request: Request, caller: MaySee, console: UseConsole) -> Response:
    """One queue: what waits there, or for a service what was placed in the last 24 hours."""
    listed, at = await console.live.page(_known(console, queue), part_of(request))
    return page(request, "queues.html", facts=_facts(listed, at), caller=caller)


@router.get("/live/queues")
async def live_all(request: Request, caller: MaySee, console: UseConsole) -> Response:
    """The list of everything that waits, as server-sent events."""
    return _stream(caller, console, None, part_of(request))


@router.get("/live/queues/{queue}")
async def live_one(queue: str, request: Request, caller: MaySee, console: UseConsole) -> Response:
    """The list of one queue as server-sent events."""
    return _stream(caller, console, _known(console, queue), part_of(request))


def _stream(caller: Caller, console: Console, queue: str | None, number: int) -> Response:
    if _streams.open >= MOST_STREAMS:
        raise Refusal(503, "too-many-viewers", "Too many live lists are open", "Reload the page to see the newest.")
    return StreamingResponse(events(caller, console, queue, number), media_type="text/event-stream")


async def events(caller: Caller, console: Console, queue: str | None, number: int = 1) -> AsyncGenerator[str]:
    """The list each time it changes, for as long as the session lives; watching does not keep a session alive."""
    template = console.templates.get_template("_queue_list.html")
    loop = asyncio.get_running_loop()
    began = checked = loop.time()
    drawn = 0.0
    shown: QueuePage | None = None
    _streams.open += 1
    try:
        yield "retry: 1000\n\n"
        while not console.live.stopping and loop.time() - began < LONGEST_STREAM_SECONDS:
            if loop.time() - checked > CHECK_SESSION_SECONDS:
                if await staff_behind(caller.token, "browser", console.open_work, quietly=True) is None:
                    yield _event("signed-out", "")
                    return
                checked = loop.time()
            listed, at = await console.live.page(queue, number)
            if _is_worth_sending(shown, listed, loop.time() - drawn):
                yield _event("list", template.render(caller=caller, **_facts(listed, at)))
                drawn, shown = loop.time(), listed
            await console.live.changed()
    finally:
        _streams.open -= 1


def _is_worth_sending(shown: QueuePage | None, listed: QueuePage, age_seconds: float) -> bool:
    """Danger at once; other changes once a second, so that bulk does not keep redrawing; else when the time is old."""
    if shown is None or shown.danger != listed.danger:
        return True
    return age_seconds > (RENEW_SECONDS if shown == listed else REDRAW_SECONDS)


def _event(name: str, data: str) -> str:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"


@router.get("/find")
async def show_find(request: Request, caller: MaySee) -> Response:
    """The form; the search itself is posted, so that no reference stands in a log of addresses."""
    return page(request, "find.html", caller=caller, facts={"found": None, "typed": ""})


@router.post("/find")
async def find(request: Request, caller: MayFind, console: UseConsole) -> Response:
    """Contacts by contact reference, contact id or receipt id; never by name."""
    typed = text_of(await read_form(request), "reference")[:100]
    wanted = typed.lower().replace(" ", "")
    async with console.open_work() as work:
        found = await work.queue_items.by_reference(wanted.replace("-", "") if len(wanted) <= 9 else wanted)
        act = Act("contact.find", Outcome.ALLOWED, caller.staff, detail={"hits": len(found)}, client=client_of(request))
        await work.audit.add(act)
        await work.commit()
    if len(found) == 1:
        return RedirectResponse(f"/contacts/{found[0].contact_id}", 303)
    return page(request, "find.html", caller=caller, facts={"found": found, "typed": typed})


@router.post("/tasks/{notice_id}/{channel}/settle")
async def settle_task(
    notice_id: str, channel: str, request: Request, caller: MaySettle, console: UseConsole
) -> Response:
    """A person told the recipient in another way: the task ends under their name."""
    async with console.open_work() as work:
        ended = await work.tasks.end([(notice_id, channel)], work.now, caller.staff.username)
        outcome = Outcome.ALLOWED if ended else Outcome.FAILED
        about = str(ended[0]) if ended else notice_id[:100]
        await work.audit.add(Act("task.settle", outcome, caller.staff, about, client=client_of(request)))
        await work.commit()
    console.live.wake()
    return RedirectResponse("/queues", 303)
