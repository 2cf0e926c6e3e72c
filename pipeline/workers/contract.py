"""Define a stage: an async function from a batch of envelopes to one outcome for each.

A stage knows nothing of Faust, offsets or retries. If it raises TransientError, the runtime calls it again with the
same batch. If it raises anything else, the runtime calls it with parts of the batch until it finds the envelope at
fault, which becomes a dead letter. The runtime may deliver a batch again after it was processed, so a stage must be
idempotent.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from pipeline.envelope import Broker, Envelope, Headers
from pipeline.errors import PermanentError
from pipeline.settings import Settings
from pipeline.topics import Limits, Stage


@dataclass(frozen=True)
class Send:
    """Send ``value`` to the stage's output topic, or to ``topic``.

    Without ``headers`` the message gets those of the envelope, with its trace extended. ``urgent`` selects the
    urgent twin of the topic or not; None means: as the envelope.
    """

    key: str
    value: bytes
    topic: str | None = None
    headers: Headers | None = None
    urgent: bool | None = None


@dataclass(frozen=True)
class Done:
    """Send nothing: the item is indexed, held or dropped. The first word of ``why`` is counted in the metrics."""

    why: str


Outcome = Send | tuple[Send | Exception, ...] | Done | Exception
"""An exception makes a dead letter, beside the messages that are sent."""

Clock = Callable[[], datetime]
"""Returns the current time in UTC."""


def utc_now() -> datetime:
    """Return the current time; tests use other clocks."""
    return datetime.now(UTC)


Work = Callable[[Sequence[Envelope]], Awaitable[Sequence[Outcome]]]


async def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Handler:
    """What the runtime calls: ``work`` for each batch, ``start`` and ``stop`` around it, ``tick`` every ``every``
    seconds.

    ``limits`` and ``at_once`` override those of the stage where the settings decide.
    """

    work: Work
    start: Callable[[], Awaitable[None]] = _nothing
    stop: Callable[[], Awaitable[None]] = _nothing
    tick: Callable[[], Awaitable[None]] = _nothing
    every: float = 0.0
    limits: Limits | None = None
    at_once: int | None = None


class Metrics(Protocol):
    """Count what the runtime and the stages do."""

    def progress(self) -> None:
        """Record progress although no event has ended yet."""

    def batch(self, size: int) -> None:
        """Record a new batch of ``size`` events."""

    def event_ended(self, outcome: str, arrived: float, received: float | None) -> None:
        """Record the end of an event: when it ``arrived`` at this stage and was ``received`` by us (seconds since
        1970).
        """

    def dead_letter(self, error: str) -> None:
        """Record a dead letter."""

    def server_unavailable(self, server: str, why: str) -> None:
        """Record an attempt that found a server unavailable."""

    def process_replaced(self) -> None:
        """Record the replacement of a process of its pool."""


class Processes(Protocol):
    """Processes beside the event loop, which a stage gives what may take long: one value in, one out."""

    async def run(self, values: Sequence[bytes], *, urgent: bool = False) -> Sequence[bytes | PermanentError]:
        """Return a result or an error for each value; urgent ones come before others that wait."""
        ...


@dataclass(frozen=True)
class Context:
    """What a stage is built from. The settings include the servers' addresses."""

    stage: Stage
    settings: Settings
    broker: Broker
    metrics: Metrics
