"""Share the signatures of recent stories among all desks, in the single order of ``wire.signatures``."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pipeline import topics
from pipeline.broker.reader import TopicFollower
from pipeline.desk.near_duplicates import SignatureWindow, SignedStory, Similarity
from pipeline.settings import Kafka
from pipeline.workers.contract import Broker


class Signatures(Protocol):
    """The signatures as the desk uses them."""

    async def compare(self, signed: Sequence[SignedStory]) -> Sequence[Similarity]:
        """Add the stories, and return what each resembles among those before it. Raises KafkaUnavailable."""
        ...


class KafkaSignatures:
    """The signatures on their topic. Each worker keeps those of the last ``window`` in memory."""

    def __init__(self, broker: Broker, kafka: Kafka, window: timedelta) -> None:
        """Connect at first use."""
        self._broker = broker
        self._known = SignatureWindow(window)
        self._comparing = asyncio.Lock()
        self._follower = TopicFollower(kafka, topics.SIGNATURES, datetime.now(UTC) - window)

    async def compare(self, signed: Sequence[SignedStory]) -> Sequence[Similarity]:
        """See Signatures."""
        await asyncio.gather(*map(self._put, signed))
        async with self._comparing:
            return await asyncio.to_thread(self._compared, [each.uri for each in signed])

    async def _put(self, signed: SignedStory) -> None:
        await self._broker.send(topics.SIGNATURES, signed.uri.encode(), signed.model_dump_json().encode(), partition=0)

    def _compared(self, uris: Sequence[str]) -> list[Similarity]:
        """Read all signatures written before these, then compare. Raises KafkaUnavailable."""
        for envelope in self._follower.poll():
            self._known.add(SignedStory.model_validate_json(envelope.payload))
        return [self._known.compare(uri) for uri in uris]
