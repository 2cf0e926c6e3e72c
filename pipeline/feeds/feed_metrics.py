"""The figures of all live feeds, as Prometheus reads them."""

from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline.feeds.feed_report import reports
from pipeline.feeds.feed_state import FeedState
from pipeline.settings import LiveFeed


class FeedMetrics(Collector):
    """The figures of all feeds, read when they are asked for."""

    def __init__(self, configured: Sequence[LiveFeed], feed_state: FeedState) -> None:
        """``feed_state`` stays open for as long as this is asked."""
        self._configured = configured
        self._memory = feed_state

    def collect(self) -> Iterator[Metric]:
        """One family a figure, with the feed's name as label."""
        found = list(reports(self._configured, self._memory))
        items = CounterMetricFamily("wire_feed_items", "items that came", labels=["feed"])
        for report in found:
            items.add_metric([report.name], report.freshness.items)
        yield items
        for name, description, value in (
            ("last_item_timestamp_seconds", "when the last item came", lambda r: r.freshness.last),
            ("pace_seconds", "the usual time between two arrivals", lambda r: r.freshness.pace),
            ("searchable_seconds", "what it takes until an item can be searched", lambda r: r.freshness.searchable),
            ("silent", "1 where nothing came for too long", lambda r: float(r.silent)),
            ("failures", "visits in a row that failed", lambda r: r.failures),
        ):
            family = GaugeMetricFamily(f"wire_feed_{name}", description, labels=["feed"])
            for report in found:
                if (figure := value(report)) is not None:
                    family.add_metric([report.name], figure)
            yield family
