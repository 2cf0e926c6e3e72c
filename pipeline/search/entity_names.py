"""List people, organizations and places across stories: who is named, who speaks about whom, who is rising."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.documents.entity_forms import roles_begin
from pipeline.documents.kind import Kind
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import Client, ask
from pipeline.identity.things import ThingKind
from pipeline.search.facets import ValueCount
from pipeline.search.folding import begins, folded
from pipeline.search.query_body import filters, match_query
from pipeline.search.search_query import SearchQuery

FIELDS: dict[ThingKind, str] = {"person": "people", "organization": "organizations", "place": "places"}
BASELINE = 7
"""How many earlier windows define what is usual."""
_OPERATOR = re.compile(r"[^\w\s]")
"""What may be an operator in Lucene's regular expressions."""
_MANY = 200
_FEW = 3
"""How many stories in the last window a name needs to count as rising."""


@dataclass(frozen=True)
class Name:
    """A name, its kind, and how many stories have it."""

    name: str
    kind: ThingKind
    stories: int


@dataclass(frozen=True)
class Rising:
    """A name with more stories in the window than before: ``usual`` is the earlier mean, ``times`` the ratio."""

    name: str
    kind: ThingKind
    stories: int
    usual: float
    times: float


@dataclass(frozen=True)
class Role:
    """A role, how many stories give it to somebody, and when the first and the last of them were written (ISO 8601)."""

    role: str
    stories: int
    first: str
    last: str


def entities(client: Client, query: SearchQuery, beginning: str = "", size: int = 20) -> list[Name]:
    """Return the names in matching stories, most frequent first; with ``beginning``, those whose words begin so.

    Raises ElasticsearchUnavailable.
    """
    words = folded(beginning).split()
    dsl = match_query(query)
    if words:
        texts = [f"{column}.text" for column in FIELDS.values()]
        # With several words in one query, only the last would match as a prefix.
        begun = [{"multi_match": {"query": word, "type": "bool_prefix", "fields": texts}} for word in words]
        dsl = {"bool": {"filter": [dsl, *begun]}}
    found = count_values(client, STORY, dsl, FIELDS, _MANY if words else size)
    return _first((each for each in _names(found) if begins(each.name, words)), size)


def cooccurring(client: Client, name: str, query: SearchQuery, size: int = 10) -> list[Name]:
    """Return the names in stories that also have this name, most frequent first. Raises ElasticsearchUnavailable."""
    dsl = match_query(query.adding("entity", name))
    found = count_values(client, STORY, dsl, FIELDS, size + 5)
    return _first((each for each in _names(found) if not _same(each.name, name)), size)


def roles_of(client: Client, name: str, size: int = 8) -> list[Role]:
    """Return the roles that stories give this person, with the times of the first and the last such story.

    The most frequent first, without those that another role says more exactly. Raises ElasticsearchUnavailable.
    """
    begin = roles_begin(name)
    spans = {bound: {bound: {"field": "versioncreated"}} for bound in ("min", "max")}
    terms = {"field": "roles", "size": _MANY, "include": _OPERATOR.sub(r"\\\g<0>", begin) + ".*"}
    wanted = {"roles": {"terms": terms, "aggregations": spans}}
    answered = _aggregated(client, STORY, {"prefix": {"roles": begin}}, wanted)
    found = [
        Role(
            bucket["key"].removeprefix(begin),
            bucket["doc_count"],
            bucket["min"]["value_as_string"],
            bucket["max"]["value_as_string"],
        )
        for bucket in answered.get("roles", {}).get("buckets", ())
    ]
    return [role for role in found if not any(_says_more(other.role, role.role) for other in found)][:size]


def aliases_of(client: Client, name: str, size: int = 12) -> list[ValueCount]:
    """Return by which other names stories call whom lists have under this name. Raises ElasticsearchUnavailable."""
    usual = {"term": {"entities.usual": name}}
    names = {"names": {"terms": {"field": "entities.name", "size": size}}}
    wanted = {"in": {"nested": {"path": "entities"}, "aggregations": {"so": {"filter": usual, "aggregations": names}}}}
    answered = _aggregated(client, STORY, {"nested": {"path": "entities", "query": usual}}, wanted)
    buckets = answered.get("in", {}).get("so", {}).get("names", {}).get("buckets", ())
    return [ValueCount(str(bucket["key"]), bucket["doc_count"]) for bucket in buckets if bucket["key"] != name]


def speakers_about(client: Client, name: str, query: SearchQuery, size: int = 10) -> list[ValueCount]:
    """Return who speaks about this name, and in how many quotes. Raises ElasticsearchUnavailable."""
    dsl = match_query(replace(query, kind=QUOTE).adding("about", name))
    found = count_values(client, QUOTE, dsl, {"speaker": "speaker.listed"}, size)["speaker"]
    return [value for value in found if not _same(value.value, name)]


def rising(client: Client, query: SearchQuery, window: timedelta, now: datetime, size: int = 10) -> list[Rising]:
    """Return names with more stories than usual in the last ``window``, most significant first.

    Raises ElasticsearchUnavailable.
    """
    every = replace(query, query="")
    recent = every.having(since=now - window, until=None)
    before = every.having(since=now - window * (BASELINE + 1), until=now - window)
    candidates = _significant(client, recent, before.having(until=None))
    latest = count_values(client, STORY, match_query(recent), FIELDS, _MANY)
    earlier = count_values(client, STORY, match_query(before), FIELDS, _MANY)
    found: list[tuple[float, Rising]] = []
    for kind, values in latest.items():
        past = {value.value: value.count for value in earlier[kind]}
        for value in values:
            usual = past.get(value.value, 0) / BASELINE
            times = value.count / max(usual, 1 / BASELINE)
            if value.count >= _FEW and times > 1 and value.value in candidates[kind]:
                risen = Rising(value.value, kind, value.count, round(usual, 2), round(times, 1))
                found.append((candidates[kind][value.value], risen))
    return [risen for _, risen in sorted(found, key=lambda pair: (-pair[0], pair[1].name))][:size]


def _significant(client: Client, recent: SearchQuery, all_of_it: SearchQuery) -> dict[ThingKind, dict[str, float]]:
    background = {"bool": {"filter": filters(all_of_it)}}
    aggregations: dict[str, Any] = {
        kind: {
            "significant_terms": {
                "field": column,
                "size": _MANY,
                "min_doc_count": _FEW,
                "background_filter": background,
            }
        }
        for kind, column in FIELDS.items()
    }
    answered = _aggregated(client, STORY, match_query(recent), aggregations)
    buckets = {kind: answered.get(kind, {}).get("buckets", ()) for kind in FIELDS}
    return {kind: {bucket["key"]: bucket["score"] for bucket in found} for kind, found in buckets.items()}


def count_values(
    client: Client, kind: Kind, dsl: dict[str, Any], columns: Mapping[Any, str], size: int
) -> dict[Any, list[ValueCount]]:
    """Return the most frequent values of each column in the matching documents. Raises ElasticsearchUnavailable."""
    terms = {name: {"terms": {"field": column, "size": size}} for name, column in columns.items()}
    answered = _aggregated(client, kind, dsl, terms)
    return {
        name: [ValueCount(str(bucket["key"]), bucket["doc_count"]) for bucket in answered[name]["buckets"]]
        if name in answered
        else []
        for name in columns
    }


def _aggregated(client: Client, kind: Kind, query: dict[str, Any], aggregations: dict[str, Any]) -> dict[str, Any]:
    answer = ask(client, kind.alias, query=query, size=0, aggregations=aggregations)
    return dict(answer.get("aggregations", {}))


def _says_more(role: str, other: str) -> bool:
    """Return whether a role has all words of the other and more: "US secretary of state", "secretary"."""
    return role != other and f" {other} " in f" {role} "


def _names(found: Mapping[ThingKind, Iterable[ValueCount]]) -> Iterator[Name]:
    return (Name(value.value, kind, value.count) for kind, values in found.items() for value in values)


def _first(names: Iterable[Name], size: int) -> list[Name]:
    return sorted(names, key=lambda each: (-each.stories, each.name))[:size]


def _same(one: str, other: str) -> bool:
    """Return whether one name equals the other or is its shorter form."""
    ours, theirs = set(folded(one).split()), set(folded(other).split())
    return ours <= theirs or theirs <= ours
