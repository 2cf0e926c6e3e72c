"""Report the state of all live feeds and senders of pushes."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.feeds.feed_state import FeedState
from pipeline.feeds.freshness import Freshness
from pipeline.settings import LiveFeed


@dataclass(frozen=True)
class Report:
    """One feed: its freshness, whether it has fallen silent, and why its last polls failed."""

    name: str
    freshness: Freshness
    silent: bool
    failures: int
    error: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON; durations in seconds, unknown values left out."""
        fresh = self.freshness
        known = {
            "last": datetime.fromtimestamp(fresh.last, UTC).isoformat() if fresh.last else None,
            "pace": fresh.pace and round(fresh.pace, 1),
            "searchable": fresh.searchable and round(fresh.searchable, 1),
            "failures": self.failures or None,
            "error": self.error,
        }
        fields = {name: value for name, value in known.items() if value is not None}
        return {"name": self.name, "silent": self.silent, "items": fresh.items} | fields


def reports(configured: Sequence[LiveFeed], feed_state: FeedState) -> Iterator[Report]:
    """Yield the configured feeds first, then the others that sent something."""
    feeds = {feed.name: feed for feed in configured}
    now = time.time()
    for name in dict.fromkeys([*feeds, *feed_state.names()]):
        fresh, state = feed_state.freshness(name), feed_state.last_poll(name)
        allowed = feeds[name].silent_after if name in feeds else None
        yield Report(name, fresh, fresh.is_silent(now, allowed), state.failures, state.error)
