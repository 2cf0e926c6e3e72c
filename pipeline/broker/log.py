"""Reading messages where they stand: one by its coordinate, a topic from its beginning or a time."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition

from pipeline.broker.connection import consumer
from pipeline.errors import KafkaAway
from pipeline.settings import Kafka

_POLL_MS = 500
_FETCH_POLLS = 10
_CATCHING_UP = 30.0


@dataclass(frozen=True, order=True)
class Coordinate:
    """Where a message stands: ``wire.raw/3/120``."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """The coordinate as it is written in headers."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The coordinate back from its text; raises ValueError."""
        topic, partition, offset = text.split("/")
        return cls(topic, int(partition), int(offset))


@dataclass(frozen=True)
class Message:
    """A message with its place and its time (milliseconds since 1970)."""

    at: Coordinate
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp: int


def fetch(kafka: Kafka, at: Coordinate) -> Message | None:
    """The message at that place, None if it is no longer there. Raises KafkaAway."""
    return next(iter(fetch_all(kafka, [at])), None)


def fetch_all(kafka: Kafka, places: Sequence[Coordinate]) -> list[Message]:
    """The messages at these places, without those that are no longer there. Raises KafkaAway."""
    with consumer(kafka, fetch_bytes=1) as client:
        return [found for at in places if (found := _fetch(client, at))]


def _fetch(client: KafkaConsumer, at: Coordinate) -> Message | None:
    where = TopicPartition(at.topic, at.partition)
    client.assign([where])
    if not client.beginning_offsets([where])[where] <= at.offset < client.end_offsets([where])[where]:
        return None
    client.seek(where, at.offset)
    for _ in range(_FETCH_POLLS):
        for record in client.poll(timeout_ms=_POLL_MS, max_records=1).get(where, []):
            return _message(record) if record.offset == at.offset else None
    return None


def read(kafka: Kafka, topic: str, since: datetime | None = None) -> Iterator[Message]:
    """The topic's messages up to what was its end when the reading began. Raises KafkaAway."""
    with consumer(kafka) as client:
        ends = _assign(client, kafka.named(topic))
        starts = client.beginning_offsets(list(ends))
        if since:
            times = client.offsets_for_times({tp: int(since.timestamp() * 1000) for tp in ends})
            starts = {tp: times[tp].offset if times.get(tp) else ends[tp] for tp in ends}
        for tp, start in starts.items():
            client.seek(tp, start)
        left = {tp for tp in ends if starts[tp] < ends[tp]}
        client.pause(*(set(ends) - left)) if set(ends) - left else None
        while left:
            for tp, records in client.poll(timeout_ms=_POLL_MS).items():
                for record in records:
                    if record.offset < ends[tp]:
                        yield _message(record)
            left = {tp for tp in left if client.position(tp) < ends[tp]}


def follow(kafka: Kafka, topic: str) -> Iterator[Message]:
    """The messages that come from now on. Raises KafkaAway."""
    for messages in gathered(kafka, topic, 0):
        yield from messages


def gathered(kafka: Kafka, topic: str, seconds: float) -> Iterator[list[Message]]:
    """The messages that come from now on, those of so many ``seconds`` after the first together. Raises KafkaAway."""
    with consumer(kafka) as client:
        _assign(client, kafka.named(topic))
        client.seek_to_end()
        while True:
            found: list[Message] = []
            until = float("inf")
            while time.monotonic() < until:
                batch = client.poll(timeout_ms=_POLL_MS)
                found += [_message(record) for records in batch.values() for record in records]
                if found and until == float("inf"):
                    until = time.monotonic() + seconds
            yield found


class Tail:
    """A topic of one partition, read on and on by one reader, from what was written ``since`` then.

    It connects anew each time, which takes some milliseconds: a consumer that stays open keeps a
    process from ending.
    """

    def __init__(self, kafka: Kafka, topic: str, since: datetime) -> None:
        """Connect when it is read."""
        self._kafka = kafka
        self._where = TopicPartition(kafka.named(topic), 0)
        self._since = since
        self._next: int | None = None

    def up_to(self, offset: int) -> Iterator[Message]:
        """The messages not read yet, up to and with the one at ``offset``. Raises KafkaAway."""
        if self._next is not None and self._next > offset:
            return
        with consumer(self._kafka) as client:
            client.assign([self._where])
            place = self._begin(client) if self._next is None else self._next
            client.seek(self._where, place)
            deadline = time.monotonic() + _CATCHING_UP
            while place <= offset:
                for record in client.poll(timeout_ms=_POLL_MS).get(self._where, []):
                    self._next = place = record.offset + 1
                    deadline = time.monotonic() + _CATCHING_UP
                    yield _message(record)
                if time.monotonic() > deadline:
                    raise KafkaAway(f"{self._where.topic}: no message came for {_CATCHING_UP:g} s")

    def _begin(self, client: KafkaConsumer) -> int:
        found = client.offsets_for_times({self._where: int(self._since.timestamp() * 1000)}).get(self._where)
        return int(found.offset if found else client.end_offsets([self._where])[self._where])


def _assign(client: KafkaConsumer, topic: str) -> dict[TopicPartition, int]:
    partitions = [TopicPartition(topic, n) for n in client.partitions_for_topic(topic) or ()]
    client.assign(partitions)
    ends: dict[TopicPartition, int] = client.end_offsets(partitions) if partitions else {}
    return ends


def _message(record: Any) -> Message:
    return Message(
        at=Coordinate(record.topic, record.partition, record.offset),
        key=record.key,
        value=record.value,
        headers=tuple((name, content or b"") for name, content in record.headers or ()),
        timestamp=record.timestamp,
    )
