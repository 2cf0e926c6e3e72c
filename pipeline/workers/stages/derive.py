"""Stage derive: write into stories what others say of them: how they relate, and whom their names mean.

What is written follows from the indexed stories and from people's decisions alone, so that neither order nor
repetition nor a crash makes a difference.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pipeline import topics
from pipeline.derive.decision_store import ElasticsearchDecisions
from pipeline.derive.relating import Relating
from pipeline.desk.ordered_kills import kill_of
from pipeline.desk.record import Record
from pipeline.desk.store import ElasticsearchStore
from pipeline.elasticsearch.client import connect_async
from pipeline.envelope import Envelope, Headers
from pipeline.identity.indexed.name_store import ElasticsearchNames
from pipeline.identity.indexed.naming import EVERY, Naming
from pipeline.identity.indexed.word_store import Lessons
from pipeline.index.derived import ElasticsearchStories
from pipeline.index.indices import ElasticsearchIndices
from pipeline.kafka.reader import TopicFollower
from pipeline.settings import Kafka
from pipeline.story import Indexed
from pipeline.workers.contract import Context, Done, Handler, Outcome, Send, utc_now

_OVERLAP = timedelta(minutes=5)
"""What was indexed so long before the start is read from the topic too; by then a search finds it."""


class KafkaAnnouncements:
    """See Announcements."""

    def __init__(self, kafka: Kafka) -> None:
        """Connect at first use."""
        self._follower = TopicFollower(kafka, topics.INDEXED, datetime.now(UTC) - _OVERLAP)
        self._read: list[Indexed] = []

    async def close(self) -> None:
        """Disconnect."""
        await asyncio.to_thread(self._follower.close)

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
    stories, indices, names = ElasticsearchStories(client), ElasticsearchIndices(client), ElasticsearchNames(client)
    announcements = KafkaAnnouncements(settings.kafka)
    relating = Relating(
        stories,
        indices,
        ElasticsearchStore(client),
        ElasticsearchDecisions(client),
        announcements,
        timedelta(seconds=settings.derive.span),
        kills_copies=settings.derive.kills == "copies",
    )
    lessons = Lessons(names, timedelta(seconds=settings.derive.window))
    naming = Naming(names, stories, indices, lessons, utc_now)
    return Handler(Deriving(relating, naming).work, stop=announcements.close, tick=naming.tick, every=EVERY)


class Deriving:
    """The stage's work."""

    def __init__(self, relating: Relating, naming: Naming) -> None:
        """Take what relates stories, and what learns their names."""
        self._relating, self._naming = relating, naming

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Derive what these stories change. Raises ElasticsearchUnavailable or KafkaUnavailable; the batch is then
        repeated.
        """
        arrived = [Indexed.model_validate_json(each.payload) for each in batch]
        kills = [_kill(record) for record in await self._relating.relate(arrived)]
        await self._naming.arrived({each.uri: each.firstcreated for each in arrived if not each.ishistory})
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
