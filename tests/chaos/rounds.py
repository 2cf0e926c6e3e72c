"""Run the rounds undisturbed, then run them with faults, and compare the state after each round."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from tests.chaos import corpus
from tests.chaos.faults import FAULTS
from tests.chaos.system import System, differences, running


@dataclass(frozen=True)
class Round:
    """The faults of a round, the seconds it took to settle, and the differences found afterwards."""

    number: int
    faults: tuple[str, ...]
    settled: float
    stories: int
    wrong: list[str]


def undisturbed(system: System, seed: int, count: int) -> list[dict[str, Any]]:
    """Return the state after each round of a fresh system without faults."""
    states = []
    for items in islice(corpus.rounds(seed), count):
        system.feed(items)
        system.settle()
        states.append(system.state())
    return states


def disturbed(folder: Path, seed: int, expected: list[dict[str, Any]]) -> Iterator[Round]:
    """Run each round with faults and compare its state."""
    with running(folder) as system:
        for number, (items, state) in enumerate(zip(corpus.rounds(seed), expected, strict=False), 1):
            random = Random(seed * 1_000 + number)
            chosen = random.sample(FAULTS, 2)
            _break(system, items, chosen, random)
            system.heal()
            settled = system.settle()
            found = system.state()
            names = tuple(fault.__name__ for fault in chosen)
            yield Round(number, names, settled, len(found["stories"]), differences(found, state))


def _break(system: System, items: list[bytes], chosen: list[Any], random: Random) -> None:
    """Feed the items while both faults happen, one after the other or at the same time."""
    failures: list[Exception] = []

    def recording(act: Any, *arguments: Any) -> None:
        try:
            act(*arguments)
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            failures.append(error)

    seeds = [random.random() for _ in chosen]
    threads = [threading.Thread(target=recording, args=(system.feed, items))]
    threads += [
        threading.Thread(target=recording, args=(fault, system, Random(seed)))
        for fault, seed in zip(chosen, seeds, strict=True)
    ]
    for thread in threads:
        thread.start()
        time.sleep(random.uniform(0.2, 2.5))
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
