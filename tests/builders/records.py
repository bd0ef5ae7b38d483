"""Records as a service of ours writes them: with the mark that proves who wrote them."""

from shared.marks import MARK, Marks
from shared.messages.build import to_bytes
from shared.messages.envelope import Message
from shared.quarantine import Record
from shared.topics import Topic


def mark_headers(marks: Marks, topic: Topic, body: bytes, *, by: str | None = None) -> list[tuple[str, bytes]]:
    """The headers of a record. by: the service that writes it, an owner of the topic where none is named."""
    return [(MARK, marks.mark(by or topic.owners[0], topic.name, body))]


def a_record(marks: Marks, topic: Topic, offset: int, message: Message) -> Record:
    """A message as it arrives from its topic."""
    body = to_bytes(message)
    return Record(topic.name, 0, offset, body, tuple(mark_headers(marks, topic, body)))
