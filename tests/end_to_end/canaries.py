"""Words that stand nowhere else, in messages to agencies' own formats, and where a running system keeps things."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.mash.demo.dates import render
from deploy.mash.layout import Layout
from deploy.mash.servers import EmbeddedServers
from shared.clock import now

SAMPLES = Path(__file__).parents[2] / "deploy" / "samples" / "demo"
CHILD, SURNAME, PARENT = "Quizzlewyn", "Zarrowbeck", "Ophrydina"
STREET, STORY, REASON, BROKEN = "Kestrelwhim", "xylocanary", "vortexlark", "brokenplover"
PHONE = "07700900731"
CANARIES = (CHILD, SURNAME, PARENT, STREET, STORY, REASON, BROKEN, PHONE)

# Where what people are called has to be readable, so that a child is found again; `mash erase` empties them.
IN_THE_OPEN = frozenset({"triage.told_identity", "triage.person_identifier"})


def _sample(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(render((SAMPLES / name).read_text(), now().date()))
    return found


def for_a_service() -> bytes:
    """A voluntary organisation's form that the policy places without a person."""
    form: dict = _sample("05-vcs-debt.json")  # type: ignore[type-arg]
    form["child"][0] |= {"first": CHILD, "last": SURNAME}
    form["child"][0]["address"]["line1"] = f"5 {STREET} Lane"
    form["household"][0]["name"] = f"{PARENT} {SURNAME}"
    form["referrer"] |= {"name": f"{PARENT} Worker", "phone": PHONE}
    form["concern"]["whatHappened"] += f" {STORY}"
    return json.dumps(form).encode()


def in_danger() -> bytes:
    """A police notice that goes to the urgent queue and alerts people."""
    notice: dict = _sample("08-police-missing-now.json")  # type: ignore[type-arg]
    notice["children"][0] |= {"name": f"{CHILD} {SURNAME}", "voice": f"I heard the {STORY}."}
    notice["incident"]["place"] = {"address": f"5 {STREET} Lane", "postcode": "SR7 0ZG"}
    notice["officer"] = {"name": f"PC {PARENT}", "collar": "2417", "unit": "Response", "phone": PHONE}
    notice["narrative"] = f"{notice['narrative']} {STORY}"
    return json.dumps(notice).encode()


def cut_off() -> bytes:
    """A message that ends in the middle."""
    return b'{"noticeId": "PPN-1", "narrative": "' + BROKEN.encode() + b" " + CHILD.encode()


def found_in(data: bytes) -> set[str]:
    """The canaries in some bytes, as they are or in hexadecimal, whatever their case."""
    low = data.lower()
    return {word for word in CANARIES if word.lower().encode() in low or word.encode().hex().encode() in low}


def files(*folders: Path) -> Iterator[Path]:
    """Every file below some folders."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def rows_of(directory: Path, statement: str) -> list[tuple[object, ...]]:
    """The rows of a statement on a running system's database, as a person with a terminal on its server would see."""
    return asyncio.run(_rows(directory, statement))


async def _rows(directory: Path, statement: str) -> list[tuple[object, ...]]:
    engine = create_async_engine(EmbeddedServers(Layout(directory), lambda line: None).database_url)
    try:
        async with engine.begin() as connection:
            result = await connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        await engine.dispose()
