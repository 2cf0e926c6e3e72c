"""Alive is a worker whose offsets advance, or that has nothing to do, or that waits for a server.

Faust workers have stayed up without consuming after a broker restart (faust-streaming 523, 594,
175), and hung in a rebalance. A thread beside the loop looks at the broker, not at the worker; a
worker that is stuck ends with EXIT_STUCK, and whoever supervises it starts it again.
"""

import os
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import structlog

from pipeline.broker.lag import lag
from pipeline.errors import PipelineError
from pipeline.settings import Kafka
from pipeline.topics import Stage
from pipeline.workers.figures import Figures

log = structlog.get_logger()

EXIT_STUCK = 4
"""The exit code of a worker that was stuck."""
EVERY = 10.0
"""Seconds between two looks at the broker."""
_ONE_PARTITION = 10
"""A single partition may stand still so many times longer: large stories of others may be before it."""


@dataclass
class Vigil:
    """Judges from one look to the next; times are in seconds of any clock that never goes back."""

    patience: float
    _pulse: int = -1
    _since: float = 0.0
    _first: dict[int, tuple[int, float]] = field(default_factory=dict)

    def look(self, now: float, waiting: dict[int, int], ours: Collection[int], pulse: int) -> str | None:
        """Why the worker is stuck, None where it is alive.

        ``waiting`` is the first message not done of each partition that has some, ``ours`` the
        partitions this worker has, ``pulse`` what it counts as done. Who has none, while others
        stand still, was left out of a rebalance.
        """
        concerned = {number: offset for number, offset in waiting.items() if number in ours or not ours}
        moved = {number for number, offset in concerned.items() if self._first.get(number, (-1, 0))[0] != offset}
        if moved or not concerned or pulse != self._pulse:
            self._since = now
        self._pulse = pulse
        self._first = {
            number: (offset, now) if number in moved else self._first[number] for number, offset in concerned.items()
        }
        if concerned and now - self._since > self.patience:
            return f"nothing was done for {now - self._since:.0f} s, with messages waiting on {sorted(concerned)}"
        for number, (offset, since) in self._first.items():
            if ours and now - since > self.patience * _ONE_PARTITION:
                return f"partition {number} has stood at {offset} for {now - since:.0f} s"
        return None

    def excuse(self, now: float) -> None:
        """Start anew: the broker itself could not be asked."""
        self._since, self._first = now, {}


class Liveness:
    """The vigil over one worker, in a thread."""

    def __init__(
        self, stage: Stage, kafka: Kafka, figures: Figures, ours: Callable[[], Collection[int]], patience: float
    ) -> None:
        """``ours`` tells the partitions the worker has now."""
        self._stage, self._kafka, self._figures, self._ours = stage, kafka, figures, ours
        self._vigil = Vigil(patience)

    def start(self) -> None:
        """Watch until the process ends."""
        self._vigil.excuse(time.monotonic())
        threading.Thread(target=self._watch, daemon=True, name="liveness").start()

    def _watch(self) -> None:
        while True:
            time.sleep(EVERY)
            if why := self._look():
                log.error("worker is stuck and ends, to be started again", stage=self._stage.name, why=why)
                os._exit(EXIT_STUCK)

    def _look(self) -> str | None:
        try:
            found = lag(self._kafka, self._stage)
        except PipelineError as error:
            self._figures.waiting = str(error)
            self._vigil.excuse(time.monotonic())
            return None
        ours = self._ours()
        self._figures.lag.labels(self._stage.name).set(found.messages)
        self._figures.partitions.labels(self._stage.name).set(len(ours))
        waiting = {at.partition: at.offset for at in found.first}
        if not waiting:
            self._figures.waiting = None
        return self._vigil.look(time.monotonic(), waiting, ours, self._figures.pulse)
