"""Collect a worker's metrics for Prometheus, for ``wire-metrics-*`` and for stall detection."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from pipeline.errors import PermanentError

_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200)
_RECENT = 1_000
"""How many recent stories the percentiles are computed from."""


class WorkerMetrics:
    """The metrics of one worker. ``steps`` grows with any progress, and with any wait that has a known reason."""

    def __init__(self, stage: str) -> None:
        """All names start with ``wire_``; each has the label ``stage``."""
        self.stage = stage
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.steps = 0
        self.waiting: str | None = None
        self.assigned = False
        self.messages: int | None = None
        self._since = time.monotonic()
        self._recent: deque[tuple[float, float]] = deque(maxlen=_RECENT)
        self._recorded: dict[str, float] = {}
        self.done = self._counter("stage_events", "Events that ended, by outcome.", "outcome")
        self.dead = self._counter(
            "stage_dead_letters", "Events that were written to the dead-letter queue, by error.", "error"
        )
        self.waits = self._counter("server_unavailable", "Attempts that found a server unavailable.", "server")
        self.restarts = self._counter("language_restarts", "Language processes that were replaced.")
        self.rebalances = self._counter("rebalances", "Rebalances of the consumer group.")
        self.lag = Gauge(
            "wire_consumer_lag_messages",
            "Messages that the whole stage has not processed.",
            ["stage"],
            registry=self.registry,
        )
        self.partitions = Gauge(
            "wire_assigned_partitions", "Partitions assigned to this worker.", ["stage"], registry=self.registry
        )
        self.seconds = self._histogram(
            "stage_duration_seconds", "Time from an event's arrival at this stage to its acknowledgement.", _SECONDS
        )
        self.age = self._histogram(
            "story_latency_seconds", "Time from an item's ingestion to the end of this stage.", _SECONDS
        )
        self.batches = self._histogram("batch_events", "Events in one batch.", _SIZES)
        # Create the series that alert rules use at 0, so that they exist from the start.
        for server in ("kafka", "elasticsearch"):
            self.waits.labels(stage, server)
        self.restarts.labels(stage)
        self.rebalances.labels(stage)
        for error in PermanentError.__subclasses__():
            self.dead.labels(stage, error.__name__)

    def _counter(self, name: str, description: str, *labels: str) -> Counter:
        return Counter(f"wire_{name}", description, ["stage", *labels], registry=self.registry)

    def _histogram(self, name: str, description: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"wire_{name}", description, ["stage"], buckets=buckets, registry=self.registry)

    def progress(self) -> None:
        """Record progress although no event has ended yet."""
        self.steps += 1

    def batch(self, size: int) -> None:
        """Record a new batch."""
        self.batches.labels(self.stage).observe(size)

    def event_ended(self, outcome: str, arrived: float, received: float | None) -> None:
        """Record the end of an event: when it ``arrived`` at this stage and was ``received`` by us (seconds since
        1970).
        """
        now = time.time()
        self.steps += 1
        self.waiting = None
        self.done.labels(self.stage, outcome).inc()
        self.seconds.labels(self.stage).observe(max(0.0, now - arrived))
        if received is not None:
            self.age.labels(self.stage).observe(max(0.0, now - received))
            self._recent.append((time.monotonic(), max(0.0, now - received)))

    def standing(self, messages: int, partitions: int) -> None:
        """Record the stage's lag as the broker knows it, and how many partitions this worker has."""
        self.messages = messages
        self.lag.labels(self.stage).set(messages)
        self.partitions.labels(self.stage).set(partitions)

    def dead_letter(self, error: str) -> None:
        """Record a dead letter."""
        self.dead.labels(self.stage, error).inc()

    def server_unavailable(self, server: str, why: str) -> None:
        """Record that a server was unavailable, which explains a lack of progress."""
        self.steps += 1
        self.waiting = why
        self.waits.labels(self.stage, server).inc()

    def process_replaced(self) -> None:
        """Record the replacement of a process of its pool."""
        self.restarts.labels(self.stage).inc()

    def documents(self) -> list[dict[str, Any]]:
        """Return the metrics as a document for ``wire-metrics-*``.

        It has sums since the start, and their ``increase`` since the last document that was recorded.
        """
        now = time.monotonic()
        sums = {
            "events": self._sum("wire_stage_events_total"),
            "dead_letters": self._sum("wire_stage_dead_letters_total"),
            "waits": self._sum("wire_server_unavailable_total"),
            "language_restarts": self._sum("wire_language_restarts_total"),
            "rebalances": self._sum("wire_rebalances_total"),
        }
        passed = now - self._since
        increase = {name: number - self._recorded.get(name, 0) for name, number in sums.items()}
        # A copy, because the event loop goes on appending while this thread reads.
        times = sorted(seconds for when, seconds in tuple(self._recent) if when >= self._since)
        batches, events = self._sum("wire_batch_events_count"), self._sum("wire_batch_events_sum")
        document = {
            "stage": self.stage,
            **sums,
            "increase": increase,
            "events_per_second": increase["events"] / passed,
            **({"lag": self.messages} if self.messages is not None else {}),
            "partitions": self._sum("wire_assigned_partitions"),
            "batch_events": events / batches if batches else 0.0,
            "resident_bytes": psutil.Process().memory_info().rss,
            **({"story_seconds": _percentiles(times)} if times else {}),
            **({"waiting": self.waiting} if self.waiting else {}),
        }
        return [document]

    def recorded(self, documents: Sequence[dict[str, Any]]) -> None:
        """Take note that the document was written: the next one counts from there."""
        (document,) = documents
        self._since = time.monotonic()
        self._recorded = {name: document[name] for name in document["increase"]}

    def _sum(self, name: str) -> float:
        samples = (sample for family in self.registry.collect() for sample in family.samples)
        return sum(sample.value for sample in samples if sample.name == name)


def _percentiles(times: list[float]) -> dict[str, float]:
    return {f"p{part}": times[min(len(times) - 1, len(times) * part // 100)] for part in (50, 95, 99)}
