"""Detect a stalled worker: one whose offsets do not advance although it has work and waits for no server.

Faust workers have stayed up without consuming after a broker restart (faust-streaming 523, 594, 175), and have hung
in a rebalance. A thread beside the event loop checks the broker, not the worker. A stalled worker exits with
EXIT_STUCK, and its supervisor restarts it.
"""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

import structlog

from pipeline.errors import PipelineError
from pipeline.kafka.lag import lag
from pipeline.settings import Kafka
from pipeline.topics import Stage, is_urgent
from pipeline.workers.runtime.metrics import WorkerMetrics

log = structlog.get_logger()

Partition = tuple[str, int]
"""A topic and the number of one of its partitions."""
EXIT_STALLED = 4
"""The exit code of a stalled worker."""
EVERY = 10.0
"""Seconds between two checks."""
_ONE_PARTITION = 10
"""How many times longer a single partition may stand still; large stories of others may be before it.

Time in which urgent messages wait does not count for a routine partition, since they go first.
"""


@dataclass
class StallDetector:
    """Decide from successive checks whether the worker is stalled. Times are seconds of any monotonic clock."""

    patience: float
    _checked: float = 0.0
    _steps: int = -1
    _since: float = 0.0
    _first: dict[Partition, tuple[int, float]] = field(default_factory=dict)

    def check(
        self, now: float, waiting: dict[Partition, int], assigned: Collection[Partition], steps: int
    ) -> str | None:
        """Return why the worker is stalled, or None if it is alive.

        ``waiting`` is the first unprocessed message of each partition that has one, ``assigned`` the partitions of
        this worker, ``steps`` its progress count. A worker that has no partition while others stand still was left
        out of a rebalance.
        """
        concerned = {each: offset for each, offset in waiting.items() if each in assigned or not assigned}
        moved = {each for each, offset in concerned.items() if self._first.get(each, (-1, 0))[0] != offset}
        if moved or not concerned or steps != self._steps:
            self._since = now
        self._steps = steps
        standing = self._standing(now, concerned)
        self._first = {each: (offset, now if each in moved else standing[each]) for each, offset in concerned.items()}
        self._checked = now
        if concerned and now - self._since > self.patience:
            return f"nothing was done for {now - self._since:.0f} s, with messages waiting on {_named(concerned)}"
        for each, (offset, since) in self._first.items():
            if assigned and now - since > self.patience * _ONE_PARTITION:
                return f"{_named([each])} has stood at {offset} for {now - since:.0f} s"
        return None

    def _standing(self, now: float, waiting: Iterable[Partition]) -> dict[Partition, float]:
        """Return since when the partitions of the last check could have advanced."""
        held_up = now - self._checked if any(is_urgent(topic) for topic, _ in waiting) else 0.0
        return {each: since if is_urgent(each[0]) else since + held_up for each, (_, since) in self._first.items()}

    def reset(self, now: float) -> None:
        """Forget earlier checks; the broker could not be reached."""
        self._checked, self._since, self._first = now, now, {}


def _named(partitions: Iterable[Partition]) -> str:
    return ", ".join(f"{topic}/{number}" for topic, number in sorted(partitions))


class StallWatch:
    """Watch one worker from a thread."""

    def __init__(
        self,
        stage: Stage,
        kafka: Kafka,
        metrics: WorkerMetrics,
        assigned: Callable[[], Collection[Partition]],
        patience: float,
    ) -> None:
        """Take ``assigned``, which returns the partitions that the worker has now."""
        self._stage, self._kafka, self._metrics, self._assigned = stage, kafka, metrics, assigned
        self._detector = StallDetector(patience)

    def start(self) -> None:
        """Watch until the process ends."""
        self._detector.reset(time.monotonic())
        threading.Thread(target=self._watch, daemon=True, name="stall-watch").start()

    def _watch(self) -> None:
        while True:
            time.sleep(EVERY)
            if why := self.check_once():
                log.error("worker_stalled", stage=self._stage.name, reason=why)
                os._exit(EXIT_STALLED)

    def check_once(self) -> str | None:
        """Check once. Return why the worker is stalled, or None if it is alive or the broker is unreachable."""
        try:
            found = lag(self._kafka, self._stage)
            assigned = self._assigned()
        except PipelineError as error:
            self._metrics.waiting = str(error)
            self._detector.reset(time.monotonic())
            return None
        except Exception:  # this thread must outlive any error
            log.exception("stall_check_failed", stage=self._stage.name)
            self._detector.reset(time.monotonic())
            return None
        self._metrics.standing(found.messages, len(assigned))
        waiting = {(at.topic, at.partition): at.offset for at in found.first}
        if not waiting:
            self._metrics.waiting = None
        return self._detector.check(time.monotonic(), waiting, assigned, self._metrics.steps)
