"""Hand out a few things to many tasks: to the urgent ones first, then in the order in which they asked."""

import asyncio
import heapq
from collections import deque
from itertools import count
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class PriorityPool(Generic[Thing]):
    """Like a queue of things, with a second queue for those who wait for one."""

    def __init__(self) -> None:
        """Start with nothing to hand out."""
        self._free: deque[Thing] = deque()
        self._waiting: list[tuple[bool, int, asyncio.Future[Thing]]] = []
        self._number = count()

    def take_all(self) -> list[Thing]:
        """Take everything that is free."""
        taken = [*self._free]
        self._free.clear()
        return taken

    def put(self, thing: Thing) -> None:
        """Hand a thing to whoever is next, or keep it until somebody asks."""
        while self._waiting:
            *_, waiter = heapq.heappop(self._waiting)
            if not waiter.done():
                waiter.set_result(thing)
                return
        self._free.append(thing)

    async def take(self, *, urgent: bool = False) -> Thing:
        """Wait for a thing; whoever takes it puts it back."""
        if self._free:
            return self._free.popleft()
        waiter: asyncio.Future[Thing] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (not urgent, next(self._number), waiter))
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                # It came together with the cancellation.
                self.put(waiter.result())
            raise
