"""Stage index: documents into Elasticsearch, in bulk, each result looked at."""

from collections.abc import Sequence
from datetime import UTC, datetime

from faust.types import EventT

from pipeline.desk.rules import Record, counts
from pipeline.errors import DocumentRefused, ElasticsearchAway
from pipeline.index import bulk, connection, documents, registry
from pipeline.index.documents import Action
from pipeline.story import AnnotatedStory, Indexed
from pipeline.workers import trace
from pipeline.workers.app import Context
from pipeline.workers.settle import Done, Outcome, Send


class Indexer:
    """The indexer of one worker."""

    def __init__(self, context: Context) -> None:
        """Connect lazily, on the worker's loop."""
        self._client = connection.connect_async(context.servers.elasticsearch)

    async def work(self, events: Sequence[EventT]) -> list[Outcome]:
        """Index what counts. Raises ElasticsearchAway, after which all of it is done again.

        Of several versions in one batch only the last is written, so that the removal of surplus
        quotes is counted from what is indexed.
        """
        stories = [AnnotatedStory.model_validate_json(event.message.value or b"") for event in events]
        newest = {story.uri: story for story in sorted(stories, key=_rank)}
        traces = {
            story.uri: _trace(event) for story, event in zip(stories, events, strict=True) if newest[story.uri] is story
        }
        known = await registry.recall(self._client, newest)
        counting = [story for story in newest.values() if _counts(story, known.get(story.uri))]
        superseded = [story for story in stories if story.version < _version(newest[story.uri], known)]
        await self._carry_out([(story.uri, action) for story in superseded for action in documents.taken_back(story)])
        refused = await self._write(counting, known, traces) if counting else {}
        passed_over = newest.keys() - {story.uri for story in counting}
        return [_outcome(story, newest, passed_over, refused) for story in stories]

    async def _write(
        self, stories: Sequence[AnnotatedStory], known: dict[str, Record], traces: dict[str, dict[str, str]]
    ) -> dict[str, str]:
        """Write the stories; the reason by uri of those that were refused.

        Their quotes first: how many an earlier version had stands in its document, which has to stay
        until those that are too many are gone, whatever is rejected or dies on the way.
        """
        before = await registry.indexed_quotes(self._client, [(story.uri, story.firstcreated) for story in stories])
        first: list[tuple[str, Action]] = []
        then: list[tuple[str, Action]] = []
        for story in stories:
            document, *quotes = documents.actions(
                story, before.get(story.uri, 0), known.get(story.uri), traces[story.uri]
            )
            first += [(story.uri, action) for action in quotes]
            then.append((story.uri, document))
        refused = await self._carry_out(first)
        return await self._carry_out(then) | refused

    async def _carry_out(self, owned: Sequence[tuple[str, Action]]) -> dict[str, str]:
        """Carry out what belongs to these uris; the reason of a refusal by uri. Raises ElasticsearchAway."""
        refused: dict[str, str] = {}
        if not owned:
            return refused
        results = await bulk.write(self._client, [action for _, action in owned])
        for (uri, _), result in zip(owned, results, strict=True):
            if isinstance(result, ElasticsearchAway):
                raise result
            if result is not None:
                refused.setdefault(uri, result)
        return refused


def _outcome(
    story: AnnotatedStory, newest: dict[str, AnnotatedStory], passed_over: set[str], refused: dict[str, str]
) -> Outcome:
    if newest[story.uri] is not story or story.uri in passed_over:
        return Done("indexed")
    if story.uri in refused:
        return DocumentRefused(refused[story.uri])
    return Send(story.uri, Indexed.of(story).model_dump_json().encode())


def _trace(event: EventT) -> dict[str, str]:
    """When the story stood on each topic, and now."""
    times = trace.times(event) | {"indexed": datetime.now(UTC)}
    return {name: at.isoformat(timespec="milliseconds") for name, at in times.items()}


def _version(newest: AnnotatedStory, known: dict[str, Record]) -> int:
    """The version that counts by now."""
    record = known.get(newest.uri)
    return max(newest.version, record.version if record and not record.held else 0)


def _rank(story: AnnotatedStory) -> tuple[int, datetime, bool]:
    return story.version, story.versioncreated, story.pubstatus != "usable"


def _counts(story: AnnotatedStory, known: Record | None) -> bool:
    return counts(story.version, story.versioncreated, story.pubstatus, known)
