"""A Faust stream in batches, bounded in number and bytes, without waiting for full ones.

``Stream.noack_take`` bounds only the number, and holds back a lone event for its whole interval.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

from faust.types import EventT, StreamT


class Limits(NamedTuple):
    """A batch is done at so many events or bytes, or ``linger`` seconds after its first event."""

    events: int
    size: int
    linger: float = 0.02


async def batches(stream: StreamT, limits: Limits) -> AsyncIterator[list[EventT]]:
    """The stream's events; acknowledging them is left to the reader."""
    arrived: asyncio.Queue[EventT] = asyncio.Queue(limits.events)
    pump = asyncio.create_task(_pump(stream, arrived))
    try:
        while True:
            first = await _next(arrived, pump)
            batch, size = [first], len(first.message.value or b"")
            done_at = asyncio.get_running_loop().time() + limits.linger
            while len(batch) < limits.events and size < limits.size:
                try:
                    async with asyncio.timeout_at(done_at):
                        event = await arrived.get()
                except TimeoutError:
                    break
                batch.append(event)
                size += len(event.message.value or b"")
            yield batch
    finally:
        pump.cancel()


async def _pump(stream: StreamT, arrived: asyncio.Queue[EventT]) -> None:
    async for event in stream.noack().events():
        await arrived.put(event)


async def _next(arrived: asyncio.Queue[EventT], pump: "asyncio.Task[None]") -> EventT:
    """The next event; what ends the pump ends the reader too."""
    if not arrived.empty():
        return arrived.get_nowait()
    getting = asyncio.create_task(arrived.get())
    try:
        await asyncio.wait((getting, pump), return_when=asyncio.FIRST_COMPLETED)
        if not getting.done():
            pump.result()
            raise asyncio.CancelledError
        return getting.result()
    finally:
        getting.cancel()
