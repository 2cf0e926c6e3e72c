"""Complete the search line while it is typed: fields, names, sources, subjects and keywords."""

import re
from dataclasses import dataclass

from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import Client
from pipeline.search.entity_names import FIELDS, count_values
from pipeline.search.entity_names import entities as entity_names
from pipeline.search.facets import ValueCount
from pipeline.search.filters import FILTERS, NAMES
from pipeline.search.folding import begins, folded
from pipeline.search.query_body import match_query
from pipeline.search.search_query import SearchQuery

_TYPED = re.compile(r'(?:^|(?<=[\s(+-]))(?:(?P<field>[a-z_]+):)?"?(?P<text>[^"()|:]*)$')
_MANY = 200
_FEWEST = 2
"""The letters that a name must have before names are offered."""


@dataclass(frozen=True)
class Completion:
    """A way to go on: what it is, of which ``kind``, in how many stories, and the ``line`` that results."""

    text: str
    kind: str
    line: str
    stories: int | None = None


def completions(client: Client, line: str, size: int = 8) -> list[Completion]:
    """Return how to go on after this beginning of a search line, the most frequent first.

    Raises ElasticsearchUnavailable.
    """
    for start in _starts(line):
        typed = _TYPED.match(line, start)
        if typed is None:
            continue
        field, text = typed["field"], typed["text"]
        found = _values(client, field, text, size) if text.strip() or field else []
        if not field:
            found = [*_fields(text), *found]
        if found:
            before = line[:start]
            return [Completion(one.text, one.kind, f"{before}{one.line}", one.stories) for one in found[:size]]
    return []


def _starts(line: str) -> list[int]:
    """Return where the name that is being typed may begin: up to three words before the end."""
    return [match.start() for match in re.finditer(r"(?:^|(?<=[\s(+-]))\S", line)][-3:]


def _fields(text: str) -> list[Completion]:
    fits = (name for name in FILTERS if text and name.startswith(text.lower()) and len(text) >= _FEWEST)
    return [Completion(f"{name}:", "filter", f"{name}:") for name in fits]


def _values(client: Client, field: str | None, text: str, size: int) -> list[Completion]:
    row = FILTERS.get(field) if field else None
    completes = row.completes if row else None
    if field and completes and completes != NAMES:
        found = _listed(client, completes, text)
        return [Completion(value.value, field, _condition(field, value.value), value.count) for value in found[:size]]
    if (field is None and len(text.strip()) < _FEWEST) or (field is not None and completes is None):
        return []
    names = entity_names(client, SearchQuery(), text, size)
    wanted = [name for name in names if field == name.kind] if field in FIELDS else names
    return [Completion(name.name, name.kind, _condition(field or "entity", name.name), name.stories) for name in wanted]


def _listed(client: Client, column: str, text: str) -> list[ValueCount]:
    words = folded(text).split()
    counted = count_values(client, STORY, match_query(SearchQuery()), {column: column}, _MANY)[column]
    return [value for value in counted if begins(value.value, words)]


def _condition(field: str, value: str) -> str:
    return f'{field}:"{value}" ' if re.search(r"[\s()|]", value) else f"{field}:{value} "
