"""Export the metrics of all live feeds to Prometheus."""

from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline.feeds.feed_report import reports
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
