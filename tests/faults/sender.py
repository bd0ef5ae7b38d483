"""An agency that sends until it is answered and keeps a ledger of its own."""

import asyncio

import httpx

from deploy.mash.simulate.bulk import bulk_school_csv
from tests.faults.system import System

ROWS = 20


async def send_all(system: System, receipts: dict[str, list[str]], contacts: int, seed: int, pause: float) -> None:
    """Send exports one after the other, each under a key of its own, and add what was answered to `receipts`."""
    async with httpx.AsyncClient(timeout=10) as client:
        for first in range(0, contacts, ROWS):
            body = bulk_school_csv(ROWS, seed, first_row=first)
            answer = await system.send_until_answered(client, body, f"export-{first}")
            told = answer["contacts"]
            assert isinstance(told, list)
            receipts[f"export-{first}"] = [str(contact["contact_id"]) for contact in told]
            await asyncio.sleep(pause)
