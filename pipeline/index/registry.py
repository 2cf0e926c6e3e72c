"""The desk's memory: one record a story in ``wire-desk``, read in real time by id."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from pipeline.desk.rules import Record
from pipeline.errors import ElasticsearchAway
from pipeline.index.connection import AsyncClient, Client, settled, speaking_to
from pipeline.index.documents import Action
from pipeline.index.names import DESK, STORIES, index_of, story_id

NO_INDEX = "index_not_found_exception"


async def recall(client: AsyncClient, uris: Iterable[str]) -> dict[str, Record]:
    """The records of these stories, of those that have one. Raises ElasticsearchAway."""
    ids = sorted({story_id(uri) for uri in uris})
    if not ids:
        return {}
    with speaking_to(client):
        response = await client.mget(index=client.named(DESK), ids=ids)
    records = (Record.model_validate(doc["_source"]) for doc in looked_up(response["docs"]))
    return {record.uri: record for record in records}


@settled
def recalled(client: Client, uri: str) -> Record | None:
    """The record of one story, for those who only look. Raises ElasticsearchAway."""
    with speaking_to(client):
        response = client.options(ignore_status=404).get(index=client.named(DESK), id=story_id(uri))
    return Record.model_validate(response["_source"]) if response.get("found") else None


def remembering(record: Record) -> Action:
    """The action that writes a record; an older one never overwrites it."""
    return Action(DESK, story_id(record.uri), record.version, record.model_dump(mode="json"))


async def indexed_quotes(client: AsyncClient, stories: Sequence[tuple[str, datetime]]) -> dict[str, int]:
    """How many quotes the indexed version of each story (uri, firstcreated) has.

    Raises ElasticsearchAway.
    """
    wanted = {story_id(uri): (uri, index_of(STORIES, created)) for uri, created in stories}
    docs = [{"_index": client.named(index), "_id": id_, "_source": ["quotes.id"]} for id_, (_, index) in wanted.items()]
    with speaking_to(client):
        response = await client.mget(docs=docs)
    return {
        wanted[doc["_id"]][0]: len(doc["_source"].get("quotes", ())) for doc in looked_up(response["docs"], NO_INDEX)
    }


def looked_up(docs: Sequence[dict[str, Any]], *unharmful: str) -> Iterator[dict[str, Any]]:
    """The documents of an ``mget`` that are there.

    Raises ElasticsearchAway where one could not be looked for: while a node starts, or is too busy,
    ``mget`` succeeds as a whole and says so in that document's place. Taken for unknown, a story's
    kills and versions would be forgotten.
    """
    for doc in docs:
        error = doc.get("error")
        if error and error["type"] not in unharmful:
            raise ElasticsearchAway(f"{doc['_index']}: {error['type']}: {error.get('reason')}"[:500])
        if doc.get("found"):
            yield doc


async def due(client: AsyncClient, now: datetime, most: int = 100) -> list[Record]:
    """Records of held stories whose embargo has passed. Raises ElasticsearchAway."""
    query = {"bool": {"filter": [{"exists": {"field": "held"}}, {"range": {"embargoed": {"lte": now.isoformat()}}}]}}
    with speaking_to(client):
        response = await client.search(index=client.named(DESK), query=query, size=most)
    return [Record.model_validate(hit["_source"]) for hit in response["hits"]["hits"]]
