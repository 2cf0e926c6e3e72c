"""Read messages outside of consumer groups: one by coordinate, or a topic from a given time on.

Topics are named without the installation's prefix, in arguments and results.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from pipeline.envelope import Coordinate, Envelope
from pipeline.errors import KafkaUnavailable
from pipeline.kafka.client import consumer, translate_errors
from pipeline.settings import Kafka

_POLL_MS = 500
_FETCHING = 10.0
_CATCHING_UP = 30.0


def fetch_all(kafka: Kafka, places: Sequence[Coordinate]) -> list[Envelope]:
    """Return the messages at these coordinates, without those that have expired.

    Raises KafkaUnavailable if a topic is unknown or a message is slow to arrive.
    """
    with consumer(kafka, fetch_bytes=1) as client:
        bounds = _bounds(kafka, client, places)
        found = (_fetch(kafka, client, at) for at in places if at.offset in bounds.get(_partition(kafka, at), ()))
        return [envelope for envelope in found if envelope]


def _bounds(kafka: Kafka, client: KafkaConsumer, places: Sequence[Coordinate]) -> dict[TopicPartition, range]:
    """Return the offsets that each of these partitions holds, asking for all partitions at once."""
    wanted = {_partition(kafka, at) for at in places}
    partitions = {topic: client.partitions_for_topic(topic) for topic in {tp.topic for tp in wanted}}
    if unknown := [topic for topic, numbers in partitions.items() if not numbers]:
        raise KafkaUnavailable(f"no partition of {', '.join(unknown)} is known")
    known = [tp for tp in wanted if tp.partition in partitions[tp.topic]]
    if not known:
        return {}
    begins, ends = client.beginning_offsets(known), client.end_offsets(known)
    return {tp: range(begins[tp], ends[tp]) for tp in known}


def _fetch(kafka: Kafka, client: KafkaConsumer, at: Coordinate) -> Envelope | None:
    """Return the message, or None if it has expired meanwhile. Raises KafkaUnavailable if it is slow to arrive."""
    where = _partition(kafka, at)
    client.assign([where])
    client.seek(where, at.offset)
    deadline = time.monotonic() + _FETCHING
    while time.monotonic() < deadline:
        for record in client.poll(timeout_ms=_POLL_MS, max_records=1).get(where, []):
            # A different offset means that compaction has removed the message.
            return _envelope(kafka, record) if record.offset == at.offset else None
    raise KafkaUnavailable(f"{at} did not come within {_FETCHING:g} s")


def _partition(kafka: Kafka, at: Coordinate) -> TopicPartition:
    return TopicPartition(kafka.named(at.topic), at.partition)


def read(kafka: Kafka, topic: str, since: datetime | None = None) -> Iterator[Envelope]:
    """Yield the topic's messages up to its end at the time of the call.

    Raises KafkaUnavailable, also if nothing arrives for half a minute.
    """
    with closing(TopicFollower(kafka, topic, since)) as follower:
        yield from follower.poll()


class TopicFollower:
    """Read a topic repeatedly, each time what was added since the last time."""

    def __init__(self, kafka: Kafka, topic: str, since: datetime | None = None) -> None:
        """Start at the topic's beginning, or at what was written ``since`` then."""
        self._kafka, self._topic, self._since = kafka, topic, since
        self._next: dict[TopicPartition, int] = {}
        self._client: KafkaConsumer | None = None
        self._open = ExitStack()

    def close(self) -> None:
        """Disconnect; ``poll`` connects again."""
        self._client = None
        self._open.close()

    def poll(self) -> Iterator[Envelope]:
        """Yield the messages not read yet, up to the topic's end at the time of the call.

        Raises KafkaUnavailable, also if nothing arrives for half a minute.
        """
        is_read = False
        try:
            with translate_errors(self._kafka):
                yield from self._poll(self._connected())
            is_read = True
        finally:
            if not is_read:
                self.close()

    def _connected(self) -> KafkaConsumer:
        if self._client is None:
            self._client = self._open.enter_context(consumer(self._kafka))
        return self._client

    def _poll(self, client: KafkaConsumer) -> Iterator[Envelope]:
        ends = _assign(client, self._kafka.named(self._topic))
        starts = self._starts(client, ends)
        left = {tp for tp in ends if starts[tp] < ends[tp]}
        if left:
            client.assign(list(left))
        for tp in left:
            client.seek(tp, starts[tp])
        deadline = time.monotonic() + _CATCHING_UP
        while left:
            for tp, records in client.poll(timeout_ms=_POLL_MS).items():
                for record in records:
                    if record.offset < ends[tp]:
                        yield _envelope(self._kafka, record)
                        self._next[tp] = record.offset + 1
                deadline = time.monotonic() + _CATCHING_UP
            left = {tp for tp in left if client.position(tp) < ends[tp]}
            if left and time.monotonic() > deadline:
                raise KafkaUnavailable(f"{self._topic}: no message came for {_CATCHING_UP:g} s")
        # Compaction may have removed the last messages, so the end is recorded separately.
        self._next |= ends

    def _starts(self, client: KafkaConsumer, ends: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
        # An offset beyond the end means that the topic was recreated.
        known = {tp: place for tp, place in self._next.items() if place <= ends.get(tp, -1)}
        if unknown := [tp for tp in ends if tp not in known]:
            known |= client.beginning_offsets(unknown)
            if self._since:
                times = client.offsets_for_times({tp: int(self._since.timestamp() * 1000) for tp in unknown})
                known |= {tp: times[tp].offset if times.get(tp) else ends[tp] for tp in unknown}
        return known


def follow(kafka: Kafka, *names: str) -> Iterator[Envelope]:
    """Yield the messages of these topics as they arrive. Raises KafkaUnavailable."""
    for messages in poll_batches(kafka, *names, seconds=0):
        yield from messages


def poll_batches(kafka: Kafka, *names: str, seconds: float) -> Iterator[list[Envelope]]:
    """Yield messages as they arrive, those within ``seconds`` after the first together. Raises KafkaUnavailable."""
    with consumer(kafka) as client:
        _assign(client, *map(kafka.named, names))
        client.seek_to_end()
        while True:
            found: list[Envelope] = []
            until = float("inf")
            while time.monotonic() < until:
                batch = client.poll(timeout_ms=_POLL_MS)
                found += [_envelope(kafka, record) for records in batch.values() for record in records]
                if found and until == float("inf"):
                    until = time.monotonic() + seconds
            yield found


def _assign(client: KafkaConsumer, *names: str) -> dict[TopicPartition, int]:
    partitions = [TopicPartition(topic, n) for topic in names for n in client.partitions_for_topic(topic) or ()]
    client.assign(partitions)
    ends: dict[TopicPartition, int] = client.end_offsets(partitions) if partitions else {}
    return ends


def _envelope(kafka: Kafka, record: Any) -> Envelope:
    return Envelope(
        at=Coordinate(kafka.plain(record.topic), record.partition, record.offset),
        key=record.key,
        value=record.value,
        pairs=tuple((name, content or b"") for name, content in record.headers or ()),
        timestamp=record.timestamp,
    )
