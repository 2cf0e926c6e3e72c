"""Searching stories and quotes: one question type, one query, one answer type."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from pipeline.errors import ConfigurationError
from pipeline.index.connection import settled, speaking_to
from pipeline.index.names import QUOTES, STORIES

MOST = 10_000
"""The most hits one page can have: Elasticsearch's own bound (index.max_result_window)."""
MARKS = ("\ue000", "\ue001")
"""What stands around a highlighted word: private-use characters, which no text holds."""
HIGHLIGHTED = 50_000
"""Characters of the longest body that is searched for what matched. Elasticsearch refuses to look
through over a million, and the embedded server takes time with the square of the length."""
TOLD: dict[str, Any] = {"bool": {"must_not": [{"terms": {"signal": ["test", "advisory"]}}]}}
"""The query of what tells a story."""
_PEOPLE = ("people", "organizations", "places")


@dataclass(frozen=True)
class Question:
    """What is asked.

    ``query`` is in Elasticsearch's simple_query_string; empty asks for everything. The names are
    matched by their words. ``quotes`` asks for quotes instead of stories. Advisories and test
    messages are no stories, and found only with ``advisories``.
    """

    query: str = ""
    quotes: bool = False
    speaker: str | None = None
    entity: str | None = None
    place: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    size: int = 10
    advisories: bool = False


@dataclass(frozen=True)
class Answer:
    """How many there are, and the first of them, newest or best first.

    A hit is the document with ``highlight``: by field, fragments with MARKS around what matched.
    """

    total: int
    hits: list[dict[str, Any]]


@settled
def ask(client: Elasticsearch, question: Question) -> Answer:
    """Put the question.

    Raises ConfigurationError for a question that cannot be asked, ElasticsearchAway.
    """
    if not 0 <= question.size <= MOST:
        raise ConfigurationError(f"size: from 0 to {MOST}, not {question.size}")
    index = QUOTES if question.quotes else STORIES
    try:
        with speaking_to(client):
            response = client.search(
                index=index, ignore_unavailable=True, allow_no_indices=True, track_total_hits=True, **request(question)
            )
            hits = response["hits"]["hits"]
            marked = client.search(index=index, **marking(question, hits)) if question.query and hits else None
    except BadRequestError as error:
        raise ConfigurationError(f"query {question.query!r}: {error.message}") from None
    except NotFoundError:
        return Answer(0, [])
    highlights = {hit["_id"]: hit.get("highlight", {}) for hit in marked["hits"]["hits"]} if marked else {}
    found = [{**hit["_source"], "highlight": highlights.get(hit["_id"], {})} for hit in hits]
    return Answer(response["hits"]["total"]["value"], found)


def emphasised(text: str) -> str:
    """A highlighted fragment as programs get it: what matched between <em> and </em>, not escaped."""
    return text.replace(MARKS[0], "<em>").replace(MARKS[1], "</em>")


@settled
def story(client: Elasticsearch, uri: str) -> dict[str, Any] | None:
    """The story of that uri, None where there is none. Raises ElasticsearchAway."""
    try:
        with speaking_to(client):
            response = client.search(index=STORIES, query={"term": {"uri": uri}}, size=1)
    except NotFoundError:
        return None
    hits = response["hits"]["hits"]
    return hits[0]["_source"] if hits else None


@settled
def counts(client: Elasticsearch) -> dict[str, int]:
    """How many stories and quotes can be found. Raises ElasticsearchAway."""
    with speaking_to(client):
        return {
            alias: client.count(index=alias, query=query, ignore_unavailable=True, allow_no_indices=True)["count"]
            for alias, query in ((STORIES, TOLD), (QUOTES, {"match_all": {}}))
        }


def request(question: Question) -> dict[str, Any]:
    """The body of the search, for Elasticsearch's client."""
    prefix = "story." if question.quotes else ""
    filters: list[dict[str, Any]] = []
    if question.speaker:
        filters.append(_named(question.speaker, ["speaker.name"] if question.quotes else ["speakers"]))
    if question.entity:
        filters.append(_named(question.entity, [prefix + name for name in _PEOPLE]))
    if question.place:
        filters.append(_named(question.place, [f"{prefix}places"]))
    if question.since or question.until:
        bounds = {"gte": question.since, "lt": question.until}
        times = {name: at.isoformat() for name, at in bounds.items() if at}
        filters.append({"range": {f"{prefix}versioncreated": times}})
    wanted = [] if question.quotes or question.advisories else [TOLD]
    newest = {f"{prefix}versioncreated": {"order": "desc"}}
    return {
        "query": {"bool": {"filter": [*filters, *wanted], "must": [_text(question.query, _fields(question))]}},
        "size": question.size,
        "sort": ["_score", newest] if question.query else [newest],
    }


def marking(question: Question, hits: Sequence[Any]) -> dict[str, Any]:
    """The body of a second search, for what matched in those hits that are not too long."""
    brief = [hit["_id"] for hit in hits if len(hit["_source"].get("body", "")) <= HIGHLIGHTED]
    fields = [field.partition("^")[0] for field in _fields(question)]
    return {
        "query": {"bool": {"filter": [{"ids": {"values": brief}}], "must": [_text(question.query, _fields(question))]}},
        "size": len(brief),
        "source": False,
        "highlight": {
            "pre_tags": [MARKS[0]],
            "post_tags": [MARKS[1]],
            "fields": {
                field: {"number_of_fragments": 0 if field == "headline" else 3, "fragment_size": 200}
                for field in fields
            },
        },
    }


def _fields(question: Question) -> list[str]:
    return ["text"] if question.quotes else ["headline^3", "slugline.text^2", "keyword.text^2", "body"]


def _text(query: str, fields: list[str]) -> dict[str, Any]:
    if not query.strip() or query.strip() == "*":
        return {"match_all": {}}
    return {"simple_query_string": {"query": query, "fields": fields, "default_operator": "and"}}


def _named(name: str, fields: list[str]) -> dict[str, Any]:
    texts = [f"{field}.text" for field in fields]
    return {"multi_match": {"query": name, "fields": texts, "operator": "and", "type": "best_fields"}}
