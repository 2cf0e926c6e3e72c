"""Carry out by hand what agencies order in words: kill a story, release one that is held, dismiss an order."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from pipeline import topics
from pipeline.desk.ordered_kills import kill_of
from pipeline.desk.record import Record
from pipeline.desk.store import ElasticsearchStore, Store
from pipeline.elasticsearch.client import connect_async
from pipeline.envelope import Coordinate, Headers
from pipeline.errors import ConfigurationError
from pipeline.kafka.reader import fetch_all
from pipeline.kafka.sender import Sender
from pipeline.locate import Servers
from pipeline.settings import Kafka
from pipeline.story import Story

_LATER = timedelta(seconds=1)


async def kill(servers: Servers, uri: str, reason: str = "") -> None:
    """Remove the story with its quotes and events from every index, as a kill of its agency would.

    Raises ConfigurationError if there is no story with this uri; KafkaUnavailable, ElasticsearchUnavailable.
    """
    record = await _with_store(servers, lambda store: _record(store, uri))
    message = kill_of(record, record.sender, reason, datetime.now(UTC))
    await asyncio.to_thread(_send, servers.kafka, message, record.sender)


async def release(servers: Servers, uri: str) -> None:
    """Show a story that its own words hold, as the next version of it.

    Raises ConfigurationError if no story with this uri is held so, or its text has expired; KafkaUnavailable,
    ElasticsearchUnavailable.
    """
    record = await _with_store(servers, lambda store: _record(store, uri))
    held = next((each for each in reversed(record.versions) if each.order and each.order.kind == "hold"), None)
    at = Coordinate.read(held.at or "") if held and not record.settled else None
    if at is None:
        raise ConfigurationError(f"{uri}: no order in words holds this story (wire trace {uri} says where it is)")
    for found in fetch_all(servers.kafka, [at]):
        story = Story.model_validate_json(found.payload)
        released = story.model_copy(
            update={
                "version": record.version + 1,
                "versioncreated": story.versioncreated + _LATER,
                "pubstatus": "usable",
                "order": None,
            }
        )
        await asyncio.to_thread(_send, servers.kafka, released, record.sender)
        return
    raise ConfigurationError(f"{uri}: its text has expired; feed the story again")


async def dismiss(servers: Servers, uri: str) -> None:
    """Take an order off the list of those to carry out: it is done, or concerns no story of ours.

    Raises ConfigurationError if no message with this uri orders anything; ElasticsearchUnavailable.
    """

    async def settle(store: Store) -> Record:
        while True:
            stored = (await store.read([uri])).get(uri)
            if stored is None or stored.record.order is None:
                raise ConfigurationError(f"{uri}: no message with this uri orders anything")
            changed = stored.record.model_copy(update={"settled": True})
            if not await store.write([(changed, stored)]):
                return changed

    await _with_store(servers, settle)


async def _record(store: Store, uri: str) -> Record:
    stored = (await store.read([uri])).get(uri)
    if stored is None:
        raise ConfigurationError(f"{uri}: there is no story with this uri")
    return stored.record


async def _with_store(servers: Servers, use: Callable[[Store], Awaitable[Record]]) -> Record:
    client = connect_async(servers.elasticsearch)
    try:
        return await use(ElasticsearchStore(client))
    finally:
        await client.close()


def _send(kafka: Kafka, story: Story, sender: str) -> None:
    with Sender(kafka) as producer:
        topic = topics.twin_of(topics.STORIES)
        producer.send(topic, story.uri.encode(), story.model_dump_json().encode(), Headers(sender=sender).pairs())
        producer.finish()
