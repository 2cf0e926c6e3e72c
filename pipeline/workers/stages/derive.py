"""Stage derive: write into stories what other stories say of them: how they relate, and whom their names mean.

What is written follows from the indexed stories and from people's corrections alone, so that neither order nor
repetition nor a crash makes a difference.
"""

from collections.abc import Sequence
from datetime import timedelta

from pipeline.connect.elasticsearch_client import connect_async
from pipeline.desk.store import ElasticsearchStore
from pipeline.envelope import Envelope
from pipeline.index.derived import ElasticsearchStories
from pipeline.index.indices import ElasticsearchIndices
from pipeline.index.names import ElasticsearchNames
from pipeline.story import Indexed
from pipeline.workers.contract import Context, Done, Handler, Outcome, Send, utc_now
from pipeline.workers.lessons import Lessons
from pipeline.workers.naming import EVERY, Naming
from pipeline.workers.relating import KafkaAnnouncements, Relating


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    settings = context.settings
    client = connect_async(settings.elasticsearch)
    stories, indices, names = ElasticsearchStories(client), ElasticsearchIndices(client), ElasticsearchNames(client)
    announcements, span = KafkaAnnouncements(settings.kafka), timedelta(seconds=settings.derive.span)
    relating = Relating(stories, indices, ElasticsearchStore(client), announcements, span)
    lessons = Lessons(names, timedelta(seconds=settings.derive.window))
    naming = Naming(names, stories, indices, lessons, utc_now)
    return Handler(Deriving(relating, naming).work, tick=naming.tick, every=EVERY)


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
        await self._relating.arrived({each.uri: each.firstcreated for each in arrived})
        await self._naming.arrived({each.uri: each.firstcreated for each in arrived if not each.ishistory})
        return [
            Done("history") if each.ishistory else Send(envelope.name, envelope.payload)
            for envelope, each in zip(batch, arrived, strict=True)
        ]
