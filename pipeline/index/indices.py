"""The indices as the index stage writes them: in bulk, with every single result checked.

``helpers.bulk`` stops at the first bad chunk and hides 429s (elasticsearch-py 864, 2673), so this module makes the
requests itself. A version conflict is success, since something newer is there; 429 and 5xx are retried; anything
else is a rejection with Elasticsearch's reason.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from elasticsearch import ApiError

from pipeline.connect.elasticsearch_client import (
    NO_INDEX,
    AsyncClient,
    bulk_item_error,
    found_documents,
    translate_errors,
)
from pipeline.errors import ElasticsearchUnavailable
from pipeline.index.documents import Action
from pipeline.index.index_names import STORIES, index_of
from pipeline.index.kinds import KINDS
from pipeline.story import story_id

_PAUSE = 0.1


class Indices(Protocol):
    """The operations that the index stage needs."""

    async def write(
        self, actions: Sequence[Action], *, refresh: bool = False
    ) -> Sequence[str | ElasticsearchUnavailable | None]:
        """Execute the actions. Return for each None (applied or outdated), the reason for its rejection, or an error
        to retry.

        With ``refresh`` they are searchable afterwards, otherwise within a second. Raises ElasticsearchUnavailable if
        the result of all is unknown.
        """
        ...

    async def part_counts(self, stories: Sequence[tuple[str, datetime]]) -> dict[str, dict[str, int]]:
        """Return by uri how many documents of each kind the indexed stories (uri, firstcreated) have.

        Raises ElasticsearchUnavailable.
        """
        ...


class ElasticsearchIndices:
    """The indices in Elasticsearch."""

    def __init__(self, client: AsyncClient) -> None:
        """Connect at first use, on the event loop that uses it."""
        self._client = client

    async def write(
        self, actions: Sequence[Action], *, refresh: bool = False
    ) -> Sequence[str | ElasticsearchUnavailable | None]:
        """See Indices.

        Rejected items are retried until a retry makes no progress: a batch for more shards than a node's queue holds
        would otherwise be rejected in part each time.
        """
        client = self._client
        results = await _once(client, actions, refresh)
        waiting = [number for number, result in enumerate(results) if isinstance(result, ElasticsearchUnavailable)]
        left = len(actions)
        while 0 < len(waiting) < left:
            left = len(waiting)
            await asyncio.sleep(_PAUSE)
            again = await _once(client, [actions[number] for number in waiting], refresh)
            for number, result in zip(waiting, again, strict=True):
                results[number] = result
            waiting = [number for number in waiting if isinstance(results[number], ElasticsearchUnavailable)]
        return results

    async def part_counts(self, stories: Sequence[tuple[str, datetime]]) -> dict[str, dict[str, int]]:
        """See Indices. Reads by id are in real time."""
        client = self._client
        wanted = {story_id(uri): (uri, index_of(STORIES, created)) for uri, created in stories}
        ids = [f"{kind.alias}.id" for kind in KINDS]
        docs = [{"_index": client.named(index), "_id": id_, "_source": ids} for id_, (_, index) in wanted.items()]
        with translate_errors(client):
            response = await client.mget(docs=docs)
        found = found_documents(response["docs"], NO_INDEX)
        return {
            wanted[doc["_id"]][0]: {kind.alias: len(doc["_source"].get(kind.alias, ())) for kind in KINDS}
            for doc in found
        }


async def _once(
    client: AsyncClient, actions: Sequence[Action], refresh: bool
) -> list[str | ElasticsearchUnavailable | None]:
    try:
        with translate_errors(client):
            response = await client.bulk(
                operations=[line for a in actions for line in _lines(client, a)], refresh=refresh
            )
    except ApiError as error:
        if len(actions) == 1:
            return [f"{error.status_code} {error.error}: {error.message}"]
        # One of them breaks the whole request, for example by its size: find it by bisection.
        half = len(actions) // 2
        return [
            *await _once(client, actions[:half], refresh),
            *await _once(client, actions[half:], refresh),
        ]
    return [bulk_item_error(next(iter(item.values()))) for item in response["items"]]


def _lines(client: AsyncClient, action: Action) -> list[dict[str, Any]]:
    meta = {
        "_index": client.named(action.index),
        "_id": action.id,
        "version": action.version,
        "version_type": "external_gte",
    }
    if action.document is None:
        return [{"delete": meta}]
    return [{"index": meta}, action.document]
