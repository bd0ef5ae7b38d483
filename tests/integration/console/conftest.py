"""A console over a fresh database, with people of every role, and a desk that writes what the other services would."""

from collections.abc import AsyncIterator

import pytest

from tests.builders.console_app import ConsoleUnderTest, console_over
from tests.builders.console_desk import Desk
from tests.builders.console_views import make_views_writable


@pytest.fixture
async def console(database: str) -> AsyncIterator[ConsoleUnderTest]:
    made = console_over(database)
    await make_views_writable(made.engine)
    await made.register()
    yield made
    await made.close()


@pytest.fixture
def desk(console: ConsoleUnderTest) -> Desk:
    return Desk(console.engine)
