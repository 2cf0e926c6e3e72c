"""Stage index: write documents to Elasticsearch in bulk, and check each result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline import topics
from pipeline.connect.elasticsearch_client import connect_async
from pipeline.envelope import Envelope, times
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.identity.registry import Registry
from pipeline.index import documents
from pipeline.index.documents import Action
from pipeline.index.identities import ElasticsearchIdentities
from pipeline.index.indices import ElasticsearchIndices, Indices
from pipeline.state.decision import Policy
from pipeline.state.pending import confirmed
from pipeline.state.record import Record
from pipeline.state.rules import is_current
from pipeline.state.store import ElasticsearchStore, Store, Stored
from pipeline.story import AnnotatedStory, Indexed, Story
from pipeline.workers.contract import Clock, Context, Done, Handler, Outcome, Send, utc_now
from pipeline.workers.identification import EVERY, Identification


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    settings = context.settings.elasticsearch
    client = connect_async(settings)
    policy = Policy(
        folds=context.settings.desk.duplicates == "fold", keep=timedelta(seconds=context.settings.kafka.retention)
    )
    indices = ElasticsearchIndices(client)
    identification = Identification(ElasticsearchIdentities(client), indices, utc_now)
    return Handler(
        Indexing(ElasticsearchStore(client), indices, policy, identification=identification).work,
        tick=identification.look,
        every=EVERY,
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

    def trace(self, now: datetime) -> dict[str, str]:
        """Return when the story was on each topic, and the current time."""
        moments = {**times(self.envelope.trace), "indexed": now}
        return {name: at.isoformat(timespec="milliseconds") for name, at in moments.items()}


class Indexing:
    """The stage's work."""

    def __init__(
        self,
        store: Store,
        indices: Indices,
        policy: Policy,
        now: Clock = utc_now,
        identification: Identification | None = None,
    ) -> None:
        """``store`` holds the current state of each story, ``identification`` what all stories teach about names."""
        self._store, self._indices, self._policy, self._now = store, indices, policy, now
        self._identification = identification

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Index the current versions. Raises ElasticsearchUnavailable; the batch is then repeated.

        Of several versions in one batch only the last is written, so that the count of surplus documents to
        delete comes from the indexed story.
        """
        arrivals = [_Arrival(each, AnnotatedStory.model_validate_json(each.payload)) for each in batch]
        newest = {each.story.uri: each for each in sorted(arrivals, key=lambda each: each.revision)}
        stored = await self._store.read(newest)
        known = {uri: each.record for uri, each in stored.items()}
        now = self._now()
        policy = self._policy
        overtaken = {uri for uri, each in newest.items() if not is_current(each.story, known.get(uri), now, policy)}
        current = [each for uri, each in newest.items() if uri not in overtaken]
        urgent = topics.is_urgent(batch[0].at.topic)
        written: dict[str, dict[str, int]] = {}
        for each in arrivals:
            uri = each.story.uri
            written[uri] = _larger(written.get(uri, {}), documents.counts_of(each.story))
        await self._carry_out([back for uri in overtaken for back in _stale_deletes(newest[uri], written[uri])])
        refused = await self._write(current, known, written, urgent) if current else {}
        await self._confirm([each.story for each in current if each.story.uri not in refused], stored)
        return [_outcome(each, newest, overtaken, refused) for each in arrivals]

    async def _confirm(self, stories: Sequence[Story], stored: Mapping[str, Stored]) -> None:
        """Record that released stories are indexed. If a record changed meanwhile, the story is sent again."""
        changes = []
        for story in stories:
            if before := stored.get(story.uri):
                rank = (story.version, story.versioncreated)
                record = confirmed(before.record, rank, self._now(), self._policy)
                changes += [(record, before)] if record != before.record else []
        await self._store.write(changes)

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
        before = await self._indices.part_counts([(each.story.uri, each.story.firstcreated) for each in arrivals])
        registry = self._identification.registry if self._identification else Registry()
        first: list[tuple[str, Action]] = []
        then: list[tuple[str, Action]] = []
        for each in arrivals:
            uri = each.story.uri
            parts = _larger(before.get(uri, {}), written[uri])
            document, *others = documents.actions(
                each.story, each.revision, parts, known.get(uri), each.trace(self._now()), registry
            )
            first += [(uri, action) for action in others]
            then.append((uri, document))
        refused = await self._carry_out(first)
        return await self._carry_out(then, refresh=urgent) | refused

    async def _carry_out(self, owned: Sequence[tuple[str, Action]], *, refresh: bool = False) -> dict[str, str]:
        """Execute the actions for these uris. Return the reason for each rejected one.

        With ``refresh`` a search finds the result at once. Raises ElasticsearchUnavailable.
        """
        refused: dict[str, str] = {}
        if not owned:
            return refused
        results = await self._indices.write([action for _, action in owned], refresh=refresh)
        for (uri, _), result in zip(owned, results, strict=True):
            if isinstance(result, ElasticsearchUnavailable):
                raise result
            if result is not None:
                refused.setdefault(uri, result)
        return refused


def _larger(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Return the larger of two counts of each kind."""
    return {alias: max(one.get(alias, 0), other.get(alias, 0)) for alias in {*one, *other}}


def _stale_deletes(arrival: _Arrival, written: Mapping[str, int]) -> list[tuple[str, Action]]:
    """Return the deletes of what an outdated version may have written before its worker died."""
    uri = arrival.story.uri
    return [(uri, action) for action in documents.stale_deletes(arrival.story, arrival.revision, written)]


def _outcome(
    arrival: _Arrival, newest: Mapping[str, _Arrival], overtaken: set[str], refused: Mapping[str, str]
) -> Outcome:
    uri = arrival.story.uri
    if newest[uri] is not arrival or uri in overtaken:
        return Done("indexed")
    if uri in refused:
        return DocumentRefused(refused[uri])
    return Send(uri, Indexed.of(arrival.story).model_dump_json().encode())
