"""Serve as a language process: read stories on standard input, write annotated stories on standard output.

``pool`` starts it. It imports nothing of Faust. Its first frame says that the model is loaded. Each further frame
answers one request; its first part is the process's resident bytes. The process exits as soon as its input ends, so
it never outlives its parent.
"""

import gc
import os
import sys
from collections.abc import Sequence
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO, NoReturn

import psutil

from pipeline.settings import Names
from pipeline.story import Story
from pipeline.workers.language import frames

_NICENESS = 5
"""Lower priority than the event loops, whose heartbeats must not be delayed."""
_COLLECTION = (10_000, 20, 50)
"""Collect garbage after so many new objects instead of 700: a story has thousands, hardly any of them in a cycle."""


def main(name: str, names: Names, longest: int) -> NoReturn:
    """Serve until standard input ends. What libraries print goes to standard error."""
    os.nice(_NICENESS)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    batches: SimpleQueue[list[bytes]] = SimpleQueue()
    Thread(target=_read, args=(batches,), daemon=True).start()
    # spaCy takes seconds to import; the input may end meanwhile.
    from pipeline.annotate import model  # noqa: PLC0415
    from pipeline.annotate.story_annotation import annotate_stories  # noqa: PLC0415

    nlp = model.load(name, names)
    me = psutil.Process()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTION)
    _answer(answers, [b"ready"])
    while True:
        stories = [Story.model_validate_json(value) for value in batches.get()]
        results = [story.model_dump_json().encode() for story in annotate_stories(nlp, stories, longest)]
        resident = str(me.memory_info().rss).encode()
        _answer(answers, [resident, *results])


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


if __name__ == "__main__":
    main(sys.argv[1], "stock" if sys.argv[2] == "stock" else "wire", int(sys.argv[3]))
