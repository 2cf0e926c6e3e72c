"""The signatures of the stories of the last days, in ``wire-signatures``, found by their bands.

A signature is put in once and keeps its place in the order in which the index took them
(``_seq_no``; the index has one shard): of two copies the one before is the original, on whichever
worker each is, since both are in before either is looked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from elasticsearch import AsyncElasticsearch

from pipeline.desk.likeness import Signature, Signed
from pipeline.errors import ElasticsearchAway
from pipeline.index.connection import speaking_to
from pipeline.index.names import SIGNATURES, story_id

_MOST_ALIKE = 20
_FORGOTTEN_AT_ONCE = 1_000


@dataclass(frozen=True)
class Asked:
    """A story to be compared, with which feed it came from and its own time."""

    uri: str
    origin: str
    versioncreated: datetime
    signature: Signature


async def put(client: AsyncElasticsearch, hosts: str, asked: Sequence[Asked], now: datetime) -> None:
    """Put the signatures in, those that are in already stay as they are; all can be found after.

    Raises ElasticsearchAway.
    """
    operations: list[dict[str, Any]] = []
    for each in asked:
        operations += [{"create": {"_index": SIGNATURES, "_id": story_id(each.uri)}}, _document(each, now)]
    with speaking_to(hosts):
        response = await client.bulk(operations=operations, refresh=True)
    failed = [item["create"] for item in response["items"] if item["create"]["status"] not in (200, 201, 409)]
    if failed:
        raise ElasticsearchAway(f"signatures: {failed[0].get('error')}")


async def find(client: AsyncElasticsearch, hosts: str, asked: Sequence[Asked], window: timedelta) -> list[list[Signed]]:
    """For each, the stories within the window before and after it that share a band, the likeliest first.

    The story itself is among them. Raises ElasticsearchAway.
    """
    searches: list[dict[str, Any]] = []
    for each in asked:
        searches += [{"index": SIGNATURES}, _query(each, window)]
    with speaking_to(hosts):
        response = await client.msearch(searches=searches)
    return [[_found(hit) for hit in answer.get("hits", {}).get("hits", ())] for answer in response["responses"]]


async def forget(client: AsyncElasticsearch, hosts: str, before: datetime) -> None:
    """Delete the signatures that were put in before that time. Raises ElasticsearchAway."""
    old = {"range": {"seen": {"lt": before.isoformat()}}}
    while True:
        with speaking_to(hosts):
            response = await client.search(index=SIGNATURES, query=old, size=_FORGOTTEN_AT_ONCE, source=False)
            hits = response["hits"]["hits"]
            if hits:
                deletions = [{"delete": {"_index": SIGNATURES, "_id": hit["_id"]}} for hit in hits]
                await client.bulk(operations=deletions, refresh=True)
        if len(hits) < _FORGOTTEN_AT_ONCE:
            return


def _document(each: Asked, now: datetime) -> dict[str, Any]:
    return {
        "uri": each.uri,
        "origin": each.origin,
        "versioncreated": each.versioncreated.isoformat(),
        "seen": now.isoformat(),
        "bands": each.signature.bands(),
        **each.signature.model_dump(),
    }


def _query(each: Asked, window: timedelta) -> dict[str, Any]:
    first, last = each.versioncreated - window, each.versioncreated + window
    return {
        "size": _MOST_ALIKE,
        "seq_no_primary_term": True,
        "_source": ["uri", "origin", *Signature.model_fields],
        "query": {
            "bool": {
                "filter": [{"range": {"versioncreated": {"gte": first.isoformat(), "lte": last.isoformat()}}}],
                "should": [{"term": {"bands": band}} for band in each.signature.bands()],
                "minimum_should_match": 1,
            }
        },
    }


def _found(hit: Any) -> Signed:
    source = hit["_source"]
    signature = Signature.model_validate({name: source[name] for name in Signature.model_fields})
    return Signed(uri=source["uri"], origin=source["origin"], order=hit["_seq_no"], signature=signature)
