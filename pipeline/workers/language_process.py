"""A language process: stories in on standard input, annotated stories out on standard output.

Started by ``language_pool``; imports nothing of Faust. The first frame it writes says that the
model is loaded; each frame after that answers one it was sent, its first part the process's
resident bytes. It ends when its input ends, so it never outlives its parent.
"""

import gc
import os
import sys
from collections.abc import Sequence
from typing import BinaryIO

import psutil

from pipeline.annotate import model
from pipeline.annotate.stories import annotated
from pipeline.settings import Names
from pipeline.story import Story
from pipeline.workers import frames

_NICENESS = 5
"""Below the event loops, whose heartbeats must not wait for us."""


def main(name: str, names: Names, longest: int) -> None:
    """Serve until standard input ends. What libraries print goes to standard error."""
    os.nice(_NICENESS)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    nlp = model.load(name, names)
    me = psutil.Process()
    gc.collect()
    gc.freeze()
    _answer(answers, [b"ready"])
    while (values := frames.read(sys.stdin.buffer)) is not None:
        stories = [Story.model_validate_json(value) for value in values]
        results = [story.model_dump_json().encode() for story in annotated(nlp, stories, longest)]
        resident = str(me.memory_info().rss).encode()
        _answer(answers, [resident, *results])


def _answer(stream: BinaryIO, parts: Sequence[bytes]) -> None:
    stream.write(frames.packed(parts))
    stream.flush()


if __name__ == "__main__":
    main(sys.argv[1], "stock" if sys.argv[2] == "stock" else "wire", int(sys.argv[3]))
