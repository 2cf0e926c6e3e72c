"""What was told: the matches, documents of ``wire-matches-*``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from pipeline.alerts.matching import Match
from pipeline.errors import ElasticsearchAway
from pipeline.index.connection import settled, speaking_to
from pipeline.index.names import MATCHES, index_of
from pipeline.search.query import LENIENT

_MANY = 10_000
_WRONG, _THERE = 300, 409


@settled
def about(client: Elasticsearch, uris: Sequence[str]) -> list[Match]:
    """All that was told of these stories. Raises ElasticsearchAway."""
    return _found(client, {"terms": {"uri": list(uris)}}, _MANY)[1]


@settled
def latest(
    client: Elasticsearch, alert: str | None = None, since: datetime | None = None, size: int = 50
) -> tuple[int, list[Match]]:
    """How many matches there are, of one alert or of all, and the newest of them. Raises ElasticsearchAway."""
    filters: list[dict[str, Any]] = [{"term": {"alert": alert}}] if alert else []
    if since:
        filters.append({"range": {"at": {"gt": since.isoformat()}}})
    return _found(client, {"bool": {"filter": filters}}, size)


def remember(client: Elasticsearch, found: Sequence[Match]) -> list[Match]:
    """Write down what is to be told; those that were not told before. Raises ElasticsearchAway."""
    if not found:
        return []
    lines: list[dict[str, Any]] = []
    for match in found:
        lines += [{"create": {"_index": _index(match), "_id": match.id}}, match.model_dump(mode="json")]
    with speaking_to(client):
        answered = client.bulk(operations=lines, refresh=True)
    results = [next(iter(item.values())) for item in answered["items"]]
    for result in results:
        if result["status"] >= _WRONG and result["status"] != _THERE:
            raise ElasticsearchAway(f"{MATCHES}: {result.get('error', {}).get('reason')}", result["status"])
    known = [match for match, result in zip(found, results, strict=True) if result["status"] == _THERE]
    done = {match.id for match in known if delivered(client, match) is not None}
    return [match for match in found if match.id not in done]


def delivered(client: Elasticsearch, match: Match) -> tuple[str, ...] | None:
    """The channels that have it, None where it was not delivered yet. Raises ElasticsearchAway."""
    with speaking_to(client):
        try:
            found = client.get(index=_index(match), id=match.id, source_includes=["delivered"])
        except NotFoundError:
            return None
    channels = found["_source"].get("delivered")
    return None if channels is None else tuple(channels)


def note_delivered(client: Elasticsearch, match: Match, channels: Sequence[str]) -> None:
    """Write down which channels have it by now. Raises ElasticsearchAway."""
    document = {**match.model_dump(mode="json"), "delivered": list(channels)}
    with speaking_to(client):
        client.index(index=_index(match), id=match.id, document=document)


def make_findable(client: Elasticsearch) -> None:
    """Let searches see all that was told until now. Raises ElasticsearchAway."""
    with speaking_to(client):
        client.indices.refresh(index=MATCHES, **LENIENT)


def _index(match: Match) -> str:
    return index_of(MATCHES, match.firstcreated)


def _found(client: Elasticsearch, query: dict[str, Any], size: int) -> tuple[int, list[Match]]:
    try:
        with speaking_to(client):
            answered = client.search(
                index=MATCHES, **LENIENT, query=query, size=size, sort=[{"at": "desc"}], source_excludes=["delivered"]
            )
    except NotFoundError:
        return 0, []
    hits = answered["hits"]
    return int(hits["total"]["value"]), [Match.model_validate(hit["_source"]) for hit in hits["hits"]]
