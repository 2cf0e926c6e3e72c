"""Say of each story how it relates to the others, and bring the others up to date.

What is written follows from the indexed stories alone. A worker reads what it needs, writes, and then looks whether
anything that it has read has changed meanwhile; of two that work on stories of one report at once, the later one sees
what the other has written. So neither order nor repetition nor a crash makes a difference.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

from pipeline import topics
from pipeline.broker.reader import TopicFollower
from pipeline.derive.relations import FIELDS, Relation, derived_fields, relation
from pipeline.derive.signatures import Resemblance, SignatureWindow
from pipeline.derive.updates import Comparable
from pipeline.desk.store import Store
from pipeline.index.derived import SIGNED, Found, Stories, signed_story, write_anew
from pipeline.index.indices import Indices
from pipeline.settings import Kafka
from pipeline.story import Indexed, SignedStory, Story
from pipeline.workers.contract import Clock, utc_now

log = structlog.get_logger()

_TEXT = ("uri", "receivedas", "version", "versioncreated", "firstcreated", "headline", "signal", "genre", "source",
         "body")  # fmt: skip
"""What comparing the texts of stories needs of their documents."""
_LIGHT = ("uri", "version", "versioncreated", "versions", "unfinished", *FIELDS)
_MOST_REMEMBERED = 8 << 20
"""Bytes of the texts that are remembered: some 2,000 of two agencies, or fewer long ones."""
_OVERLAP = timedelta(minutes=5)
"""What was indexed so long before the start is read from the topic too; by then a search finds it."""
_AT_ONCE = 500


Run = Callable[..., Awaitable[Any]]


class Announcements(Protocol):
    """What was indexed, in the order in which each story's changes were announced."""

    async def news(self) -> Sequence[Indexed]:
        """Return what was announced since the last call that did not fail, up to now. Raises KafkaUnavailable."""
        ...


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


class Relating:
    """Relates stories. It remembers signatures and texts; all of it can be read again."""

    def __init__(
        self,
        stories: Stories,
        indices: Indices,
        store: Store,
        announcements: Announcements,
        span: timedelta,
        now: Clock = utc_now,
        run: Run = asyncio.to_thread,
    ) -> None:
        """Take the clients; stories further apart than ``span`` do not relate.

        ``run`` calls a function beside the event loop, which has Kafka's heartbeats to send.
        """
        self._stories, self._indices, self._store = stories, indices, store
        self._announcements, self._span, self._now, self._run = announcements, span, now, run
        self._window: SignatureWindow | None = None
        self._news: list[Indexed] = []
        self._texts: dict[str, Comparable] = {}
        self._size = 0

    async def arrived(self, stories: Mapping[str, datetime]) -> None:
        """Write how these stories (uri: firstcreated) relate, and what that changes for others.

        Raises ElasticsearchUnavailable or KafkaUnavailable; it is then to be repeated.
        """
        window = await self._followed()
        waiting = dict(stories)
        waiting |= await self._run(_affected, window, stories)
        # A worker that died may have changed the group of a story, and not yet of those that relate to it.
        more = waiting
        while more:
            related = await self._stories.relating_to(more)
            more = {uri: at for uri, at in related.items() if uri not in waiting}
            waiting |= more
        while waiting:
            some = dict(sorted(waiting.items())[:_AT_ONCE])
            waiting = {uri: at for uri, at in waiting.items() if uri not in some}
            waiting |= await self._settle(some)

    async def _followed(self) -> SignatureWindow:
        """Return the signatures of everything announced by now. Raises as ``arrived``."""
        self._news += await self._announcements.news()
        if self._window is None:
            # What is announced while they are read comes again.
            window = SignatureWindow(self._span)
            recent = await self._stories.signed(self._now() - 2 * self._span)
            await self._run(_update, window, {each.uri: each for each in recent})
            self._window = window
        changed = {each.uri: each.firstcreated for each in self._news if not each.ishistory}
        found = await self._stories.read(changed, SIGNED)
        for uri in changed:
            if known := self._texts.pop(uri, None):
                self._size -= known.size
        signed = {uri: signed_story(found[uri].document) if uri in found else None for uri in changed}
        await self._run(_update, self._window, signed)
        self._news.clear()
        return self._window

    async def _settle(self, uris: Mapping[str, datetime]) -> dict[str, datetime]:
        """Write of these stories what is derived. Return the stories to look at afterwards (uri: firstcreated).

        Raises as ``arrived``.
        """
        window = await self._followed()
        found = await self._stories.read(uris, _LIGHT)
        relations = await self._relations(window, found)
        labels = {uri: each.document for uri, each in found.items()}
        labels |= await self._labels(window, relations.values(), found)
        histories = await self._histories(found)
        wanted: dict[str, dict[str, Any]] = {}
        for uri in sorted(found, key=lambda uri: (found[uri].document["versioncreated"], uri)):
            known = labels[uri]
            kept = {name: value for name, value in known.items() if name not in FIELDS and name != "versions"}
            derived = derived_fields(uri, relations[uri], lambda uri: labels.get(uri, {})) | histories[uri]
            labels[uri] = kept | derived
            if labels[uri] != known or "unfinished" in known:
                wanted[uri] = derived
        if not wanted:
            return {}
        await self._write(found, wanted, {uri: uris[uri] for uri in wanted})
        moved = [uri for uri in wanted if _moved(found[uri].document, wanted[uri])]
        return {uri: uris[uri] for uri in wanted} | await self._stories.relating_to(moved)

    async def _relations(self, window: SignatureWindow, found: Collection[str]) -> dict[str, Relation]:
        resembling: dict[str, Resemblance] = await self._run(_resembling, window, found)
        compared = {uri for uri, each in resembling.items() if each.copied or each.updated}
        others = {other for uri in compared for other in (*resembling[uri].copied, *resembling[uri].updated)}
        texts = await self._comparable(window, compared | others)
        relations: dict[str, Relation] = await self._run(_related, window, resembling, texts)
        return relations

    async def _comparable(self, window: SignatureWindow, uris: Iterable[str]) -> dict[str, Comparable]:
        """Return what comparisons need of these stories, of those that are there."""
        wanted = set(uris)
        missing = {uri: window.firstcreated(uri) for uri in wanted - self._texts.keys() if uri in window}
        read = await self._stories.read(missing, _TEXT)
        self._texts |= (more := await self._run(_comparable, [each.document for each in read.values()]))
        self._size += sum(each.size for each in more.values())
        found = {uri: self._texts[uri] for uri in wanted if uri in self._texts}
        while self._size > _MOST_REMEMBERED:
            self._size -= self._texts.pop(next(iter(self._texts))).size
        return found

    async def _labels(
        self, window: SignatureWindow, relations: Iterable[Relation], known: Collection[str]
    ) -> dict[str, dict[str, Any]]:
        """Return the documents of the stories that these relate to, as far as they say in which group they are."""
        wanted = {uri for each in relations for uri in (each.to, each.follows) if uri and uri not in known}
        places = {uri: window.firstcreated(uri) for uri in wanted if uri in window}
        return {uri: each.document for uri, each in (await self._stories.read(places, _LIGHT)).items()}

    async def _histories(self, found: Mapping[str, Found]) -> dict[str, dict[str, Any]]:
        """Return what the documents say of earlier versions, by uri."""
        stored = await self._store.read(found)
        histories: dict[str, dict[str, Any]] = {}
        for uri, (document, _) in found.items():
            history = []
            if uri in stored:
                rank = document["version"], datetime.fromisoformat(document["versioncreated"])
                history = list(stored[uri].record.history(rank))
            histories[uri] = {"versions": history} if len(history) > 1 else {}
        return histories

    async def _write(
        self, found: Mapping[str, Found], wanted: Mapping[str, dict[str, Any]], places: Mapping[str, datetime]
    ) -> None:
        """Write the documents with these fields, unless somebody else has written them meanwhile."""
        changed = []
        for uri, (document, version) in (await self._stories.read(places)).items():
            if version == found[uri].version:
                kept = {name: value for name, value in document.items() if name not in (*FIELDS, "versions")}
                changed.append(Found(kept | wanted[uri], version))

        def has_parts_to_write(document: Mapping[str, Any]) -> bool:
            before = found[document["uri"]].document
            return "unfinished" in before or before.get("storyline") != document["storyline"]

        await write_anew(self._indices, changed, with_parts=has_parts_to_write)


def _update(window: SignatureWindow, signed: Mapping[str, SignedStory | None]) -> None:
    for uri, each in signed.items():
        if each:
            window.put(each)
        else:
            window.remove(uri)


def _affected(window: SignatureWindow, uris: Iterable[str]) -> dict[str, datetime]:
    return {uri: window.firstcreated(uri) for each in uris for uri in window.affected(each)}


def _resembling(window: SignatureWindow, uris: Iterable[str]) -> dict[str, Resemblance]:
    return {uri: window.resemblance(uri) for uri in uris}


def _related(
    window: SignatureWindow, resembling: Mapping[str, Resemblance], texts: Mapping[str, Comparable]
) -> dict[str, Relation]:
    found = {}
    for uri, resemblance in resembling.items():
        story = texts.get(uri)
        found[uri] = relation(story, resemblance, texts) if story else Relation(follows=resemblance.topic)
        window.settle(uri, resemblance, found[uri].to)
    return found


def _comparable(documents: Iterable[Mapping[str, Any]]) -> dict[str, Comparable]:
    return {each["uri"]: Comparable.of(Story.model_validate(each)) for each in documents}


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(before.get(name) != after[name] for name in ("group", "storyline"))
