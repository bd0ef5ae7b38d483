"""The catalogue holds together: who writes, who reads, how many partitions, and a document made from it."""

from shared import asyncapi
from shared.messages.envelope import Lane
from shared.topics import CASE_DECIDED, QUEUES, STAFF_DECIDED, all_topics

SERVICES = {"intake", "triage", "router", "notifier", "console"}


def test_every_topic_is_written_and_read_by_services_that_exist() -> None:
    for topic in all_topics():
        assert topic.owners, topic.name
        assert topic.readers, topic.name
        assert {*topic.owners, *topic.readers} <= SERVICES, topic.name


def test_names_end_in_the_major_version_of_their_message() -> None:
    for topic in all_topics():
        assert topic.name.endswith(f".v{topic.message.MAJOR}")


def test_receiving_services_find_their_queues_under_the_agreed_names() -> None:
    names = {topic.name for topic in QUEUES.values()}
    assert {"queue.one-point.v1", "queue.families-first.v1", "queue.tas.v1", "queue.tac.v1"} <= names
    assert "queue.vcs-alliance.v1" in names


def test_danger_has_a_lane_of_its_own_at_every_stage() -> None:
    assert {topic.name for topic in all_topics() if topic.lane is Lane.URGENT} == {
        "contact.received.urgent.v1",
        "contact.assessed.urgent.v1",
        "notice.requested.urgent.v1",
        "staff.decided.urgent.v1",
    }


def test_triage_learns_what_the_router_carried_out_and_not_what_staff_asked_for() -> None:
    assert STAFF_DECIDED[Lane.URGENT].readers == ("router",)
    assert (CASE_DECIDED.owners, CASE_DECIDED.readers) == (("router",), ("triage",))


def test_the_asyncapi_document_names_every_topic_and_resolves_every_reference() -> None:
    document = asyncapi.document()
    assert set(document["channels"]) == {topic.name for topic in all_topics()}
    references: list[str] = []

    def collect(value: object) -> None:
        if isinstance(value, dict):
            references.extend([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(document)
    for reference in references:
        found: object = document
        for step in reference.removeprefix("#/").split("/"):
            assert isinstance(found, dict), reference
            assert step in found, reference
            found = found[step]
