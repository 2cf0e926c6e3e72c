"""Stage desk: passes on the versions that count, holds embargoed ones, folds copies into originals.

What concerns a story is decided where its uri's partition is read. A copy found under another uri is
therefore told to its original through ``wire.stories`` itself, under the original's key.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from aiokafka.errors import KafkaError
from faust.exceptions import ProducerSendError
from faust.types import EventT

from pipeline import topics
from pipeline.broker.log import Coordinate, Message, Tail, fetch_all
from pipeline.desk import likeness
from pipeline.desk.likeness import Signed, Window
from pipeline.desk.rules import Decision, Record, Verdict, decide, list_copy, released
from pipeline.errors import ElasticsearchAway, KafkaAway, TransientError
from pipeline.index import bulk, connection, registry
from pipeline.index.documents import NO_STORY
from pipeline.index.names import story_id
from pipeline.story import Story
from pipeline.workers import trace
from pipeline.workers.app import Context
from pipeline.workers.settle import Done, Outcome, Send

log = structlog.get_logger()

RELEASE_EVERY = 5.0
"""Seconds between two looks for embargoes that have passed."""
COPY_OF = "copy-of"
"""The header that tells an original of a copy; it holds the original's uri."""
_REPLACING = ("correction", "update")


@dataclass(frozen=True)
class _Arrival:
    """A story that arrived, and whose copy it is told to be."""

    event: EventT
    story: Story
    original: str | None

    @property
    def concerns(self) -> str:
        return self.original or self.story.uri


class Desk:
    """The desk of one worker; its memory is in Elasticsearch."""

    def __init__(self, context: Context) -> None:
        """Connect lazily, on the worker's loop."""
        self._context = context
        self._client = connection.connect_async(context.servers.elasticsearch)
        self._folds = context.settings.desk.duplicates == "fold"
        self._looks = context.settings.desk.duplicates != "off"
        window = timedelta(seconds=context.settings.desk.window)
        self._known = Window(window)
        self._judging = asyncio.Lock()
        self._tail = Tail(context.servers.kafka, topics.SIGNATURES, datetime.now(UTC) - window)

    async def work(self, events: Sequence[EventT]) -> list[Outcome]:
        """What becomes of each version. Raises ElasticsearchAway or KafkaAway, having passed on nothing."""
        arrivals = [_arrival(event) for event in events]
        known = await registry.recall(self._client, (arrival.concerns for arrival in arrivals))
        news = [(a.story, trace.headers_of(a.event)) for a in arrivals if a.original is None]
        verdicts = await self._verdicts(news, known)
        changed: dict[str, Record] = {}
        decisions: list[Decision] = []
        for arrival in arrivals:
            decision = self._decision(arrival, known.get(arrival.concerns), verdicts.get(arrival.story.uri))
            if decision.record:
                known[arrival.concerns] = changed[arrival.concerns] = decision.record
            decisions.append(decision)
        renewed = await self._renewed(arrivals, decisions, known)
        await self._remember(list(changed.values()))
        return [
            self._outcome(arrival, decision, known.get(arrival.concerns), renewed.pop(arrival.concerns, None))
            for arrival, decision in zip(arrivals, decisions, strict=True)
        ]

    def _decision(self, arrival: _Arrival, known: Record | None, verdict: Verdict | None) -> Decision:
        if arrival.original is None:
            at = str(trace.place(arrival.event))
            if self._looks and verdict is None:
                verdict = Verdict(storyline=story_id(arrival.story.uri))
            return decide(arrival.story, known, datetime.now(UTC), at, verdict, self._folds)
        if known is None:
            # The original never came as far as this: the copy stands for itself.
            return Decision(story=arrival.story)
        if known.duplicateof and self._folds:
            return Decision(copyof=known.duplicateof, dropped="a copy of a copy")
        return list_copy(known, arrival.story)

    def _outcome(self, arrival: _Arrival, decision: Decision, known: Record | None, renewed: Send | None) -> Outcome:
        headers = trace.headers_of(arrival.event) | {trace.HEADER: trace.extended(arrival.event)}
        headers.pop(COPY_OF, None)
        sends = [renewed] if renewed else []
        if decision.story:
            sends.append(Send(decision.story.uri, _json(decision.story), headers=headers))
        if decision.copyof:
            sends.append(_telling(decision.copyof, arrival.story, headers))
        why = decision.dropped or ("embargoed" if known and known.held else "known")
        return tuple(sends) or Done(why)

    async def _verdicts(
        self, news: Sequence[tuple[Story, dict[str, bytes]]], known: dict[str, Record]
    ) -> dict[str, Verdict]:
        """What each story (with its headers) that is new here is a copy of, and whose line it continues."""
        signed = [
            Signed(
                uri=story.uri,
                origin=_origin(story, headers),
                versioncreated=story.versioncreated,
                signature=signature,
            )
            for story, headers in news
            if self._looks and _is_new(story, known.get(story.uri)) and (signature := likeness.sign(story))
        ]
        if not signed:
            return {}
        last = await self._put(signed)
        async with self._judging:
            alike = await asyncio.to_thread(self._judged, [each.uri for each in signed], last)
        lines = await registry.recall(self._client, {uri for pair in alike for uri in pair if uri})
        replacing = {story.uri for story, _ in news if story.signal in _REPLACING}
        verdicts: dict[str, Verdict] = {}
        for one, (copied, matter) in zip(signed, alike, strict=True):
            related = copied or matter
            line = verdicts.get(related or "") or lines.get(related or "")
            verdicts[one.uri] = Verdict(
                duplicateof=None if one.uri in replacing else copied,
                storyline=(line and line.storyline) or story_id(related or one.uri),
            )
        return verdicts

    async def _renewed(
        self, arrivals: Sequence[_Arrival], decisions: Sequence[Decision], known: dict[str, Record]
    ) -> dict[str, Send]:
        """The versions that are to be indexed again, since their record changed, by uri."""
        passed = {arrival.story.uri for arrival, decision in zip(arrivals, decisions, strict=True) if decision.story}
        places = {
            arrival.concerns: decision.again
            for arrival, decision in zip(arrivals, decisions, strict=True)
            if decision.again and arrival.concerns not in passed
        }
        messages = await self._fetch(list(places.values()))
        sends = (_passing(message, known) for message in messages)
        return {send.key: send for send in sends}

    async def release(self) -> None:
        """Pass on the held versions whose embargo is over, unless something newer came."""
        try:
            for record in await registry.due(self._client, datetime.now(UTC)):
                now = (await registry.recall(self._client, [record.uri])).get(record.uri)
                if now == record and record.held:
                    await self._release(record, record.held)
        except TransientError as error:
            log.info("embargoes wait", why=str(error))

    async def _release(self, record: Record, held: str) -> None:
        messages = await self._fetch([held])
        if not messages:
            log.error("embargoed story is no longer on its topic", uri=record.uri, at=held)
            return
        story = Story.model_validate_json(messages[0].value or b"")
        verdict = (await self._verdicts([(story, dict(messages[0].headers))], {})).get(record.uri, Verdict())
        update = {"duplicateof": verdict.duplicateof, "storyline": record.storyline or verdict.storyline}
        record = record.model_copy(update=update)
        # What the index asks the record is remembered first; that it is let out, once it is.
        await self._remember([record])
        send = _passing(messages[0], {record.uri: record})
        if record.duplicateof and self._folds:
            send = _telling(record.duplicateof, story, dict(messages[0].headers))
        topic = self._context.servers.kafka.named(send.topic or topics.EDITED)
        sent = await self._context.app.producer.send(topic, send.key.encode(), send.value, None, None, send.headers)
        await sent
        await self._remember([released(record)])
        log.info("embargo lifted", uri=record.uri)

    async def _put(self, signed: Sequence[Signed]) -> int:
        """Tell all desks of new signatures; where the last of them stands. Raises KafkaAway."""
        producer, kafka = self._context.app.producer, self._context.servers.kafka
        try:
            sent = [
                await producer.send(
                    kafka.named(topics.SIGNATURES), each.uri.encode(), each.model_dump_json().encode(), 0, None, None
                )
                for each in signed
            ]
            return max([int((await each).offset) for each in sent])
        except (KafkaError, ProducerSendError) as error:
            raise KafkaAway(f"{topics.SIGNATURES}: {type(error).__name__}: {error}") from error

    def _judged(self, uris: Sequence[str], last: int) -> list[tuple[str | None, str | None]]:
        """What each is a copy of and related to, once all that was put in before is known. Raises KafkaAway."""
        for message in self._tail.up_to(last):
            self._known.add(Signed.model_validate_json(message.value or b""))
        return [self._known.judge(uri) for uri in uris]

    async def _fetch(self, places: Sequence[str]) -> list[Message]:
        if not places:
            return []
        coordinates = [Coordinate.parse(place) for place in places]
        return await asyncio.to_thread(fetch_all, self._context.servers.kafka, coordinates)

    async def _remember(self, records: list[Record]) -> None:
        actions = [registry.remembering(record) for record in records]
        if actions:
            results = await bulk.write(self._client, actions)
            if failed := [result for result in results if result is not None]:
                raise ElasticsearchAway(f"the desk's records: {failed[0]}")


def _arrival(event: EventT) -> _Arrival:
    original = trace.headers_of(event).get(COPY_OF)
    story = Story.model_validate_json(event.message.value or b"")
    return _Arrival(event, story, original.decode("utf-8", "replace") if original else None)


def _is_new(story: Story, known: Record | None) -> bool:
    """Whether a story is to be compared: one that is passed on already stays what it is."""
    waits = story.embargoed is not None and story.embargoed > datetime.now(UTC)
    is_passed = known is not None and known.at is not None and not known.held and known.duplicateof is None
    return story.pubstatus == "usable" and story.signal not in NO_STORY and not waits and not is_passed


def _origin(story: Story, headers: dict[str, bytes]) -> str:
    """Whose story it is and by which feed it came: two feeds may bring the same agency's."""
    return f"{story.source.name} by {headers.get('feed', b'').decode('utf-8', 'replace')}"[:500]


def _telling(original: str, copy: Story, headers: dict[str, bytes]) -> Send:
    """The message that tells an original of its copy."""
    return Send(original, _json(copy), topic=topics.STORIES, headers=headers | {COPY_OF: original.encode()})


def _passing(message: Message, known: dict[str, Record]) -> Send:
    """A version that stands on ``wire.stories``, to be passed on from there."""
    story = Story.model_validate_json(message.value or b"")
    record = known[story.uri]
    story = story.model_copy(update={"firstcreated": record.firstcreated})
    headers = dict(message.headers)
    before = headers.get(trace.HEADER, b"").decode()
    headers[trace.HEADER] = f"{before} {message.at}@{message.timestamp}".strip().encode()
    headers.pop(COPY_OF, None)
    return Send(story.uri, _json(story), headers=headers)


def _json(story: Story) -> bytes:
    return story.model_dump_json().encode()
