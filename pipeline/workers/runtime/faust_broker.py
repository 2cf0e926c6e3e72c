"""Connect the stages to Kafka: send with Faust's producer, fetch messages by coordinate."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faust.exceptions import ProducerSendError
from faust.types import AppT, EventT, StreamT

from pipeline.envelope import Coordinate, Envelope, Pairs
from pipeline.errors import KafkaUnavailable, TooLarge
from pipeline.kafka.reader import fetch_all
from pipeline.settings import Kafka
from pipeline.topics import DEAD


class FaustBroker:
    """The broker of one worker; see workers.contract.Broker."""

    def __init__(self, app: AppT, kafka: Kafka) -> None:
        """``app`` provides the producer."""
        self._app, self._kafka = app, kafka
        self._wanted: dict[Coordinate, None] = {}
        self._fetching: asyncio.Task[dict[Coordinate, Envelope]] | None = None

    async def send(
        self, topic: str, key: bytes, value: bytes, headers: Pairs = (), partition: int | None = None
    ) -> Coordinate:
        """See Broker."""
        if len(value) > self._kafka.max_message_bytes and topic != DEAD:
            raise TooLarge(f"{len(value):,} bytes for {topic}, which takes {self._kafka.max_message_bytes:,}")
        try:
            producer = self._app.producer
            sent = await producer.send(self._kafka.named(topic), key, value, partition, None, dict(headers))
            stands = await sent
        except (KafkaError, ProducerSendError) as error:
            if isinstance(error.__cause__ or error, MessageSizeTooLargeError):
                raise TooLarge(f"{len(value):,} bytes for {topic}: {error}") from None
            raise KafkaUnavailable(f"{topic}: {type(error).__name__}: {error}") from error
        return Coordinate(topic, int(stands.partition), int(stands.offset))

    async def fetch(self, places: Sequence[Coordinate]) -> dict[Coordinate, Envelope]:
        """See Broker. Concurrent calls share one connection, since connecting takes longer than reading."""
        if not places:
            return {}
        self._wanted |= dict.fromkeys(places)
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
        found = await asyncio.shield(self._fetching)
        return {at: found[at] for at in places if at in found}

    async def _fetch(self) -> dict[Coordinate, Envelope]:
        # Let other callers join this batch.
        await asyncio.sleep(0)
        wanted, self._wanted, self._fetching = list(self._wanted), {}, None
        found = await asyncio.to_thread(fetch_all, self._kafka, wanted)
        return {envelope.at: envelope for envelope in found}


class FaustEvent:
    """Adapt an event of Faust's to offsets.Event."""

    def __init__(self, event: EventT, topic: str) -> None:
        """``topic`` is the topic's name without the installation's prefix."""
        message = event.message
        headers = message.headers or ()
        pairs = headers.items() if isinstance(headers, dict) else headers
        self._event = event
        self.envelope = Envelope(
            at=Coordinate(topic, message.partition, message.offset),
            key=message.key,
            value=message.value,
            pairs=tuple((name, content or b"") for name, content in pairs),
            timestamp=int((message.timestamp or 0) * 1000),
        )

    def acknowledge(self) -> None:
        """Let Faust commit the event's offset."""
        self._event.ack()


async def events(stream: StreamT, topic: str) -> AsyncIterator[FaustEvent]:
    """Yield the events of a stream without acknowledging them."""
    async for event in stream.noack().events():
        yield FaustEvent(event, topic)
