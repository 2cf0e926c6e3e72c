"""The indices as the index stage writes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pipeline.connect.elasticsearch_client import NO_INDEX, AsyncClient, found_documents, translate_errors
from pipeline.errors import ElasticsearchUnavailable
from pipeline.index import bulk
from pipeline.index.documents import Action
from pipeline.index.index_names import STORIES, index_of
from pipeline.story import story_id


class Indices(Protocol):
    """The operations that the index stage needs."""

    async def write(self, actions: Sequence[Action]) -> Sequence[str | ElasticsearchUnavailable | None]:
        """Execute the actions. Return for each None (applied or outdated), the reason for its rejection, or an error
        to retry.

        Raises ElasticsearchUnavailable if the result of all is unknown.
        """
        ...

    async def quote_counts(self, stories: Sequence[tuple[str, datetime]]) -> dict[str, int]:
        """Return the number of quotes of each indexed story (uri, firstcreated). Raises ElasticsearchUnavailable."""
        ...


class ElasticsearchIndices:
    """The indices in Elasticsearch."""

    def __init__(self, client: AsyncClient) -> None:
        """Connect at first use, on the event loop that uses it."""
        self._client = client

    async def write(self, actions: Sequence[Action]) -> Sequence[str | ElasticsearchUnavailable | None]:
        """See Indices."""
        return await bulk.write(self._client, actions)

    async def quote_counts(self, stories: Sequence[tuple[str, datetime]]) -> dict[str, int]:
        """See Indices. Reads by id are in real time."""
        client = self._client
        wanted = {story_id(uri): (uri, index_of(STORIES, created)) for uri, created in stories}
        docs = [
            {"_index": client.named(index), "_id": id_, "_source": ["quotes.id"]} for id_, (_, index) in wanted.items()
        ]
        with translate_errors(client):
            response = await client.mget(docs=docs)
        found = found_documents(response["docs"], NO_INDEX)
        return {wanted[doc["_id"]][0]: len(doc["_source"].get("quotes", ())) for doc in found}
