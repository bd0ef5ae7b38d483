"""A record is believed where a service that owns its topic wrote it, under any key of the keyring, and nowhere else."""

import time

import pytest

from shared.errors import ReasonCode
from shared.marks import MARK, Marks
from shared.messages.envelope import Lane
from shared.sealing import KeyEncryption, new_kek_line
from shared.topics import CONTACT_ASSESSED, NOTICE_REQUESTED, STAFF_DECIDED

OLD, NEW = new_kek_line(), new_kek_line()
DECIDED, ASSESSED = STAFF_DECIDED[Lane.ROUTINE], CONTACT_ASSESSED[Lane.ROUTINE]
BODY = b'{"id": 1}'


def _headers(service: str, topic: str = DECIDED.name, kek: str = OLD, body: bytes = BODY) -> list[tuple[str, bytes]]:
    return [(MARK, Marks(KeyEncryption(kek)).mark(service, topic, body))]


def test_what_an_owner_of_the_topic_wrote_is_believed() -> None:
    assert Marks(KeyEncryption(OLD)).fault(DECIDED, BODY, _headers("console")) is None
    for owner in ("intake", "router"):
        topic = NOTICE_REQUESTED[Lane.URGENT]
        assert Marks(KeyEncryption(OLD)).fault(topic, BODY, _headers(owner, topic.name)) is None


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="no mark"),
        pytest.param([(MARK, b"")], id="empty"),
        pytest.param([(MARK, b"\xff\xfe.1.console.x")], id="no text"),
        pytest.param([(MARK, b"1.console")], id="too short"),
        pytest.param(_headers("router"), id="a service that does not own the topic"),
        pytest.param(_headers("console", ASSESSED.name), id="taken from another topic"),
        pytest.param(_headers("console", body=b'{"id": 2}'), id="taken from another body"),
        pytest.param([("other", _headers("console")[0][1])], id="under another name"),
        pytest.param([(MARK, _headers("console")[0][1].replace(b"1.", b"2.", 1))], id="another version"),
        pytest.param([(MARK, _headers("console")[0][1][:-1])], id="cut short"),
        pytest.param([(MARK, b"1.x.console.y"), *_headers("console")], id="a second mark behind a false one"),
    ],
)
def test_nothing_else_is_believed(headers: list[tuple[str, bytes]]) -> None:
    fault = Marks(KeyEncryption(OLD)).fault(DECIDED, BODY, headers)
    assert fault in (ReasonCode.UNPROVEN, ReasonCode.KEY_UNKNOWN)


def test_the_name_of_a_service_in_a_mark_cannot_be_exchanged() -> None:
    mark = _headers("router", DECIDED.name)[0][1].replace(b".router.", b".console.")
    assert Marks(KeyEncryption(OLD)).fault(DECIDED, BODY, [(MARK, mark)]) is ReasonCode.UNPROVEN


def test_a_rotated_keyring_makes_new_marks_and_believes_the_old_ones() -> None:
    rotated = Marks(KeyEncryption(f"{NEW}\n{OLD}"))
    assert rotated.fault(DECIDED, BODY, _headers("console")) is None
    mark = rotated.mark("console", DECIDED.name, BODY)
    assert Marks(KeyEncryption(NEW)).fault(DECIDED, BODY, [(MARK, mark)]) is None
    assert Marks(KeyEncryption(OLD)).fault(DECIDED, BODY, [(MARK, mark)]) is ReasonCode.KEY_UNKNOWN


def test_a_mark_costs_little() -> None:
    marks, body = Marks(KeyEncryption(OLD)), b"x" * 4096
    best = min(_seconds(lambda: marks.mark("console", DECIDED.name, body)) for _ in range(20))
    assert best < 20e-6  # 5 µs a kilobyte


def _seconds(act: object) -> float:
    started = time.perf_counter()
    for _ in range(100):
        act()  # type: ignore[operator]
    return (time.perf_counter() - started) / 100
