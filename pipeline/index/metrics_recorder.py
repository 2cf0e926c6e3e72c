"""Write the metrics of all processes to a daily index (``wire-metrics-2026.05.17``) for dashboards."""

from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import BadRequestError

from pipeline.documents.fields import DATE, KEYWORD, LONG
from pipeline.elasticsearch.client import Client, translate_errors
from pipeline.errors import DocumentRefused
from pipeline.index.templates import IndexMapping

_DOUBLE = {"type": "double"}
_COUNTED = ("events", "dead_letters", "waits", "rebalances", "language_restarts")
"""What a process counts from its start; ``increase`` has what has come since its last document."""
METRICS = IndexMapping(
    "metrics",
    {
        "@timestamp": DATE,
        **dict.fromkeys(("stage", "process", "waiting"), KEYWORD),
        "story_seconds": {"properties": dict.fromkeys(("p50", "p95", "p99"), _DOUBLE)},
        **dict.fromkeys(("lag", "partitions", *_COUNTED), LONG),
        "increase": {"properties": dict.fromkeys(_COUNTED, LONG)},
        **dict.fromkeys(("events_per_second", "batch_events"), _DOUBLE),
        "resident_bytes": LONG,
    },
    by_time=True,
)


class Recorder:
    """Write metric documents, and delete indices that are too old."""

    def __init__(self, client: Client, about: dict[str, Any], keep: timedelta) -> None:
        """``about`` is added to every document; ``keep`` is how long documents stay."""
        self._client, self._about, self._keep = client, about, keep
        self._swept = ""

    def record(self, numbers: dict[str, Any]) -> None:
        """Write one document. Raises ElasticsearchUnavailable, DocumentRefused."""
        now = datetime.now(UTC)
        index = self._client.named(f"{METRICS.template}-{now:%Y.%m.%d}")
        with translate_errors(self._client):
            try:
                self._client.index(index=index, document={"@timestamp": now.isoformat(), **self._about, **numbers})
            except BadRequestError as error:
                raise DocumentRefused(f"{index}: {error.message}") from None
            if index != self._swept:
                self._sweep(self._client.named(f"{METRICS.template}-{now - self._keep:%Y.%m.%d}"))
                self._swept = index

    def _sweep(self, oldest: str) -> None:
        ours = self._client.named(f"{METRICS.template}-*")
        for index in self._client.indices.get(index=ours, ignore_unavailable=True):
            if index < oldest:
                self._client.indices.delete(index=index, ignore_unavailable=True)
