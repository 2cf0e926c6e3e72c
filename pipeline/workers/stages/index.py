"""Stage index: write documents to Elasticsearch in bulk, and check each result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from pipeline import topics
from pipeline.desk.record import Record
from pipeline.desk.store import ElasticsearchStore, Store
from pipeline.desk.text_features import TextFeatures
from pipeline.desk.text_signature import signature_of
from pipeline.desk.version_rules import is_current
from pipeline.desk.withdrawn import origin_of
from pipeline.documents.story import UNTAUGHT
from pipeline.elasticsearch.client import connect_async
from pipeline.envelope import Envelope, times
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.identity.indexed.name_store import ElasticsearchNames
from pipeline.identity.indexed.word_store import Lessons
from pipeline.index.actions import Action, actions, counts_of, first_version, is_of, stale_deletes
from pipeline.index.indices import Before, ElasticsearchIndices, Indices, Overtaken
from pipeline.ops.story_traces import Traced, exporting
from pipeline.story import AnnotatedStory, Indexed
from pipeline.workers.contract import Clock, Context, Done, Handler, Outcome, Send, utc_now


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    settings = context.settings.elasticsearch
    client = connect_async(settings)
    lessons = Lessons(ElasticsearchNames(client), timedelta(seconds=context.settings.derive.window))
    traced = exporting(otlp) if (otlp := context.settings.monitor.otlp) else None
    return Handler(
        Indexing(ElasticsearchStore(client), ElasticsearchIndices(client), lessons=lessons, traced=traced).work,
        limits=context.stage.limits._replace(events=settings.batch_documents, size=settings.batch_bytes),
    )


@dataclass(frozen=True)
class _Arrival:
    """A version that arrived, with its revision. A message that did not come from the desk uses its version."""

    envelope: Envelope
    story: AnnotatedStory

    @property
    def revision(self) -> int:
        number = self.envelope.headers.revision
        return self.story.version if number is None else number

    @property
    def signed(self) -> dict[str, Any]:
        """The field of the document with the signature and the origin of its text."""
        signature = signature_of(TextFeatures.of(self.story.body))
        origin = origin_of(self.story, self.envelope.headers.feed)
        return {"signature": {"origin": origin, **dict(signature)}} if signature else {}

    @property
    def digest(self) -> str:
        """What tells whether this message is indexed already."""
        return blake2b(self.envelope.payload, digest_size=16).hexdigest()

    def trace(self, now: datetime) -> dict[str, str]:
        """Return when the story was on each topic, and the current time."""
        return {name: at.isoformat(timespec="milliseconds") for name, at in self.moments(now).items()}

    def moments(self, now: datetime) -> dict[str, datetime]:
        """Return when the story was on each topic, and the current time."""
        return {**times(self.envelope.trace), "indexed": now}

    def latency(self, now: datetime) -> dict[str, float]:
        """Return the seconds since the item came to its first topic; nothing for a story that an embargo held."""
        if self.story.embargoed:
            return {}
        return {"latency": max(0.0, round(now.timestamp() - self.envelope.trace[0].timestamp / 1000, 3))}


class Indexing:
    """The stage's work."""

    def __init__(
        self,
        store: Store,
        indices: Indices,
        now: Clock = utc_now,
        lessons: Lessons | None = None,
        traced: Traced | None = None,
    ) -> None:
        """``store`` holds the current state of each story, ``lessons`` what other stories teach about names.

        ``traced`` takes when each written story was on each topic.
        """
        self._store, self._indices, self._now, self._lessons, self._traced = store, indices, now, lessons, traced

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Index the current versions. Raises ElasticsearchUnavailable; the batch is then repeated.

        Of several versions in one batch only the last is written, so that the count of surplus documents to
        delete comes from the indexed story.
        """
        arrivals = [_Arrival(each, AnnotatedStory.model_validate_json(each.payload)) for each in batch]
        newest = {each.story.uri: each for each in sorted(arrivals, key=lambda each: each.revision)}
        known = {uri: each.record for uri, each in (await self._store.read(newest)).items()}
        now = self._now()
        overtaken = {uri for uri, each in newest.items() if not is_current(each.story, known.get(uri), now)}
        current = [each for uri, each in newest.items() if uri not in overtaken]
        urgent = topics.is_urgent(batch[0].at.topic)
        written: dict[str, dict[str, int]] = {}
        for each in arrivals:
            uri = each.story.uri
            written[uri] = _larger(written.get(uri, {}), counts_of(each.story))
        await self._carry_out([back for uri in overtaken for back in _stale_deletes(newest[uri], written[uri])])
        refused = await self._write(current, known, written, urgent) if current else {}
        return [_outcome(each, newest, overtaken, refused) for each in arrivals]

    async def _write(
        self,
        arrivals: Sequence[_Arrival],
        known: Mapping[str, Record],
        written: Mapping[str, Mapping[str, int]],
        urgent: bool,
    ) -> dict[str, str]:
        """Write the stories; a search finds ``urgent`` ones at once. Return the reason for each rejected one, by uri.

        Quotes and events are written before their story. The story's document holds how many the previous version
        has, and must stay until the surplus ones are deleted, whatever fails on the way. ``written`` is how many an
        earlier attempt at this batch may already have written before its worker died.
        """
        before = await self._indices.before([(each.story.uri, each.story.firstcreated) for each in arrivals])
        stories = [each.story for each in arrivals]
        # The stage derive then changes few of them.
        registries = await self._lessons.registries(stories) if self._lessons else {}
        first: list[tuple[str, Action]] = []
        then: list[tuple[str, Action]] = []
        for each in arrivals:
            uri = each.story.uri
            there = before.get(uri, Before())
            if there.digest == each.digest and is_of(each.revision, there.version):
                # The worker that wrote it died then, or its request was carried out late.
                continue
            version = first_version(each.revision, there.version)
            parts = _larger(there.counts, written[uri])
            at = self._now()
            measured = {"trace": each.trace(at), **each.latency(at)}
            more = {**measured, "digest": each.digest, **each.signed, **there.derived}
            registry = registries.get(uri, UNTAUGHT)
            document, *others = actions(each.story, version, parts, known.get(uri), more, registry)
            first += [(uri, action) for action in others]
            then.append((uri, document))
        refused, overtaken = await self._carry_out(first)
        # Of two attempts at a story each has written some parts, perhaps with other names: they are written again.
        then = [(uri, _unfinished(action) if uri in overtaken else action) for uri, action in then]
        refused |= (await self._carry_out(then, refresh=urgent))[0]
        if self._traced:
            written_now = {uri for uri, _ in then} - set(refused)
            for each in arrivals:
                if each.story.uri in written_now:
                    self._traced(each.story.uri, each.story.version, each.moments(self._now()))
        return refused

    async def _carry_out(
        self, owned: Sequence[tuple[str, Action]], *, refresh: bool = False
    ) -> tuple[dict[str, str], set[str]]:
        """Execute the actions for these uris. Return the reason for each rejected one, and where others came before.

        With ``refresh`` a search finds the result at once. Raises ElasticsearchUnavailable.
        """
        refused: dict[str, str] = {}
        overtaken: set[str] = set()
        if not owned:
            return refused, overtaken
        results = await self._indices.write([action for _, action in owned], refresh=refresh)
        for (uri, _), result in zip(owned, results, strict=True):
            if isinstance(result, ElasticsearchUnavailable):
                raise result
            if isinstance(result, str):
                refused.setdefault(uri, result)
            if isinstance(result, Overtaken):
                overtaken.add(uri)
        return refused, overtaken


def _unfinished(action: Action) -> Action:
    return replace(action, document={**action.document, "unfinished": True}) if action.document else action


def _larger(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Return the larger of two counts of each kind."""
    return {alias: max(one.get(alias, 0), other.get(alias, 0)) for alias in {*one, *other}}


def _stale_deletes(arrival: _Arrival, written: Mapping[str, int]) -> list[tuple[str, Action]]:
    """Return the deletes of what an outdated version may have written before its worker died."""
    uri = arrival.story.uri
    return [(uri, action) for action in stale_deletes(arrival.story, arrival.revision, written)]


def _outcome(
    arrival: _Arrival, newest: Mapping[str, _Arrival], overtaken: set[str], refused: Mapping[str, str]
) -> Outcome:
    uri = arrival.story.uri
    if newest[uri] is not arrival or uri in overtaken:
        return Done("indexed")
    if uri in refused:
        return DocumentRefused(refused[uri])
    return Send(uri, Indexed.of(arrival.story).model_dump_json().encode())
