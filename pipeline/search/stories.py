"""Searching stories and quotes: one question, one answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import BadRequestError, NotFoundError

from pipeline.connect.elasticsearch_client import Client, settled, speaking_to
from pipeline.errors import ConfigurationError, ElasticsearchAway
from pipeline.index.index_names import QUOTES, STORIES
from pipeline.search import cursor as cursors
from pipeline.search import facets
from pipeline.search.cursor import START, Cursor
from pipeline.search.facets import Histogram, Value
from pipeline.search.query_body import LENIENT, TOLD, highlight, matching, request
from pipeline.search.search_query import Question

_KEPT = "2m"
"""How long a point in time stays after its last page."""
_AT_ONCE = 500
"""Hits of one request, where all of them are wanted."""


@dataclass(frozen=True)
class Answer:
    """How many there are, and a page of them, newest or best first.

    A hit is the document with ``highlight``: by field, fragments with MARKS around what matched.
    ``cursor`` asks for the next page, None after the last one. ``facets`` are by name; they and the
    ``histogram`` are there where they were asked for and something was found. ``partial``: a part of
    the index did not answer, and there may be more.
    """

    total: int
    hits: list[dict[str, Any]]
    cursor: str | None = None
    facets: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    histogram: Histogram | None = None
    partial: bool = False


@settled
def ask(
    client: Client,
    question: Question,
    *,
    divided: bool = False,
    marked: bool = True,
    among: Sequence[str] | None = None,
) -> Answer:
    """Put the question; ``divided``: with facets and histogram; ``marked``: with highlights.

    ``among`` are the uris of the only stories (or those of the quotes) that are looked at. Raises
    ConfigurationError for a question that cannot be asked, ElasticsearchAway.
    """
    before, now = cursors.read(question), datetime.now(UTC)
    body = request(question) | ({"aggregations": facets.facets(question, now)} if divided else {})
    if marked and question.query:
        body["highlight"] = highlight(question)
    if among is not None:
        column = "story.uri" if question.quotes else "uri"
        body["query"]["bool"]["filter"].append({"terms": {column: list(among)}})
    try:
        with speaking_to(client):
            response, frozen = _page(client, question, body, before)
            hits = response["hits"]["hits"]
            # Without an index there is nothing to count either.
            counted = response.get("aggregations")
            divisions = _divided(client, question, counted, now) if counted else {}
    except BadRequestError as error:
        raise ConfigurationError(f"query {question.query!r}: {error.message}") from None
    except NotFoundError:
        if before:
            raise ConfigurationError("cursor: it was not used for too long; leave it out to begin anew") from None
        return Answer(0, [])
    is_last = len(hits) < question.size or not hits or question.collapsed
    after = None if is_last else Cursor(hits[-1]["sort"], frozen).text(question)
    found = [{**hit["_source"], "highlight": hit.get("highlight", {})} for hit in hits]
    partial = response.get("_shards", {}).get("failed", 0) > 0
    return Answer(response["hits"]["total"]["value"], found, after, partial=partial, **divisions)


def whole(answer: Answer) -> Answer:
    """The answer, for whoever must not miss a hit. Raises ElasticsearchAway where it is partial."""
    if answer.partial:
        raise ElasticsearchAway("a part of the index does not answer; see the state of its shards")
    return answer


def every(client: Client, question: Question) -> Iterator[dict[str, Any]]:
    """All documents that fit, as the index is now.

    Raises as ``ask``, and ElasticsearchAway where a part of the index does not answer.
    """
    page = replace(question, size=_AT_ONCE, cursor=START)
    while True:
        answer = whole(ask(client, page, marked=False))
        for hit in answer.hits:
            del hit["highlight"]
            yield hit
        if answer.cursor is None:
            return
        page = replace(page, cursor=answer.cursor)


@settled
def story(client: Client, uri: str) -> dict[str, Any] | None:
    """The story of that uri, None where there is none. Raises ElasticsearchAway."""
    try:
        with speaking_to(client):
            response = client.search(index=client.named(STORIES), query={"term": {"uri": uri}}, size=1)
    except NotFoundError:
        return None
    hits = response["hits"]["hits"]
    return hits[0]["_source"] if hits else None


@settled
def counts(client: Client) -> dict[str, int]:
    """How many stories and quotes can be found. Raises ElasticsearchAway."""
    with speaking_to(client):
        return {
            alias: client.count(index=client.named(alias), query=query, **LENIENT)["count"]
            for alias, query in ((STORIES, TOLD), (QUOTES, {"match_all": {}}))
        }


def make_findable(client: Client) -> None:
    """Let searches see all that was written until now, as they would a second later. Raises ElasticsearchAway."""
    with speaking_to(client):
        client.indices.refresh(index=client.named(STORIES, QUOTES), **LENIENT)


def _alias(client: Client, question: Question) -> str:
    return client.named(QUOTES if question.quotes else STORIES)


def _page(client: Client, question: Question, body: dict[str, Any], before: Cursor | None) -> tuple[Any, Any]:
    """The response, and the point in time that the next page continues in, if there is one."""
    if before:
        body["search_after"] = before.after
    frozen = before.frozen if before else _freeze(client, question)
    if frozen is None:
        return client.search(index=_alias(client, question), **LENIENT, track_total_hits=True, **body), None
    response = client.search(pit={"id": frozen, "keep_alive": _KEPT}, track_total_hits=True, **body)
    frozen = response.get("pit_id", frozen)
    if len(response["hits"]["hits"]) < question.size:
        client.close_point_in_time(id=frozen)
    return response, frozen


def _freeze(client: Client, question: Question) -> str | None:
    if question.cursor != START:
        return None
    opened = client.open_point_in_time(index=_alias(client, question), keep_alive=_KEPT, ignore_unavailable=True)
    return str(opened["id"])


def _divided(client: Client, question: Question, answered: dict[str, Any], now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {"facets": facets.values(answered, question)}
    span = facets.asked_span(question, now)
    if span is None and (span := facets.found_span(answered)):
        # What was counted by days may need shorter bars.
        step = facets.step_of(*span)
        if step < timedelta(days=1):
            answered = client.search(
                index=_alias(client, question),
                **LENIENT,
                query=matching(question),
                size=0,
                aggregations=facets.bars(question, step),
            )["aggregations"]
    return found | {"histogram": facets.histogram(answered, facets.step_of(*span), *span) if span else None}
