"""Store what is learned about names, and find the stories that use them.

``wire-names`` holds one document for each word of a period, one for each story, which names the words that it was
learned from with, and a few that are about all. All of them follow from the indexed stories; workers write them with
compare-and-set. Reads by id are in real time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol

from pipeline.documents.fields import DATE, KEYWORD, STORED_ONLY
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import AsyncClient, bulk_item_error, translate_errors
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.identity.corrections import Correction, Corrections
from pipeline.identity.indexed.correcting import IDENTITIES, all_corrections, corrections_in
from pipeline.identity.learning import Id
from pipeline.identity.name_usage import OWN, SEPARATOR, word_of
from pipeline.identity.word import WordPlace
from pipeline.index.templates import IndexMapping

NAMES = IndexMapping("wire-names", {"content": STORED_ONLY, "since": DATE, "targets": KEYWORD})
Token = tuple[int, int]
"""What identifies a state of a document."""
_LESSON = ("content.learned", "content.names", "content.periods")
_MOST_FOUND = 1_000


class Kept(NamedTuple):
    """A document that is kept about names, and the token of its state."""

    content: Mapping[str, Any]
    token: Token


@dataclass(frozen=True)
class Change:
    """A document to write, or to delete if ``content`` is None, where ``token`` was read; None where nothing was.

    ``since`` is when somebody began to spread what it says, ``targets`` are the types and keys to which it leads.
    """

    content: Mapping[str, Any] | None
    token: Token | None
    since: datetime | None = None
    targets: Collection[Id] = ()


@dataclass(frozen=True)
class Using:
    """Stories first created from ``since`` until before ``until`` with a usage that has one of these beginnings."""

    beginnings: frozenset[str]
    since: datetime | None = None
    until: datetime | None = None


class NamingStory(NamedTuple):
    """A story as far as its names are concerned."""

    uri: str
    firstcreated: datetime
    name_usage: Sequence[str]
    is_unfinished: bool


class Names(Protocol):
    """What is kept about names, and the stories that use them. All methods raise ElasticsearchUnavailable."""

    async def read(self, keys: Iterable[str], *, lesson_only: bool = False) -> dict[str, Kept]:
        """Return the documents with these keys that are there, as last written."""
        ...

    async def write(self, changes: Mapping[str, Change]) -> dict[str, Token | None]:
        """Write the documents with these keys; return their new tokens, None for one that somebody else has written
        meanwhile.
        """
        ...

    async def unspread(self, until: datetime) -> dict[str, Kept]:
        """Return words whose lesson somebody began to spread before then, and did not finish; not quite up to date."""
        ...

    async def leading_to(self, targets: Collection[Id]) -> list[Kept]:
        """Return the words that lead to one of these types and keys, as last written."""
        ...

    async def stories(self, wanted: Sequence[Using], after: str, most: int) -> list[NamingStory]:
        """Return the first of these stories whose uri comes after this one; as last written for the first page."""
        ...

    async def all_stories(self, after: str, most: int) -> list[NamingStory]:
        """Return the first stories whose uri comes after this one, as last written for the first page."""
        ...

    async def unfinished(self) -> list[NamingStory]:
        """Return stories with whose parts somebody has begun, and not finished; not quite up to date."""
        ...

    async def corrections(self) -> Corrections:
        """Return what people corrected."""
        ...

    async def unapplied(self) -> list[tuple[str, Correction]]:
        """Return the corrections, with their ids, that are not yet applied to all stories."""
        ...

    async def applied(self, id_: str) -> None:
        """Record that all stories follow this correction."""
        ...


@lru_cache(10_000)
def word_key(place: WordPlace) -> str:
    """Return the key of a word in a period."""
    return blake2b(f"{place.period}{SEPARATOR}{place.word}".encode(), digest_size=16).hexdigest()


def using(ids: Iterable[Id]) -> frozenset[str]:
    """Return how the usages begin by which stories themselves call these."""
    return frozenset(
        f"{word_of(type_, key)}{SEPARATOR}{how}{SEPARATOR}{type_}{SEPARATOR}{key}{SEPARATOR}"
        for type_, key in ids
        for how in OWN
    )


class ElasticsearchNames:
    """See Names."""

    def __init__(self, client: AsyncClient) -> None:
        """Connect at first use, on the event loop that uses it."""
        self._client = client
        self._corrections: tuple[int, Corrections] = (0, Corrections())

    async def read(self, keys: Iterable[str], *, lesson_only: bool = False) -> dict[str, Kept]:
        """See Names."""
        ids = sorted(set(keys))
        if not ids:
            return {}
        index = self._client.named(NAMES.name)
        fields = list(_LESSON) if lesson_only else None
        found = await self._client.documents([{"_index": index, "_id": id_} for id_ in ids], source_includes=fields)
        return {doc["_id"]: _kept(doc) for doc in found}

    async def write(self, changes: Mapping[str, Change]) -> dict[str, Token | None]:
        """See Names."""
        if not changes:
            return {}
        index = self._client.named(NAMES.name)
        lines = [line for key, change in changes.items() for line in _lines(index, key, change)]
        with translate_errors(self._client):
            response = await self._client.bulk(operations=lines)
        tokens: dict[str, Token | None] = {}
        unavailable: ElasticsearchUnavailable | None = None
        for key, item in zip(changes, response["items"], strict=True):
            result = next(iter(item.values()))
            if result["status"] == HTTPStatus.CONFLICT:
                tokens[key] = None
                continue
            reason = bulk_item_error(result)
            if isinstance(reason, ElasticsearchUnavailable):
                unavailable = reason
            elif reason is not None:
                raise DocumentRefused(f"what is kept about names: {reason}")
            else:
                tokens[key] = (result["_seq_no"], result["_primary_term"])
        if unavailable:
            raise unavailable
        return tokens

    async def unspread(self, until: datetime) -> dict[str, Kept]:
        """See Names."""
        hits = await self._found({"range": {"since": {"lt": until.isoformat()}}})
        return {hit["_id"]: _kept(hit) for hit in hits}

    async def leading_to(self, targets: Collection[Id]) -> list[Kept]:
        """See Names."""
        if not targets:
            return []
        with translate_errors(self._client):
            await self._client.indices.refresh(index=self._client.named(NAMES.name), ignore_unavailable=True)
        texts = sorted(SEPARATOR.join(target) for target in targets)
        return [_kept(hit) for hit in await self._found({"terms": {"targets": texts}})]

    async def _found(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        response = await self._client.search_whole(
            index=self._client.named(NAMES.name),
            query=query,
            size=_MOST_FOUND,
            seq_no_primary_term=True,
            ignore_unavailable=True,
        )
        found: list[dict[str, Any]] = response["hits"]["hits"]
        return found

    async def stories(self, wanted: Sequence[Using], after: str, most: int) -> list[NamingStory]:
        """See Names."""
        return await self._stories({"bool": {"should": [_query(each) for each in wanted]}}, after, most)

    async def all_stories(self, after: str, most: int) -> list[NamingStory]:
        """See Names."""
        return await self._stories({"match_all": {}}, after, most)

    async def unfinished(self) -> list[NamingStory]:
        """See Names."""
        return await self._stories({"term": {"unfinished": True}}, "", _MOST_FOUND, refresh=False)

    async def _stories(
        self, query: dict[str, Any], after: str, most: int, *, refresh: bool = True
    ) -> list[NamingStory]:
        client = self._client
        if refresh and not after:
            with translate_errors(client):
                await client.indices.refresh(index=client.named(STORY.alias), ignore_unavailable=True)
        page = await client.search_whole(
            index=client.named(STORY.alias),
            query=query,
            size=most,
            sort=[{"uri": "asc"}],
            search_after=[after] if after else None,
            source=False,
            docvalue_fields=[{"field": name} for name in ("uri", "firstcreated", "name_usage", "unfinished")],
            ignore_unavailable=True,
            track_total_hits=False,
        )
        # Of a uri that is too long for the index only the document itself tells.
        return [_naming_story(hit["fields"]) for hit in page["hits"]["hits"] if "uri" in hit["fields"]]

    async def corrections(self) -> Corrections:
        """See Names. Corrections are never deleted, so that their number tells whether there are new ones."""
        index = self._client.named(IDENTITIES.name)
        counted = await self._client.search_whole(index=index, size=0, track_total_hits=True, ignore_unavailable=True)
        count = counted["hits"]["total"]["value"]
        if count != self._corrections[0]:
            found = await self._client.search_whole(**all_corrections(self._client))
            self._corrections = (count, Corrections.of(corrections_in(found)))
        return self._corrections[1]

    async def unapplied(self) -> list[tuple[str, Correction]]:
        """See Names."""
        found = await self._client.search_whole(**all_corrections(self._client, only_unapplied=True))
        return list(zip((hit["_id"] for hit in found["hits"]["hits"]), corrections_in(found), strict=True))

    async def applied(self, id_: str) -> None:
        """See Names."""
        index = self._client.named(IDENTITIES.name)
        with translate_errors(self._client):
            await self._client.update(index=index, id=id_, doc={"applied": True}, refresh=True)


def _lines(index: str, key: str, change: Change) -> list[dict[str, Any]]:
    about: dict[str, Any] = {"_index": index, "_id": key}
    if change.token is not None:
        about |= {"if_seq_no": change.token[0], "if_primary_term": change.token[1]}
    if change.content is None:
        return [{"delete": about}]
    document: dict[str, Any] = {"content": change.content}
    if change.since:
        document["since"] = change.since.isoformat()
    if change.targets:
        document["targets"] = sorted({SEPARATOR.join(target) for target in change.targets})
    return [{"create" if change.token is None else "index": about}, document]


def _kept(doc: Mapping[str, Any]) -> Kept:
    source = doc.get("_source", {})
    content = dict(source.get("content", {}))
    if "since" in source:
        content["since"] = source["since"]
    return Kept(content, (doc["_seq_no"], doc["_primary_term"]))


def _query(wanted: Using) -> dict[str, Any]:
    named = {"bool": {"should": [{"prefix": {"name_usage": text}} for text in sorted(wanted.beginnings)]}}
    bounds = {"gte": wanted.since, "lt": wanted.until}
    times = {name: at.isoformat() for name, at in bounds.items() if at}
    return {"bool": {"filter": [named, *([{"range": {"firstcreated": times}}] if times else [])]}}


def _naming_story(fields: Mapping[str, Any]) -> NamingStory:
    created = datetime.fromisoformat(fields["firstcreated"][0])
    return NamingStory(fields["uri"][0], created, fields.get("name_usage", ()), any(fields.get("unfinished", ())))
