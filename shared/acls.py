"""What the Kafka user of each service may do: the topic catalogue, as `kafka-acls.sh` takes it.

A service writes the topics it owns and reads those it handles; it may look how far others are, and at nothing they say.
"""

from collections.abc import Iterator, Sequence

from shared.topics import all_topics

SERVICES = ("intake", "triage", "router", "notifier", "console")


def acl_arguments(prefix: str) -> Iterator[tuple[str, ...]]:
    """Arguments of one call of `kafka-acls.sh` each, for the users `<prefix><service>`; adding again changes nothing.

    `<prefix>owner` is the user of `mash topics`.
    """
    for service in SERVICES:
        who = ("--add", "--allow-principal", f"User:{prefix}{service}")
        written = [topic.name for topic in all_topics() if service in topic.owners]
        read = [topic.name for topic in all_topics() if service in (*topic.readers, *topic.onlookers)]
        yield (*who, "--operation", "Describe", "--topic", "*", "--group", "*")
        yield (*who, "--operation", "IdempotentWrite", "--cluster")
        yield (*who, "--operation", "Read", "--group", f"{service}.", "--resource-pattern-type", "prefixed")
        if written:
            yield (*who, "--operation", "Write", *_each(written))
        if read:
            yield (*who, "--operation", "Read", *_each(read))
    owner = ("--add", "--allow-principal", f"User:{prefix}owner")
    yield (*owner, "--operation", "Create", "--operation", "Describe", "--operation", "DescribeConfigs", "--topic", "*")


def _each(topics: Sequence[str]) -> Iterator[str]:
    for topic in topics:
        yield from ("--topic", topic)
