"""Page through a collapsed list, which Elasticsearch continues from an offset only, not after a hit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.search.cursor import Cursor
from pipeline.search.query_body import not_after
from pipeline.search.search_query import MOST, SearchQuery

_OVERLAP = 5
"""How many hits may come before the last one, or leave, between two pages without a hit being repeated or missed."""


@dataclass(frozen=True)
class CollapsedPage:
    """A page of a collapsed list; ``before`` is where the page before it ended, if it is not the first.

    A list that is sorted by time moves while one reads: stories come in, are corrected and killed. What is newer than
    the first page is on none of the next ones. The page asks for some hits more on both sides, and begins after the
    last hit of the page before.
    """

    query: SearchQuery
    before: Cursor | None = None

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The condition that keeps what came in since from the list."""
        newest = self.before.newest if self.before else None
        return [] if newest is None else [not_after(self.query, newest)]

    @property
    def place(self) -> dict[str, int]:
        """The hits to ask for, as the client's arguments; Elasticsearch has none beyond its limit."""
        size = self.query.size + 2 * _OVERLAP if self._moves else self.query.size
        return {"from_": self._start, "size": min(size, MOST - self._start)}

    def cut(self, found: Sequence[Any], pit_id: str | None) -> tuple[list[Any], Cursor | None]:
        """Return the hits of the page among those found, and where the next page begins, None after the last."""
        first = 0
        if self.before and self.before.after:
            last_shown = _order(self.before.after)
            first = sum(_order(hit["sort"]) <= last_shown for hit in found)
        end = min(first + self.query.size, len(found))
        hits = list(found[first:end])
        is_end = end == len(found) < self.place["size"] or self._start + end >= MOST
        if is_end or not self.query.size:
            return hits, None
        newest = self._newest(hits, pit_id)
        after = None if newest is None else hits[-1]["sort"] if hits or not self.before else self.before.after
        return hits, Cursor(after, pit_id, self._start + end, newest)

    @property
    def _moves(self) -> bool:
        return self.before is not None and self.before.newest is not None

    @property
    def _start(self) -> int:
        offset = self.before.offset if self.before else 0
        return max(0, offset - _OVERLAP) if self._moves else offset

    def _newest(self, hits: Sequence[Any], pit_id: str | None) -> int | None:
        if self.before:
            return self.before.newest
        return int(hits[0]["sort"][0]) if self.query.by_time and pit_id is None else None


def _order(sort: Sequence[Any]) -> tuple[int, list[str]]:
    """Return what orders hits that are sorted by time, the newest first."""
    at, *ties = sort
    return -int(at), list(ties)
