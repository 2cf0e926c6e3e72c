"""Simulated topics with partitions, and consumer groups."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from random import Random
from zlib import crc32

from pipeline import topics
from pipeline.envelope import Coordinate, Envelope, Pairs
from pipeline.errors import KafkaUnavailable
from tests.simulation.faults import Network
from tests.simulation.loop import SimulatedLoop

EPOCH = 1_715_860_800
"""When the simulation begins, in seconds since 1970."""


class Log:
    """All topics with their messages."""

    def __init__(self, loop: SimulatedLoop, partitions: int) -> None:
        self._loop = loop
        self._partitions = partitions
        self.held: dict[str, list[list[Envelope]]] = {topic: [[] for _ in range(partitions)] for topic in topics.TOPICS}
        self._waiting: dict[str, list[asyncio.Future]] = defaultdict(list)

    def append(self, topic: str, key: bytes, value: bytes, pairs: Pairs, partition: int | None = None) -> Coordinate:
        """Append a message to its key's partition."""
        held = self.held[topic]
        number = crc32(key) % len(held) if partition is None else partition
        at = Coordinate(topic, number, len(held[number]))
        held[number].append(Envelope(at, key, value, tuple(pairs), int((EPOCH + self._loop.time()) * 1000)))
        self.wake(topic)
        return at

    def wake(self, topic: str) -> None:
        """Wake the members that wait for this topic's messages."""
        for future in self._waiting.pop(topic, ()):
            if not future.done():
                future.set_result(None)

    async def changed(self, topic: str) -> None:
        """Wait for a message or for a new assignment."""
        future = self._loop.create_future()
        self._waiting[topic].append(future)
        await future

    def get(self, at: Coordinate) -> Envelope | None:
        """Return the message at that offset."""
        partitions = self.held.get(at.topic, ())
        if at.partition < len(partitions) and at.offset < len(partitions[at.partition]):
            return partitions[at.partition][at.offset]
        return None


class SimulatedBroker:
    """The broker as one worker sees it; see workers.contract.Broker."""

    def __init__(self, log: Log, network: Network) -> None:
        self._log, self._network = log, network

    async def send(
        self, topic: str, key: bytes, value: bytes, headers: Pairs = (), partition: int | None = None
    ) -> Coordinate:
        return await self._network.request(
            lambda: self._log.append(topic, key, value, headers, partition),
            lambda why: KafkaUnavailable(f"{topic}: {why}"),
        )

    async def fetch(self, places: Sequence[Coordinate]) -> dict[Coordinate, Envelope]:
        if not places:
            return {}
        return await self._network.request(
            lambda: {at: found for at in places if (found := self._log.get(at))}, lambda why: KafkaUnavailable(why)
        )


class Group:
    """A consumer group of one topic: its assignment and committed offsets."""

    def __init__(self, log: Log, topic: str) -> None:
        self.log, self.topic = log, topic
        self.committed = [0] * len(log.held[topic])
        self._members: list[object] = []
        self._acknowledged: dict[tuple[int, int], set[int]] = {}
        self.generation = 0

    def join(self, member: object) -> None:
        self._members.append(member)
        self._rebalance()

    def leave(self, member: object) -> None:
        if member in self._members:
            self._members.remove(member)
            self._rebalance()

    def assigned(self, member: object) -> list[int]:
        """Return the partitions of a member."""
        if member not in self._members:
            return []
        number = self._members.index(member)
        return [p for p in range(len(self.committed)) if p % len(self._members) == number]

    def acknowledge(self, member: object, partition: int, offset: int) -> None:
        """Commit up to the first unacknowledged message; refuse members that lost the partition.

        Where nothing was committed yet, Faust takes the first acknowledged offset for the beginning.
        """
        if partition not in self.assigned(member):
            return
        done = self._acknowledged.setdefault((partition, id(member)), set())
        done.add(offset)
        if self.committed[partition] == 0:
            self.committed[partition] = min(done)
        while self.committed[partition] in done:
            done.remove(self.committed[partition])
            self.committed[partition] += 1

    @property
    def is_done(self) -> bool:
        """Return whether all messages of the topic are committed."""
        return self.committed == [len(held) for held in self.log.held[self.topic]]

    def _rebalance(self) -> None:
        self.generation += 1
        self._acknowledged.clear()
        self.log.wake(self.topic)


class SimulatedEvent:
    """A delivered message; see offsets.Event."""

    def __init__(self, envelope: Envelope, group: Group, member: object, loop: SimulatedLoop, delay: float) -> None:
        self.envelope = envelope
        self._group, self._member, self._loop, self._delay = group, member, loop, delay

    def acknowledge(self) -> None:
        """Commit a moment later, unless the worker has died by then."""
        at = self.envelope.at
        self._loop.call_later(self._delay, self._group.acknowledge, self._member, at.partition, at.offset)


async def deliver(group: Group, member: object, loop: SimulatedLoop, random: Random) -> AsyncIterator[SimulatedEvent]:
    """Deliver a member's messages: from each partition's committed offset on, partitions interleaved at random."""
    generation, places = -1, {}
    held = group.log.held[group.topic]
    while True:
        if generation != group.generation:
            generation = group.generation
            places = {number: group.committed[number] for number in group.assigned(member)}
        waiting = [number for number, place in places.items() if place < len(held[number])]
        if not waiting:
            await group.log.changed(group.topic)
            continue
        number = random.choice(waiting)
        envelope = held[number][places[number]]
        places[number] += 1
        yield SimulatedEvent(envelope, group, member, loop, random.choice((0.0, 0.0, 0.5, 1.0)))
