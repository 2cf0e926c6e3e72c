"""How an event ends: in an output, in nothing more to do, or in the dead letters.

Faust acknowledges an event even where the agent raised, so nothing here lets an exception reach
it: a server that is away is waited for, anything else is a dead letter with its reason.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import stamina
import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faust.exceptions import ProducerSendError
from faust.types import AppT, EventT

from pipeline import topics
from pipeline.broker import log as messages
from pipeline.errors import ConfigurationError, KafkaAway, PermanentError, TooLarge, TransientError
from pipeline.settings import Kafka
from pipeline.workers import trace
from pipeline.workers.figures import Figures
from pipeline.workers.ledger import Entry, Ledger

log = structlog.get_logger()

PATIENCE = {"attempts": None, "timeout": None, "wait_initial": 0.2, "wait_max": 10.0, "wait_jitter": 0.5}
"""How a server that is away is waited for: without end, more and more rarely."""


@dataclass(frozen=True)
class Send:
    """Go on to the stage's output topic, or to another one; with the event's headers, or others."""

    key: str
    value: bytes
    topic: str | None = None
    headers: dict[str, bytes] | None = None


@dataclass(frozen=True)
class Done:
    """Nothing follows: indexed, held, or dropped for a reason."""

    why: str


Outcome = Send | tuple[Send, ...] | Done | Exception
"""An exception is a dead letter; only a TransientError never is one."""


class Settler:
    """Settles a stage's events: outcome first, acknowledgement after."""

    def __init__(self, app: AppT, stage: topics.Stage, kafka: Kafka, figures: Figures) -> None:
        """``kafka`` is where the original bytes of a dead letter are fetched from."""
        self._app = app
        self._stage = stage
        self._kafka = kafka
        self._figures = figures
        self._ledger = Ledger()

    def enter(self, events: Sequence[EventT]) -> list[Entry]:
        """Note the events as they arrive, in their order."""
        return [self._ledger.enter(event) for event in events]

    async def settle(self, entries: list[Entry], outcomes: Sequence[Outcome]) -> None:
        """Carry out the outcome of each event, wait until Kafka has it, acknowledge the event."""
        pairs = list(zip(entries, outcomes, strict=True))
        await asyncio.gather(*(self._carry_out(entry.event, outcome) for entry, outcome in pairs))
        self._ledger.settle(entries)
        for entry, outcome in pairs:
            self._figures.settled(_word(outcome), entry.arrived, trace.received(entry.event))

    async def _carry_out(self, event: EventT, outcome: Outcome) -> None:
        if isinstance(outcome, tuple):
            for each in outcome:
                await self._carry_out(event, each)
        elif isinstance(outcome, Send):
            topic = outcome.topic or self._stage.writes
            assert topic
            headers = outcome.headers or trace.headers_of(event) | {trace.HEADER: trace.extended(event)}
            try:
                await self._deliver(topic, outcome.key.encode(), outcome.value, headers)
            except TooLarge as error:
                await self._bury(event, error)
        elif isinstance(outcome, Exception):
            await self._bury(event, outcome)

    async def _bury(self, event: EventT, error: Exception) -> None:
        """Put the item into the dead letters: its bytes as they came in, and why it is there.

        Where the topics no longer hold those, the bytes this stage was given.
        """
        at = trace.origin(event)
        original = await self._original(event, at)
        headers = dict(original.headers) if original else trace.headers_of(event)
        is_ours = isinstance(error, PermanentError)
        headers |= {
            "stage": self._stage.name.encode(),
            "error": type(error).__name__.encode(),
            "detail": (str(error) if is_ours else _bug(error)).encode("utf-8", "replace"),
            "trace": trace.extended(event),
            "replay-to": self._kafka.plain(at.topic if original else event.message.topic).encode(),
        }
        log.warning(
            "dead letter", stage=self._stage.name, uri=uri_of(event), error=type(error).__name__, detail=str(error)
        )
        letter = f"{self._stage.name}-{event.message.partition}-{event.message.offset}".encode()
        value = original.value if original else event.message.value
        await self._deliver(topics.DEAD, letter, value or b"", headers)
        self._figures.buried(type(error).__name__)

    async def _original(self, event: EventT, at: messages.Coordinate) -> messages.Message | None:
        if at == trace.place(event):
            return None
        async for attempt in stamina.retry_context(on=KafkaAway, **PATIENCE):  # type: ignore[arg-type]
            with attempt, self._figures.noting():
                return await asyncio.to_thread(messages.fetch, self._kafka, at)
        return None

    async def _deliver(self, topic: str, key: bytes, value: bytes, headers: dict[str, bytes]) -> None:
        """Produce, and wait until all replicas have it. Raises TooLarge."""
        async for attempt in stamina.retry_context(on=TransientError, **PATIENCE):  # type: ignore[arg-type]
            with attempt, self._figures.noting():
                try:
                    sent = await self._app.producer.send(self._kafka.named(topic), key, value, None, None, headers)
                    await sent
                except (KafkaError, ProducerSendError) as error:
                    if isinstance(error.__cause__ or error, MessageSizeTooLargeError):
                        raise TooLarge(f"{len(value):,} bytes for {topic}: {error}") from None
                    raise KafkaAway(f"{topic}: {type(error).__name__}: {error}") from error


async def patiently(work: Callable[[], Awaitable[Sequence[Outcome]]], figures: Figures) -> Sequence[Outcome]:
    """The outcomes of ``work``, tried again for as long as a server is away, or refuses us: no story's fault."""
    async for attempt in stamina.retry_context(on=(TransientError, ConfigurationError), **PATIENCE):  # type: ignore[arg-type]
        with attempt, figures.noting():
            return await work()
    raise AssertionError("a retry without end has ended")


def _word(outcome: Outcome) -> str:
    if isinstance(outcome, Exception):
        return "dead"
    return outcome.why.partition(" ")[0] if isinstance(outcome, Done) else "sent"


def _bug(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1:]
    places = "".join(f" at {frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in where)
    return f"{error}{places}"


def uri_of(event: EventT) -> str:
    """The uri of the story it is about, as its key tells."""
    return (event.message.key or b"").decode("utf-8", "replace")
