"""Logs are events with fixed names and allow-listed fields: a value not on the list is never written."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

# Identifiers, codes and numbers only. A new field must be added here on purpose.
_ALLOWED = """
    event level timestamp logger service consumer topic partition offset message_id contact_id receipt_id
    agency_id agency_kind authority lane queue state outcome reason count attempts seconds error where
    status path method staff_id role trace version port url_host type major channel notice_id kind pid
    exit_code schema revision process signal next_attempt_seconds size lag slot
"""
ALLOWED = frozenset(_ALLOWED.split())
REDACTED = "***"


def keep_allowed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Replace the value of every field outside ALLOWED; numbers and short codes inside it pass unchanged."""
    return {name: (value if name in ALLOWED else REDACTED) for name, value in event.items()}


def scrub_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the type of an exception and where it was raised; its text and locals may hold a child's data."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = _raised_at(error)
    return event


def _raised_at(error: BaseException) -> str:
    trace, place = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _from_stdlib(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record = event.pop("_record", None)
    event.pop("_from_structlog", None)
    if isinstance(record, logging.LogRecord):
        # Libraries format values into their text: keep who spoke and how loud, not what was said.
        event = {
            "event": "library_log",
            "logger": record.name,
            "level": record.levelname.lower(),
            "where": f"{record.filename}:{record.lineno}",
            **({"error": record.exc_info[0].__name__} if record.exc_info and record.exc_info[0] else {}),
        }
    return event


def configure(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """One JSON object a line on `stream` (standard output), for this process and the libraries in it."""
    stream = stream or sys.stdout
    tail: list[Any] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        keep_allowed,
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            scrub_exception,
            *tail,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[_from_stdlib, *tail]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
