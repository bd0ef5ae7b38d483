"""`mash backup` and `mash restore`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from deploy.mash.addresses import database_url, kafka_link
from deploy.mash.layout import Mistake

Directory = Annotated[Path, typer.Argument(metavar="DIRECTORY", help="Where the backup is, or will be.")]


def backup(directory: Directory) -> None:
    """Copy the database into a new directory, as it is at one instant, while contacts go on flowing.

    The copy holds names and numbers that triage matches by: keep it as safe as the database. Content stays sealed; the
    key-encryption keys are not in it and need a copy of their own.
    """
    from deploy.mash.backup.copying import take

    made = asyncio.run(take(database_url(), directory))
    print(f"{sum(made.accepted.values())} contacts as at {made.made_at:%Y-%m-%d %H:%M:%S} UTC, {made.size} bytes")
    print(f"opens with the key-encryption keys {', '.join(made.kek_ids) or '(nothing is sealed yet)'}")


def restore(
    directory: Directory,
    no_kafka: Annotated[
        bool, typer.Option("--no-kafka", help="Do not look on Kafka for what came after the backup.")
    ] = False,
) -> None:
    """Put a backup into an empty database, and say what came after it and has to be sent again.

    Stop the services first. What came after is read from Kafka, which keeps the messages of 14 days.
    """
    from deploy.mash.backup.copying import put_back

    made = asyncio.run(put_back(database_url(), directory))
    print(f"restored {sum(made.accepted.values())} contacts as at {made.made_at:%Y-%m-%d %H:%M:%S} UTC")
    print(f"opens with the key-encryption keys {', '.join(made.kek_ids) or '(nothing is sealed yet)'}")
    if not no_kafka:
        _tell_missing()
    print("now: `mash migrate`, `mash doctor`, then start the services")


def _tell_missing() -> None:
    from aiokafka.errors import KafkaError

    from deploy.mash.backup.missing import missing_after_restore

    try:
        found = asyncio.run(missing_after_restore(database_url(), kafka_link()))
    except (KafkaError, OSError, Mistake):
        print("Kafka does not answer, so what came after the backup is not known: ask every agency to send it again")
        return
    if not found:
        print("Kafka knows of no contact that came after the backup")
    for one in found:
        print(
            f"send again: {one.agency_id}, {len(one.contacts)} received from {one.first_at:%Y-%m-%d %H:%M:%S} to "
            f"{one.last_at:%Y-%m-%d %H:%M:%S} UTC"
        )
