"""A log line holds fixed names, ids and codes; a value that is not on the list never reaches it."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from shared.logging import configure

CANARY = "Zephyrine Quillfeather"


@pytest.fixture
def written() -> Iterator[StringIO]:
    root, stream = logging.getLogger(), StringIO()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    configure("triage", "DEBUG", stream)
    yield stream
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()
    root.handlers[:], root.level = handlers, level


def _lines(stream: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_field_outside_the_list_is_hidden(written: StringIO) -> None:
    structlog.get_logger().info("contact_assessed", contact_id="01", surname=CANARY, narrative=CANARY)
    (line,) = _lines(written)
    assert (line["event"], line["contact_id"], line["service"]) == ("contact_assessed", "01", "triage")
    assert (line["surname"], line["narrative"]) == ("***", "***")


def test_an_exception_leaves_its_type_and_place_and_none_of_its_text(written: StringIO) -> None:
    child = CANARY
    try:
        raise ValueError(f"bad name {child}")
    except ValueError as error:
        structlog.get_logger().error("message_parked", exc_info=error)
    (line,) = _lines(written)
    assert line["error"] == "ValueError"
    assert str(line["where"]).startswith("test_logging.py:")
    assert CANARY not in json.dumps(line)


def test_a_library_cannot_write_a_value_into_our_logs(written: StringIO) -> None:
    logging.getLogger("some.library").error("failed on %s", CANARY)
    (line,) = _lines(written)
    assert (line["event"], line["logger"]) == ("library_log", "some.library")
    assert CANARY not in json.dumps(line)


def test_a_line_break_in_a_value_stays_inside_its_line(written: StringIO) -> None:
    structlog.get_logger().info("message_parked", reason='x"}\n{"event": "forged"')
    assert [line["event"] for line in _lines(written)] == ["message_parked"]
