"""The indices as the index stage writes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pipeline.connect.elasticsearch_client import NO_INDEX, AsyncClient, found_documents, translate_errors
from pipeline.errors import ElasticsearchUnavailable
from pipeline.index import bulk
from pipeline.index.documents import Action
from pipeline.index.index_names import STORIES, index_of
from pipeline.index.kinds import KINDS
from pipeline.story import story_id


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
        """See Indices."""
        return await bulk.write(self._client, actions, refresh=refresh)

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
