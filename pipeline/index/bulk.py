"""Write in bulk, and check every single result.

``helpers.bulk`` stops at the first bad chunk and hides 429s (elasticsearch-py 864, 2673), so this module makes the
requests itself. A version conflict is success, since something newer is there; 429 and 5xx are retried; anything
else is a rejection with Elasticsearch's reason.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from elasticsearch import ApiError

from pipeline.connect.elasticsearch_client import AsyncClient, bulk_item_error, translate_errors
from pipeline.errors import ElasticsearchUnavailable
from pipeline.index.documents import Action

_PAUSE = 0.1


async def write(
    client: AsyncClient, actions: Sequence[Action], *, refresh: bool = False
) -> list[str | ElasticsearchUnavailable | None]:
    """Execute the actions. Return for each None (applied), the reason for its rejection, or an error to retry later.

    Rejected items are retried until a retry makes no progress: a batch for more shards than a node's queue holds
    would otherwise be rejected in part each time. Raises ElasticsearchUnavailable if the whole request failed.
    """
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
