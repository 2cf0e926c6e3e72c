"""Acknowledging events in the order they came, partition by partition.

Faust commits from the first acknowledged offset on where nothing was committed before
(``Consumer._new_offset``), so that acknowledging out of order after a start could skip events
that are still at work. Here an event is acknowledged when all before it have ended.
"""

import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.envelope import Envelope


class Event(Protocol):
    """A message as it is delivered to this worker."""

    @property
    def envelope(self) -> Envelope:
        """The message."""
        ...

    def acknowledge(self) -> None:
        """Have its offset committed."""
        ...


@dataclass(eq=False)
class PendingEvent:
    """An event that is at work, and when it came (seconds since 1970)."""

    event: Event
    arrived: float = field(default_factory=time.time)
    ended: bool = False

    @property
    def envelope(self) -> Envelope:
        """The message."""
        return self.event.envelope


class OffsetTracker:
    """The events that are at work, in order."""

    def __init__(self) -> None:
        """Start with none."""
        self._pending: dict[tuple[str, int], deque[PendingEvent]] = defaultdict(deque)

    def enter(self, events: Sequence[Event]) -> list[PendingEvent]:
        """Note events as they arrive."""
        entered = [PendingEvent(event) for event in events]
        for pending in entered:
            self._queue(pending).append(pending)
        return entered

    def end(self, entries: Sequence[PendingEvent]) -> None:
        """Mark the entries as ended, and acknowledge all that have ended from the front."""
        for pending in entries:
            pending.ended = True
        for queue in {id(queue): queue for queue in map(self._queue, entries)}.values():
            while queue and queue[0].ended:
                queue.popleft().event.acknowledge()

    def __len__(self) -> int:
        """How many events are at work."""
        return sum(map(len, self._pending.values()))

    def _queue(self, pending: PendingEvent) -> deque[PendingEvent]:
        at = pending.envelope.at
        return self._pending[at.topic, at.partition]
