"""Records as Kafka holds them, whatever bytes their header names are made of.

aiokafka reads header names as UTF-8 and raises inside its fetcher on others: the records before such a one in the same
answer are passed over, and it is asked for again and again for ever. Here a batch with such a name is read once more
with lone surrogates in place of what is no text, so that the record arrives and has an end like any other.
"""

import struct
from collections.abc import Iterator
from typing import Any, SupportsIndex

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

_LENGTH_AT = 8
_OVERHEAD = 12  # Base offset and length, which the length does not count.
_MAGIC_AT = 16
_READABLE_MAGIC = 2


class _Lenient(bytearray):
    """Bytes whose slices decode with lone surrogates instead of an error."""

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        found = super().__getitem__(index)
        return found if isinstance(found, int) else _Lenient(found)

    def decode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
        return super().decode(encoding, errors)


class TolerantBatch:
    """One batch of records; everything but reading them is aiokafka's own."""

    def __init__(self, batch: Any, raw: bytes) -> None:
        """raw: the batch as it came, to read it a second time."""
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except (UnicodeDecodeError, CorruptRecordException):
            if self._raw[_MAGIC_AT] != _READABLE_MAGIC:
                raise
            return iter(self._read_leniently())

    def _read_leniently(self) -> list[Any]:
        batch = _DefaultRecordBatchPy(self._raw)
        iter(batch)  # Decompresses.
        batch._buffer = _Lenient(batch._buffer)
        return list(batch)


class TolerantRecords:
    """The batches of one answer for one partition; takes the place of aiokafka's MemoryRecords."""

    def __init__(self, data: bytes) -> None:
        """data: what the broker sent; its last batch may be cut short."""
        self._data = data
        self._at = 0
        self._records = MemoryRecords(data)

    def size_in_bytes(self) -> int:
        """The size of all."""
        return int(self._records.size_in_bytes())

    def has_next(self) -> bool:
        """Whether another whole batch is there."""
        return bool(self._records.has_next())

    def next_batch(self) -> TolerantBatch | None:
        """The next batch; None after the last."""
        batch = self._records.next_batch()
        if batch is None:
            return None
        (length,) = struct.unpack_from(">i", self._data, self._at + _LENGTH_AT)
        start, self._at = self._at, self._at + _OVERHEAD + length
        return TolerantBatch(batch, self._data[start : self._at])


def read_tolerantly() -> None:
    """Let every consumer of this process read so: aiokafka offers no other place for it."""
    fetcher.MemoryRecords = TolerantRecords
