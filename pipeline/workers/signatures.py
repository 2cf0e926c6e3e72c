"""The signatures of all stories of the last days, as all desks see them: in the one order of ``wire.signatures``."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pipeline import topics
from pipeline.broker.reader import TopicFollower
from pipeline.desk.near_duplicates import SignatureWindow, SignedStory
from pipeline.settings import Kafka
from pipeline.workers.contract import Broker

Similarity = tuple[str | None, str | None]
"""The uri of the story that one is a copy of, and of the one most about its matter."""


class Signatures(Protocol):
    """What the desk needs of them."""

    async def compare(self, signed: Sequence[SignedStory]) -> Sequence[Similarity]:
        """What each story is like of those before it, and keep them all. Raises KafkaUnavailable."""
        ...


class KafkaSignatures:
    """The signatures on their topic; a worker keeps those of the last ``window`` in memory."""

    def __init__(self, broker: Broker, kafka: Kafka, window: timedelta) -> None:
        """Connect lazily."""
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
        """What each is alike to, once all that was put in before is known. Raises KafkaUnavailable."""
        for envelope in self._follower.poll():
            self._known.add(SignedStory.model_validate_json(envelope.payload))
        return [self._known.compare(uri) for uri in uris]
