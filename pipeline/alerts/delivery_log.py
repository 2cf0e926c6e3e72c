"""Record the matches and their delivery, as documents of ``wire-matches-*``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pipeline.alerts.match import Match
from pipeline.documents.fields import DATE, KEYWORD, LONG, NAME, STORED_KEYWORD, STORED_ONLY, TEXT
from pipeline.elasticsearch.client import (
    NO_INDEX,
    Client,
    ask,
    bulk_item_error,
    documents_in,
    found_documents,
    translate_errors,
)
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.index.templates import IndexMapping, index_of

MATCHES = IndexMapping(
    "matches",
    {
        **dict.fromkeys(("id", "alert", "kind", "uri", "delivered"), KEYWORD),
        "version": LONG,
        **dict.fromkeys(("versioncreated", "firstcreated", "at"), DATE),
        **dict.fromkeys(("headline", "differs", "text"), TEXT),
        **dict.fromkeys(("source", "speaker"), NAME),
        "matched": STORED_KEYWORD,
        "same": STORED_ONLY,
    },
    by_time=True,
)
_MOST_MATCHES = 10_000
_NEWEST_FIRST = {"at": "desc"}
_REPEATED: dict[str, Any] = {"term": {"kind": "repeated"}}


def find(client: Client, uris: Sequence[str], others: Sequence[str] = ()) -> list[Match]:
    """Return the recorded matches of these stories, and of ``others`` those that were notified of.

    Of more than 10,000, those of ``others`` are left out first, the oldest first. Raises ElasticsearchUnavailable.
    """
    ours: dict[str, Any] = {"terms": {"uri": list(uris)}}
    theirs = {"bool": {"filter": [{"terms": {"uri": list(others)}}], "must_not": [_REPEATED]}}
    # What is only filtered scores 0.
    query = {"bool": {"should": [ours, theirs], "minimum_should_match": 1}} if others else ours
    return _found(client, query, _MOST_MATCHES, [{"_score": "desc"}, _NEWEST_FIRST])[1]


def latest(
    client: Client, alert: str | None = None, since: datetime | None = None, size: int = 50
) -> tuple[int, list[Match]]:
    """Return the number of notifications, of one alert or of all, and the newest of them.

    Raises ElasticsearchUnavailable.
    """
    filters: list[dict[str, Any]] = [{"term": {"alert": alert}}] if alert else []
    if since:
        filters.append({"range": {"at": {"gt": since.isoformat()}}})
    return _found(client, {"bool": {"filter": filters, "must_not": [_REPEATED]}}, size, [_NEWEST_FIRST])


def record(client: Client, found: Sequence[Match]) -> list[Match]:
    """Record the matches, and return those to deliver: neither repeated nor delivered yet.

    Raises ElasticsearchUnavailable, DocumentRefused.
    """
    if not found:
        return []
    lines: list[dict[str, Any]] = []
    for match in found:
        lines += [{"create": {"_index": _index(client, match), "_id": match.id}}, match.model_dump(mode="json")]
    with translate_errors(client):
        answered = client.bulk(operations=lines, refresh=True)
    # A match recorded before is a conflict, which is fine.
    verdicts = [bulk_item_error(next(iter(item.values()))) for item in answered["items"]]
    for said in verdicts:
        if isinstance(said, ElasticsearchUnavailable):
            raise said
        if said is not None:
            raise DocumentRefused(said)
    notified = [match for match in found if match.kind != "repeated"]
    done = delivered_channels(client, notified)
    return [match for match in notified if match.id not in done]


def delivered_channels(client: Client, found: Sequence[Match]) -> dict[str, tuple[str, ...]]:
    """Return the channels that have each match, by id, for those with deliveries. Raises ElasticsearchUnavailable."""
    if not found:
        return {}
    docs = [{"_index": _index(client, match), "_id": match.id, "_source": ["delivered"]} for match in found]
    with translate_errors(client):
        answered = client.mget(docs=docs)
    known = {doc["_id"]: doc["_source"].get("delivered") for doc in found_documents(answered["docs"], NO_INDEX)}
    return {id: tuple(channels) for id, channels in known.items() if channels is not None}


def record_delivery(client: Client, match: Match, channels: Sequence[str]) -> None:
    """Record which channels have the match by now. Raises ElasticsearchUnavailable."""
    document = {**match.model_dump(mode="json"), "delivered": list(channels)}
    with translate_errors(client):
        client.index(index=_index(client, match), id=match.id, document=document)


def _index(client: Client, match: Match) -> str:
    return client.named(index_of(MATCHES.name, match.firstcreated))


def _found(client: Client, query: dict[str, Any], size: int, sort: list[dict[str, Any]]) -> tuple[int, list[Match]]:
    answer = ask(client, MATCHES.name, query=query, size=size, sort=sort, source_excludes=["delivered"])
    total = answer["hits"]["total"]["value"] if answer else 0
    return total, list(map(Match.model_validate, documents_in(answer)))
