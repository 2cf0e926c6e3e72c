"""Do work in a few processes that can be timed, killed and replaced one by one.

``concurrent.futures`` gives up its whole pool when one process dies, and cannot end a process that stalls. This
pool retries a lost batch item by item, so that only the item at fault fails, and replaces the process. See
docs/decisions/language-processes.md.
"""

import asyncio
import os
import shlex
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from pipeline.errors import ConfigurationError, PermanentError
from pipeline.workers.contract import Metrics
from pipeline.workers.processes import frames
from pipeline.workers.processes.priority_pool import PriorityPool

log = structlog.get_logger()

_LOADING = 120
"""Seconds a process may take to start."""
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Limits:
    """How many processes there are, and when each is ended: a batch's seconds, and its own resident bytes.

    ``failure`` is the error of an item that is at fault.
    """

    processes: int
    deadline: float
    max_resident: int
    failure: type[PermanentError]


class _ProcessLost(Exception):
    """The process died or was killed during a batch; the message says how."""


@dataclass(eq=False)
class WorkProcess:
    """One process that is ready. Only one task may use it at a time."""

    process: Process
    deadline: float
    resident: int = 0
    is_answering: bool = False
    """Whether a response was started but not read to its end, so that the rest would be taken for the next one."""

    @classmethod
    async def start(cls, command: Sequence[str], deadline: float) -> "WorkProcess":
        """Start a process and wait until it is ready.

        Raises ConfigurationError if it exits instead; its reason is on standard error.
        """
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            limit=1 << 20,
            env=os.environ | _ONE_THREAD,
        )
        started, is_ready = cls(process, deadline), False
        try:
            async with asyncio.timeout(_LOADING):
                await frames.read_async(started._answers)
        except (asyncio.IncompleteReadError, TimeoutError):
            raise ConfigurationError(f"a process did not start: {shlex.join(command)}") from None
        else:
            is_ready = True
        finally:
            if not is_ready:
                started.end()
                await process.wait()
        return started

    async def run(self, values: Sequence[bytes]) -> list[bytes]:
        """Return the results of the values. Raises _ProcessLost; the process is then gone."""
        self.is_answering = True
        try:
            async with asyncio.timeout(self.deadline):
                assert self.process.stdin
                self.process.stdin.write(frames.encode(values))
                await self.process.stdin.drain()
                resident, *results = await frames.read_async(self._answers)
        except TimeoutError:
            self.end()
            raise _ProcessLost(f"it took longer than {self.deadline:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            code = await self.process.wait()
            raise _ProcessLost(f"its process died ({_died(code)})") from None
        self.resident = int(resident)
        self.is_answering = False
        return results

    def end(self) -> None:
        """Kill the process."""
        if self.process.returncode is None:
            self.process.kill()

    @property
    def _answers(self) -> asyncio.StreamReader:
        assert self.process.stdout
        return self.process.stdout


def _died(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


class ProcessPool:
    """As many processes as the limits say. A lost one is replaced when the next batch needs it."""

    def __init__(self, command: Sequence[str], limits: Limits, metrics: Metrics) -> None:
        """``command`` runs one process that speaks the protocol of ``serving``."""
        self._metrics = metrics
        self._command = command
        self._limits = limits
        self._idle: PriorityPool[WorkProcess | None] = PriorityPool()
        self._all: set[WorkProcess] = set()
        self._stopped = False
        self.restarts = 0
        for _ in range(limits.processes):
            self._idle.put(None)

    async def start(self) -> None:
        """Start the processes, so that the first batch need not wait for them. Raises ConfigurationError."""
        empty = self._idle.take_all()
        for started in await asyncio.gather(*(self._new() for _ in empty)):
            self._idle.put(started)

    async def stop(self) -> None:
        """Kill all processes and cancel whoever waits for them."""
        self._stopped = True
        for process in self._all:
            process.end()
        await asyncio.gather(*(process.process.wait() for process in self._all))

    async def run(self, values: Sequence[bytes], *, urgent: bool = False) -> list[bytes | PermanentError]:
        """Return the results of the values; one that kills or stalls its process twice fails.

        Urgent ones get the next process that is free. Raises ConfigurationError if a process does not start.
        """
        try:
            return list(await self._run(values, urgent))
        except _ProcessLost as lost:
            log.warning("batch_lost", items=len(values), reason=str(lost))
        return [await self._run_singly(value, urgent) for value in values]

    async def _run_singly(self, value: bytes, urgent: bool) -> bytes | PermanentError:
        try:
            return (await self._run([value], urgent))[0]
        except _ProcessLost as lost:
            return self._limits.failure(f"it was tried twice, the last time alone: {lost}")

    async def _run(self, values: Sequence[bytes], urgent: bool) -> list[bytes]:
        process = await self._idle.take(urgent=urgent)
        try:
            process = process or await self._new()
            return await process.run(values)
        except _ProcessLost:
            if self._stopped:
                # The interruption is no item's fault; another worker repeats the batch.
                raise asyncio.CancelledError from None
            raise
        finally:
            self._metrics.progress()
            self._idle.put(self._if_reusable(process))

    def _if_reusable(self, process: WorkProcess | None) -> WorkProcess | None:
        """Return the process, or None if it has ended, was interrupted or has grown too large."""
        if process is None:
            return None
        is_whole = process.process.returncode is None and not process.is_answering
        if is_whole and process.resident <= self._limits.max_resident:
            return process
        process.end()
        if not self._stopped:
            self.restarts += 1
            self._metrics.process_replaced()
            log.info("process_replaced", resident=process.resident, restarts=self.restarts)
        return None

    async def _new(self) -> WorkProcess:
        if self._stopped:
            raise asyncio.CancelledError
        process = await WorkProcess.start(self._command, self._limits.deadline)
        self._all = {each for each in self._all if each.process.returncode is None} | {process}
        return process
