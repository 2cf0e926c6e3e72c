"""Simulated records and indices, with Elasticsearch's versioning."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from pipeline.desk.record import Record
from pipeline.desk.store import Change, Stored
from pipeline.documents.story import STORY
from pipeline.errors import ElasticsearchUnavailable
from pipeline.identity.corrections import Correction, Corrections
from pipeline.identity.indexed.name_store import Change as NamesChange
from pipeline.identity.indexed.name_store import Kept, NamingStory, Token, Using
from pipeline.identity.learning import Id
from pipeline.index.actions import Action
from pipeline.index.derived import POINTERS, Found, signed_story
from pipeline.index.indices import Before, Overtaken, Result, before_of
from pipeline.index.templates import index_of
from pipeline.story import SignedStory, story_id
from tests.simulation.faults import Network
from tests.simulation.loop import SimulatedLoop

_STALE = 1.0
"""Seconds by which a search may be behind."""


class Documents:
    """The documents of the server."""

    def __init__(self) -> None:
        self.records: dict[str, tuple[Record, int]] = {}
        self.searched: dict[str, tuple[Record, float]] = {}
        self.indexed: dict[tuple[str, str], tuple[int, dict[str, Any] | None]] = {}
        self.names: dict[str, tuple[NamesChange, int]] = {}
        self.corrections: dict[str, tuple[Correction, bool]] = {}
        self.watch: list[Any] = []
        self._sequence = 0

    def put(self, change: Change) -> bool:
        """Write a record unless it changed since it was read."""
        record, before = change
        known = self.records.get(record.uri)
        if (known[1] if known else None) != (before.token[0] if before else None):
            return False
        self._sequence += 1
        self.records[record.uri] = (record, self._sequence)
        return True

    def carry_out(self, action: Action) -> Overtaken | None:
        """Write or delete a document unless a newer one is stored, or for a strict one an equal one."""
        at = (action.index, action.id)
        there = self.indexed[at][0] if at in self.indexed else -1
        if there > action.version or (action.strict and there == action.version):
            return Overtaken() if action.strict else None
        self.indexed[at] = (action.version, action.document)
        for watch in self.watch:
            watch(action)
        return None

    def keep(self, key: str, change: NamesChange) -> Token | None:
        """Write or delete what is kept about names, unless it changed since it was read."""
        known = self.names.get(key)
        if (known[1] if known else None) != (change.token[0] if change.token else None):
            return None
        self._sequence += 1
        if change.content is None:
            self.names.pop(key, None)
        else:
            self.names[key] = (change, self._sequence)
        return self._sequence, 1

    def visible(self, alias: str) -> list[dict[str, Any]]:
        """Return the documents of an alias."""
        start = f"wire-{alias}-"
        return [doc for (index, _), (_, doc) in self.indexed.items() if index.startswith(start) and doc is not None]


class SimulatedNames:
    """See identity.indexed.name_store.Names."""

    def __init__(self, documents: Documents, network: Network) -> None:
        self._documents, self._network = documents, network

    async def read(self, keys: Iterable[str], *, lesson_only: bool = False) -> dict[str, Kept]:
        names, wanted = self._documents.names, set(keys)
        return await self._request(lambda: {key: _kept(names[key]) for key in wanted if key in names}) if wanted else {}

    async def write(self, changes: Mapping[str, NamesChange]) -> dict[str, Token | None]:
        if not changes:
            return {}

        def carry_out() -> dict[str, Token | None]:
            return {key: self._documents.keep(key, change) for key, change in changes.items()}

        def partly() -> None:
            for key in list(changes)[::2]:
                self._documents.keep(key, changes[key])

        return await self._network.request(carry_out, lambda why: ElasticsearchUnavailable(why), partly)

    async def unspread(self, until: datetime) -> dict[str, Kept]:
        names = self._documents.names
        return await self._request(
            lambda: {key: _kept(names[key]) for key in names if (since := names[key][0].since) and since < until}
        )

    async def leading_to(self, targets: Collection[Id]) -> list[Kept]:
        names = self._documents.names
        return await self._request(lambda: [_kept(each) for each in names.values() if {*targets} & {*each[0].targets}])

    async def stories(self, wanted: Sequence[Using], after: str, most: int) -> list[NamingStory]:
        return await self._found(lambda doc: any(_is_using(doc, each) for each in wanted), after, most)

    async def all_stories(self, after: str, most: int) -> list[NamingStory]:
        return await self._found(lambda _: True, after, most)

    async def unfinished(self) -> list[NamingStory]:
        return await self._found(lambda doc: "unfinished" in doc, "", 1_000)

    async def corrections(self) -> Corrections:
        return await self._request(lambda: Corrections.of(each for each, _ in self._documents.corrections.values()))

    async def unapplied(self) -> list[tuple[str, Correction]]:
        made = self._documents.corrections
        return await self._request(lambda: [(id_, each) for id_, (each, is_applied) in made.items() if not is_applied])

    async def applied(self, id_: str) -> None:
        made = self._documents.corrections
        await self._request(lambda: made.update({id_: (made[id_][0], True)}))

    async def _found(self, is_wanted: Callable[[Mapping[str, Any]], bool], after: str, most: int) -> list[NamingStory]:
        def find() -> list[NamingStory]:
            found = [doc for doc in self._documents.visible("stories") if doc["uri"] > after and is_wanted(doc)]
            return [_naming_story(doc) for doc in sorted(found, key=lambda doc: doc["uri"])[:most]]

        return await self._request(find)

    async def _request(self, carry_out: Any) -> Any:
        return await self._network.request(carry_out, lambda why: ElasticsearchUnavailable(why))


def _kept(held: tuple[NamesChange, int]) -> Kept:
    change, sequence = held
    content = json.loads(json.dumps(change.content))
    return Kept(content | ({"since": change.since.isoformat()} if change.since else {}), (sequence, 1))


def _is_using(document: Mapping[str, Any], wanted: Using) -> bool:
    created = datetime.fromisoformat(document["firstcreated"])
    return (
        (wanted.since is None or created >= wanted.since)
        and (wanted.until is None or created < wanted.until)
        and any(usage.startswith(tuple(wanted.beginnings)) for usage in document["name_usage"])
    )


def _naming_story(document: Mapping[str, Any]) -> NamingStory:
    created = datetime.fromisoformat(document["firstcreated"])
    return NamingStory(document["uri"], created, document["name_usage"], "unfinished" in document)


class SimulatedStore:
    """See desk.store.Store."""

    def __init__(self, documents: Documents, network: Network, loop: SimulatedLoop, random: Random) -> None:
        self._documents, self._network, self._loop, self._random = documents, network, loop, random

    async def read(self, uris: Iterable[str]) -> dict[str, Stored]:
        wanted = sorted(set(uris))
        if not wanted:
            return {}
        known = self._documents.records
        return await self._request(
            lambda: {uri: Stored(known[uri][0], (known[uri][1], 1)) for uri in wanted if uri in known}
        )

    async def write(self, changes: Sequence[Change]) -> set[str]:
        if not changes:
            return set()
        return await self._request(
            lambda: {change[0].uri for change in changes if not self._documents.put(change)},
            lambda: [self._documents.put(change) for change in changes[: self._random.randrange(len(changes))]],
        )

    async def due(self, now: datetime) -> list[Record]:
        return await self._search(lambda each: bool(each.held and each.sendagain and each.sendagain <= now))

    async def withdrawn(self, spans: Sequence[tuple[datetime, datetime]]) -> list[Record]:
        if not spans:
            return []
        return await self._search(
            lambda each: (
                bool(each.withdrawn) and any(first <= each.withdrawn.versioncreated < last for first, last in spans)
            )
        )

    async def unsettled(self) -> list[Record]:
        found = await self._search(lambda each: each.order is not None and not each.settled)
        return sorted(found, key=_newest_first)

    async def named(self, sender: str, names: Sequence[str]) -> list[Record]:
        wanted = set(names)
        found = await self._search(lambda each: each.sender == sender and bool(wanted & {*each.names}))
        return sorted(found, key=_newest_first)

    async def _search(self, is_wanted: Callable[[Record], bool]) -> list[Record]:
        def find() -> list[Record]:
            # A search sees what was there at some moment of the last second.
            found = []
            for uri, (record, _) in self._documents.records.items():
                seen, since = self._documents.searched.get(uri, (record, self._loop.time()))
                if seen is not record and self._loop.time() - since < _STALE and self._random.random() < 0.5:
                    found.append(seen)
                    continue
                self._documents.searched[uri] = (record, self._loop.time())
                found.append(record)
            return [each for each in found if is_wanted(each)]

        return await self._request(find)

    async def _request(self, carry_out: Any, partly: Any = None) -> Any:
        return await self._network.request(carry_out, lambda why: ElasticsearchUnavailable(why), partly)


def _newest_first(record: Record) -> tuple[float, str]:
    return -record.versioncreated.timestamp(), record.uri


class SimulatedIndices:
    """See index.indices.Indices."""

    def __init__(self, documents: Documents, network: Network, random: Random) -> None:
        self._documents, self._network, self._random = documents, network, random

    async def write(self, actions: Sequence[Action], *, refresh: bool = False) -> list[Result]:
        if not actions:
            return []

        def carry_out() -> list[Result]:
            return [self._documents.carry_out(action) for action in actions]

        def partly() -> None:
            # Shards take their parts in any order.
            for action in self._random.sample(list(actions), self._random.randrange(len(actions))):
                self._documents.carry_out(action)

        return await self._network.request(carry_out, lambda why: ElasticsearchUnavailable(why), partly)

    async def before(self, stories: Sequence[tuple[str, datetime]]) -> dict[str, Before]:
        def read() -> dict[str, Before]:
            found = {
                uri: self._documents.indexed.get((index_of(STORY.alias, at), story_id(uri))) for uri, at in stories
            }
            return {uri: before_of(doc[0], doc[1]) for uri, doc in found.items() if doc and doc[1]}

        return await self._network.request(read, lambda why: ElasticsearchUnavailable(why))


class SimulatedStories:
    """See index.derived.Stories."""

    def __init__(self, documents: Documents, network: Network) -> None:
        self._documents, self._network = documents, network

    async def read(self, stories: Mapping[str, datetime], fields: Sequence[str] | None = None) -> dict[str, Found]:
        def read() -> dict[str, Found]:
            there = {
                uri: self._documents.indexed.get((index_of(STORY.alias, at), story_id(uri)))
                for uri, at in stories.items()
            }
            return {uri: Found(_only(doc[1], fields), doc[0]) for uri, doc in there.items() if doc and doc[1]}

        return await self._request(read) if stories else {}

    async def relating_to(self, uris: Iterable[str]) -> dict[str, datetime]:
        wanted = set(uris)

        def find() -> dict[str, datetime]:
            return {
                doc["uri"]: datetime.fromisoformat(doc["firstcreated"])
                for doc in self._documents.visible("stories")
                if wanted & {doc.get(field) for field in POINTERS}
            }

        return await self._request(find) if wanted else {}

    async def signed(self, spans: Sequence[tuple[datetime, datetime]]) -> list[SignedStory]:
        def find() -> list[SignedStory]:
            signed = filter(None, map(signed_story, self._documents.visible("stories")))
            return [each for each in signed if any(first <= each.versioncreated < last for first, last in spans)]

        return await self._request(find) if spans else []

    async def _request(self, carry_out: Any) -> Any:
        return await self._network.request(carry_out, lambda why: ElasticsearchUnavailable(why))


def _only(document: Mapping[str, Any], fields: Sequence[str] | None) -> dict[str, Any]:
    return {name: value for name, value in document.items() if fields is None or name in fields}
