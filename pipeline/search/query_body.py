"""Translate a SearchQuery into the body of an Elasticsearch search."""

from collections.abc import Sequence
from typing import Any

from pipeline.search.search_query import ALTERNATIVES, SearchQuery

MARKS = ("\ue000", "\ue001")
"""The markers around a highlighted word: private-use characters, which no text contains."""
HIGHLIGHTED = 50_000
"""How many characters of a body to search for highlights; Elasticsearch refuses more than a million."""
EXCLUDE_NON_STORIES: dict[str, Any] = {"bool": {"must_not": [{"terms": {"signal": ["test", "advisory"]}}]}}
"""The query that leaves out tests and advisories."""
IGNORE_MISSING: dict[str, Any] = {"ignore_unavailable": True, "allow_no_indices": True}
"""Before the first story there is no index; the result is then empty."""
_NAMES = ("people", "organizations", "places")
_OF_STORIES: dict[str, Sequence[str]] = {
    "speaker": ("speakers",),
    "about": _NAMES,
    "entity": _NAMES,
    "person": ("people",),
    "organization": ("organizations",),
    "place": ("places",),
    "source": ("source.name",),
    "subject": ("subject.name", "subject.code"),
    "keyword": ("keyword", "slugline"),
    "language": ("language",),
    "storyline": ("storyline",),
}
_OF_QUOTES: dict[str, Sequence[str]] = {name: [f"story.{field}" for field in of] for name, of in _OF_STORIES.items()}
_OF_QUOTES |= {"speaker": ("speaker.name",), "about": ("about",), "kind": ("kind",)}
_EXACT = frozenset(("language", "kind", "storyline", "subject.code", "story.subject.code", "story.storyline"))


def search_body(query: SearchQuery) -> dict[str, Any]:
    """Return the body of the search."""
    newest = {time_field(query): {"order": "desc"}}
    # Time alone leaves ties, which would make pages overlap.
    ties = {("id" if query.quotes else "uri"): {"order": "asc"}}
    body: dict[str, Any] = {
        "query": match_query(query),
        "size": query.size,
        "sort": [newest, ties] if query.by_time else [{"_score": {"order": "desc"}}, newest, ties],
    }
    if query.collapsed:
        body["collapse"] = {"field": "storyline"}
    return body


def match_query(query: SearchQuery) -> dict[str, Any]:
    """Return the query: the filters, and the words that are scored."""
    return {"bool": {"filter": filters(query), "must": [_text(query)]}}


def filters(query: SearchQuery) -> list[dict[str, Any]]:
    """Return the conditions that do not affect the score."""
    of = _OF_QUOTES if query.quotes else _OF_STORIES
    found: list[dict[str, Any]] = []
    for name, columns in of.items():
        wanted = [_named(value, columns) for value in getattr(query, name)]
        found += [_any(wanted)] if wanted and name in ALTERNATIVES else wanted
    prefix = "story." if query.quotes else ""
    if query.urgencies:
        ranges = [{"range": {f"{prefix}urgency": {"gte": first, "lte": last}}} for first, last in query.urgencies]
        found.append(_any(ranges))
    bounds = {"gte": query.since, "lt": query.until}
    if times := {name: at.isoformat() for name, at in bounds.items() if at}:
        found.append({"range": {time_field(query): times}})
    return found if query.quotes or query.advisories else [*found, EXCLUDE_NON_STORIES]


def highlight(query: SearchQuery) -> dict[str, Any]:
    """Return the highlight request: the whole headline, three fragments of other fields."""
    columns = [column.partition("^")[0] for column in _columns(query)]
    return {
        "pre_tags": [MARKS[0]],
        "post_tags": [MARKS[1]],
        "max_analyzed_offset": HIGHLIGHTED,
        "fields": {
            column: {"number_of_fragments": 0 if column == "headline" else 3, "fragment_size": 200}
            for column in columns
        },
    }


def time_field(query: SearchQuery) -> str:
    """Return the field of a document's time."""
    return "story.versioncreated" if query.quotes else "versioncreated"


def _columns(query: SearchQuery) -> list[str]:
    return ["text"] if query.quotes else ["headline^3", "slugline.text^2", "keyword.text^2", "body"]


def _text(query: SearchQuery) -> dict[str, Any]:
    words = query.query.strip()
    if not words or words == "*":
        return {"match_all": {}}
    return {"simple_query_string": {"query": words, "fields": _columns(query), "default_operator": "and"}}


def _named(name: str, columns: Sequence[str]) -> dict[str, Any]:
    if columns[0].rpartition(".")[2] in _EXACT:
        return {"terms": {columns[0]: [name]}}
    texts = [column if column in _EXACT else f"{column}.text" for column in columns]
    return {"multi_match": {"query": name, "fields": texts, "operator": "and", "type": "best_fields"}}


def _any(queries: list[dict[str, Any]]) -> dict[str, Any]:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}
