"""Search stories, quotes and events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import BadRequestError, NotFoundError

from pipeline.documents.kinds import KINDS
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import (
    IGNORE_MISSING,
    Client,
    ask,
    documents_in,
    retry_while_starting,
    translate_errors,
)
from pipeline.errors import ConfigurationError, ElasticsearchUnavailable
from pipeline.search import cursor as cursors
from pipeline.search import facets
from pipeline.search.collapsed_page import CollapsedPage
from pipeline.search.cursor import START, Cursor
from pipeline.search.facets import Histogram, ValueCount
from pipeline.search.groups import add_members
from pipeline.search.query_body import INTERNAL, count_different, highlight, match_query, search_body
from pipeline.search.search_query import SearchQuery

_KEPT = "2m"
"""How long a point in time is kept after its last page."""
_AT_ONCE = 500
"""Hits per request when all hits are wanted."""


@dataclass(frozen=True)
class SearchResult:
    """How many hits there are, and a page of them, newest or most relevant first.

    A hit is the document with ``highlight``: fragments by field, with MARKS around matches. ``different`` is how many
    hits remain of ``total`` in a collapsed list, about if above 40,000; None in others. A hit of a collapsed list of
    stories has ``also``, the other members of its group, if there are any. ``cursor`` asks for the next page; it is
    None after the last. ``facets`` (by name) and ``histogram`` are there if requested and not empty. ``partial`` means
    that a part of the index did not respond, so that hits may be missing.
    """

    total: int
    hits: list[dict[str, Any]]
    different: int | None = None
    cursor: str | None = None
    facets: dict[str, tuple[ValueCount, ...]] = field(default_factory=dict)
    histogram: Histogram | None = None
    partial: bool = False


@retry_while_starting
def execute(
    client: Client,
    query: SearchQuery,
    *,
    with_facets: bool = False,
    highlighted: bool = True,
    uris: Sequence[str] | None = None,
) -> SearchResult:
    """Run the search; ``with_facets`` adds facets and histogram, ``highlighted`` adds highlights.

    ``uris`` restricts the search to these stories, or to their quotes. Raises ConfigurationError for an invalid
    query, ElasticsearchUnavailable.
    """
    before, now = cursors.read(query), datetime.now(UTC)
    aggregations = facets.facets(query, now) if with_facets else {}
    if query.collapsed:
        aggregations |= count_different(query)
    body = search_body(query) | ({"aggregations": aggregations} if aggregations else {})
    if highlighted and query.query:
        body["highlight"] = highlight(query)
    if uris is not None:
        body["query"]["bool"]["filter"].append({"terms": {f"{query.kind.prefix}uri": list(uris)}})
    try:
        with translate_errors(client):
            response, hits, after = _page(client, query, body, before)
            # Without an index there are no aggregations.
            counted = response.get("aggregations")
            divisions = _with_facets(client, query, counted, now) if counted and with_facets else {}
    except BadRequestError as error:
        raise ConfigurationError(f"query {query.query!r}: {error.message}") from None
    except NotFoundError:
        if before:
            raise ConfigurationError("cursor: it has expired; leave it out to start again") from None
        return SearchResult(0, [], 0 if query.collapsed else None)
    found = [{**hit["_source"], "highlight": hit.get("highlight", {})} for hit in hits]
    if query.collapsed and query.kind is STORY:
        found = add_members(client, found)
    total = response["hits"]["total"]["value"]
    return SearchResult(
        total,
        found,
        # An estimate may be too high.
        different=min(total, counted["different"]["value"] if counted else 0) if query.collapsed else None,
        cursor=after.text(query) if after else None,
        partial=response.get("_shards", {}).get("failed", 0) > 0,
        **divisions,
    )


def require_complete(result: SearchResult) -> SearchResult:
    """Return the result, for callers that must not miss a hit. Raises ElasticsearchUnavailable if it is partial."""
    if result.partial:
        raise ElasticsearchUnavailable("some shards of the index do not respond; see their state with GET _cat/shards")
    return result


def iterate_all(client: Client, query: SearchQuery) -> Iterator[dict[str, Any]]:
    """Yield all matching documents, each member of a group, from a snapshot of the index.

    Raises as ``execute``, and ElasticsearchUnavailable if a part of the index does not respond.
    """
    page = replace(query, size=_AT_ONCE, cursor=START, collapsed=False)
    while True:
        result = require_complete(execute(client, page, highlighted=False))
        for hit in result.hits:
            del hit["highlight"]
            yield hit
        if result.cursor is None:
            return
        page = replace(page, cursor=result.cursor)


def story(client: Client, uri: str) -> dict[str, Any] | None:
    """Return the story with this uri, or None. Raises ElasticsearchUnavailable."""
    answer = ask(client, STORY.alias, query={"term": {"uri": uri}}, size=1, source_excludes=INTERNAL)
    return next(iter(documents_in(answer)), None)


@retry_while_starting
def counts(client: Client) -> dict[str, int]:
    """Return the numbers of searchable stories, quotes and events. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        return {
            kind.alias: client.count(
                index=client.named(kind.alias), query=match_query(SearchQuery(kind=kind)), **IGNORE_MISSING
            )["count"]
            for kind in KINDS
        }


def shared_uris(client: Client) -> list[dict[str, Any]]:
    """Return the sources that sent different stories under one uri: the number of stories, and one such uri.

    Raises ElasticsearchUnavailable.
    """
    example = {"uri": {"terms": {"field": "receivedas", "size": 1}}}
    by_source = {"sources": {"terms": {"field": "source.name", "size": 50}, "aggregations": example}}
    answer = ask(client, STORY.alias, query={"exists": {"field": "receivedas"}}, size=0, aggregations=by_source)
    buckets = answer.get("aggregations", {}).get("sources", {}).get("buckets", ())
    return [
        {"source": each["key"], "stories": each["doc_count"], "uri": each["uri"]["buckets"][0]["key"]}
        for each in buckets
    ]


def refresh(client: Client) -> None:
    """Make everything written so far searchable now instead of a second later. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        client.indices.refresh(index=client.named(*(kind.alias for kind in KINDS)), **IGNORE_MISSING)


def _alias(client: Client, query: SearchQuery) -> str:
    return client.named(query.kind.alias)


def _page(
    client: Client, query: SearchQuery, body: dict[str, Any], before: Cursor | None
) -> tuple[Any, list[Any], Cursor | None]:
    """Return the response, the hits of the page, and where the next page begins, None after the last."""
    page = CollapsedPage(query, before) if query.collapsed else None
    if page:
        body |= page.place
        body["query"]["bool"]["filter"] += page.filters
    elif before:
        body["search_after"] = before.after
    pit_id = before.pit_id if before else _open_pit(client, query)
    if pit_id is None:
        response = client.search(index=_alias(client, query), **IGNORE_MISSING, track_total_hits=True, **body)
    else:
        response = client.search(pit={"id": pit_id, "keep_alive": _KEPT}, track_total_hits=True, **body)
        pit_id = response.get("pit_id", pit_id)
    hits = response["hits"]["hits"]
    if page:
        hits, after = page.cut(hits, pit_id)
    else:
        after = Cursor(hits[-1]["sort"], pit_id) if hits and len(hits) == query.size else None
    if pit_id is not None and after is None:
        client.close_point_in_time(id=pit_id)
    return response, hits, after


def _open_pit(client: Client, query: SearchQuery) -> str | None:
    if query.cursor != START:
        return None
    opened = client.open_point_in_time(index=_alias(client, query), keep_alive=_KEPT, ignore_unavailable=True)
    return str(opened["id"])


def _with_facets(client: Client, query: SearchQuery, answered: dict[str, Any], now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {"facets": facets.values(answered, query)}
    span = facets.requested_span(query, now)
    if span is None and (span := facets.hits_span(answered)):
        # The bars counted so far are days; a short span needs shorter ones.
        step = facets.step_of(*span)
        if step < timedelta(days=1):
            answered = client.search(
                index=_alias(client, query),
                **IGNORE_MISSING,
                query=match_query(query),
                size=0,
                aggregations=facets.bars(query, step),
            )["aggregations"]
    return found | {"histogram": facets.histogram(answered, facets.step_of(*span), *span) if span else None}
