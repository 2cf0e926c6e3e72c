"""What a stage is: an async function from a batch of envelopes to one outcome for each.

It knows nothing of Faust, offsets or retries. It raises TransientError where a server is away, after
which it is given the same batch again; for whatever else it raises it is given parts of the batch,
until the envelope at fault is found, which becomes a dead letter. A batch may come again after it was
done, so that what a stage does must bear repeating.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from pipeline.envelope import Coordinate, Envelope, Headers, Pairs
from pipeline.settings import Settings
from pipeline.topics import Limits, Stage


@dataclass(frozen=True)
class Send:
    """Send ``value`` on to the stage's output topic, or to another one.

    ``headers`` are those of the envelope, its trace extended, unless others are given.
    """

    key: str
    value: bytes
    topic: str | None = None
    headers: Headers | None = None


@dataclass(frozen=True)
class Done:
    """Nothing follows: indexed, held, or dropped for a reason; its first word is counted."""

    why: str


Outcome = Send | tuple[Send | Exception, ...] | Done | Exception
"""An exception makes a dead letter, beside what is sent."""

Clock = Callable[[], datetime]
"""The time now, in UTC."""


def utc_now() -> datetime:
    """The clock outside of tests."""
    return datetime.now(UTC)


Work = Callable[[Sequence[Envelope]], Awaitable[Sequence[Outcome]]]


async def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Handler:
    """A stage at work: what it does with a batch, before the first and after the last, and every so many seconds.

    ``limits`` and ``at_once`` stand for the stage's own where the settings have a say.
    """

    work: Work
    start: Callable[[], Awaitable[None]] = _nothing
    stop: Callable[[], Awaitable[None]] = _nothing
    tick: Callable[[], Awaitable[None]] = _nothing
    every: float = 0.0
    limits: Limits | None = None
    at_once: int | None = None


class Broker(Protocol):
    """Kafka, as stages and the runtime need it. Topics are named without the installation's prefix."""

    async def send(
        self, topic: str, key: bytes, value: bytes, headers: Pairs = (), partition: int | None = None
    ) -> Coordinate:
        """Send a message and wait until all replicas have it; where it stands.

        Raises TooLarge, or KafkaAway, after which it may stand there or not.
        """
        ...

    async def fetch(self, places: Sequence[Coordinate]) -> dict[Coordinate, Envelope]:
        """The messages that stand at these places, without those that are gone. Raises KafkaAway."""
        ...


class Metrics(Protocol):
    """What the runtime and the stages count."""

    def progress(self) -> None:
        """Something was done, though no event has ended yet."""

    def batch(self, size: int) -> None:
        """A batch was begun."""

    def event_ended(self, outcome: str, arrived: float, received: float | None) -> None:
        """An event ended; it ``arrived`` here and was ``received`` at the door then (seconds since 1970)."""

    def dead_letter(self, error: str) -> None:
        """An event went to the dead letters."""

    def server_unavailable(self, server: str, why: str) -> None:
        """A server was found away."""

    def process_replaced(self) -> None:
        """A language process was replaced."""


@dataclass(frozen=True)
class Context:
    """What a stage is made with; the settings have the servers' addresses."""

    stage: Stage
    settings: Settings
    broker: Broker
    metrics: Metrics
