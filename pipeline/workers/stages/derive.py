"""Stage derive: say of each story how it relates to the others, and bring the others up to date."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pipeline import topics
from pipeline.broker.reader import TopicFollower
from pipeline.connect.elasticsearch_client import connect_async
from pipeline.derive.decision_store import ElasticsearchDecisions
from pipeline.derive.relating import Relating
from pipeline.desk.orders import kill_of
from pipeline.desk.record import Record
from pipeline.desk.store import ElasticsearchStore
from pipeline.envelope import Envelope, Headers
from pipeline.index.derived import ElasticsearchStories
from pipeline.index.indices import ElasticsearchIndices
from pipeline.settings import Kafka
from pipeline.story import Indexed
from pipeline.workers.contract import Context, Done, Handler, Outcome, Send

_OVERLAP = timedelta(minutes=5)
"""What was indexed so long before the start is read from the topic too; by then a search finds it."""


class KafkaAnnouncements:
    """See Announcements."""

    def __init__(self, kafka: Kafka) -> None:
        """Connect at first use."""
        self._follower = TopicFollower(kafka, topics.INDEXED, datetime.now(UTC) - _OVERLAP)
        self._read: list[Indexed] = []

    async def news(self) -> list[Indexed]:
        """See Announcements."""
        await asyncio.to_thread(self._follow)
        read, self._read = self._read, []
        return read

    def _follow(self) -> None:
        for each in self._follower.poll():
            self._read.append(Indexed.model_validate_json(each.payload))


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    settings = context.settings
    client = connect_async(settings.elasticsearch)
    relating = Relating(
        ElasticsearchStories(client),
        ElasticsearchIndices(client),
        ElasticsearchStore(client),
        ElasticsearchDecisions(client),
        KafkaAnnouncements(settings.kafka),
        timedelta(seconds=settings.derive.span),
        kills_copies=settings.derive.kills == "copies",
    )
    return Handler(Deriving(relating).work)


class Deriving:
    """The stage's work."""

    def __init__(self, relating: Relating) -> None:
        """``relating`` says how stories relate."""
        self._relating = relating

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Derive what these stories change. Raises ElasticsearchUnavailable or KafkaUnavailable; the batch is then
        repeated.
        """
        arrived = [Indexed.model_validate_json(each.payload) for each in batch]
        kills = [_kill(record) for record in await self._relating.relate(arrived)]
        outcomes: list[Outcome] = [
            Done("history") if each.ishistory else Send(envelope.name, envelope.payload)
            for envelope, each in zip(batch, arrived, strict=True)
        ]
        if kills:
            last = outcomes[-1]
            outcomes[-1] = (*([last] if isinstance(last, Send) else []), *kills)
        return outcomes


def _kill(record: Record) -> Send:
    """Return the message that kills a copy, in the name of its own sender."""
    kill = kill_of(record, record.sender, "its agency has withdrawn this text", record.versioncreated)
    headers = Headers(sender=record.sender)
    return Send(record.uri, kill.model_dump_json().encode(), topic=topics.STORIES, headers=headers, urgent=True)
