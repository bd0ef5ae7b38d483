"""Who wrote a record: a mark that only a service of this deployment can make, checked before a body is read.

Whoever may write to Kafka could else send a decision that no person took. The mark is a keyed hash over topic and body
under a key of the writing service; the topic catalogue says whose marks count. Kafka header MARK holds
`1.<id of the key-encryption key>.<service>.<32 hexadecimal characters>`.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from shared.errors import ReasonCode
from shared.sealing import KeyEncryption
from shared.topics import Topic

MARK = "mash-mark"
_VERSION = "1"
_BYTES = 16


class Marks:
    """Makes and checks marks: the newest key-encryption key makes them, every key of the keyring checks them."""

    def __init__(self, kek: KeyEncryption) -> None:
        """kek: the deployment's key-encryption keys."""
        self._kek = kek
        self._begun: dict[tuple[str, str, str], hashlib.blake2b] = {}

    def mark(self, service: str, topic: str, body: bytes) -> bytes:
        """The value of the header MARK for what `service` writes to `topic`."""
        kek_id = self._kek.current
        return f"{_VERSION}.{kek_id}.{service}.{self._digest(kek_id, service, topic, body)}".encode()

    def fault(self, topic: Topic, body: bytes, headers: Sequence[tuple[str, bytes]]) -> ReasonCode | None:
        """None where an owner of `topic` wrote this body for it.

        UNPROVEN where nobody of ours did, KEY_UNKNOWN where the mark names a key-encryption key that is not here.
        """
        given = next((value for name, value in headers if name == MARK), b"")
        version, _, rest = given.decode("ascii", "replace").partition(".")
        kek_id, _, rest = rest.partition(".")
        service, _, digest = rest.partition(".")
        if version != _VERSION or service not in topic.owners:
            return ReasonCode.UNPROVEN
        if kek_id not in self._kek.ids:
            return ReasonCode.KEY_UNKNOWN
        expected = self._digest(kek_id, service, topic.name, body)
        return None if hmac.compare_digest(expected.encode(), digest.encode()) else ReasonCode.UNPROVEN

    def _digest(self, kek_id: str, service: str, topic: str, body: bytes) -> str:
        begun = self._begun.get((kek_id, service, topic))
        if begun is None:
            key = self._kek.expand(kek_id, f"mark|{service}")
            begun = hashlib.blake2b(topic.encode() + b"\0", key=key, digest_size=_BYTES)
            self._begun[kek_id, service, topic] = begun
        hashed = begun.copy()
        hashed.update(body)
        return hashed.hexdigest()


def by_name(topics: Iterable[Topic]) -> dict[str, Topic]:
    """Topics by the name a record carries."""
    return {topic.name: topic for topic in topics}
