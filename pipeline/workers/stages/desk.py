"""Stage desk: pass on the current version of each story, and hold embargoed ones.

The desk decides about one uri alone. Whatever a story resembles, it is passed on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from pipeline import topics
from pipeline.desk import shared_uris
from pipeline.desk.ordered_kills import Orders
from pipeline.desk.pending import Release
from pipeline.desk.record import Record
from pipeline.desk.shared_uris import Arrival
from pipeline.desk.store import ElasticsearchStore, Store, Stored
from pipeline.desk.story_status import shown_text
from pipeline.desk.version_rules import KEEP, decide, with_revision
from pipeline.desk.withdrawn import with_withdrawn
from pipeline.elasticsearch.client import connect_async
from pipeline.envelope import Broker, Coordinate, Envelope
from pipeline.story import Indexed, Story, sender_of
from pipeline.workers.contract import Clock, Context, Done, Handler, Outcome, Send, utc_now

RELEASE_EVERY = 5.0
"""Seconds between two searches for embargoes that have passed, and for orders to carry out."""


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    store = ElasticsearchStore(connect_async(context.settings.elasticsearch))
    work = Desk(store, context.broker, timedelta(seconds=context.settings.kafka.retention))
    return Handler(work.work, tick=work.tick, every=RELEASE_EVERY)


class Desk:
    """The stage's work. All its state is in the store and on Kafka."""

    def __init__(self, store: Store, broker: Broker, keep: timedelta = KEEP, now: Clock = utc_now) -> None:
        """Take the clients; the topics ``keep`` a text so long."""
        self._store, self._broker, self._keep, self._now = store, broker, keep, now
        self._release, self._orders = Release(store, broker, now), Orders(store, broker)

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Decide about each version. Raises ElasticsearchUnavailable or KafkaUnavailable before anything is sent.

        If another worker changed a record meanwhile, decide again.
        """
        stories = [(Story.model_validate_json(each.payload), each) for each in batch]
        given = [Arrival(story, sender_of(story, each.headers), each.at, each.sent) for story, each in stories]
        while True:
            stored: dict[str, Stored] = {}
            arrivals = shared_uris.of_their_senders(given, await self._records(given, stored))
            known = await self._records(arrivals, stored)
            texts = await self._texts(shared_uris.to_compare(arrivals, known))
            separate = shared_uris.separated(arrivals, known, texts)
            records = await self._records([one for several in separate for one in several], stored)
            killed = await self._killed(separate, records) | {str(each.at): (each, story) for story, each in stories}
            outcomes = [self._outcome(*each, records, killed) for each in zip(batch, separate, strict=True)]
            changes = [(each, stored.get(uri)) for uri, each in records.items() if _is_new(each, stored.get(uri))]
            if not await self._store.write(changes):
                return outcomes

    async def _records(self, arrivals: Sequence[Arrival], stored: dict[str, Stored]) -> dict[str, Record]:
        """Return all records read so far, after reading those of these arrivals."""
        stored |= await self._store.read({each.story.uri for each in arrivals} - stored.keys())
        return {uri: each.record for uri, each in stored.items()}

    async def _texts(self, places: Mapping[str, Coordinate]) -> dict[str, bytes]:
        held = await self._broker.fetch(list(set(places.values())))
        return {uri: held[at].payload for uri, at in places.items() if at in held}

    async def _killed(
        self, arrivals: Sequence[Sequence[Arrival]], records: Mapping[str, Record]
    ) -> dict[str, tuple[Envelope, Story]]:
        """Return the texts that these kills concern, by coordinate."""
        kills = {each.story.uri for several in arrivals for each in several if each.story.pubstatus != "usable"}
        places = [at for uri in kills if uri in records and (at := shown_text(records[uri], self._now()))]
        held = await self._broker.fetch(list(map(Coordinate.parse, places)))
        return {str(at): (each, Story.model_validate_json(each.payload)) for at, each in held.items()}

    def _outcome(
        self,
        envelope: Envelope,
        arrivals: Sequence[Arrival],
        records: dict[str, Record],
        texts: Mapping[str, tuple[Envelope, Story]],
    ) -> Outcome:
        """Decide about what a message tells, update the records, and return what to send."""
        sends: list[Send] = []
        why = ""
        for each in arrivals:
            story, known = each.story, records.get(each.story.uri)
            decision = decide(story, known, self._now(), str(each.at), self._keep, each.sender, each.sent)
            records[story.uri] = decision.record
            if decision.record.pubstatus == "canceled":
                at = str(each.at) if story.pubstatus == "usable" else shown_text(decision.record, self._now())
                if at and at in texts:
                    withdrawn, text = texts[at]
                    records[story.uri] = with_withdrawn(decision.record, text, withdrawn.headers.feed)
            if each.apartfrom:
                records[each.apartfrom] = records[each.apartfrom].with_apart(story.uri)
            if decision.story:
                records[story.uri] = record = with_revision(records[story.uri])
                headers = replace(envelope.onward(), revision=record.revision)
                sends.append(Send(story.uri, decision.story.model_dump_json().encode(), headers=headers))
            elif decision.listed:
                history = Indexed.of(story, ishistory=True)
                sends.append(Send(story.uri, history.model_dump_json().encode(), topic=topics.INDEXED))
            why = decision.dropped
        return tuple(sends) or Done(why)

    async def tick(self) -> None:
        """Release embargoes that have passed, and carry out orders. Raises as both do."""
        await self._release.work()
        await self._orders.work()


def _is_new(record: Record, stored: Stored | None) -> bool:
    return stored is None or stored.record != record
