"""A server process: started and waited for, stopped, killed, held still."""

import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

_STARTING = 90
_STOPPING = 20


def free_port() -> int:
    """A port that nobody listens on; servers take it again after a restart.

    Below those that the system lends to outgoing connections, one of which might have it by then.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """A command that serves until it is ended, in a process group of its own."""

    def __init__(self, command: Sequence[str], folder: Path, answers: Callable[[], bool]) -> None:
        """``answers`` says whether it can be used; what it prints goes to ``folder/output.log``."""
        self._command = command
        self._folder = folder
        self._answers = answers
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, on the data that are there, and wait until it answers."""
        self.launch()
        self.wait()

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + _STARTING
        while not self._answers():
            assert self._process
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)

    def launch(self) -> None:
        """Start, without waiting."""
        with (self._folder / "output.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it as an operator would."""
        if self._process:
            self.signal(signal.SIGTERM)
            try:
                self._process.wait(_STOPPING)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self.signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def revive(self) -> None:
        """Start it again if it does not run."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; SIGSTOP and SIGCONT hold it still and let it go on."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)

    @property
    def log(self) -> str:
        """The end of what it printed."""
        return (self._folder / "output.log").read_text(errors="replace")[-4_000:]
