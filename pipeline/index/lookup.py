"""What is known of indexed stories, by their ids."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.connect.elasticsearch import NO_INDEX, AsyncClient, looked_up, speaking_to
from pipeline.index.names import STORIES, index_of
from pipeline.story import story_id


async def quote_counts(client: AsyncClient, stories: Sequence[tuple[str, datetime]]) -> dict[str, int]:
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
