"""Define what can be searched: words, filters, order and page; and parse filters written among the words.

``speaker:"Xi Jinping" since:24h gas -pipeline`` is the words ``gas -pipeline`` with two filters.
"""

import re
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

from pipeline.errors import ConfigurationError, QueryError
from pipeline.search.kinds import EVENT_SEARCH, QUOTE_SEARCH, STORY_SEARCH, Searched, with_filter
from pipeline.search.query_language import All, Either, FieldIs, Node, Not, joined, parse_words, render
from pipeline.search.times import parse_time

MOST = 10_000
"""The most hits one page can have: Elasticsearch's own limit (index.max_result_window)."""
MULTIPLE = (
    "speaker", "about", "entity", "person", "organization", "place",
    "source", "subject", "keyword", "language", "urgency", "kind", "unnamed", "storyline",
    "type", "mode", "status", "quad", "actor", "recipient", "participant", "country", "happening",
)  # fmt: skip
"""The filters that may be given several times."""
ALTERNATIVES = frozenset(
    (
        "source",
        "subject",
        "language",
        "urgency",
        "kind",
        "unnamed",
        "storyline",
        "type",
        "mode",
        "status",
        "quad",
        "country",
        "happening",
    )
)
"""The filters on fields that have one value per document: several values are alternatives. Of the other filters, all
values must match.
"""
TIME_FILTERS = ("since", "until", "happened_since", "happened_until")
FIELD_NAMES = (*MULTIPLE, *TIME_FILTERS)
"""What may stand before a colon in the search line."""
Sort = Literal["relevance", "time"]
_URGENCIES = re.compile(r"([1-9])(?:-([1-9]))?$")


@dataclass(frozen=True)
class SearchQuery:
    """A search.

    ``query`` is a search line (see ``query_language``); empty matches everything. Names match by their words:
    ``speaker`` is who speaks (in a story: anybody who does), ``about`` whom or what a quote names, ``entity`` a
    person, an organization or a place. ``urgency`` is a number or ``1-3``. ``since`` (inclusive) and ``until``
    bound ``versioncreated``. ``quotes`` or ``events`` searches those instead of stories; of events,
    ``happened_since`` and ``happened_until`` bound the date, and ``dead`` is the least number killed. ``collapsed``
    returns one story of each group, one quote of those in which somebody says the same, or one event per happening:
    that which is first in the order of the list. ``sort`` defaults to relevance if there are words, else to time.
    ``cursor`` continues after an earlier page. Advisories and test messages are no stories; only ``advisories``
    includes them.

    Raises ConfigurationError for an invalid search.
    """

    query: str = ""
    quotes: bool = False
    events: bool = False
    speaker: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    keyword: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    storyline: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    quad: tuple[str, ...] = ()
    actor: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    participant: tuple[str, ...] = ()
    happening: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    dead: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    happened_since: datetime | None = None
    happened_until: datetime | None = None
    sort: Sort | None = None
    size: int = 10
    cursor: str | None = None
    collapsed: bool = False
    advisories: bool = False

    def __post_init__(self) -> None:
        """Reject an invalid search."""
        if not 0 <= self.size <= MOST:
            raise ConfigurationError(f"size: from 0 to {MOST}, not {self.size}")
        if wrong := [text for text in self.urgency if not _URGENCIES.match(text)]:
            raise ConfigurationError(f"urgency: from 1 to 9, or 1-3, not {wrong[0]!r}")
        if self.quotes and self.events:
            raise ConfigurationError("quotes, events: search one of them at a time")
        for name in MULTIPLE:
            if getattr(self, name) and name not in self.searched.filters and name != "urgency":
                raise ConfigurationError(f"{name}: only {' and '.join(with_filter(name))} have it")
        if not self.events and (self.dead or self.happened_since or self.happened_until):
            raise ConfigurationError("dead, happened_since, happened_until: only events have them")

    @property
    def searched(self) -> Searched:
        """What is searched."""
        return EVENT_SEARCH if self.events else QUOTE_SEARCH if self.quotes else STORY_SEARCH

    def as_list(self, *, collapsed: bool | None = None) -> "SearchQuery":
        """Return the query as lists for people show it: collapsed if its kind of documents is, or as asked for."""
        return replace(self, collapsed=self.searched.collapses if collapsed is None else collapsed)

    @property
    def by_time(self) -> bool:
        """Whether to sort by time instead of relevance."""
        return self.sort == "time" if self.sort else not self.query.strip()

    @property
    def urgencies(self) -> list[tuple[int, int]]:
        """The ranges of urgency, both ends inclusive."""
        found = [_URGENCIES.match(text) for text in self.urgency]
        return [(int(match[1]), int(match[2] or match[1])) for match in found if match]


def parse(query: str = "", **filters: Any) -> SearchQuery:
    """Parse the search line and the filters written among its words.

    Filters that hold for the whole line become filters of the search; those in brackets and after OR or NOT stay in
    its ``query``. ``since`` and ``until`` are texts as people write them. Raises QueryError with the position of
    what is wrong in the line, ConfigurationError for a filter beside it.
    """
    given = {name: list(filters.pop(name, None) or ()) for name in MULTIPLE}
    times: dict[str, Any] = {name: parse_time(text) for name in TIME_FILTERS if (text := filters.pop(name, None))}
    tree = parse_words(query, FIELD_NAMES)
    _check_fields(query, tree, _searched(filters))
    words: list[Node] = []
    for node in tree.of if isinstance(tree, All) else (tree,):
        if not isinstance(node, FieldIs):
            words.append(node)
        elif node.name in TIME_FILTERS:
            times[node.name] = parse_time(node.value)
        else:
            given[node.name].append(node.value)
    lists: dict[str, Any] = {
        name: tuple(dict.fromkeys(as_stored(name, value) for value in values)) for name, values in given.items()
    }
    return SearchQuery(query=render(joined(words)), **lists, **times, **filters)


def as_stored(name: str, value: str) -> str:
    """Return a filter's value as documents have it: types and countries are in capitals."""
    return value.upper() if name in ("type", "country") else value


def _searched(filters: dict[str, Any]) -> dict[str, bool]:
    return {name: bool(filters.get(name)) for name in ("quotes", "events")}


def _check_fields(line: str, node: Node, searched: dict[str, bool]) -> None:
    """Reject fields that this search does not have, and values that they cannot have."""
    match node:
        case FieldIs(name, value, position):
            try:
                given = {name: parse_time(value)} if name in TIME_FILTERS else {name: (value,)}
                SearchQuery(**given, **searched)  # type: ignore[arg-type]
            except ConfigurationError as error:
                raise QueryError(line, position, str(error)) from None
        case All(of) | Either(of):
            for each in of:
                _check_fields(line, each, searched)
        case Not(of):
            _check_fields(line, of, searched)


def as_filters(query: SearchQuery) -> dict[str, str | list[str]]:
    """Return the query as URL parameters that repeat it, without its page and whether it is collapsed."""
    found: dict[str, str | list[str]] = {}
    plain = replace(query, size=10, cursor=None, collapsed=False)
    for field in fields(plain):
        value = getattr(plain, field.name)
        if value == field.default:
            continue
        name = "q" if field.name == "query" else field.name
        if isinstance(value, datetime):
            found[name] = value.isoformat().replace("+00:00", "Z")
        elif isinstance(value, bool):
            found[name] = "true"
        else:
            found[name] = list(value) if isinstance(value, tuple) else str(value)
    return found
