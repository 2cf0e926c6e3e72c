"""Store what people correct about names, and count how the stories use them."""

from hashlib import blake2b
from typing import Any

from elasticsearch import NotFoundError

from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import AsyncClient, Client, retry_while_starting, translate_errors
from pipeline.identity.corrections import Correction
from pipeline.index.index_names import IDENTITIES

Counts = list[tuple[str, int]]
"""Usages of names in their order, each with its number of stories."""
_PAGE = 5_000
_MOST_CORRECTIONS = 10_000


@retry_while_starting
def read_usages(client: Client) -> Counts:
    """Return all usages of names, with the identities that the stories give them. Raises ElasticsearchUnavailable."""
    counts: Counts = []
    after: dict[str, Any] | None = None
    with translate_errors(client):
        while True:
            page = client.search(**_page_of_usages(client, after))
            usages = page.get("aggregations", {}).get("usages", {})
            counts += [(bucket["key"]["usage"], bucket["doc_count"]) for bucket in usages.get("buckets", ())]
            if (after := usages.get("after_key")) is None:
                return counts


@retry_while_starting
def read_corrections(client: Client) -> list[Correction]:
    """Return all corrections, oldest first. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        try:
            return corrections_in(client.search(**all_corrections(client)))
        except NotFoundError:
            return []


def correct(client: Client, correction: Correction) -> None:
    """Store a correction. The workers apply it to all stories within seconds. Raises ElasticsearchUnavailable."""
    document = correction.model_dump(mode="json")
    number = blake2b(repr(sorted(document.items())).encode(), digest_size=16).hexdigest()
    with translate_errors(client):
        client.index(index=client.named(IDENTITIES), id=number, document=document, refresh=True)


def all_corrections(client: Client | AsyncClient, *, only_unapplied: bool = False) -> dict[str, Any]:
    """Return the arguments of a search for all corrections, oldest first, or for those not yet applied to stories."""
    unapplied = {"bool": {"must_not": {"term": {"applied": True}}}}
    return {
        "index": client.named(IDENTITIES),
        "query": unapplied if only_unapplied else {"match_all": {}},
        "size": _MOST_CORRECTIONS,
        "sort": [{"at": "asc"}],
        "ignore_unavailable": True,
    }


def corrections_in(found: Any) -> list[Correction]:
    """Return the corrections that a search has found."""
    documents = (dict(hit["_source"]) for hit in found["hits"]["hits"])
    return [Correction.model_validate({name: doc[name] for name in doc if name != "applied"}) for doc in documents]


def _page_of_usages(client: Client, after: dict[str, Any] | None) -> dict[str, Any]:
    usages: dict[str, Any] = {"size": _PAGE, "sources": [{"usage": {"terms": {"field": "name_usage"}}}]}
    if after:
        usages["after"] = after
    return {
        "index": client.named(STORY.alias),
        "size": 0,
        "ignore_unavailable": True,
        "track_total_hits": False,
        "aggregations": {"usages": {"composite": usages}},
    }
