"""Read what the indexed stories teach about names, and store what people correct."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Protocol

from elasticsearch import NotFoundError

from pipeline.connect.elasticsearch_client import AsyncClient, Client, retry_while_starting, translate_errors
from pipeline.identity.corrections import Correction, Corrections
from pipeline.identity.registry import Registry, survey
from pipeline.index.derived import Found
from pipeline.index.index_names import IDENTITIES, STORIES

Counts = list[tuple[str, int]]
"""Notes in their order, each with its number of stories."""
_PAGE = 5_000
_MOST_CORRECTIONS = 10_000
_MOST_TERMS = 10_000


class Identities(Protocol):
    """What the identification of indexed stories needs of the index."""

    async def usages(self) -> Counts:
        """Return all usages of names, in order, with their number of stories. Raises ElasticsearchUnavailable."""
        ...

    async def corrections(self) -> Corrections:
        """Return what people corrected. Raises ElasticsearchUnavailable."""
        ...

    async def stories(self, usages: Sequence[str], after: str, most: int) -> list[Found]:
        """Return the first stories with one of these usages, or unfinished ones, whose uri comes after this one.

        Raises ElasticsearchUnavailable.
        """
        ...


class ElasticsearchIdentities:
    """See Identities."""

    def __init__(self, client: AsyncClient) -> None:
        """Connect at first use, on the event loop that uses it."""
        self._client = client

    async def usages(self) -> Counts:
        """See Identities. A search is up to a second behind."""
        found: Counts = []
        after: dict[str, Any] | None = None
        with translate_errors(self._client):
            while True:
                page = await self._client.search(**_page_of_usages(self._client, after))
                found += _counted(page)
                if (after := _after(page)) is None:
                    return found

    async def corrections(self) -> Corrections:
        """See Identities."""
        with translate_errors(self._client):
            return Corrections.of(_corrections(await self._client.search(**_all_corrections(self._client))))

    async def stories(self, usages: Sequence[str], after: str, most: int) -> list[Found]:
        """See Identities."""
        wanted = {"terms": {"name_usage": list(usages[:_MOST_TERMS])}}
        with translate_errors(self._client):
            found = await self._client.search(
                index=self._client.named(STORIES),
                query={"bool": {"should": [wanted, {"term": {"unfinished": True}}]}},
                size=most,
                sort=[{"uri": "asc"}],
                search_after=[after] if after else None,
                version=True,
                ignore_unavailable=True,
                track_total_hits=False,
            )
        return [Found(hit["_source"], hit["_version"]) for hit in found["hits"]["hits"]]


@retry_while_starting
def read_registry(client: Client) -> tuple[Registry, Counts]:
    """Return who is meant by which names, and the usages this follows from. Raises ElasticsearchUnavailable."""
    counts: Counts = []
    after: dict[str, Any] | None = None
    with translate_errors(client):
        while True:
            page = client.search(**_page_of_usages(client, after))
            counts += _counted(page)
            if (after := _after(page)) is None:
                break
    return survey(counts, Corrections.of(read_corrections(client)))[0], counts


@retry_while_starting
def read_corrections(client: Client) -> list[Correction]:
    """Return all corrections, oldest first. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        try:
            return _corrections(client.search(**_all_corrections(client)))
        except NotFoundError:
            return []


def correct(client: Client, correction: Correction) -> None:
    """Store a correction. The workers apply it to all stories within a minute. Raises ElasticsearchUnavailable."""
    document = correction.model_dump(mode="json")
    number = blake2b(repr(sorted(document.items())).encode(), digest_size=16).hexdigest()
    with translate_errors(client):
        client.index(index=client.named(IDENTITIES), id=number, document=document, refresh=True)


def _page_of_usages(client: Client | AsyncClient, after: dict[str, Any] | None) -> dict[str, Any]:
    usages: dict[str, Any] = {"size": _PAGE, "sources": [{"usage": {"terms": {"field": "name_usage"}}}]}
    if after:
        usages["after"] = after
    return {
        "index": client.named(STORIES),
        "size": 0,
        "ignore_unavailable": True,
        "track_total_hits": False,
        "aggregations": {"usages": {"composite": usages}},
    }


def _counted(page: Any) -> Counts:
    buckets = page.get("aggregations", {}).get("usages", {}).get("buckets", ())
    return [(bucket["key"]["usage"], bucket["doc_count"]) for bucket in buckets]


def _after(page: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = page.get("aggregations", {}).get("usages", {}).get("after_key")
    return found


def _all_corrections(client: Client | AsyncClient) -> dict[str, Any]:
    return {
        "index": client.named(IDENTITIES),
        "size": _MOST_CORRECTIONS,
        "sort": [{"at": "asc"}],
        "ignore_unavailable": True,
    }


def _corrections(found: Any) -> list[Correction]:
    return [Correction.model_validate(hit["_source"]) for hit in found["hits"]["hits"]]
