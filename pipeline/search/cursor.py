"""Encode where a page of results ended, to ask for the next page."""

import base64
import json
from dataclasses import astuple, dataclass, replace
from hashlib import blake2b
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.search.filters import FILTERS, SINCE, UNTIL
from pipeline.search.search_query import MOST, SearchQuery

START = "*"
"""The cursor of a first page whose next pages show the index as it is now."""


@dataclass(frozen=True)
class Cursor:
    """Where the next page begins; ``pit_id`` is the point in time being paged through, if any.

    ``after`` are the sort values of the last hit. A collapsed list has an ``offset``, the number of hits before the
    next page, and if it is sorted by time, ``newest``: the time of its first hit in milliseconds since 1970.
    """

    after: list[Any] | None = None
    pit_id: str | None = None
    offset: int = 0
    newest: int | None = None

    def text(self, query: SearchQuery) -> str:
        """Return the cursor as opaque text. It only continues this query."""
        text = json.dumps([_digest(query), *astuple(self)], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(query: SearchQuery) -> Cursor | None:
    """Decode the query's cursor. Raises ConfigurationError if it is invalid or belongs to another query."""
    text = query.cursor
    if not text or text == START:
        return None
    try:
        digest, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found = Cursor(*values)
    except (ValueError, TypeError):
        found = None
    if found is None or not _is_ours(found):
        raise ConfigurationError("cursor: invalid; leave it out to start again")
    if digest != _digest(query):
        raise ConfigurationError("cursor: it belongs to another search; leave it out to start again")
    return found


def _is_ours(cursor: Cursor) -> bool:
    """Return whether all values have their types: anybody may send a cursor."""
    after, pit_id, offset, newest = astuple(cursor)
    is_after = after is None or (isinstance(after, list) and all(isinstance(each, str | int | float) for each in after))
    is_place = isinstance(offset, int) and 0 <= offset <= MOST and isinstance(pit_id, str | None)
    at, *ties = after if isinstance(after, list) and after else [None]
    is_by_time = isinstance(newest, int) and isinstance(at, int) and all(isinstance(each, str) for each in ties)
    return is_after and is_place and (newest is None or is_by_time)


def _digest(query: SearchQuery) -> str:
    """Return a digest that differs between queries that cannot continue each other."""
    # "24h" is another time for each page.
    times = {name: None for name in query.filters if FILTERS[name].values in (SINCE, UNTIL)}
    same = replace(query.having(**times), cursor=None, size=0)
    return blake2b(repr(same).encode(), digest_size=8).hexdigest()
