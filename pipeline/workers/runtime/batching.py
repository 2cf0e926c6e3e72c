"""Group events into batches bounded in number and bytes, without waiting for a batch to fill.

Faust's ``Stream.noack_take`` bounds only the number, and delays a single event for its whole interval.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from pipeline.topics import Limits
from pipeline.workers.runtime.offsets import Event


async def batches(streams: Sequence[AsyncIterator[Event]], limits: Limits) -> AsyncIterator[list[Event]]:
    """Yield the events of each stream in batches, in order, until all end.

    A batch holds events of one stream: of the first that has any. It is made when it is asked for. Only the last
    stream's batches linger; those before it are urgent.
    """
    arrivals = [_Arrivals(stream, limits.events) for stream in streams]
    try:
        while (arrived := await _first(arrivals)) is not None:
            linger = limits.linger if arrived is arrivals[-1] else 0.0
            yield await _batch(arrived, limits._replace(linger=linger))
    finally:
        for each in arrivals:
            each.pump.cancel()


class _Arrivals:
    """The events of a stream that have arrived."""

    def __init__(self, events: AsyncIterator[Event], most: int) -> None:
        self.queue: asyncio.Queue[Event] = asyncio.Queue(most)
        self.pump = asyncio.create_task(self._pump(events))
        self._is_waiting = asyncio.Event()

    async def _pump(self, events: AsyncIterator[Event]) -> None:
        async for event in events:
            await self.queue.put(event)
            self._is_waiting.set()

    async def any(self) -> None:
        """Wait for an event."""
        while self.queue.empty():
            self._is_waiting.clear()
            await self._is_waiting.wait()


async def _first(arrivals: Sequence[_Arrivals]) -> _Arrivals | None:
    """Return the first that has an event, once one has; None if all have ended. Raises what made a pump fail."""
    while True:
        for each in arrivals:
            if not each.queue.empty():
                return each
        pumps = [each.pump for each in arrivals if not each.pump.done()]
        for each in arrivals:
            if each.pump.done():
                each.pump.result()
        if not pumps:
            return None
        waiting = [asyncio.create_task(each.any()) for each in arrivals]
        try:
            await asyncio.wait((*waiting, *pumps), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()


async def _batch(arrived: _Arrivals, limits: Limits) -> list[Event]:
    batch = [await arrived.queue.get()]
    size = len(batch[0].envelope.payload)
    done_at = asyncio.get_running_loop().time() + limits.linger
    while len(batch) < limits.events and size < limits.size:
        try:
            async with asyncio.timeout_at(done_at):
                event = await arrived.queue.get()
        except TimeoutError:
            break
        batch.append(event)
        size += len(event.envelope.payload)
    return batch
