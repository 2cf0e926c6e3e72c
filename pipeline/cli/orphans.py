"""Children that end when their parent does, also when it was killed."""

import os
import signal
import threading
import time

PARENT = "WIRE_PARENT"
"""The variable that names the process whose end is a child's too."""
_EVERY = 1.0


def is_child() -> bool:
    """Whether a supervisor started this process."""
    return PARENT in os.environ


def end_with_parent() -> None:
    """Have this process told to stop when the parent that started it is gone."""
    if is_child():
        threading.Thread(target=_watch, args=(int(os.environ[PARENT]),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
