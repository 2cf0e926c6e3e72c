"""Acknowledge events in order, partition by partition.

Where no offset is committed yet, Faust starts committing at the first acknowledged one (``Consumer._new_offset``).
Acknowledging out of order after a start could therefore skip unfinished events. This module acknowledges an event
only after all events before it have ended.
"""

import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.envelope import Envelope


class Event(Protocol):
    """A message as Faust delivers it to this worker."""

    @property
    def envelope(self) -> Envelope:
        """The message."""
        ...

    def acknowledge(self) -> None:
        """Let its offset be committed."""
        ...


@dataclass(eq=False)
class PendingEvent:
    """An event in progress, and when it arrived (seconds since 1970)."""

    event: Event
    arrived: float = field(default_factory=time.time)
    ended: bool = False

    @property
    def envelope(self) -> Envelope:
        """The message."""
        return self.event.envelope


class OffsetTracker:
    """The events in progress, in order."""

    def __init__(self) -> None:
        """Start without any event."""
        self._pending: dict[tuple[str, int], deque[PendingEvent]] = defaultdict(deque)

    def enter(self, events: Sequence[Event]) -> list[PendingEvent]:
        """Add events as they arrive."""
        entered = [PendingEvent(event) for event in events]
        for pending in entered:
            self._queue(pending).append(pending)
        return entered

    def end(self, entries: Sequence[PendingEvent]) -> None:
        """Mark the events as ended, and acknowledge all that have ended from the front of each partition."""
        for pending in entries:
            pending.ended = True
        for queue in {id(queue): queue for queue in map(self._queue, entries)}.values():
            while queue and queue[0].ended:
                queue.popleft().event.acknowledge()

    def __len__(self) -> int:
        """Return how many events are in progress."""
        return sum(map(len, self._pending.values()))

    def _queue(self, pending: PendingEvent) -> deque[PendingEvent]:
        at = pending.envelope.at
        return self._pending[at.topic, at.partition]
