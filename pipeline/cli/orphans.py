"""End child processes with their parent, even if the parent was killed."""

import os
import signal
import threading
import time

PARENT = "WIRE_PARENT"
"""The variable that names the parent process."""
_EVERY = 1.0


def is_child() -> bool:
    """Return whether a supervisor started this process."""
    return PARENT in os.environ


def end_with_parent() -> None:
    """Stop this process when its parent is gone."""
    if is_child():
        threading.Thread(target=_watch, args=(int(os.environ[PARENT]),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
