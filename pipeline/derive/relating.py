"""Say of each story how it relates to the others, and bring the others up to date.

What is written follows from the indexed stories and from what people decided. Whoever derives reads what is needed,
writes, and then looks whether anything that was read has changed meanwhile; of two that work on stories of one report
at once, the later one sees what the other has written. So neither order nor repetition nor a crash makes a difference.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from pipeline.derive.decision_store import Decisions
from pipeline.derive.decisions import Decided, Decision, decided
from pipeline.derive.relations import FIELDS, Relation, derived_fields, is_withdrawn_too, relation
from pipeline.derive.signatures import Resemblance, SignatureWindow
from pipeline.derive.updates import Comparable
from pipeline.desk.record import Record, Withdrawn
from pipeline.desk.store import Store
from pipeline.errors import ElasticsearchUnavailable
from pipeline.index.derived import SIGNED, Found, Run, Stories, signed_story, write_anew
from pipeline.index.indices import Indices
from pipeline.story import Indexed, SignedStory, Story

_TEXT = ("uri", "receivedas", "version", "versioncreated", "firstcreated", "headline", "signal", "genre", "source",
         "body")  # fmt: skip
"""What comparing the texts of stories needs of their documents."""
_LIGHT = ("uri", "version", "versioncreated", "versions", "unfinished", *FIELDS)
_MOST_REMEMBERED = 8 << 20
"""Bytes of the texts that are remembered: some 2,000 of two agencies, or fewer long ones."""
_AT_ONCE = 500
_WITHDRAWN = "withdrawn:"
"""Stands before the uri of a text that was withdrawn, since that story may have another one now."""


class Announcements(Protocol):
    """What was indexed, in the order in which each story's changes were announced."""

    async def news(self) -> Sequence[Indexed]:
        """Return what was announced since the last call that did not fail, up to now. Raises KafkaUnavailable."""
        ...


class Relating:
    """It remembers signatures and texts; all of it can be read again."""

    def __init__(
        self,
        stories: Stories,
        indices: Indices,
        store: Store,
        decisions: Decisions,
        announcements: Announcements,
        span: timedelta,
        run: Run = asyncio.to_thread,
        *,
        kills_copies: bool = True,
    ) -> None:
        """Take the clients; stories further apart than ``span`` do not relate. ``kills_copies`` is whether a kill takes
        along what carries the same text of the same agency in another feed.
        """
        self._stories, self._indices, self._store, self._decisions = stories, indices, store, decisions
        self._announcements, self._run, self._kills_copies = announcements, run, kills_copies
        self._window = SignatureWindow(span)
        self._news: list[Indexed] = []
        self._gone: dict[str, tuple[str, Withdrawn]] = {}
        self._to_kill: set[str] = set()
        self._texts: dict[str, Comparable] = {}
        self._size = 0

    async def relate(self, arrived: Sequence[Indexed]) -> list[Record]:
        """Derive what these stories change. Return the records of stories to kill, since they carry a text that its
        agency has withdrawn in another feed.

        Raises ElasticsearchUnavailable, KafkaUnavailable.
        """
        await self._follow()
        await self._surround(each.versioncreated for each in arrived)
        waiting = {each.uri: each.firstcreated for each in arrived}
        more = waiting
        # A worker that died may have changed the group of a story, and not yet of those that relate to it.
        while more:
            related = await self._stories.relating_to(more)
            more = {uri: at for uri, at in related.items() if uri not in waiting}
            waiting |= more
        names = [name for each in arrived for name in (each.uri, _WITHDRAWN + each.uri)]
        waiting |= await self._run(_affected, self._window, names)
        self._to_kill.clear()
        while waiting:
            some = dict(sorted(waiting.items())[:_AT_ONCE])
            waiting = {uri: at for uri, at in waiting.items() if uri not in some}
            if again := await self._settle(some):
                waiting |= again
                await self._follow()
        records = [each.record for each in (await self._store.read(self._to_kill)).values()]
        return [record for record in records if record.pubstatus == "usable"] if self._kills_copies else []

    async def _follow(self) -> None:
        """Read the signatures of everything announced since the last call. Raises as ``work``."""
        self._news += await self._announcements.news()
        changed = {each.uri: each.firstcreated for each in self._news if not each.ishistory}
        found = await self._stories.read(changed, SIGNED)
        stored = await self._store.read({each.uri for each in self._news})
        for uri in changed:
            if known := self._texts.pop(uri, None):
                self._size -= known.size
        signed = {uri: signed_story(found[uri].document) if uri in found else None for uri in changed}
        await self._run(_update, self._window, signed, self._withdrawn_of([each.record for each in stored.values()]))
        self._news.clear()

    def _withdrawn_of(self, records: Iterable[Record]) -> list[SignedStory]:
        """Note the withdrawn texts of these records, and return those that have a signature."""
        gone = [(record, record.withdrawn) for record in records if record.withdrawn]
        self._gone |= {_WITHDRAWN + record.uri: (record.uri, withdrawn) for record, withdrawn in gone}
        return [
            SignedStory(
                uri=_WITHDRAWN + record.uri,
                origin=withdrawn.origin,
                versioncreated=withdrawn.versioncreated,
                firstcreated=record.firstcreated,
                signature=withdrawn.signature,
            )
            for record, withdrawn in gone
            if withdrawn.signature
        ]

    async def _surround(self, times: Iterable[datetime]) -> None:
        """Read the signatures of the stories that may relate to those of these times. Raises as ``work``.

        What is announced while they are read comes with the next call of ``_follow``.
        """
        missing = self._window.missing(times)
        try:
            signed = await self._stories.signed(missing)
            gone = self._withdrawn_of(await self._store.withdrawn(missing))
        except ElasticsearchUnavailable:
            self._window.forget(missing)
            raise
        await self._run(_update, self._window, {each.uri: each for each in signed}, gone)

    async def _settle(self, uris: Mapping[str, datetime]) -> dict[str, datetime]:
        """Write of these stories what is derived. Return the stories to look at afterwards (uri: firstcreated).

        Raises as ``work``.
        """
        found = await self._stories.read(uris, _LIGHT)
        await self._surround(datetime.fromisoformat(each.document["versioncreated"]) for each in found.values())
        made = await self._made(found)
        relations, gone = await self._relations(found, made)
        related = {uri for each in relations.values() for uri in (each.to, each.follows) if uri and uri not in found}
        earlier = await self._stories.read(self._places(related, made), _LIGHT)
        labels = {uri: each.document for uri, each in (found | earlier).items()}
        histories = await self._histories(found)
        wanted: dict[str, dict[str, Any]] = {}
        for uri in sorted(found, key=lambda uri: (found[uri].document["versioncreated"], uri)):
            known = labels[uri]
            kept = {name: value for name, value in known.items() if name not in FIELDS and name != "versions"}
            derived = derived_fields(uri, relations[uri], labels, gone.get(uri)) | histories[uri]
            labels[uri] = kept | derived
            if labels[uri] != known or "unfinished" in known:
                wanted[uri] = derived
        if not wanted:
            return {}
        await self._write(found, wanted, {uri: uris[uri] for uri in wanted})
        moved = [uri for uri in wanted if _moved(found[uri].document, wanted[uri])]
        return {uri: uris[uri] for uri in wanted} | await self._stories.relating_to(moved)

    async def _made(self, uris: Collection[str]) -> list[Decision]:
        """Return the decisions about these stories, and about those that were joined with them."""
        made = [*await self._decisions.about(uris)]
        others = {each.uri for each in made} - set(uris)
        return made + [each for each in await self._decisions.about(others) if each not in made] if others else made

    async def _relations(
        self, found: Collection[str], made: Sequence[Decision]
    ) -> tuple[dict[str, Relation], dict[str, tuple[str, Withdrawn]]]:
        """Return how these stories relate, and the withdrawn report like each, if there is one."""
        resembling: dict[str, Resemblance] = await self._run(_resembling, self._window, found)
        hold = {uri: decided(uri, made) for uri in found}
        compared = {
            uri for uri, like in resembling.items() if like.copied or like.updated or like.withdrawn or hold[uri].joined
        }
        others = {
            other
            for uri in compared
            for other in (*resembling[uri].copied, *resembling[uri].updated, *hold[uri].joined)
        }
        texts = await self._comparable(self._places(compared | others, made))
        relations: dict[str, Relation] = await self._run(_related, self._window, resembling, texts, hold)
        gone: dict[str, tuple[str, Withdrawn]] = {}
        for uri, like in resembling.items():
            for other, withdrawn in (self._gone[name] for name in like.withdrawn):
                if other != uri and uri in texts:
                    gone.setdefault(uri, (other, withdrawn))
                    if is_withdrawn_too(texts[uri], withdrawn):
                        self._to_kill.add(uri)
        return relations, gone

    def _places(self, uris: Iterable[str], made: Sequence[Decision]) -> dict[str, datetime]:
        """Return when these stories were first created, as far as that is known."""
        known = {each.uri: each.firstcreated for each in made}
        known |= {each.other: each.otherfirstcreated for each in made if each.other and each.otherfirstcreated}
        known |= {uri: self._window.firstcreated(uri) for uri in uris if uri in self._window}
        return {uri: known[uri] for uri in uris if uri in known}

    async def _comparable(self, places: Mapping[str, datetime]) -> dict[str, Comparable]:
        """Return what comparisons need of these stories (uri: firstcreated), of those that are there."""
        read = await self._stories.read({uri: at for uri, at in places.items() if uri not in self._texts}, _TEXT)
        self._texts |= (more := await self._run(_comparable, [each.document for each in read.values()]))
        self._size += sum(each.size for each in more.values())
        found = {uri: self._texts[uri] for uri in places if uri in self._texts}
        while self._size > _MOST_REMEMBERED:
            self._size -= self._texts.pop(next(iter(self._texts))).size
        return found

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


def _update(
    window: SignatureWindow, signed: Mapping[str, SignedStory | None], withdrawn: Iterable[SignedStory]
) -> None:
    for text in withdrawn:
        window.put(text, withdrawn=True)
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
    window: SignatureWindow,
    resembling: Mapping[str, Resemblance],
    texts: Mapping[str, Comparable],
    hold: Mapping[str, Decided],
) -> dict[str, Relation]:
    found = {}
    for uri, resemblance in resembling.items():
        story = texts.get(uri)
        found[uri] = relation(story, resemblance, texts, hold[uri]) if story else Relation(follows=resemblance.topic)
        window.settle(uri, resemblance, found[uri].to)
    return found


def _comparable(documents: Iterable[Mapping[str, Any]]) -> dict[str, Comparable]:
    return {each["uri"]: Comparable.of(Story.model_validate(each)) for each in documents}


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(before.get(name) != after[name] for name in ("group", "storyline"))
