"""Measure what no worker can say of itself: the lag of stages that nobody runs, and the disk of Elasticsearch."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline.elasticsearch.client import Client, connect
from pipeline.errors import TransientError
from pipeline.index import health
from pipeline.kafka.lag import lags
from pipeline.locate import Servers
from pipeline.settings import Kafka


def families(lags: Mapping[str, int], disk_free: float | None) -> Iterator[Metric]:
    """Yield the metric families of these values: each stage's lag, and the free share of the disk if it is known."""
    lag = GaugeMetricFamily(
        "wire_consumer_lag_messages", "Messages that the whole stage has not processed.", labels=["stage"]
    )
    for stage, messages in lags.items():
        lag.add_metric([stage], messages)
    yield lag
    free = GaugeMetricFamily(
        "wire_elasticsearch_disk_free_ratio", "Free share of the disk that is fullest, among Elasticsearch's nodes."
    )
    if disk_free is not None:
        free.add_metric([], disk_free)
    yield free


class ServerMetrics(Collector):
    """The lag of every stage and the free share of the disk; an unavailable server has none.

    They are measured for each document. A scrape gets what was measured last, since a server that is away would
    delay it.
    """

    def __init__(self, servers: Servers) -> None:
        """Connect at first use."""
        self._kafka: Kafka = servers.kafka
        self._client: Client = connect(servers.elasticsearch)
        self._measured: tuple[dict[str, int], float | None] = ({}, None)

    def collect(self) -> Iterator[Metric]:
        """Yield a metric family for each value."""
        return families(*self._measured)

    def documents(self) -> list[dict[str, Any]]:
        """See Measured."""
        lags, free = self._measured = self._lags(), self._disk_free()
        return [
            *({"stage": stage, "lag": messages} for stage, messages in lags.items()),
            *([] if free is None else [{"disk_free": free}]),
        ]

    def recorded(self, documents: Sequence[dict[str, Any]]) -> None:
        """See Measured: nothing here counts from the last document."""

    def _lags(self) -> dict[str, int]:
        try:
            return {each.stage: each.messages for each in lags(self._kafka)}
        except TransientError:
            return {}

    def _disk_free(self) -> float | None:
        try:
            return health.disk_free(self._client)
        except TransientError:
            return None
