"""Stage desk: pass on current versions, hold embargoed ones, fold copies into their originals.

All decisions about a story are made where its uri's partition is read. If a story turns out to be a copy of one
with another uri, the desk therefore sends it to the original's partition, through ``wire.stories`` with the
original's key. What then happens follows from the copy's own record, not from that message.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from pipeline import topics
from pipeline.connect.elasticsearch_client import connect_async
from pipeline.desk import near_duplicates
from pipeline.desk.near_duplicates import SignedStory
from pipeline.envelope import Coordinate, Envelope, Headers
from pipeline.state.record import Record
from pipeline.state.rules import (
    Comparison,
    Decision,
    Policy,
    add_copy,
    as_own_story,
    claim,
    confirmed,
    decide,
    needs_comparison,
    with_revision,
)
from pipeline.state.store import ElasticsearchStore, Store, Stored
from pipeline.story import NO_STORY, Story, story_id
from pipeline.workers.contract import Broker, Clock, Context, Done, Handler, Outcome, Send, utc_now
from pipeline.workers.signatures import KafkaSignatures, Signatures

log = structlog.get_logger()

RELEASE_EVERY = 5.0
"""Seconds between two searches for embargoes that have passed."""
_REPLACING = ("correction", "update")


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
    return Handler(work.work, tick=work.release, every=RELEASE_EVERY)


@dataclass(frozen=True)
class _Arrival:
    """A version that arrived, and the uri of its original if it was sent here as a copy ("" otherwise)."""

    envelope: Envelope
    story: Story
    original: str

    @classmethod
    def of(cls, envelope: Envelope) -> "_Arrival":
        return cls(envelope, Story.model_validate_json(envelope.payload), envelope.headers.copy_of)


class Desk:
    """The stage's work. Its only state is in the store."""

    def __init__(
        self,
        store: Store,
        signatures: Signatures,
        broker: Broker,
        policy: Policy,
        compares: bool = True,
        now: Clock = utc_now,
    ) -> None:
        """Take the clients; ``compares`` is whether to look for copies."""
        self._store, self._signatures, self._broker = store, signatures, broker
        self._policy, self._compares, self._now = policy, compares, now

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Decide about each version. Raises ElasticsearchUnavailable or KafkaUnavailable before anything is sent.

        If another worker changed a record meanwhile, decide again.
        """
        arrivals = [_Arrival.of(envelope) for envelope in batch]
        while True:
            stored = await self._store.read({a.story.uri for a in arrivals} | {a.original for a in arrivals} - {""})
            records, outcomes = await self._decide_all(arrivals, {uri: each.record for uri, each in stored.items()})
            changes = [(record, stored.get(uri)) for uri, record in records.items() if _is_new(record, stored.get(uri))]
            if not await self._store.write(changes):
                return outcomes

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
                await self._broker.send(topics.STORIES, uri.encode(), held.payload, held.onward().pairs())
                log.info("embargo_released", uri=uri)
            else:
                log.error("embargoed_story_expired", uri=uri, at=str(at))

    async def _decide_all(
        self, arrivals: Sequence[_Arrival], records: dict[str, Record]
    ) -> tuple[dict[str, Record], list[Outcome]]:
        """Return the changed records, and the outcome of each arrival."""
        comparisons = await self._compare(arrivals, records)
        records = dict(records)
        decisions = [self._decide(each, records, comparisons) for each in arrivals]
        texts = await self._fetch_texts(decisions)
        outcomes = [
            self._outcome(arrival, uri, decision, records, texts)
            for arrival, (uri, decision) in zip(arrivals, decisions, strict=True)
        ]
        return records, outcomes

    def _decide(
        self, arrival: _Arrival, records: dict[str, Record], comparisons: dict[str, Comparison]
    ) -> tuple[str, Decision]:
        """Return the decision about one arrival, and the uri of the story whose record it changes."""
        now, story = self._now(), arrival.story
        copy, original = records.get(story.uri), records.get(arrival.original)
        if copy and original and (copy.duplicateof or _lists(original, copy)):
            if original.duplicateof and self._policy.folds:
                further = (original.duplicateof,) if copy.duplicateof == original.uri else ()
                return original.uri, Decision(original, dropped="a copy of a copy", notify=further)
            decision = add_copy(original, copy, story.source.name, now)
            records[original.uri] = decision.record
            records[copy.uri] = confirmed(copy, (story.version, story.versioncreated), now, self._policy)
            return original.uri, decision
        if copy and not original and copy.duplicateof and copy.duplicateof == arrival.original:
            # The original never arrived here, so the copy counts as a story of its own.
            records[story.uri] = as_own_story(copy)
        comparison = None if arrival.original else comparisons.get(story.uri)
        decision = decide(story, records.get(story.uri), now, str(arrival.envelope.at), comparison, self._policy)
        records[story.uri] = decision.record
        # A message about a copy must not cause further such messages.
        return story.uri, replace(decision, notify=()) if arrival.original else decision

    def _outcome(
        self,
        arrival: _Arrival,
        uri: str,
        decision: Decision,
        records: dict[str, Record],
        texts: dict[str, Envelope],
    ) -> Outcome:
        """Return what to send for a decision. Each message to the next stage raises the record's revision."""
        headers = arrival.envelope.onward()
        sends: list[Send] = []
        if decision.story:
            sends.append(_to_send(decision.story, headers, records))
        elif uri in texts and decision.resend:
            held = texts.pop(uri)
            story = Story.model_validate_json(held.payload)
            shown = story.model_copy(update={"firstcreated": records[uri].firstcreated})
            sends.append(_to_send(shown, held.onward(), records))
        sends += [
            Send(
                original,
                _json(arrival.story),
                topic=topics.STORIES,
                headers=replace(headers, copy_of=original, revision=None),
            )
            for original in decision.notify
        ]
        return tuple(sends) or Done(decision.dropped or "known")

    async def _fetch_texts(self, decisions: Sequence[tuple[str, Decision]]) -> dict[str, Envelope]:
        """Fetch the texts to send again, by uri, unless something newer is sent anyway."""
        passed = {uri for uri, decision in decisions if decision.story}
        places = {
            uri: Coordinate.parse(decision.resend)
            for uri, decision in decisions
            if decision.resend and uri not in passed
        }
        found = await self._broker.fetch(list(places.values()))
        return {uri: found[at] for uri, at in places.items() if at in found}

    async def _compare(self, arrivals: Sequence[_Arrival], records: dict[str, Record]) -> dict[str, Comparison]:
        """Return, for each new story, what it is a copy of and which storyline it continues."""
        now = self._now()
        new = [
            arrival
            for arrival in arrivals
            if self._compares
            and not arrival.original
            and arrival.story.signal not in NO_STORY
            and needs_comparison(arrival.story, records.get(arrival.story.uri), now)
        ]
        comparisons = {arrival.story.uri: Comparison(storyline=story_id(arrival.story.uri)) for arrival in new}
        signed = [signed for arrival in new if (signed := _signed(arrival))]
        if not signed:
            return comparisons
        similarity = await self._signatures.compare(signed)
        stored = await self._store.read({uri for pair in similarity for uri in pair if uri})
        lines = {uri: each.record.storyline for uri, each in stored.items()}
        replacing = {arrival.story.uri for arrival in new if arrival.story.signal in _REPLACING}
        for one, (copied, matter) in zip(signed, similarity, strict=True):
            related = copied or matter or one.uri
            line = lines.get(related) or (comparisons[related].storyline if related in comparisons else None)
            comparisons[one.uri] = Comparison(
                duplicateof=None if one.uri in replacing else copied, storyline=line or story_id(related)
            )
        return comparisons


def _lists(original: Record, copy: Record) -> bool:
    return any(each.uri == copy.uri for each in original.alsoin)


def _is_new(record: Record, stored: Stored | None) -> bool:
    return stored is None or stored.record != record


def _signed(arrival: _Arrival) -> SignedStory | None:
    """Return the story's signature with its source and feed; two feeds may carry the same agency."""
    story = arrival.story
    signature = near_duplicates.signature_of(story)
    if signature is None:
        return None
    origin = f"{story.source.name} by {arrival.envelope.headers.feed}"[:500]
    return SignedStory(uri=story.uri, origin=origin, versioncreated=story.versioncreated, signature=signature)


def _to_send(story: Story, headers: Headers, records: dict[str, Record]) -> Send:
    """Return the story as it goes to the next stage, with the next revision."""
    records[story.uri] = record = with_revision(records[story.uri])
    return Send(story.uri, _json(story), headers=replace(headers, revision=record.revision))


def _json(story: Story) -> bytes:
    return story.model_dump_json().encode()
