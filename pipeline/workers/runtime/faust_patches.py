"""Patch what is wrong in Faust and aiokafka. ``offsets`` works around another fault."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy
from faust.transport.consumer import Consumer
from faust.types import TP
from mode.utils.queues import FlowControlQueue

from pipeline.kafka.header_names import accept_any_name
from pipeline.topics import is_urgent


def keep_failed_commits() -> None:
    """Retry a failed commit together with the next one.

    ``Consumer._commit_offsets`` records offsets as committed even if the broker rejected them (IllegalGeneration,
    during a rebalance). The messages are then delivered again, but their offsets are below the recorded one, so
    their acknowledgements are ignored and the group's lag never returns to zero (faust-streaming 312, 611;
    robinhood 458). This project uses neither transactions nor tables, which that method also handles.
    """

    async def commit_offsets(self: Consumer, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        assigned = self.assignment()
        ours = {tp: offset for tp, offset in offsets.items() if tp in assigned}
        if not ours:
            return False
        await self.app.producer.flush()
        if await self._commit(ours):
            self._committed_offset.update(ours)
            self.app.monitor.on_tp_commit(ours)
            return True
        for tp, offset in ours.items():
            again = set(range(self._committed_offset[tp] or offset - 1, offset)) - self._acked_index[tp]
            self._acked[tp] += again
            self._acked_index[tp] |= again
        return False

    Consumer._commit_offsets = commit_offsets


def read_round_robin() -> None:
    """Return what was fetched of urgent topics before all else, and a few messages of each partition in turn.

    aiokafka returns all that it fetched of one partition before it returns any of the next. With small messages, a
    partition would stand still for minutes.
    """
    fetched_records = fetcher.Fetcher.fetched_records

    async def round_robin(self: fetcher.Fetcher, *arguments: Any, **options: Any) -> Any:
        for tp in list(self._records):
            if not is_urgent(tp.topic):
                self._records.move_to_end(tp)
        found = await fetched_records(self, *arguments, **options)
        for tp in found:
            if tp in self._records:
                self._records.move_to_end(tp)
        return found

    fetcher.Fetcher.fetched_records = round_robin


def never_pause() -> None:
    """Wait for room in a full queue instead of pausing its partition.

    Faust notices only up to a second later that a paused partition may continue, and a stage that needs less for
    what it has buffered would be idle until then. ``FlowControlQueue`` pauses a partition once its queue is longer
    than its size divided by this ratio, which it never is.
    """
    FlowControlQueue.pressure_high_ratio = 0.5


def read_any_header() -> None:
    """Read messages whose header names are not UTF-8.

    aiokafka raises an error for such a message, and then fetches it again without end.
    """
    accept_any_name(_DefaultRecordBatchPy)
    fetcher.MemoryRecords = _Records


class _Records(_MemoryRecordsPy):  # type: ignore[misc]
    """The batches of messages in the answer to a fetch."""

    def __init__(self, content: bytes | None) -> None:
        super().__init__(content or b"")

    def next_batch(self) -> Any:
        batch = self._next_slice
        if batch[self.MAGIC_OFFSET] < 2:
            return super().next_batch()
        self._cache_next()
        return _Batch(bytes(batch))


class _Batch:
    """A batch that aiokafka's fast reader reads, and the slower one what that cannot."""

    def __init__(self, content: bytes) -> None:
        self._content, self._batch = content, DefaultRecordBatch(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except UnicodeDecodeError:
            yield from islice(_DefaultRecordBatchPy(self._content), read, None)
