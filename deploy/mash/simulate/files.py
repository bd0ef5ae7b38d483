"""Writes a run to a directory: one file per message, the truth, the history it needs, and what it holds."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import orjson

from deploy.mash.simulate.message import GeneratedMessage, HistoryRow, Truth

PER_DIRECTORY = 1000


def write_run(messages: Iterable[GeneratedMessage], out: Path) -> dict[str, int]:
    """Write `messages/NNNN/NNNNNNN-<door>.<json|csv>`, truth.jsonl, history.jsonl and manifest.json into `out`.

    Returns the manifest: numbers of messages, contacts, history rows, and messages per door and kind of copy.
    """
    out.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    with (out / "truth.jsonl").open("wb") as truth, (out / "history.jsonl").open("wb") as history:
        for message in messages:
            path = _path(message)
            if (message.number - 1) % PER_DIRECTORY == 0:
                (out / path.parent).mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(message.body)
            truth.writelines(truth_line(row, message, path) for row in message.truths)
            history.writelines(history_line(row) for row in message.history)
            _count(counts, message)
    manifest = dict(sorted(counts.items()))
    (out / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    return manifest


def truth_line(row: Truth, message: GeneratedMessage, path: Path) -> bytes:
    """One line of truth.jsonl."""
    values = {**row._asdict(), "file": path.as_posix(), "key": message.key}
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)


def history_line(row: HistoryRow) -> bytes:
    """One line of history.jsonl: involvement that has to be on record before the run is sent."""
    child = row.child
    values = {
        "child": child.number,
        "forename": child.forename,
        "surname": child.surname,
        "sex": child.sex,
        "born_on": child.born_on,
        "expected_on": child.expected_on,
        "nhs_number": child.nhs,
        "upn": child.upn,
        "postcode": row.postcode,
        "kind": row.kind,
        "on": row.on,
    }
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)


def _path(message: GeneratedMessage) -> Path:
    ending = "csv" if message.media_type == "text/csv" else "json"
    directory = f"{(message.number - 1) // PER_DIRECTORY:04d}"
    return Path("messages", directory, f"{message.number:07d}-{message.door}.{ending}")


def _count(counts: Counter[str], message: GeneratedMessage) -> None:
    counts["messages"] += 1
    counts["history"] += len(message.history)
    counts[f"door_{message.door}"] += 1
    counts[f"copy_{message.copy}"] += 1
    if message.copy == "original":
        counts["contacts"] += len(message.truths)
