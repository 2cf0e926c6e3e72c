"""The last day of an installation: lag, rate, failures and arrivals over time, from ``wire-metrics-*`` and stories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline import topics
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import Client, ask
from pipeline.index.metrics_recorder import METRICS

EVERY = timedelta(minutes=30)
_STEPS = 48
_MOST_FEEDS = 200
Values = list[float | None]


@dataclass(frozen=True)
class Series:
    """The values of something in each step; None where nothing was measured."""

    of: str
    name: str
    unit: str
    values: Values


@dataclass(frozen=True)
class History:
    """The series over the same steps, each ``EVERY`` long; ``at`` is when each begins."""

    at: Sequence[datetime]
    series: Sequence[Series]

    def by_what(self) -> dict[str, list[Series]]:
        """Return the series of each stage and each feed, in the order of the route."""
        found: dict[str, list[Series]] = {}
        for each in self.series:
            found.setdefault(each.of, []).append(each)
        return found

    def rows(self) -> Iterator[tuple[str, str, str, str, float]]:
        """Yield time, what it is of, name, unit and value of each value that was measured."""
        for each in self.series:
            for at, value in zip(self.at, each.values, strict=True):
                if value is not None:
                    yield at.isoformat(), each.of, each.name, each.unit, value


def history(client: Client, now: datetime) -> History:
    """Return the last 24 hours. Raises ElasticsearchUnavailable."""
    last = datetime.fromtimestamp(now.timestamp() // EVERY.total_seconds() * EVERY.total_seconds(), UTC)
    at = [last - EVERY * (_STEPS - 1 - step) for step in range(_STEPS)]
    return History(at, [*_of_stages(client, at), *_latency(client, at), *_of_feeds(client, at)])


def _of_stages(client: Client, at: Sequence[datetime]) -> Iterator[Series]:
    measured = {
        "lag": {"max": {"field": "lag"}},
        "events": {"sum": {"field": "increase.events"}},
        "dead": {"sum": {"field": "increase.dead_letters"}},
    }
    asked = {"stages": {"terms": {"field": "stage", "size": 50}, "aggs": _over_time("@timestamp", at, measured)}}
    found = {bucket["key"]: bucket for bucket in _buckets(client, METRICS.name, "@timestamp", at, asked, "stages")}
    for stage in (stage for stage in topics.STAGES if stage in found):
        steps = _steps(found[stage], at)
        seconds = EVERY.total_seconds()
        yield Series(stage, "lag", "messages", [step["lag"]["value"] if step else None for step in steps])
        yield Series(stage, "rate", "events/s", [step["events"]["value"] / seconds if step else None for step in steps])
        yield Series(stage, "dead letters", "items", [step["dead"]["value"] if step else None for step in steps])


def _latency(client: Client, at: Sequence[datetime]) -> Iterator[Series]:
    asked = _over_time("trace.indexed", at, {"latency": {"percentiles": {"field": "latency", "percents": [50, 99]}}})
    answer = _answer(client, STORY.alias, "trace.indexed", at, asked)
    if answer is None:
        return
    steps = _steps(answer, at)
    for part in ("50.0", "99.0"):
        values = [step["latency"]["values"][part] if step else None for step in steps]
        yield Series("receipt to index", f"p{part[:2]}", "seconds", values)


def _of_feeds(client: Client, at: Sequence[datetime]) -> Iterator[Series]:
    measured = {"items": {"sum": {"field": "increase.items"}}}
    asked = {"feeds": {"terms": {"field": "feed", "size": _MOST_FEEDS}, "aggs": _over_time("@timestamp", at, measured)}}
    for bucket in _buckets(client, METRICS.name, "@timestamp", at, asked, "feeds"):
        steps = _steps(bucket, at)
        values = [step["items"]["value"] if step else None for step in steps]
        yield Series(f"feed {bucket['key']}", "items", "items", values)


def _over_time(field: str, at: Sequence[datetime], measured: dict[str, Any]) -> dict[str, Any]:
    every = f"{EVERY.total_seconds():.0f}s"
    return {"steps": {"date_histogram": {"field": field, "fixed_interval": every}, "aggs": measured}}


def _buckets(
    client: Client, index: str, time: str, at: Sequence[datetime], asked: dict[str, Any], name: str
) -> list[dict[str, Any]]:
    answer = _answer(client, index, time, at, asked)
    return answer[name]["buckets"] if answer else []


def _answer(
    client: Client, index: str, time: str, at: Sequence[datetime], asked: dict[str, Any]
) -> dict[str, Any] | None:
    answer = ask(client, index, query={"range": {time: {"gte": at[0].isoformat()}}}, size=0, aggregations=asked)
    found: dict[str, Any] | None = answer.get("aggregations") if answer else None
    return found


def _steps(found: dict[str, Any], at: Sequence[datetime]) -> list[dict[str, Any] | None]:
    """Return the bucket of each step; None where there is no document."""
    known = {bucket["key"] // 1000: bucket for bucket in found["steps"]["buckets"] if bucket["doc_count"]}
    return [known.get(int(moment.timestamp())) for moment in at]
