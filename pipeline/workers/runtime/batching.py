"""Group events into batches bounded in number and bytes, without waiting for a batch to fill.

Faust's ``Stream.noack_take`` bounds only the number, and delays a single event for its whole interval.
"""

import asyncio
from collections.abc import AsyncIterator

from pipeline.topics import Limits
from pipeline.workers.runtime.offsets import Event


async def batches(events: AsyncIterator[Event], limits: Limits) -> AsyncIterator[list[Event]]:
    """Yield the events in batches, in order, until they end."""
    arrived: asyncio.Queue[Event] = asyncio.Queue(limits.events)
    pump = asyncio.create_task(_pump(events, arrived))
    try:
        while (first := await _next(arrived, pump)) is not None:
            batch, size = [first], len(first.envelope.payload)
            done_at = asyncio.get_running_loop().time() + limits.linger
            while len(batch) < limits.events and size < limits.size:
                try:
                    async with asyncio.timeout_at(done_at):
                        event = await arrived.get()
                except TimeoutError:
                    break
                batch.append(event)
                size += len(event.envelope.payload)
            yield batch
    finally:
        pump.cancel()


async def _pump(events: AsyncIterator[Event], arrived: asyncio.Queue[Event]) -> None:
    async for event in events:
        await arrived.put(event)


async def _next(arrived: asyncio.Queue[Event], pump: "asyncio.Task[None]") -> Event | None:
    """Return the next event, or None at the end. Raises what made the pump fail."""
    if not arrived.empty():
        return arrived.get_nowait()
    getting = asyncio.create_task(arrived.get())
    try:
        await asyncio.wait((getting, pump), return_when=asyncio.FIRST_COMPLETED)
        if getting.done():
            return getting.result()
        pump.result()
        return None
    finally:
        getting.cancel()
