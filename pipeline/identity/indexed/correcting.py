"""List what stories name, each thing once, and store what people correct about names."""

from datetime import UTC, datetime
from typing import Any

from elasticsearch import NotFoundError

from pipeline.documents.fields import BOOLEAN, DATE, KEYWORD
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import AsyncClient, Client, retry_while_starting, store_once, translate_errors
from pipeline.errors import ConfigurationError
from pipeline.identity.corrections import Correction, Corrections
from pipeline.identity.things import Thing, ThingKind, find_thing, find_used, things
from pipeline.index.templates import IndexMapping
from pipeline.search.folding import begins

IDENTITIES = IndexMapping(
    "wire-identities",
    {
        **dict.fromkeys(("correction", "type", "key", "into_type", "into_key", "name", "by"), KEYWORD),
        "at": DATE,
        "applied": BOOLEAN,
    },
)
"""The corrections."""
_PAGE = 5_000
_MOST_CORRECTIONS = 10_000


def list_things(client: Client, beginning: str = "", kind: ThingKind | None = None) -> list[Thing]:
    """Return all that stories name, the most frequent first; with ``beginning`` those with a name whose words begin so.

    Raises ElasticsearchUnavailable.
    """
    counts, corrected = read_usages(client), Corrections.of(read_corrections(client))
    words = beginning.lower().split()
    return [
        thing
        for thing in things(counts, corrected)
        if kind in (None, thing.kind) and any(begins(alias.name, words) for alias in thing.aliases)
    ]


def merge(client: Client, name: str, into: str, kind: ThingKind | None, by: str) -> Correction:
    """Let a name mean another thing in all stories, and return the correction.

    Raises ConfigurationError if no story uses one of the names, or several things have it; ElasticsearchUnavailable.
    """
    known = list_things(client)
    used, thing = find_used(known, name, kind), find_thing(known, into, None)
    if (used.type, used.key) == (thing.type, thing.key):
        raise ConfigurationError(f"{name!r} and {into!r} are the same already")
    other = {"into_type": thing.type, "into_key": thing.key, "name": thing.name}
    return _store(client, correction="merge", type=used.type, key=used.key, by=by, **other)


def split(client: Client, name: str, kind: ThingKind | None, by: str) -> Correction:
    """Let a name mean only what its own story says; undoes a merge too. Raises as ``merge`` does."""
    used = find_used(list_things(client), name, kind)
    return _store(client, correction="split", type=used.type, key=used.key, by=by)


def rename(client: Client, name: str, new: str, kind: ThingKind | None, by: str) -> Correction:
    """List a thing under another name. Raises as ``merge`` does."""
    thing = find_thing(list_things(client), name, kind)
    return _store(client, correction="rename", type=thing.type, key=thing.key, name=new.strip(), by=by)


def _store(client: Client, **made: Any) -> Correction:
    correction = Correction.checked(**made, at=datetime.now(UTC))
    correct(client, correction)
    return correction


@retry_while_starting
def read_usages(client: Client) -> list[tuple[str, int]]:
    """Return all usages of names, with the identities that the stories give them. Raises ElasticsearchUnavailable."""
    counts: list[tuple[str, int]] = []
    after: dict[str, Any] | None = None
    with translate_errors(client):
        while True:
            page = client.search(**_page_of_usages(client, after))
            usages = page.get("aggregations", {}).get("usages", {})
            counts += [(bucket["key"]["usage"], bucket["doc_count"]) for bucket in usages.get("buckets", ())]
            if (after := usages.get("after_key")) is None:
                return counts


@retry_while_starting
def read_corrections(client: Client) -> list[Correction]:
    """Return all corrections, oldest first. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        try:
            return corrections_in(client.search(**all_corrections(client)))
        except NotFoundError:
            return []


def correct(client: Client, correction: Correction) -> None:
    """Store a correction. The workers apply it to all stories within seconds. Raises ElasticsearchUnavailable."""
    store_once(client, IDENTITIES.name, correction.model_dump(mode="json"))


def all_corrections(client: Client | AsyncClient, *, only_unapplied: bool = False) -> dict[str, Any]:
    """Return the arguments of a search for all corrections, oldest first, or for those not yet applied to stories."""
    unapplied = {"bool": {"must_not": {"term": {"applied": True}}}}
    return {
        "index": client.named(IDENTITIES.name),
        "query": unapplied if only_unapplied else {"match_all": {}},
        "size": _MOST_CORRECTIONS,
        "sort": [{"at": "asc"}],
        "ignore_unavailable": True,
    }


def corrections_in(found: Any) -> list[Correction]:
    """Return the corrections that a search has found."""
    documents = (dict(hit["_source"]) for hit in found["hits"]["hits"])
    return [Correction.model_validate({name: doc[name] for name in doc if name != "applied"}) for doc in documents]


def _page_of_usages(client: Client, after: dict[str, Any] | None) -> dict[str, Any]:
    usages: dict[str, Any] = {"size": _PAGE, "sources": [{"usage": {"terms": {"field": "name_usage"}}}]}
    if after:
        usages["after"] = after
    return {
        "index": client.named(STORY.alias),
        "size": 0,
        "ignore_unavailable": True,
        "track_total_hits": False,
        "aggregations": {"usages": {"composite": usages}},
    }
