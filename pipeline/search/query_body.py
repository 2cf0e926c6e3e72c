"""Translate a SearchQuery into the body of an Elasticsearch search."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from pipeline.documents.story import STORY
from pipeline.search.filters import FILTERS, any_of
from pipeline.search.query_language import All, Either, FieldIs, Node, Not, Words, parse_words
from pipeline.search.search_query import SearchQuery
from pipeline.story import NO_STORY

MARKS = ("\ue000", "\ue001")
"""The markers around a highlighted word: private-use characters, which no text contains."""
_COUNTED_EXACTLY = 40_000
"""How many different values Elasticsearch counts exactly, at most; it estimates more."""
HIGHLIGHTED = 50_000
"""How many characters of a body to search for highlights; Elasticsearch refuses more than a million."""
EXCLUDE_NON_STORIES: dict[str, Any] = {"bool": {"must_not": [{"terms": {"signal": NO_STORY}}]}}
"""The query that leaves out tests and advisories."""
INTERNAL = ("name_usage", "roles", "fingerprints")
"""The fields that only serve searches; no answer has them."""


def search_body(query: SearchQuery) -> dict[str, Any]:
    """Return the body of the search."""
    newest = {query.kind.time: {"order": "desc"}}
    # Time alone leaves ties, which would make pages overlap.
    ties = [{field: {"order": "asc"}} for field in query.kind.ties]
    body: dict[str, Any] = {
        "query": match_query(query),
        "size": query.size,
        "source": {"excludes": INTERNAL},
        "sort": [newest, *ties] if query.by_time else [{"_score": {"order": "desc"}}, newest, *ties],
    }
    if query.collapsed:
        body["collapse"] = {"field": query.kind.same}
    return body


def count_different(query: SearchQuery) -> dict[str, Any]:
    """Return the aggregation that counts how many hits a collapsed list has in all."""
    return {"different": {"cardinality": {"field": query.kind.same, "precision_threshold": _COUNTED_EXACTLY}}}


def not_after(query: SearchQuery, milliseconds: int) -> dict[str, Any]:
    """Return the condition that a story was written at this time (since 1970) or before it."""
    return {"range": {query.kind.time: {"lte": milliseconds, "format": "epoch_millis"}}}


def match_query(query: SearchQuery) -> dict[str, Any]:
    """Return the query: the filters, and the words that are scored."""
    return {"bool": {"filter": filters(query), "must": [_text(query)]}}


def filters(query: SearchQuery) -> list[dict[str, Any]]:
    """Return the conditions that do not affect the score."""
    found = [each for name, values in query.filters.items() for each in FILTERS[name].condition(query.kind, values)]
    return found if query.kind is not STORY or query.advisories else [*found, EXCLUDE_NON_STORIES]


def highlight(query: SearchQuery) -> dict[str, Any]:
    """Return the highlight request: the whole headline, three fragments of other fields."""
    columns = [column.partition("^")[0] for column in query.kind.words]
    return {
        "pre_tags": [MARKS[0]],
        "post_tags": [MARKS[1]],
        "max_analyzed_offset": HIGHLIGHTED,
        "fields": {
            column: {"number_of_fragments": 0 if column == "headline" else 3, "fragment_size": 200}
            for column in columns
        },
    }


def _text(query: SearchQuery) -> dict[str, Any]:
    return _condition(parse_words(query.query, FILTERS), query)


def _condition(node: Node, query: SearchQuery) -> dict[str, Any]:
    """Return what a part of the search line asks for. Words are scored, fields are not."""
    match node:
        case Words(()):
            return {"match_all": {}}
        case Words(terms):
            # The operators are parsed already; what is left of them in a word is part of it.
            words = unicodedata.normalize("NFC", " ".join(terms))
            found = _simple(words, query.kind.words, "and")
            # What is spelled as it was typed ranks first.
            exact = [f"{column.partition('^')[0]}.exact" for column in query.kind.texts]
            return {"bool": {"must": [found], "should": [_simple(words, exact, "or")]}} if exact else found
        case FieldIs(name, value):
            row = FILTERS[name]
            return {"bool": {"filter": row.condition(query.kind, [row.values.read(value)])}}
        case Not(of):
            return {"bool": {"must_not": [_condition(of, query)]}}
        case All(of):
            return {"bool": {"must": [_condition(each, query) for each in of]}}
        case Either(of):
            return any_of([_condition(each, query) for each in of])


def _simple(words: str, columns: Sequence[str], operator: str) -> dict[str, Any]:
    return {
        "simple_query_string": {
            "query": words,
            "fields": list(columns),
            "default_operator": operator,
            "flags": "PHRASE|PREFIX|SLOP|ESCAPE|WHITESPACE",
        }
    }
