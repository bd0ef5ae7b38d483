"""Migrations and topics as steps of a start; their failures become one line for a person."""

import asyncio
import os
import time
from typing import TYPE_CHECKING

from deploy.mash.layout import Mistake, NotReachable, UsageMistake

if TYPE_CHECKING:
    from shared.kafka_link import KafkaLink


async def apply_migrations(url: str) -> None:
    """Bring every schema to its newest step. Raises NotReachable, or Mistake with what PostgreSQL says."""
    from sqlalchemy.exc import SQLAlchemyError

    from shared.database import is_database_away
    from shared.migrations import migrate

    try:
        await migrate(url)
    except (SQLAlchemyError, OSError) as error:
        if is_database_away(error) or isinstance(error, OSError):
            raise NotReachable(f"PostgreSQL does not answer at {shown(url)} ({_first_line(error)})") from error
        raise Mistake(f"the migrations failed: {_first_line(error)}") from error


async def grant_rights(url: str, prefix: str) -> None:
    """Give the role of each service its rights. Raises Mistake where a role is missing or may not be given rights."""
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from shared.database import make_engine
    from shared.grants import grant_steps

    engine = make_engine(url, application="mash-migrate", pool_size=1)
    try:
        async with engine.begin() as connection:
            for step in grant_steps(prefix):
                await connection.execute(text(step))
    except SQLAlchemyError as error:
        raise Mistake(f"the rights could not be given: {_first_line(error)}") from error
    finally:
        await engine.dispose()


async def behind_within(url: str, seconds: float) -> list[str]:
    """The schemas that are not at the newest step after so long; [] as soon as all are. Changes nothing.

    Raises NotReachable where PostgreSQL does not answer in that time.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from shared.database import make_engine
    from shared.migrations import schemas_behind

    engine, limit = make_engine(url, application="mash-migrate", pool_size=1), time.monotonic() + seconds
    try:
        while True:
            try:
                async with engine.connect() as connection:
                    behind = await schemas_behind(connection)
            except (SQLAlchemyError, OSError) as error:
                if time.monotonic() > limit:
                    raise NotReachable(f"PostgreSQL does not answer at {shown(url)} ({_first_line(error)})") from error
            else:
                if not behind or time.monotonic() > limit:
                    return behind
            await asyncio.sleep(1)
    finally:
        await engine.dispose()


async def create_topics(link: "KafkaLink", most_partitions: int | None) -> list[tuple[str, str, int]]:
    """Create missing topics; returns name, state and partition count of each. Raises NotReachable."""
    from aiokafka.errors import KafkaError

    from shared.kafka_diagnosis import why_unreachable
    from shared.topic_admin import apply_topics

    try:
        applied = await apply_topics(link, most_partitions=most_partitions, replication=wanted_replication())
    except (KafkaError, OSError) as error:
        why = await why_unreachable(link)
        raise NotReachable(f"Kafka does not answer at {link.bootstrap}: {why}") from error
    return [(one.topic.name, one.state, one.partitions) for one in applied]


def shown(url: str) -> str:
    """An address without its password."""
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)


def wanted_partitions() -> int | None:
    """`MASH_TOPIC_PARTITIONS`: a lower count than the catalogue's, for a small broker."""
    return _number("MASH_TOPIC_PARTITIONS")


def wanted_replication() -> int:
    """`MASH_TOPIC_REPLICATION`, 1 where it is not set."""
    return _number("MASH_TOPIC_REPLICATION") or 1


def _number(name: str) -> int | None:
    text = os.environ.get(name)
    if not text:
        return None
    if not text.isdecimal() or int(text) == 0:
        raise UsageMistake(f"{name}={text} is no count: give a number from 1")
    return int(text)


def _first_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(error).__name__])[0][:200]
