"""Write dead letters: an item's original bytes, and the reason."""

import traceback
from collections.abc import Mapping
from dataclasses import replace

import structlog

from pipeline import topics
from pipeline.dead_letter import Failure, omitted
from pipeline.envelope import Broker, Envelope, Headers
from pipeline.errors import PermanentError, TooLarge
from pipeline.workers.contract import Metrics
from pipeline.workers.runtime.retry import retry_forever

log = structlog.get_logger()

_DETAIL = 2_000
_HEADERS = 64 << 10
"""How many bytes of an item's headers to keep; anybody may write large ones."""


class DeadLetterWriter:
    """Write the dead letters of one stage."""

    def __init__(self, stage: str, broker: Broker, metrics: Metrics) -> None:
        """``stage`` is the name that each letter shows."""
        self._stage, self._broker, self._metrics = stage, broker, metrics

    async def write(self, envelope: Envelope, error: Exception) -> None:
        """Write the item with its original bytes, or the bytes this stage got if the original has expired.

        Waits for Kafka without limit. If Kafka rejects the bytes as too large, they stay on their topic and the
        letter holds their coordinate.
        """
        original = await self._original(envelope) or envelope
        detail = str(error) if isinstance(error, PermanentError) else _bug(error)
        log.warning(
            "story_dead_lettered",
            stage=self._stage,
            uri=envelope.name,
            error=type(error).__name__,
            detail=detail[:_DETAIL],
        )
        trace = " ".join(map(str, envelope.trace))
        failure = Failure(self._stage, type(error).__name__, detail[:_DETAIL], trace, original.at.topic)
        prefix = "urgent-" if topics.is_urgent(envelope.at.topic) else ""
        key = f"{self._stage}-{prefix}{envelope.at.partition}-{envelope.at.offset}".encode()
        try:
            await self._send(key, original.payload, _kept(original) | dict(failure.pairs()))
        except TooLarge:
            failure = replace(failure, omitted=omitted(len(original.payload), original.at))
            await self._send(key, b"", dict(Headers(uri=original.headers.uri).pairs() + failure.pairs()))
        self._metrics.dead_letter(type(error).__name__)

    async def _original(self, envelope: Envelope) -> Envelope | None:
        at = envelope.origin
        if at == envelope.at:
            return envelope
        found = await retry_forever(lambda: self._broker.fetch([at]), self._metrics)
        return found.get(at)

    async def _send(self, key: bytes, value: bytes, headers: Mapping[str, bytes]) -> None:
        pairs = tuple(headers.items())
        await retry_forever(lambda: self._broker.send(topics.DEAD, key, value, pairs), self._metrics)


def _kept(original: Envelope) -> dict[str, bytes]:
    """Return the item's own headers, up to a total size."""
    kept: dict[str, bytes] = {}
    budget = _HEADERS
    for name, value in original.pairs:
        budget -= len(name) + len(value)
        if budget >= 0:
            kept[name] = value
    return kept


def _bug(error: Exception) -> str:
    """Describe an unforeseen error: its text and where it was raised."""
    where = traceback.extract_tb(error.__traceback__)[-1:]
    places = "".join(f" at {frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in where)
    return f"{error}{places}"
