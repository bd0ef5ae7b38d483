"""`mash doctor`."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from deploy.mash.addresses import database_url, kafka_link
from deploy.mash.external import DATABASE_VARIABLE, KAFKA_VARIABLE
from deploy.mash.layout import Mistake, layout_from_environment

if TYPE_CHECKING:
    from deploy.mash.doctor.finding import Finding

FAILED = 1


def doctor() -> None:
    """Look at settings, key, PostgreSQL and Kafka, and say in one line each what is wrong and what to do.

    Looks at what the environment names, else at the system of the data directory. Changes nothing. Exit status 1 where
    something is wrong.
    """
    from deploy.mash.doctor.finding import Verdict, worst

    findings = asyncio.run(_all())
    if worst(findings) is Verdict.WRONG:
        raise typer.Exit(FAILED)


async def _all() -> "list[Finding]":
    findings = []
    async for finding in _examined():
        print(finding.line(), flush=True)
        findings.append(finding)
    return findings


async def _examined() -> "AsyncIterator[Finding]":
    from deploy.mash.doctor.database import check_database
    from deploy.mash.doctor.finding import wrong
    from deploy.mash.doctor.kafka import check_kafka
    from deploy.mash.doctor.settings import check_services, read_kek

    if os.environ.get(DATABASE_VARIABLE) and os.environ.get(KAFKA_VARIABLE):
        for finding in check_services():
            yield finding
    kek, found = read_kek(*_kek())
    for finding in found:
        yield finding
    try:
        async for finding in check_database(database_url(), kek):
            yield finding
    except Mistake as mistake:
        yield wrong("PostgreSQL", "has no address", str(mistake))
    try:
        async for finding in check_kafka(kafka_link()):
            yield finding
    except Mistake as mistake:
        yield wrong("Kafka", "cannot be asked", str(mistake))


def _kek() -> tuple[Path | None, str | None]:
    """The file of keys, or their text: from the environment, else from the data directory."""
    named, text = os.environ.get("MASH_KEK_FILE"), os.environ.get("MASH_KEK")
    if named or text:
        return (Path(named) if named and not text else None), text
    kept = layout_from_environment().secrets / "kek"
    return (kept if kept.exists() else None), None
