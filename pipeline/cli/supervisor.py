"""Keep child processes running, and end them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import structlog

log = structlog.get_logger()

STOPPING = 12.0
"""Seconds that children may take to stop; a little longer than a worker's own limit."""
_STABLE_AFTER = 30.0
"""A child that ran this many seconds restarts at once; one that keeps dying, with back-off."""
_MOST_PAUSE = 30.0
_TICK = 0.2


@dataclass
class Child:
    """One ``wire`` command that runs until it is told to stop."""

    name: str
    arguments: Sequence[str]
    logs: Path | None = None
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0

    def start(self, environment: dict[str, str]) -> None:
        """Start it in a session of its own, so that Ctrl-C on a terminal only reaches the parent."""
        command = [sys.executable, "-m", "pipeline", *self.arguments]
        errors = self.logs.open("ab") if self.logs else None
        self.process = subprocess.Popen(  # noqa: S603 - this very program
            command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=environment, start_new_session=True
        )
        self.started = time.monotonic()
        if errors:
            errors.close()


@dataclass
class Supervisor:
    """Start children, restart them when they die, and end them."""

    children: list[Child]
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    stopping: Event = field(default_factory=Event)

    def start(self) -> None:
        """Start all children. SIGTERM and SIGINT will end ``watch``."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        for child in self.children:
            child.start(self.environment)

    def watch(self, every: Callable[[], None] = lambda: None) -> None:
        """Keep the children running, including added ones, until told to stop.

        ``every`` is called repeatedly and may raise.
        """
        while not self.stopping.wait(_TICK):
            for child in self.children:
                self._restart_ended(child)
            every()

    def stop(self) -> None:
        """End the children with SIGTERM, then with SIGKILL."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOPPING
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                # The whole session, to include a worker's language processes.
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _restart_ended(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.again_at:
                child.start(self.environment)
        elif (code := child.process.poll()) is not None:
            steady = time.monotonic() - child.started > _STABLE_AFTER
            child.failures = 0 if steady else child.failures + 1
            pause = min(_MOST_PAUSE, 0.5 * 2**child.failures) if child.failures > 1 else 0.0
            child.again_at = time.monotonic() + pause
            child.process = None
            log.warning("child_restarting", child=child.name, code=code, pause=pause)
