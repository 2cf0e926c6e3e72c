"""The indices as the index stage writes them: in bulk, with every single result checked.

``helpers.bulk`` stops at the first bad chunk and hides 429s (elasticsearch-py 864, 2673), so this module makes the
requests itself. A version conflict is success, since something newer is there; 429 and 5xx are retried; anything
else is a rejection with Elasticsearch's reason.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol

from elasticsearch import ApiError

from pipeline.documents.kinds import PARTS
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import AsyncClient, bulk_item_error, translate_errors
from pipeline.errors import ElasticsearchUnavailable
from pipeline.index.actions import Action
from pipeline.index.templates import index_of
from pipeline.story import story_id

_PAUSE = 0.1
_CARRIED = ("group", "storyline", "copyof", "variantof", "updateof", "differs", "follows", "withdrawn")
"""What was derived, and stays until it is derived anew when a story is written again."""


class Overtaken:
    """The result of a strict write that somebody else came before."""


Result = str | ElasticsearchUnavailable | Overtaken | None
"""None (applied, or outdated), the reason for a rejection, or why to try again."""


class Before(NamedTuple):
    """What is indexed of a story: its document's version, the digest of its message, how many documents of each kind
    belong to it, and the fields that were derived.
    """

    version: int = 0
    digest: str = ""
    counts: Mapping[str, int] = {}
    derived: Mapping[str, Any] = {}


class Indices(Protocol):
    """The operations that the index stage needs."""

    async def write(self, actions: Sequence[Action], *, refresh: bool = False) -> Sequence[Result]:
        """Execute the actions, and return the result of each.

        With ``refresh`` they are searchable afterwards, otherwise within a second. Raises ElasticsearchUnavailable if
        the result of all is unknown.
        """
        ...

    async def before(self, stories: Sequence[tuple[str, datetime]]) -> dict[str, Before]:
        """Return what is indexed of these stories (uri, firstcreated), by uri. Raises ElasticsearchUnavailable."""
        ...


class ElasticsearchIndices:
    """The indices in Elasticsearch."""

    def __init__(self, client: AsyncClient) -> None:
        """Connect at first use, on the event loop that uses it."""
        self._client = client

    async def write(self, actions: Sequence[Action], *, refresh: bool = False) -> Sequence[Result]:
        """See Indices.

        Rejected items are retried until a retry makes no progress: a batch for more shards than a node's queue holds
        would otherwise be rejected in part each time.
        """
        if not actions:
            return []
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

    async def before(self, stories: Sequence[tuple[str, datetime]]) -> dict[str, Before]:
        """See Indices. Reads by id are in real time."""
        client = self._client
        wanted = {story_id(uri): (uri, index_of(STORY.alias, created)) for uri, created in stories}
        fields = ["digest", *(f"{kind.alias}.id" for kind in PARTS), *_CARRIED]
        docs = [{"_index": client.named(index), "_id": id_, "_source": fields} for id_, (_, index) in wanted.items()]
        found = await client.documents(docs)
        return {wanted[doc["_id"]][0]: before_of(doc["_version"], doc["_source"]) for doc in found}


def before_of(version: int, document: Mapping[str, Any]) -> Before:
    """Return what is indexed of a story with this document."""
    derived = {name: document[name] for name in _CARRIED if name in document}
    counts = {kind.alias: len(document.get(kind.alias, ())) for kind in PARTS}
    return Before(version, document.get("digest", ""), counts, derived)


async def _once(client: AsyncClient, actions: Sequence[Action], refresh: bool) -> list[Result]:
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
    results = (next(iter(item.values())) for item in response["items"])
    return [_result(action, result) for action, result in zip(actions, results, strict=True)]


def _result(action: Action, result: dict[str, Any]) -> Result:
    if action.strict and result["status"] == HTTPStatus.CONFLICT:
        return Overtaken()
    return bulk_item_error(result)


def _lines(client: AsyncClient, action: Action) -> list[dict[str, Any]]:
    meta = {
        "_index": client.named(action.index),
        "_id": action.id,
        "version": action.version,
        "version_type": "external" if action.strict else "external_gte",
    }
    if action.document is None:
        return [{"delete": meta}]
    return [{"index": meta}, action.document]
