"""An event loop with simulated time; it never sleeps, and tasks of a dead worker never resume."""

import asyncio
import heapq
from collections import deque
from contextvars import Context, ContextVar, copy_context
from typing import Any


class Mortal:
    """A worker that can die: nothing started in its context continues after that."""

    is_dead = False

    def die(self) -> None:
        """Die immediately."""
        self.is_dead = True


LIVING: ContextVar[Mortal | None] = ContextVar("LIVING", default=None)


class SimulatedLoop(asyncio.AbstractEventLoop):
    """As much of an event loop as asyncio's own primitives need."""

    def __init__(self) -> None:
        self.failures: list[BaseException] = []
        self.steps = 0
        self._now = 0.0
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._number = 0
        self._tasks: list[asyncio.Task] = []

    def run(self, until: asyncio.Future, most: int = 2_000_000) -> None:
        """Run until the future is done. Raises RuntimeError if no events are left before that."""
        asyncio._set_running_loop(self)
        try:
            while not until.done():
                self._advance()
                handle = self._ready.popleft()
                if handle._cancelled:
                    continue
                living = handle._context.get(LIVING)
                if living is None or not living.is_dead:
                    self.steps += 1
                    if self.steps > most:
                        raise AssertionError(f"it does not come to rest within {most:,} steps")
                    handle._run()
        finally:
            asyncio._set_running_loop(None)

    def close(self) -> None:
        """Cancel all tasks, including those of dead workers."""
        asyncio._set_running_loop(self)
        try:
            for task in self._tasks:
                task.cancel()
            while self._ready:
                handle = self._ready.popleft()
                if not handle._cancelled:
                    handle._run()
        finally:
            asyncio._set_running_loop(None)

    def _advance(self) -> None:
        while not self._ready:
            if not self._timers:
                raise AssertionError("nothing is left to happen")
            when, _, timer = heapq.heappop(self._timers)
            self._now = max(self._now, when)
            if not timer._cancelled:
                self._ready.append(timer)

    def begin(self, coroutine: Any, living: Mortal | None = None) -> asyncio.Task:
        """Start a task that dies with ``living``."""
        context = copy_context()
        context.run(LIVING.set, living)
        return self.create_task(coroutine, context=context)

    # What asyncio asks of a loop.
    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Any, *arguments: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, arguments, self, context)
        self._ready.append(handle)
        return handle

    def call_at(self, when: float, callback: Any, *arguments: Any, context: Context | None = None) -> asyncio.Handle:
        timer = asyncio.TimerHandle(when, callback, arguments, self, context)
        self._number += 1
        heapq.heappush(self._timers, (when, self._number, timer))
        return timer

    def call_later(self, delay: float, callback: Any, *arguments: Any, context: Context | None = None) -> Any:
        return self.call_at(self._now + delay, callback, *arguments, context=context)

    def create_future(self) -> asyncio.Future:
        return asyncio.Future(loop=self)

    def create_task(self, coroutine: Any, *, name: str | None = None, context: Context | None = None) -> asyncio.Task:
        task = asyncio.Task(coroutine, loop=self, name=name, context=context)
        self._tasks.append(task)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Ignore tasks that died with their worker, and raise anything else."""
        if "exception" in context:
            self.failures.append(context["exception"])

    def run_in_executor(self, executor: Any, function: Any, *arguments: Any) -> asyncio.Future:
        """Run the function at once: there are no threads. Its result arrives in the next step."""
        future = self.create_future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told where it is awaited
            future.set_exception(error)
        return future

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        pass
