"""Simulated servers without faults, for tests of a single stage or of the runtime."""

from collections.abc import Coroutine, Sequence
from datetime import datetime
from random import Random
from typing import Any, TypeVar

from pipeline import topics
from pipeline.envelope import Coordinate, Envelope, Headers
from tests.simulation.elasticsearch import Documents, SimulatedIndices, SimulatedStore
from tests.simulation.faults import CALM, Network
from tests.simulation.kafka import Log, SimulatedBroker
from tests.simulation.loop import SimulatedLoop
from tests.simulation.system import Counted

Result = TypeVar("Result")


class Calm:
    """A loop in simulated time, with one of each server."""

    def __init__(self, seed: int = 0) -> None:
        """``seed`` decides how long each request takes."""
        self.loop = SimulatedLoop()
        self.random = Random(seed)
        self.log = Log(self.loop, 1)
        self.documents = Documents()
        self.network = Network(self.loop, self.random, CALM, 0)
        self.broker = SimulatedBroker(self.log, self.network)
        self.store = SimulatedStore(self.documents, self.network, self.loop, self.random)
        self.indices = SimulatedIndices(self.documents, self.network, self.random)
        self.metrics = Counted()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run ``work`` on the simulated loop and return its result."""
        task = self.loop.begin(work)
        self.loop.run(task)
        return task.result()

    def envelope(
        self, topic: str, value: bytes, key: str = "urn:test:1", headers: Headers | None = None, **pairs: bytes
    ) -> Envelope:
        """Return a message on a topic; ``pairs`` adds arbitrary headers."""
        given = (*(headers or Headers()).pairs(), *((name.replace("_", "-"), each) for name, each in pairs.items()))
        at = self.log.append(topic, key.encode(), value, given)
        found = self.log.get(at)
        assert found
        return found

    def held(self, topic: str) -> list[Envelope]:
        """Return the messages of a topic."""
        return [envelope for partition in self.log.held[topic] for envelope in partition]

    def dead_letters(self) -> list[dict[str, bytes]]:
        """Return the headers of the dead letters."""
        return [dict(letter.pairs) for letter in self.held(topics.DEAD)]


class Given:
    """A stream of given events, which record whether they were acknowledged; it ends after them."""

    def __init__(self, envelopes: Sequence[Envelope]) -> None:
        self.events = [GivenEvent(envelope) for envelope in envelopes]

    async def __aiter__(self) -> Any:
        for event in self.events:
            yield event


class GivenEvent:
    """See offsets.Event."""

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope
        self.is_acknowledged = False

    def acknowledge(self) -> None:
        self.is_acknowledged = True


def at(topic: str, offset: int, partition: int = 0, value: bytes = b"", moment: datetime | None = None) -> Envelope:
    """Return a message at that position of a topic."""
    stamp = int(moment.timestamp() * 1000) if moment else 0
    return Envelope(Coordinate(topic, partition, offset), b"urn:test:1", value, (), stamp)
