"""Read what is derived from, and write what was derived, beside the stage that indexes.

A document that is written anew gets the version after the one it was read with, and is refused if somebody else has
written since. What belongs to a story is written between two writes of its document; if a worker dies between them,
``unfinished`` says that it must be written again.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import AsyncClient, translate_errors
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.index.actions import Action, parts_again
from pipeline.index.indices import Indices, Overtaken, Result
from pipeline.index.templates import index_of
from pipeline.story import Signature, SignedStory, story_id

SIGNED = ("uri", "versioncreated", "firstcreated", "signature")
"""The fields that a signature is read from."""
POINTERS = ("copyof", "variantof", "updateof", "follows")
"""The fields that name an earlier story."""
_PAGE = 1_000
Run = Callable[..., Awaitable[Any]]
"""Calls a function that computes long, beside the event loop, which has Kafka's heartbeats to send, and returns its
result; ``asyncio.to_thread`` does.
"""


class Found(NamedTuple):
    """A document, or the fields of it that were asked for, and its version."""

    document: dict[str, Any]
    version: int


class Stories(Protocol):
    """The indexed stories as deriving reads them."""

    async def read(self, stories: Mapping[str, datetime], fields: Sequence[str] | None = None) -> dict[str, Found]:
        """Return the documents of these stories (uri: firstcreated) that are there, by uri, as last written.

        Raises ElasticsearchUnavailable.
        """
        ...

    async def relating_to(self, uris: Iterable[str]) -> dict[str, datetime]:
        """Return the stories whose fields name one of these (uri: firstcreated), as last written.

        Raises ElasticsearchUnavailable.
        """
        ...

    async def signed(self, spans: Sequence[tuple[datetime, datetime]]) -> list[SignedStory]:
        """Return the signatures of the stories written within these spans (from, before). Raises
        ElasticsearchUnavailable.
        """
        ...


class ElasticsearchStories:
    """See Stories."""

    def __init__(self, client: AsyncClient) -> None:
        """Connect at first use, on the event loop that uses it."""
        self._client = client

    async def read(self, stories: Mapping[str, datetime], fields: Sequence[str] | None = None) -> dict[str, Found]:
        """See Stories. Reads by id are in real time."""
        if not stories:
            return {}
        client = self._client
        wanted = {story_id(uri): (uri, index_of(STORY.alias, created)) for uri, created in stories.items()}
        source: Any = True if fields is None else list(fields)
        docs = [{"_index": client.named(index), "_id": id_, "_source": source} for id_, (_, index) in wanted.items()]
        found = await client.documents(docs)
        return {wanted[doc["_id"]][0]: Found(doc["_source"], doc["_version"]) for doc in found}

    async def relating_to(self, uris: Iterable[str]) -> dict[str, datetime]:
        """See Stories. A refresh makes what was written before searchable."""
        terms = list(uris)
        if not terms:
            return {}
        client = self._client
        query = {"bool": {"should": [{"terms": {field: terms}} for field in POINTERS]}}
        with translate_errors(client):
            await client.indices.refresh(index=client.named(STORY.alias), ignore_unavailable=True)
        hits = await self._all(query, ["uri", "firstcreated"])
        return {hit["uri"]: datetime.fromisoformat(hit["firstcreated"]) for hit in hits}

    async def signed(self, spans: Sequence[tuple[datetime, datetime]]) -> list[SignedStory]:
        """See Stories. A search is up to a second behind."""
        if not spans:
            return []
        within = [{"gte": first.isoformat(), "lt": last.isoformat()} for first, last in spans]
        query = {"bool": {"should": [{"range": {"versioncreated": each}} for each in within]}}
        hits = await self._all(query, SIGNED)
        return [signed for hit in hits if (signed := signed_story(hit))]

    async def _all(self, query: dict[str, Any], fields: Sequence[str]) -> list[dict[str, Any]]:
        client, found = self._client, []
        after = None
        while True:
            page = await client.search_whole(
                index=client.named(STORY.alias),
                query=query,
                size=_PAGE,
                sort=[{"uri": "asc"}],
                search_after=after,
                source_includes=list(fields),
                ignore_unavailable=True,
                track_total_hits=False,
            )
            hits = page["hits"]["hits"]
            found += [hit["_source"] for hit in hits]
            if len(hits) < _PAGE:
                return found
            after = hits[-1]["sort"]


def signed_story(document: Mapping[str, Any]) -> SignedStory | None:
    """Return the signature in a story's document with what orders the story; None without one."""
    if "signature" not in document:
        return None
    known = dict(document["signature"])
    about = {name: document[name] for name in ("uri", "versioncreated", "firstcreated")}
    return SignedStory(**about, origin=known.pop("origin"), signature=Signature(**known))


async def write_anew(
    indices: Indices, documents: Sequence[Found], *, with_parts: Callable[[Mapping[str, Any]], bool]
) -> set[str]:
    """Write these documents, each changed since it was read with this version. Return the uris of those that somebody
    else has written meanwhile; these stay as they are.

    ``with_parts`` says of a document whether what belongs to it changes too. Raises ElasticsearchUnavailable,
    DocumentRefused.
    """
    parts = {
        document["uri"]: parts_again(document, version + 1) for document, version in documents if with_parts(document)
    }
    # Most short stories have no parts, and need no second write.
    both = {uri for uri, some in parts.items() if some}
    first = [
        _strict(document | {"unfinished": True} if document["uri"] in both else _finished(document), version + 1)
        for document, version in documents
    ]
    overtaken = _overtaken(await indices.write(first), documents)
    both -= overtaken
    if not both:
        return overtaken
    _overtaken(await indices.write([part for uri in sorted(both) for part in parts[uri]]), ())
    again = [each for each in documents if each.document["uri"] in both]
    last = [_strict(_finished(document), version + 2) for document, version in again]
    return overtaken | _overtaken(await indices.write(last), again)


def _finished(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "unfinished"}


def _strict(document: dict[str, Any], version: int) -> Action:
    uri, created = document["uri"], datetime.fromisoformat(document["firstcreated"])
    return Action(index_of(STORY.alias, created), story_id(uri), version, document, strict=True)


def _overtaken(results: Sequence[Result], documents: Sequence[Found]) -> set[str]:
    for result in results:
        if isinstance(result, ElasticsearchUnavailable):
            raise result
        if isinstance(result, str):
            raise DocumentRefused(result)
    pairs = zip(results, documents, strict=False)
    return {found.document["uri"] for result, found in pairs if isinstance(result, Overtaken)}
