"""Simulate many seeds on all cores, and print each seed that breaks a law.

python -m tests.simulation --seeds 1000000 --first 0
"""

import argparse
import gc
import multiprocessing
import os
import sys
import time

import structlog
from rich.console import Console
from rich.progress import track

from tests.simulation.seeds import simulate

_CHUNK = 100
_CHUNKS_EACH = 8
"""A process ends after so many chunks, with some 700 MB of garbage: collecting it takes a quarter of the time."""


def prepare() -> None:
    """Silence the logs of intended faults, and never collect garbage."""
    gc.freeze()
    gc.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


def chunk(first: int) -> list[tuple[int, list[str]]]:
    """Return the seeds of a chunk that break a law, with the laws."""
    return [(seed, broken) for seed in range(first, first + _CHUNK) if (broken := simulate(seed))]


def main() -> int:
    """Run it. The exit code is 1 if a seed breaks a law."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    options = parser.parse_args()
    console = Console(stderr=True)
    begin = time.monotonic()
    starts = range(options.first, options.first + options.seeds, _CHUNK)
    failed = 0
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), prepare, maxtasksperchild=_CHUNKS_EACH) as pool:
        chunks = pool.imap(chunk, starts)
        for found in track(chunks, "simulating", len(starts), console=console, disable=not console.is_terminal):
            for seed, broken in found:
                failed += 1
                sys.stdout.write(f"seed {seed}: {'; '.join(broken)}\n")
                sys.stdout.flush()
    last = starts[-1] + _CHUNK - 1
    minutes = (time.monotonic() - begin) / 60
    sys.stdout.write(f"seeds {options.first} to {last}: {failed or 'none'} broke a law, {minutes:.1f} min\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
