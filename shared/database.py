"""The engine of a process and what its errors mean.

Time limits are the server's own, so a stuck client cannot hold locks.
"""

import time
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from shared.errors import PermanentFailure, ReasonCode, TransientFailure

SERVER_LIMITS = {
    "statement_timeout": "10s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "15s",
    "transaction_timeout": "30s",
    "timezone": "UTC",
    "jit": "off",
}

QUIET_SECONDS = 30.0  # A connection unused for longer is asked before it is trusted.
_USED_AT = "mash_used_at"

_RETRY_STATES = frozenset({"40001", "40P01", "55P03", "57014", "25P03", "25P04"})
_REFUSED_VALUES = "22"  # Data exceptions: a number out of range, a character no text can hold. They never pass.
_DRIVER = frozenset({"asyncpg", "sqlalchemy"})
_AWAY_CLASSES = ("08", "57P", "53")


def make_engine(url: str, *, application: str, pool_size: int = 5) -> AsyncEngine:
    """An engine for one process. application: shown in pg_stat_activity. Connects on first use, not here."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_recycle=1800,
        hide_parameters=True,  # Texts of errors would carry the values that were bound.
        connect_args={
            "server_settings": {**SERVER_LIMITS, "application_name": application},
            "timeout": 5,
            "command_timeout": 15,
        },
    )
    event.listen(engine.sync_engine, "checkin", _note_use)
    event.listen(engine.sync_engine, "checkout", _check_alive)
    event.listen(engine.sync_engine, "handle_error", _give_up_broken)
    return engine


def _note_use(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = time.monotonic()


def _check_alive(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Have the pool replace a connection that has ended. The driver knows at once when the server closes one.

    Asked for only after a while without use: the three round trips of the pool's own question before each unit cost as
    much as the unit's other overhead together.
    """
    adapted: Any = connection
    if adapted.driver_connection.is_closed():
        raise DisconnectionError
    now = time.monotonic()
    if now - record.info.get(_USED_AT, now) > QUIET_SECONDS:
        try:
            adapted.ping()
        except Exception as error:
            raise DisconnectionError from error


def _give_up_broken(context: ExceptionContext) -> None:
    """A connection whose protocol is in disorder, as for a moment after the server ended it, is never used again."""
    if isinstance(context.original_exception.__cause__, asyncpg.InternalClientError):
        context.is_disconnect = True


def sqlstate(error: BaseException) -> str | None:
    """The five-character SQLSTATE behind an error, where there is one."""
    seen: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    while seen is not None:
        state = getattr(seen, "sqlstate", None)
        if isinstance(state, str):
            return state
        seen = seen.__cause__
    return None


def is_worth_repeating(error: BaseException) -> bool:
    """True for deadlock, serialization failure and time limits: the whole unit may be run again at once."""
    return sqlstate(error) in _RETRY_STATES


def judged(error: BaseException) -> PermanentFailure | TransientFailure:
    """What an error of one message handled alone says: that it cannot work as it is, or that it may work later."""
    if isinstance(error, PermanentFailure | TransientFailure):
        return error
    if (sqlstate(error) or "").startswith(_REFUSED_VALUES):
        return PermanentFailure(ReasonCode.VALUE_REFUSED)
    return TransientFailure(ReasonCode.TRY_AGAIN if is_worth_repeating(error) else ReasonCode.RULE_FAILED)


def _out_of_the_driver(error: BaseException) -> bool:
    """Whether the driver or its pool were at work when the error was raised."""
    trace = error.__traceback__
    while trace is not None:
        if str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0] in _DRIVER:
            return True
        trace = trace.tb_next
    return False


def is_database_away(error: BaseException) -> bool:
    """True where nothing could be recorded because PostgreSQL is not there, full, or shutting down.

    A time limit or a broken connection counts where it comes out of the driver or its pool. One of our own work, such
    as a limit set by a handler, does not: taken for the database's it would hold up a partition for ever.
    """
    if isinstance(error, PoolTimeout | asyncpg.CannotConnectNowError):
        return True
    if isinstance(error, OSError | TimeoutError):
        return _out_of_the_driver(error)
    state = sqlstate(error)
    if state is not None:
        return state.startswith(_AWAY_CLASSES) and state not in _RETRY_STATES
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, InterfaceError | OperationalError)
