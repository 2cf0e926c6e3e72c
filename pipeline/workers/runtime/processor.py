"""Run a stage: batch the events, call the stage, execute the outcomes, acknowledge in order.

Faust acknowledges an event even if the agent raised. Therefore no exception leaves this module: the processor
retries while a server is unavailable, and writes a dead letter for anything else.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import structlog

from pipeline import topics
from pipeline.envelope import Broker, Envelope
from pipeline.errors import TransientError
from pipeline.topics import Stage
from pipeline.workers.contract import Done, Handler, Metrics, Outcome, Send
from pipeline.workers.runtime.batching import batches
from pipeline.workers.runtime.dead_letter_writer import DeadLetterWriter
from pipeline.workers.runtime.offsets import Event, OffsetTracker, PendingEvent
from pipeline.workers.runtime.retry import retry_forever

log = structlog.get_logger()


class Processor:
    """Runs one stage in one worker."""

    def __init__(self, stage: Stage, handler: Handler, broker: Broker, metrics: Metrics) -> None:
        """Take the ``handler``, which the caller starts and stops."""
        self._stage, self._handler, self._broker, self._metrics = stage, handler, broker, metrics
        self._dead_letters = DeadLetterWriter(stage.name, broker, metrics)
        self._tracker = OffsetTracker()

    async def run(self, *streams: AsyncIterator[Event]) -> None:
        """Process the events of the streams, the most urgent stream first, until they end or until cancelled."""
        together = [streams] if self._stage.stateful else [(stream,) for stream in streams]
        async with asyncio.TaskGroup() as group:
            for each in together:
                group.create_task(self._run(each))

    async def _run(self, streams: Sequence[AsyncIterator[Event]]) -> None:
        """Process the events of streams that share their slots."""
        slots = asyncio.Semaphore(self._handler.at_once or self._stage.at_once)
        arriving = batches(streams, self._handler.limits or self._stage.limits)
        async with asyncio.TaskGroup() as group:
            # Only a batch that can begin is taken, so that what is urgent may still overtake it.
            while await slots.acquire() and (batch := await anext(arriving, None)) is not None:
                group.create_task(self._process(self._tracker.enter(batch), slots))

    async def tick(self) -> None:
        """Do the stage's periodic work. A failure is retried at the next tick."""
        try:
            await self._handler.tick()
        except TransientError as error:
            log.info("tick_delayed", stage=self._stage.name, reason=str(error))
        except Exception:  # the timer must outlive any error
            log.exception("tick_failed", stage=self._stage.name)

    async def _process(self, pending: list[PendingEvent], slots: asyncio.Semaphore) -> None:
        envelopes = [each.envelope for each in pending]
        structlog.contextvars.bind_contextvars(events=len(envelopes), first=envelopes[0].name)
        self._metrics.batch(len(envelopes))
        try:
            outcomes = await self._outcomes(envelopes)
            await asyncio.gather(*map(self._carry_out, envelopes, outcomes))
        finally:
            slots.release()
        self._tracker.end(pending)
        for each, outcome in zip(pending, outcomes, strict=True):
            received = each.envelope.headers.received_at
            self._metrics.event_ended(_word(outcome), each.arrived, received.timestamp() if received else None)

    async def _outcomes(self, envelopes: Sequence[Envelope]) -> Sequence[Outcome]:
        """Return the outcome of each event. If the stage fails, bisect the batch to find the event at fault."""
        try:
            outcomes = await retry_forever(lambda: self._handler.work(envelopes), self._metrics)
            if len(outcomes) != len(envelopes):
                raise RuntimeError(f"{len(outcomes)} outcomes for {len(envelopes)} events")
        except Exception as error:  # noqa: BLE001 - whatever one item brings about is its own affair
            if len(envelopes) == 1:
                return [error]
            half = len(envelopes) // 2
            return [*await self._outcomes(envelopes[:half]), *await self._outcomes(envelopes[half:])]
        return outcomes

    async def _carry_out(self, envelope: Envelope, outcome: Outcome) -> None:
        """Execute the outcome; if that fails for good, write a dead letter."""
        try:
            if isinstance(outcome, Done):
                return
            parts = outcome if isinstance(outcome, tuple) else (outcome,)
            for send in parts:
                if isinstance(send, Send):
                    await self._send(envelope, send)
            for error in parts:
                if isinstance(error, Exception):
                    raise error
        except Exception as error:  # noqa: BLE001 - whatever one item brings about is its own affair
            await self._dead_letters.write(envelope, error)

    async def _send(self, envelope: Envelope, send: Send) -> None:
        target = send.topic or self._stage.writes
        if target is None:
            raise RuntimeError(f"stage {self._stage.name} has no output topic")
        urgent = topics.is_urgent(envelope.at.topic) if send.urgent is None else send.urgent
        topic = topics.twin_of(target) if urgent else target
        key, pairs = send.key.encode(), (send.headers or envelope.onward()).pairs()
        await retry_forever(lambda: self._broker.send(topic, key, send.value, pairs), self._metrics)


def _word(outcome: Outcome) -> str:
    if isinstance(outcome, Exception):
        return "dead"
    return outcome.why.partition(" ")[0] if isinstance(outcome, Done) else "sent"
