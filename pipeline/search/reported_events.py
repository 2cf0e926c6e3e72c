"""List events by who mentions them, with the numbers that each story gives."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.documents.event import EVENT, NUMBERS, highest
from pipeline.elasticsearch.client import Client, ask, documents_in
from pipeline.search.query_body import match_query
from pipeline.search.search_query import SearchQuery

_MOST_REPORTS = 200
_BEST = [
    {"main": {"order": "desc", "missing": "_last", "unmapped_type": "boolean"}},
    {"confidence": {"order": "desc", "missing": "_last", "unmapped_type": "half_float"}},
    {"story.versioncreated": "desc"},
    {"id": "asc"},
]
"""Which mention of an event is shown: one of a story that is about it, the surest, the newest."""


@dataclass(frozen=True)
class Event:
    """What happened, with the document of the ``mention`` that tells it best.

    ``mentions`` is their number, ``stories`` that of the stories they are in, ``sources`` that of the feeds these came
    from. ``numbers`` has the lowest and the highest value of each number of people that a mention gives.
    """

    id: str
    mentions: int
    stories: int
    sources: int
    numbers: dict[str, tuple[int, int]]
    mention: dict[str, Any]


@dataclass(frozen=True)
class Report:
    """A story that mentions an event, and the numbers of people it gives."""

    uri: str
    version: int
    versioncreated: str
    headline: str | None
    source: str | None
    status: str
    numbers: dict[str, int]


def most_reported(client: Client, query: SearchQuery, size: int = 20) -> tuple[int, list[Event]]:
    """Return how many events the matching mentions tell of (above 3,000 about), and the most reported of them.

    What most sources report comes first, then what most stories do, then what stories are about. Raises
    ElasticsearchUnavailable.
    """
    wanted = {
        "events": {"terms": _by_sources(size), "aggregations": _of_each()},
        "total": {"cardinality": {"field": "event"}},
    }
    found = ask(client, EVENT.alias, query=match_query(query), size=0, aggregations=wanted).get("aggregations")
    if not found:
        return 0, []
    return found["total"]["value"], [_event(bucket) for bucket in found["events"]["buckets"]]


def reports(client: Client, event: str) -> list[Report]:
    """Return the stories that mention an event, oldest first. Raises ElasticsearchUnavailable."""
    query = SearchQuery(kind=EVENT, filters={"event": event})
    order = [{"story.versioncreated": "asc"}, {"story.uri": "asc"}, {"start": "asc"}]
    answer = ask(client, EVENT.alias, query=match_query(query), size=_MOST_REPORTS, sort=order)
    return list(_one_per_story(documents_in(answer)))


def _by_sources(size: int) -> dict[str, Any]:
    order = [{"sources": "desc"}, {"stories": "desc"}, {"main": "desc"}, {"newest_at": "desc"}]
    return {"field": "event", "size": size, "order": order}


def _of_each() -> dict[str, Any]:
    bounds = {f"{bound}_{name}": {bound: {"field": name}} for name in NUMBERS for bound in ("min", "max")}
    return {
        "sources": {"cardinality": {"field": "story.source.name"}},
        "stories": {"cardinality": {"field": "story.uri"}},
        "main": {"max": {"field": "main"}},
        "newest_at": {"max": {"field": "story.versioncreated"}},
        "told": {"top_hits": {"size": 1, "sort": _BEST}},
        **bounds,
    }


def _event(bucket: Mapping[str, Any]) -> Event:
    numbers = {
        name: (int(bucket[f"min_{name}"]["value"]), int(bucket[f"max_{name}"]["value"]))
        for name in NUMBERS
        if bucket[f"max_{name}"]["value"] is not None
    }
    return Event(
        id=bucket["key"],
        mentions=bucket["doc_count"],
        stories=bucket["stories"]["value"],
        sources=bucket["sources"]["value"],
        numbers=numbers,
        mention=bucket["told"]["hits"]["hits"][0]["_source"],
    )


def _one_per_story(mentions: Iterable[Mapping[str, Any]]) -> Iterator[Report]:
    """Yield a report for each story, with the highest of the numbers that its mentions give."""
    by_story: dict[str, list[Mapping[str, Any]]] = {}
    for mention in mentions:
        by_story.setdefault(mention["story"]["uri"], []).append(mention)
    for uri, found in by_story.items():
        story = found[0]["story"]
        given = {name: [each[name] for each in found if name in each] for name in NUMBERS}
        yield Report(
            uri=uri,
            version=found[0]["version"],
            versioncreated=story["versioncreated"],
            headline=story.get("headline"),
            source=story["source"].get("name"),
            status=found[0]["status"],
            numbers={name: max(map(highest, values)) for name, values in given.items() if values},
        )
