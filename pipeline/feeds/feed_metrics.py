"""Export the metrics of all live feeds, to Prometheus and as documents."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline.feeds.feed_report import Report, reports
from pipeline.feeds.feed_state import FeedState
from pipeline.settings import LiveFeed


class FeedMetrics(Collector):
    """The metrics of all feeds, read at each scrape."""

    def __init__(self, configured: Sequence[LiveFeed], feed_state: FeedState) -> None:
        """``feed_state`` must stay open while this is in use."""
        self._configured = configured
        self._feed_state = feed_state

    def collect(self) -> Iterator[Metric]:
        """Yield one metric family per value, with the feed's name as label."""
        found = list(reports(self._configured, self._feed_state))
        items = CounterMetricFamily("wire_feed_items", "Items received.", labels=["feed"])
        for report in found:
            items.add_metric([report.name], report.freshness.items)
        yield items
        for name, description, value in (
            ("last_item_timestamp_seconds", "When the last item was received.", lambda r: r.freshness.last),
            ("pace_seconds", "Usual time between two arrivals.", lambda r: r.freshness.pace),
            (
                "searchable_seconds",
                "Usual time from an item's arrival until it is searchable.",
                lambda r: r.freshness.searchable,
            ),
            ("silent", "1 if the feed has been silent for too long.", lambda r: float(r.silent)),
            ("failures", "Consecutive polls that failed.", lambda r: r.failures),
        ):
            family = GaugeMetricFamily(f"wire_feed_{name}", description, labels=["feed"])
            for report in found:
                if (number := value(report)) is not None:
                    family.add_metric([report.name], number)
            yield family


class FeedRecords:
    """The documents of feeds for ``wire-metrics-*``: of the feeds that this process takes from."""

    def __init__(
        self, configured: Sequence[LiveFeed], feed_state: FeedState, names: Callable[[], Collection[str]]
    ) -> None:
        """``names`` returns the feeds in question; ``feed_state`` must stay open while this is in use."""
        self._configured, self._feed_state, self._names = configured, feed_state, names
        self._recorded = {each.name: each.freshness.items for each in self._reports()}

    def documents(self) -> list[dict[str, Any]]:
        """Return a document for each feed; ``increase`` is what arrived since the last that was recorded."""
        return [self._document(each) for each in self._reports()]

    def recorded(self, documents: Sequence[dict[str, Any]]) -> None:
        """Take note that these were written: an increase counts from there."""
        self._recorded |= {each["feed"]: each["items"] for each in documents}

    def _reports(self) -> list[Report]:
        names = self._names()
        return [each for each in reports(self._configured, self._feed_state) if each.name in names]

    def _document(self, report: Report) -> dict[str, Any]:
        fresh = report.freshness
        seconds = {
            "silence": max(0.0, time.time() - fresh.last) if fresh.last else None,
            "pace": fresh.pace,
            "searchable": fresh.searchable,
        }
        return {
            "stage": "feeds",
            "feed": report.name,
            "items": fresh.items,
            "increase": {"items": fresh.items - self._recorded.get(report.name, 0)},
            "failures": report.failures,
            "silent": report.silent,
            **{name: value for name, value in seconds.items() if value is not None},
        }
