"""Serve as a process of a pool: read values on standard input, write results on standard output.

``pool`` starts it. It imports nothing of Faust. Its first frame says that it is ready. Each further frame answers one
request; its first part is the process's resident bytes. The process exits as soon as its input ends, so it never
outlives its parent.
"""

import os
import sys
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO, NoReturn

import psutil

from pipeline.workers.processes import frames

_NICENESS = 5
"""Lower priority than the event loops, whose heartbeats must not be delayed."""

Work = Callable[[Sequence[bytes]], Sequence[bytes]]


def serve(prepare: Callable[[], Work]) -> NoReturn:
    """Serve with the work that ``prepare`` returns until standard input ends.

    What libraries print goes to standard error.
    """
    os.nice(_NICENESS)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    batches: SimpleQueue[list[bytes]] = SimpleQueue()
    Thread(target=_read, args=(batches,), daemon=True).start()
    work = prepare()
    me = psutil.Process()
    _answer(answers, [b"ready"])
    while True:
        results = work(batches.get())
        _answer(answers, [str(me.memory_info().rss).encode(), *results])


def _read(batches: "SimpleQueue[list[bytes]]") -> None:
    """Read in a thread beside the work, to notice the end of the input during a batch or while loading."""
    try:
        # Not sys.stdin: Python could not close it at exit while a thread reads it.
        with open(0, "rb", closefd=False) as stream:
            while (values := frames.read(stream)) is not None:
                batches.put(values)
    finally:
        os._exit(0)


def _answer(stream: BinaryIO, parts: Sequence[bytes]) -> None:
    stream.write(frames.encode(parts))
    stream.flush()
