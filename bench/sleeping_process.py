"""A language process that sleeps instead of reading, and annotates nothing. See ``bench.scaling``."""

import os
import sys
import time
from typing import NoReturn

import psutil

from pipeline.annotations import Annotations
from pipeline.story import Story
from pipeline.workers.processes import frames

SECONDS = "BENCH_SECONDS"
"""The variable that says how long it sleeps for each story."""


def main() -> NoReturn:
    """Serve until standard input ends."""
    pause = float(os.environ[SECONDS])
    me = psutil.Process()
    _answer([b"ready"])
    while (values := frames.read(sys.stdin.buffer)) is not None:
        time.sleep(pause * len(values))
        stories = [Story.model_validate_json(value).annotated(Annotations()) for value in values]
        _answer([str(me.memory_info().rss).encode(), *(story.model_dump_json().encode() for story in stories)])
    sys.exit()


def _answer(parts: list[bytes]) -> None:
    sys.stdout.buffer.write(frames.encode(parts))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
