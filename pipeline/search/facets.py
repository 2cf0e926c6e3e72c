"""Count the hits by source, subject, language, urgency, names and speakers, and over time."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.search.filters import facets_of
from pipeline.search.search_query import SearchQuery

_VALUES = 10
_MOST_BARS = 61
"""As many as can be read, plus one for a span that begins within a bar."""
_BARS_NAME = "bars"
_DAY = timedelta(days=1)
_STEPS = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30)),
    *(timedelta(hours=hours) for hours in (1, 3, 6, 12)),
    *(timedelta(days=days) for days in (1, 7, 30, 90, 365)),
)


@dataclass(frozen=True)
class ValueCount:
    """A value that hits have, and how many have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Bar:
    """The hits from ``start`` (inclusive) to ``end``."""

    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True)
class Histogram:
    """The number of hits over time: bars of equal length without gaps, oldest first."""

    step: timedelta
    bars: tuple[Bar, ...]


def facets(query: SearchQuery, now: datetime) -> dict[str, Any]:
    """Return the aggregations that count values, and count over time."""
    terms = {name: {"terms": {"field": column, "size": _VALUES}} for name, column in facets_of(query.kind).items()}
    asked = requested_span(query, now)
    return terms | bars(query, step_of(*asked) if asked else _DAY)


def values(answered: Mapping[str, Any], query: SearchQuery) -> dict[str, tuple[ValueCount, ...]]:
    """Return the values of each facet that has any, most frequent first."""
    found = {
        name: tuple(ValueCount(str(bucket["key"]), bucket["doc_count"]) for bucket in answered[name]["buckets"])
        for name in facets_of(query.kind)
    }
    return {name: each for name, each in found.items() if each}


def requested_span(query: SearchQuery, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the time span the query asks for, or None if it is open, empty or too long to draw."""
    since, until = query.span
    if since is None:
        return None
    start, end = since, until or max(now, since + _STEPS[0])
    return (start, end) if timedelta(0) < end - start <= _MOST_BARS * _STEPS[-1] else None


def hits_span(answered: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    """Return the days from the first hit to the last, or None without hits."""
    days = [_moment(bucket["key"]) for bucket in answered[_BARS_NAME]["buckets"]]
    return (min(days), max(days) + _DAY) if days else None


def step_of(start: datetime, end: datetime) -> timedelta:
    """Return the length of a bar so that a few dozen are enough."""
    return next((step for step in _STEPS if (end - start) / step <= _MOST_BARS), _STEPS[-1])


def bars(query: SearchQuery, step: timedelta) -> dict[str, Any]:
    """Return the aggregation that counts over time."""
    interval = f"{int(step.total_seconds())}s"
    return {
        _BARS_NAME: {
            "date_histogram": {"field": query.kind.histogram, "fixed_interval": interval, "min_doc_count": 1},
        }
    }


def histogram(answered: Mapping[str, Any], step: timedelta, start: datetime, end: datetime) -> Histogram:
    """Return the histogram, including empty bars. The counted bars may be shorter than ``step``."""
    counts: Counter[datetime] = Counter()
    for bucket in answered[_BARS_NAME]["buckets"]:
        counts[_floor(_moment(bucket["key"]), step)] += bucket["doc_count"]
    at, found = _floor(start, step), []
    while at < end:
        found.append(Bar(at, at + step, counts[at]))
        at += step
    return Histogram(step, tuple(found))


def _floor(at: datetime, step: timedelta) -> datetime:
    seconds = step.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def _moment(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
