"""Define what can be searched: words, filters, order and page; and parse filters written among the words.

``speaker:"Xi Jinping" since:24h gas -pipeline`` is the words ``gas -pipeline`` with two filters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from pipeline.documents.kind import Kind
from pipeline.documents.story import STORY
from pipeline.errors import ConfigurationError, QueryError
from pipeline.search.filters import FILTERS, checked
from pipeline.search.query_language import All, Either, FieldIs, Node, Not, joined, parse_words, render

MOST = 10_000
"""The most hits one page can have: Elasticsearch's own limit (index.max_result_window)."""
Sort = Literal["relevance", "time"]


@dataclass(frozen=True)
class SearchQuery:
    """A search.

    ``query`` is a search line (see ``query_language``); empty matches everything. ``kind`` is what is searched.
    ``filters`` are the values by name, as ``filters.checked`` takes them. ``collapsed`` returns one story of each
    group, one quote of those in which somebody says the same, or one mention of each event: that which is first in the
    order of the list. ``sort`` defaults to relevance if there are words, else to time. ``cursor`` continues after an
    earlier page. Advisories and test messages are no stories; only ``advisories`` includes them.

    Raises ConfigurationError for an invalid search.
    """

    query: str = ""
    kind: Kind = STORY
    filters: Mapping[str, Any] = field(default_factory=dict)
    sort: Sort | None = None
    size: int = 10
    cursor: str | None = None
    collapsed: bool = False
    advisories: bool = False

    def __post_init__(self) -> None:
        """Reject an invalid search, and keep the values of filters as conditions have them."""
        if not 0 <= self.size <= MOST:
            raise ConfigurationError(f"size: from 0 to {MOST}, not {self.size}")
        object.__setattr__(self, "filters", checked(self.kind, self.filters))

    def having(self, **filters: Any) -> "SearchQuery":
        """Return the query with other values of these filters; None takes one away."""
        return replace(self, filters={**self.filters, **filters})

    def adding(self, name: str, value: str) -> "SearchQuery":
        """Return the query with one more value of a filter."""
        return self.having(**{name: (*self.filters.get(name, ()), value)})

    def as_list(self, *, collapsed: bool | None = None) -> "SearchQuery":
        """Return the query as lists for people show it: collapsed if its kind of documents is, or as asked for."""
        return replace(self, collapsed=self.kind.collapses if collapsed is None else collapsed)

    @property
    def by_time(self) -> bool:
        """Whether to sort by time instead of relevance."""
        return self.sort == "time" if self.sort else not self.query.strip()

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """From when until before when the documents are that are counted over time, as far as the query says it."""
        names = (f"{self.kind.dated}{name}" for name in ("since", "until"))
        since, until = (self.filters.get(name, (None,))[0] for name in names)
        return since and datetime.fromisoformat(since), until and datetime.fromisoformat(until)


def parse(query: str = "", given: Mapping[str, Any] | None = None, kind: Kind = STORY, **page: Any) -> SearchQuery:
    """Parse the search line and the filters written among its words; others are ``given`` beside it.

    Filters that hold for the whole line become filters of the search; those in brackets and after OR or NOT stay in
    its ``query``. Raises QueryError with the position of what is wrong in the line, ConfigurationError for a filter
    beside it.
    """
    filters = checked(kind, given or {})
    tree = parse_words(query, FILTERS)
    _check_fields(query, tree, kind)
    words: list[Node] = []
    for node in tree.of if isinstance(tree, All) else (tree,):
        if isinstance(node, FieldIs):
            before = () if FILTERS[node.name].several == "one" else filters.get(node.name, ())
            filters[node.name] = (*before, node.value)
        else:
            words.append(node)
    return SearchQuery(render(joined(words)), kind, filters, **page)


def _check_fields(line: str, node: Node, kind: Kind) -> None:
    """Reject fields that this search does not have, and values that they cannot have."""
    match node:
        case FieldIs(name, value, position):
            try:
                checked(kind, {name: value})
            except ConfigurationError as error:
                raise QueryError(line, position, str(error)) from None
        case All(of) | Either(of):
            for each in of:
                _check_fields(line, each, kind)
        case Not(of):
            _check_fields(line, of, kind)


def as_parameters(query: SearchQuery) -> dict[str, str | list[str]]:
    """Return the query as URL parameters that repeat it, without its page and whether it is collapsed."""
    found: dict[str, str | list[str]] = {"q": query.query} if query.query else {}
    if query.kind is not STORY:
        found[query.kind.alias] = "true"
    for name, values in query.filters.items():
        found[name] = values[0] if FILTERS[name].several == "one" else list(values)
    if query.sort:
        found["sort"] = query.sort
    return found | ({"advisories": "true"} if query.advisories else {})
