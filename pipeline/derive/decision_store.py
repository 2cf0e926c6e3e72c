"""Store what people decide about stories, with who, when and why; nothing is ever deleted from the trail."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from pipeline.derive.decisions import Decision
from pipeline.documents.fields import DATE, KEYWORD, STORED_KEYWORD
from pipeline.elasticsearch.client import AsyncClient, Client, retry_while_starting, store_once, translate_errors
from pipeline.index.templates import IndexMapping

DECISIONS = IndexMapping(
    "wire-decisions",
    {
        **dict.fromkeys(("decision", "uri", "other", "by"), KEYWORD),
        **dict.fromkeys(("firstcreated", "otherfirstcreated", "at"), DATE),
        "why": STORED_KEYWORD,
    },
)
_MOST = 10_000


class Decisions(Protocol):
    """The decisions as deriving reads them."""

    async def about(self, uris: Iterable[str]) -> Sequence[Decision]:
        """Return the decisions that name one of these stories. Raises ElasticsearchUnavailable."""
        ...


class ElasticsearchDecisions:
    """See Decisions."""

    def __init__(self, client: AsyncClient) -> None:
        """Connect at first use, on the event loop that uses it."""
        self._client = client

    async def about(self, uris: Iterable[str]) -> list[Decision]:
        """See Decisions."""
        return _decisions(await self._client.search_whole(**_search(self._client, uris)))


@retry_while_starting
def read(client: Client, uris: Iterable[str] | None = None) -> list[Decision]:
    """Return all decisions, or those that name one of these stories, oldest first. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        return _decisions(client.search(**_search(client, uris)))


def store(client: Client, decision: Decision) -> None:
    """Store a decision. Raises ElasticsearchUnavailable."""
    store_once(client, DECISIONS.name, decision.model_dump(mode="json"))


def _search(client: Client | AsyncClient, uris: Iterable[str] | None) -> dict[str, Any]:
    query: dict[str, Any] = {"match_all": {}}
    if uris is not None:
        terms = list(uris)
        query = {"bool": {"should": [{"terms": {"uri": terms}}, {"terms": {"other": terms}}]}}
    return {
        "index": client.named(DECISIONS.name),
        "query": query,
        "size": _MOST,
        "sort": [{"at": "asc"}],
        "ignore_unavailable": True,
    }


def _decisions(found: Any) -> list[Decision]:
    return [Decision.model_validate(hit["_source"]) for hit in found["hits"]["hits"]]
