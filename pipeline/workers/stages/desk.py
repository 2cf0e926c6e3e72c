"""Stage desk: pass on current versions, hold embargoed ones, hide copies and stories that an update replaces.

All decisions about a story are made where its uri's partition is read. If a story turns out to be a copy or an
update of one with another uri, the desk therefore sends it to that one's partition, through ``wire.stories`` with
that one's key and the header ``relates-to``. What then happens follows from the records, not from that message.

If that story is unknown where the message arrives, it may still wait on the other one of the routine and the urgent
topic. The message is therefore sent there too, and arrives behind it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from pipeline import topics
from pipeline.connect.elasticsearch_client import connect_async
from pipeline.desk.shared_uris import of_sender
from pipeline.envelope import Coordinate, Envelope, Headers
from pipeline.state import relations
from pipeline.state.decision import Comparison, Decision, Policy
from pipeline.state.orders import kill_of, named_story
from pipeline.state.pending import claim, confirmed
from pipeline.state.record import Record
from pipeline.state.rules import decide, needs_comparison, with_revision
from pipeline.state.status import status_of
from pipeline.state.store import ElasticsearchStore, Store, Stored
from pipeline.story import NO_STORY, Story, is_urgent, sender_of
from pipeline.workers.comparison import Comparer, read_related
from pipeline.workers.contract import Broker, Clock, Context, Done, Handler, Outcome, Send, utc_now
from pipeline.workers.separation import Separator
from pipeline.workers.signatures import KafkaSignatures, Signatures

log = structlog.get_logger()

RELEASE_EVERY = 5.0
"""Seconds between two searches for embargoes that have passed, and for orders to carry out."""


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    settings = context.settings
    desk = settings.desk
    work = Desk(
        ElasticsearchStore(connect_async(settings.elasticsearch)),
        KafkaSignatures(context.broker, settings.kafka, timedelta(seconds=desk.window)),
        context.broker,
        Policy(folds=desk.duplicates == "fold", keep=timedelta(seconds=settings.kafka.retention)),
        compares=desk.duplicates != "off",
    )
    return Handler(work.work, tick=work.tick, every=RELEASE_EVERY)


_TRIES = 100
"""How often a worker looks for the story that an order names; it may come after the order."""


@dataclass(frozen=True)
class _Arrival:
    """A version that arrived; ``relates_to`` is the story that it is a message to ("" if it came for itself)."""

    envelope: Envelope
    story: Story
    relates_to: str

    @property
    def sender(self) -> str:
        """Who answers for it."""
        return sender_of(self.story, self.envelope.headers)

    @property
    def has_been_on_both_topics(self) -> bool:
        """Whether it was on the other topic before; it begins on the story's own."""
        return topics.is_urgent(self.envelope.at.topic) != is_urgent(self.story)

    @classmethod
    def of(cls, envelope: Envelope) -> "_Arrival":
        return cls(envelope, Story.model_validate_json(envelope.payload), envelope.headers.relates_to)


class Desk:
    """The stage's work. All its state is in the store and on Kafka; it remembers only what it compared last."""

    def __init__(
        self,
        store: Store,
        signatures: Signatures,
        broker: Broker,
        policy: Policy,
        compares: bool = True,
        now: Clock = utc_now,
    ) -> None:
        """Take the clients; ``compares`` is whether to look for copies and updates."""
        self._store, self._broker, self._policy, self._now = store, broker, policy, now
        self._comparer = Comparer(store, signatures, broker) if compares else None
        self._separator = Separator(broker)
        self._tries: Counter[str] = Counter()

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Decide about each version. Raises ElasticsearchUnavailable or KafkaUnavailable before anything is sent.

        If another worker changed a record meanwhile, decide again.
        """
        arrivals = [_Arrival.of(envelope) for envelope in batch]
        uris = {a.story.uri for a in arrivals} | {a.relates_to for a in arrivals} - {""}
        while True:
            stored = await read_related(self._store, uris)
            records, outcomes = await self._decide_all(arrivals, {uri: each.record for uri, each in stored.items()})
            changes = [(record, stored.get(uri)) for uri, record in records.items() if _is_new(record, stored.get(uri))]
            if not await self._store.write(changes):
                return outcomes

    async def tick(self) -> None:
        """Release embargoes that have passed, and carry out orders. Raises as both do."""
        await self.release()
        await self.carry_out()

    async def carry_out(self) -> None:
        """Kill the stories that orders in words name, where each can be told; others stay for a person.

        The kill is sent before its order is settled, so that a worker that dies between leaves the order to the next.
        Raises ElasticsearchUnavailable, KafkaUnavailable.
        """
        for record in await self._store.unsettled():
            order = record.order
            if order is None or order.kind != "kill" or not order.names or self._tries[record.uri] >= _TRIES:
                continue
            self._tries[record.uri] += 1
            named = named_story(order, record, await self._store.named(record.sender, order.names))
            stored = (await self._store.read([record.uri])).get(record.uri)
            if named is None or stored is None or stored.record.settled:
                continue
            kill = kill_of(named, record.sender, order.text, record.versioncreated)
            topic = topics.twin_of(topics.STORIES)
            await self._broker.send(topic, named.uri.encode(), _json(kill), Headers(sender=record.sender).pairs())
            await self._store.write([(stored.record.model_copy(update={"settled": True}), stored)])
            log.info("order_carried_out", uri=named.uri, order=record.uri)

    async def release(self) -> None:
        """Send versions whose embargo has passed to this stage again. Only one worker does it for each.

        Raises ElasticsearchUnavailable, KafkaUnavailable.
        """
        now = self._now()
        stored = await self._store.read([record.uri for record in await self._store.due(now)])
        claims = [(claimed, each) for each in stored.values() if (claimed := claim(each.record, now))]
        conflicts = await self._store.write(claims)
        ours = {
            record.uri: Coordinate.parse(record.held)
            for record, _ in claims
            if record.held and record.uri not in conflicts
        }
        texts = await self._broker.fetch(list(ours.values()))
        for uri, at in ours.items():
            if held := texts.get(at):
                await self._broker.send(at.topic, uri.encode(), held.payload, held.onward().pairs())
                log.info("embargo_released", uri=uri)
            else:
                log.error("embargoed_story_expired", uri=uri, at=str(at))

    async def _decide_all(
        self, arrivals: Sequence[_Arrival], known: Mapping[str, Record]
    ) -> tuple[dict[str, Record], list[Outcome]]:
        """Return all records, changed where decided so, and the outcome of each arrival."""
        foreign = _foreign(arrivals, known)
        kept = [each for each in arrivals if each.envelope.at not in foreign]
        own = [(arrival.story, arrival.envelope) for arrival in kept if not arrival.relates_to]
        separated = await self._separator.separated(own, known)
        kept = [each for each in kept if each.envelope.at not in separated]
        elsewhere = {each.envelope.at for each in kept if _may_be_elsewhere(each, known)}
        kept = [each for each in kept if each.envelope.at not in elsewhere]
        comparisons = await self._compare(kept, known)
        records = dict(known)
        decisions = {each.envelope.at: self._decide(each, records, comparisons) for each in kept}
        for uri, made in separated.values():
            records[uri] = relations.with_apart(records[uri], made.uri)
        texts = await self._fetch_texts([*decisions.values()])
        passed = {uri for uri, decision in decisions.values() if decision.story}
        outcomes: list[Outcome] = []
        for arrival in arrivals:
            if arrival.envelope.at in foreign:
                outcomes.append(_send_back(foreign[arrival.envelope.at], arrival.envelope))
            elif arrival.envelope.at in separated:
                outcomes.append(_send_back(separated[arrival.envelope.at][1], arrival.envelope))
            elif arrival.envelope.at in elsewhere:
                outcomes.append(_notification(arrival.relates_to, arrival, urgent=not is_urgent(arrival.story)))
            else:
                outcomes.append(self._outcome(arrival, *decisions[arrival.envelope.at], records, texts, passed))
        return records, outcomes

    def _decide(
        self, arrival: _Arrival, records: dict[str, Record], comparisons: Mapping[Coordinate, Comparison]
    ) -> tuple[str, Decision]:
        """Decide about one arrival and update the records. Return the decision, and the uri that it is about."""
        now, story = self._now(), arrival.story
        known, other = records.get(story.uri), records.get(arrival.relates_to)
        if known and other and (decision := self._decide_other(other, known, records, story.source.name)):
            records[other.uri] = decision.record
            return other.uri, decision
        if known and not other and relations.depends_on(known, arrival.relates_to):
            # The other story never arrived here.
            known = records[story.uri] = relations.without(known, arrival.relates_to)
        if known:
            records[story.uri] = relations.unfolded(known, records, now, self._policy)
        comparison = comparisons.get(arrival.envelope.at)
        decision = decide(
            story, records.get(story.uri), now, str(arrival.envelope.at), comparison, self._policy, arrival.sender
        )
        records[story.uri] = relations.relisted(decision.record, known, records, story.source.name, now, self._policy)
        # A message to another story's partition must not cause further such messages.
        return story.uri, replace(decision, notify=()) if arrival.relates_to else decision

    def _decide_other(self, other: Record, known: Record, records: dict[str, Record], source: str) -> Decision | None:
        """Decide about the ``other`` story after the ``known`` record has changed; None if that does not concern it."""
        now = self._now()
        if other.uri in known.earlier:
            decision = relations.add_update(other, known, records, now, self._policy)
            content = status_of(decision.record.versions, now).content
            if not decision.resend or content is None:
                return decision
            return replace(decision, record=confirmed(decision.record, content.rank, now, self._policy))
        if any(each.uri == other.uri for each in known.replacedby):
            return relations.add_earlier(other, known, records, source, now, self._policy)
        is_listed = any(each.uri == known.uri for each in other.alsoin)
        if known.duplicateof or other.uri in known.originals or is_listed:
            decision = relations.add_copy(other, known, source, now, self._policy)
            content = status_of(known.versions, now).content
            if content and known.pubstatus == "usable":
                records[known.uri] = confirmed(known, content.rank, now, self._policy)
            if other.duplicateof and self._policy.folds:
                # It lists the copy, in case that it becomes a story of its own.
                further = (other.duplicateof,) if known.duplicateof == other.uri else ()
                return replace(decision, dropped="a copy of a copy", notify=further)
            return decision
        return None

    def _outcome(
        self,
        arrival: _Arrival,
        uri: str,
        decision: Decision,
        records: dict[str, Record],
        texts: Mapping[str, Envelope],
        passed: set[str],
    ) -> Outcome:
        """Return what to send for a decision. Each message to the next stage raises the record's revision.

        ``passed`` are the stories whose newest version is sent already, or will be.
        """
        told = arrival
        sends: list[Send] = []
        if decision.story:
            sends.append(_to_send(decision.story, arrival.envelope.onward(), records))
        elif decision.resend and uri in texts:
            held = texts[uri]
            told = _Arrival(held, self._shown(held, records[uri]), "")
            # A later message of the batch may have folded the story.
            is_folded = records[uri].duplicateof is not None and self._policy.folds
            if uri not in passed and (told.story.replacedby or not is_folded):
                sends.append(_to_send(told.story, held.onward(), records))
        if sends:
            passed.add(uri)
        if arrival.story.pubstatus != "usable" and decision.story:
            gone = (arrival.story.model_copy(update={"uri": each, "receivedas": uri}) for each in records[uri].apart)
            sends += [_send_back(each, arrival.envelope) for each in gone]
        if decision.again:
            sends.append(_send_back(arrival.story, arrival.envelope))
        sends += [_notification(uri, told, urgent=is_urgent(told.story)) for uri in decision.notify]
        return tuple(sends) or Done(decision.dropped or "known")

    def _shown(self, held: Envelope, record: Record) -> Story:
        """Return a story as it is passed on again, or as it is removed if an update replaces it."""
        replaced = relations.replacing_story(record, self._now()) if self._policy.folds else None
        story = Story.model_validate_json(held.payload)
        return story.model_copy(update={"firstcreated": record.firstcreated, "replacedby": replaced})

    async def _fetch_texts(self, decisions: Sequence[tuple[str, Decision]]) -> dict[str, Envelope]:
        """Fetch the texts to send again, by uri."""
        places = {uri: Coordinate.parse(decision.resend) for uri, decision in decisions if decision.resend}
        found = await self._broker.fetch(list(places.values()))
        return {uri: found[at] for uri, at in places.items() if at in found}

    async def _compare(
        self, arrivals: Sequence[_Arrival], records: Mapping[str, Record]
    ) -> dict[Coordinate, Comparison]:
        """Compare the new stories among these with recent ones; of several versions of a story the last counts."""
        if self._comparer is None:
            return {}
        now = self._now()
        new = [
            arrival
            for arrival in arrivals
            if not arrival.relates_to
            and arrival.story.signal not in NO_STORY
            and needs_comparison(arrival.story, records.get(arrival.story.uri), now)
        ]
        found = await self._comparer.compare({each.story.uri: (each.story, each.envelope) for each in new}, now)
        # A message that was processed before keeps its result: whom it told of it then will not be told again.
        return {each.envelope.at: found[each.story.uri] for each in new}


def _foreign(arrivals: Sequence[_Arrival], known: Mapping[str, Record]) -> dict[Coordinate, Story]:
    """Return what came under another sender's uri, with a uri of its own; the first sender of a uri owns it."""
    owners = {uri: record.sender for uri, record in known.items() if record.sender}
    found = {}
    for each in arrivals:
        owner = owners.setdefault(each.story.uri, each.sender)
        if owner != each.sender and not each.relates_to:
            found[each.envelope.at] = made = of_sender(each.story, each.sender, owner)
            log.warning("uri_of_another_sender", uri=each.story.uri, sender=each.sender, kept_as=made.uri)
    return found


def _is_new(record: Record, stored: Stored | None) -> bool:
    return stored is None or stored.record != record


def _afresh(headers: Headers) -> Headers:
    """Return the headers for a message to this stage itself."""
    return replace(headers, relates_to="", revision=None)


def _may_be_elsewhere(arrival: _Arrival, known: Mapping[str, Record]) -> bool:
    """Return whether the story that this is a message to may wait on the other topic."""
    record = known.get(arrival.story.uri)
    is_unknown = arrival.relates_to not in known
    is_concerned = record is not None and relations.depends_on(record, arrival.relates_to)
    return is_unknown and is_concerned and not arrival.has_been_on_both_topics


def _notification(uri: str, arrival: _Arrival, *, urgent: bool) -> Send:
    """Return the message to another story's partition that this story's record has changed."""
    headers = replace(_afresh(arrival.envelope.onward()), relates_to=uri)
    return Send(uri, _json(arrival.story), topic=topics.STORIES, headers=headers, urgent=urgent)


def _send_back(story: Story, envelope: Envelope) -> Send:
    """Send a story to this stage, to be decided about under its own uri."""
    return Send(story.uri, _json(story), topic=topics.STORIES, headers=_afresh(envelope.onward()))


def _to_send(story: Story, headers: Headers, records: dict[str, Record]) -> Send:
    """Return the story as it goes to the next stage, with the next revision."""
    records[story.uri] = record = with_revision(records[story.uri])
    return Send(story.uri, _json(story), headers=replace(headers, revision=record.revision))


def _json(story: Story) -> bytes:
    return story.model_dump_json().encode()
