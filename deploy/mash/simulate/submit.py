"""Sends a run to a system at a steady rate, a bounded number of messages at a time."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx
import orjson
from pydantic import BaseModel

from deploy.mash.simulate.files import truth_line
from deploy.mash.simulate.message import GeneratedMessage

AT_ONCE = 64


class AgencyToken(BaseModel):
    """One agency's bearer token."""

    token: str


class Credentials(BaseModel):
    """The part of demo-credentials.json that senders need."""

    base_url: str
    agencies: dict[str, AgencyToken]


def read_credentials(path: Path) -> Credentials:
    """The credentials a running system wrote. Raises OSError or pydantic.ValidationError."""
    return Credentials.model_validate_json(path.read_bytes())


async def submit_run(
    messages: Iterable[GeneratedMessage], url: str, tokens: Mapping[str, str], per_second: float, out: Path
) -> Counter[str]:
    """Post every message in order, `per_second` a second; write truth.jsonl and receipts.jsonl into directory `out`.

    Returns the number of answers per HTTP status; `unreachable` counts messages no answer came to.
    """
    answers: Counter[str] = Counter()
    limits = httpx.Limits(max_connections=AT_ONCE)
    with (out / "truth.jsonl").open("wb") as truth, (out / "receipts.jsonl").open("wb") as receipts:
        async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client, asyncio.TaskGroup() as group:
            sender = _Sender(client, tokens, asyncio.Semaphore(AT_ONCE), answers, receipts)
            started = time.monotonic()
            for sent, message in enumerate(messages):
                await asyncio.sleep(max(0.0, started + sent / per_second - time.monotonic()))
                await sender.gate.acquire()
                truth.writelines(truth_line(row, message, Path()) for row in message.truths)
                group.create_task(sender.post(message))
    return answers


@dataclass(frozen=True, slots=True)
class _Sender:
    client: httpx.AsyncClient
    tokens: Mapping[str, str]
    gate: asyncio.Semaphore
    answers: Counter[str]
    receipts: BinaryIO

    async def post(self, message: GeneratedMessage) -> None:
        headers = {
            "Authorization": f"Bearer {self.tokens[message.door]}",
            "Content-Type": message.media_type,
            "Idempotency-Key": message.key,
        }
        try:
            answer = await self.client.post(f"/v1/contacts/{message.door}", content=message.body, headers=headers)
        except httpx.TransportError:
            self.answers["unreachable"] += 1
        else:
            self.answers[str(answer.status_code)] += 1
            line = {"message": message.number, "status": answer.status_code, "answer": _read(answer)}
            self.receipts.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        finally:
            self.gate.release()


def _read(answer: httpx.Response) -> object:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
