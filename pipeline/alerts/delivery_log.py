"""What was told: the matches, documents of ``wire-matches-*``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from elasticsearch import NotFoundError

from pipeline.alerts.matching import Match
from pipeline.connect.elasticsearch_client import NO_INDEX, Client, looked_up, settled, speaking_to, verdict
from pipeline.errors import DocumentRefused, ElasticsearchAway
from pipeline.index.index_names import MATCHES, index_of
from pipeline.search.query_body import LENIENT

_MANY = 10_000


@settled
def about(client: Client, uris: Sequence[str]) -> list[Match]:
    """All that was told of these stories. Raises ElasticsearchAway."""
    return _found(client, {"terms": {"uri": list(uris)}}, _MANY)[1]


@settled
def latest(
    client: Client, alert: str | None = None, since: datetime | None = None, size: int = 50
) -> tuple[int, list[Match]]:
    """How many matches there are, of one alert or of all, and the newest of them. Raises ElasticsearchAway."""
    filters: list[dict[str, Any]] = [{"term": {"alert": alert}}] if alert else []
    if since:
        filters.append({"range": {"at": {"gt": since.isoformat()}}})
    return _found(client, {"bool": {"filter": filters}}, size)


def remember(client: Client, found: Sequence[Match]) -> list[Match]:
    """Write down what is to be told; what was not delivered yet of it.

    Raises ElasticsearchAway, DocumentRefused.
    """
    if not found:
        return []
    lines: list[dict[str, Any]] = []
    for match in found:
        lines += [{"create": {"_index": _index(client, match), "_id": match.id}}, match.model_dump(mode="json")]
    with speaking_to(client):
        answered = client.bulk(operations=lines, refresh=True)
    # One that was written down before is a conflict, and none.
    verdicts = [verdict(next(iter(item.values()))) for item in answered["items"]]
    for said in verdicts:
        if isinstance(said, ElasticsearchAway):
            raise said
        if said is not None:
            raise DocumentRefused(said)
    done = delivered(client, found)
    return [match for match in found if match.id not in done]


def delivered(client: Client, found: Sequence[Match]) -> dict[str, tuple[str, ...]]:
    """The channels that have each of them, by id, of those that were delivered. Raises ElasticsearchAway."""
    docs = [{"_index": _index(client, match), "_id": match.id, "_source": ["delivered"]} for match in found]
    with speaking_to(client):
        answered = client.mget(docs=docs)
    known = {doc["_id"]: doc["_source"].get("delivered") for doc in looked_up(answered["docs"], NO_INDEX)}
    return {id: tuple(channels) for id, channels in known.items() if channels is not None}


def note_delivered(client: Client, match: Match, channels: Sequence[str]) -> None:
    """Write down which channels have it by now. Raises ElasticsearchAway."""
    document = {**match.model_dump(mode="json"), "delivered": list(channels)}
    with speaking_to(client):
        client.index(index=_index(client, match), id=match.id, document=document)


def _index(client: Client, match: Match) -> str:
    return client.named(index_of(MATCHES, match.firstcreated))


def _found(client: Client, query: dict[str, Any], size: int) -> tuple[int, list[Match]]:
    try:
        with speaking_to(client):
            answered = client.search(
                index=client.named(MATCHES),
                **LENIENT,
                query=query,
                size=size,
                sort=[{"at": "desc"}],
                source_excludes=["delivered"],
            )
    except NotFoundError:
        return 0, []
    hits = answered["hits"]
    return int(hits["total"]["value"]), [Match.model_validate(hit["_source"]) for hit in hits["hits"]]
