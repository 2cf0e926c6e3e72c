"""A process of a pool that does what its stories say: die, exit, stall, wait or grow."""

import os
import signal
import sys
import time

from pipeline.annotations import Annotations
from pipeline.story import Story
from pipeline.workers.processes import frames


def answer(parts: list[bytes]) -> None:
    sys.stdout.buffer.write(frames.encode(parts))
    sys.stdout.buffer.flush()


answer([b"ready"])
while (values := frames.read(sys.stdin.buffer)) is not None:
    results, resident = [], 1
    for value in values:
        story = Story.model_validate_json(value)
        match story.body:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                sys.exit(1)
            case "stall":
                time.sleep(60)
            case "wait":
                time.sleep(10)
            case "grow":
                resident = 1 << 40
        results.append(story.annotated(Annotations()).model_dump_json().encode())
    answer([str(resident).encode(), *results])
