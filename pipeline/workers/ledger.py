"""Acknowledging Faust's events in the order they came, partition by partition.

Faust commits from the first acknowledged offset on where nothing was committed before
(``Consumer._new_offset``), so that acknowledging out of order after a start could skip events
that are still at work. Here an event is acknowledged when all before it are settled.
"""

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from faust.types import TP, EventT


@dataclass
class Entry:
    """An event, when it came (seconds since 1970), and whether its outcome is safe."""

    event: EventT
    arrived: float = field(default_factory=time.time)
    settled: bool = False


class Ledger:
    """The events that are at work, in order."""

    def __init__(self) -> None:
        """Start with none."""
        self._open: dict[TP, deque[Entry]] = defaultdict(deque)

    def enter(self, event: EventT) -> Entry:
        """Note an event as it arrives."""
        entry = Entry(event)
        self._open[event.message.tp].append(entry)
        return entry

    def settle(self, entries: list[Entry]) -> None:
        """Mark the entries, and acknowledge whatever is now settled from the front."""
        for entry in entries:
            entry.settled = True
        for tp in {entry.event.message.tp for entry in entries}:
            waiting = self._open[tp]
            while waiting and waiting[0].settled:
                waiting.popleft().event.ack()

    def __len__(self) -> int:
        """How many events are at work."""
        return sum(map(len, self._open.values()))
