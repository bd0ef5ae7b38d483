"""What the console does with the messages it reads: it keeps facets for the lists, and nothing of the content."""

import asyncio
from collections.abc import Sequence

from services.console.domain.queue import QueueItem, item_in_triage, newest_of
from services.console.domain.tasks import tasks_of
from services.console.work import ConsoleWork
from shared.messages.case_moved import CaseMoved
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.contact_received import ContactReceived
from shared.messages.notice_settled import NoticeSettled

# Entries between two turns of the event loop, about two milliseconds: pages and intake's answers share the process.
SLICE = 250


async def show_moves(moves: Sequence[CaseMoved], work: ConsoleWork) -> None:
    """Put each contact on the list it moved to; a move that arrives late never undoes a newer one."""
    await _record(newest_of(moves), work)


async def _record(items: Sequence[QueueItem], work: ConsoleWork) -> None:
    """Keep the entries slice by slice, in one order over all of them, so that writers still never deadlock."""
    for start in range(0, len(items), SLICE):
        await work.queue_items.record(items[start : start + SLICE])
        await asyncio.sleep(0)


async def show_in_triage(contacts: Sequence[ContactReceived | ContactAssessed], work: ConsoleWork) -> None:
    """Put contacts in danger on the screener's list at once, before the router has placed them.

    Intake meets some dangers and triage, which knows the history, finds others: neither waits behind the bulk of moves.
    """
    items = {contact.contact_id: item_in_triage(contact) for contact in contacts}
    await _record([items[contact_id] for contact_id in sorted(items)], work)


async def raise_tasks(notices: Sequence[NoticeSettled], work: ConsoleWork) -> None:
    """Make a task of each notice that reached nobody, and end the task of one that arrived after all."""
    raised, ended = tasks_of(notices)
    await work.tasks.end(ended, work.now, None)
    await work.tasks.raise_all(raised)
