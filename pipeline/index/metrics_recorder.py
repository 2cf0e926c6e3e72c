"""Write the metrics of all processes to a daily index (``wire-metrics-2026.05.17``) for dashboards."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.documents.fields import BOOLEAN, DATE, KEYWORD, LONG, SECONDS
from pipeline.elasticsearch.client import Client, bulk_item_error, translate_errors
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.index.templates import IndexMapping

_COUNTED = ("events", "dead_letters", "waits", "rebalances", "language_restarts", "items")
"""What a process or a feed counts; ``increase`` has what has come since its last document."""
_RATIO = {"type": "double"}
METRICS = IndexMapping(
    "metrics",
    {
        "@timestamp": DATE,
        **dict.fromkeys(("stage", "process", "waiting", "feed"), KEYWORD),
        "story_seconds": {"properties": dict.fromkeys(("p50", "p95", "p99"), SECONDS)},
        **dict.fromkeys(("lag", "partitions", "resident_bytes", *_COUNTED), LONG),
        "increase": {"properties": dict.fromkeys(_COUNTED, LONG)},
        **dict.fromkeys(("events_per_second", "batch_events", "disk_free"), _RATIO),
        # The last document of a process that was told to stop.
        "stopped": BOOLEAN,
        # Of a feed: polls in a row that failed, and seconds.
        "failures": LONG,
        "silent": BOOLEAN,
        **dict.fromkeys(("silence", "pace", "searchable"), SECONDS),
    },
    by_time=True,
)
"""A document of a process has ``resident_bytes``, one of a feed has ``feed``, one of a stage at the broker only
``lag``, one of Elasticsearch ``disk_free``.
"""


class Recorder:
    """Write metric documents, and delete indices that are too old."""

    def __init__(self, client: Client, about: dict[str, Any], keep: timedelta) -> None:
        """``about`` is added to every document; ``keep`` is how long documents stay."""
        self._client, self._about, self._keep = client, about, keep
        self._swept = ""

    def record(self, documents: Sequence[dict[str, Any]]) -> None:
        """Write the documents. Raises ElasticsearchUnavailable, DocumentRefused."""
        now = datetime.now(UTC)
        index = self._client.named(f"{METRICS.template}-{now:%Y.%m.%d}")
        lines: list[dict[str, Any]] = []
        for each in documents:
            lines += [{"create": {"_index": index}}, {"@timestamp": now.isoformat(), **self._about, **each}]
        with translate_errors(self._client):
            for item in self._client.bulk(operations=lines)["items"] if lines else ():
                problem = bulk_item_error(item["create"])
                if isinstance(problem, ElasticsearchUnavailable):
                    raise problem
                if problem:
                    raise DocumentRefused(f"{index}: {problem}")
            if index != self._swept:
                self._sweep(self._client.named(f"{METRICS.template}-{now - self._keep:%Y.%m.%d}"))
                self._swept = index

    def _sweep(self, oldest: str) -> None:
        ours = self._client.named(f"{METRICS.template}-*")
        for index in self._client.indices.get(index=ours, ignore_unavailable=True):
            if index < oldest:
                self._client.indices.delete(index=index, ignore_unavailable=True)
