"""Keep a story beside its updates, as an editor decides, or let an update replace it again."""

import asyncio
from datetime import UTC, datetime

from pipeline import topics
from pipeline.broker.reader import fetch_all
from pipeline.broker.sender import Sender
from pipeline.connect.elasticsearch_client import connect_async
from pipeline.connect.locate import Servers
from pipeline.desk.record import Record
from pipeline.desk.status import status_of
from pipeline.desk.store import ElasticsearchStore
from pipeline.envelope import Coordinate, Envelope
from pipeline.errors import ConfigurationError
from pipeline.settings import Kafka


async def set_separate(servers: Servers, uri: str, *, is_separate: bool) -> None:
    """Store the decision in the story's record, and send the story's text to the desk again.

    The desk then shows or removes the story and tells its updates. Raises ConfigurationError if no update replaces
    the story or its text has expired; KafkaUnavailable or ElasticsearchUnavailable, after which a repetition
    completes it.
    """
    client = connect_async(servers.elasticsearch)
    try:
        store = ElasticsearchStore(client)
        while True:
            stored = (await store.read([uri])).get(uri)
            if stored is None or not stored.record.replacedby:
                raise ConfigurationError(f"{uri}: no update has replaced a story with this uri")
            text = await asyncio.to_thread(_text, servers.kafka, stored.record)
            changed = stored.record.model_copy(update={"separate": is_separate})
            if not await store.write([(changed, stored)]):
                break
    finally:
        await client.close()
    await asyncio.to_thread(_send, servers.kafka, uri, text)


def _text(kafka: Kafka, record: Record) -> Envelope:
    """Return the message with the text of the current version."""
    status = status_of(record.versions, datetime.now(UTC))
    at = Coordinate.read(status.content.at or "") if status.content and not status.kill else None
    if at is None:
        raise ConfigurationError(f"{record.uri}: the story is {record.pubstatus}, and is not shown")
    for found in fetch_all(kafka, [at]):
        return found
    raise ConfigurationError(f"{record.uri}: its text has expired; feed the story again")


def _send(kafka: Kafka, uri: str, text: Envelope) -> None:
    with Sender(kafka) as sender:
        sender.send(topics.STORIES, uri.encode(), text.payload, text.onward().pairs())
        sender.finish()
