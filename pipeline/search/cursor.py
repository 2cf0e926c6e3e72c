"""Encode where a page of results ended, to ask for the next page."""

import base64
import json
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.search.search_query import SearchQuery

START = "*"
"""The cursor of a first page whose next pages show the index as it is now."""


@dataclass(frozen=True)
class Cursor:
    """The sort values of the last hit; ``pit_id`` is the point in time being paged through, if any."""

    after: list[Any] | None
    pit_id: str | None = None

    def text(self, query: SearchQuery) -> str:
        """Return the cursor as opaque text. It only continues this query."""
        text = json.dumps([_digest(query), self.after, self.pit_id], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(query: SearchQuery) -> Cursor | None:
    """Decode the query's cursor. Raises ConfigurationError if it is invalid or belongs to another query."""
    text = query.cursor
    if not text or text == START:
        return None
    try:
        digest, after, pit_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        is_ours = isinstance(after, list) and (pit_id is None or isinstance(pit_id, str))
        is_ours = is_ours and all(isinstance(value, str | int | float) for value in after)
    except ValueError:
        is_ours, digest = False, None
    if not is_ours:
        raise ConfigurationError("cursor: invalid; leave it out to start again")
    if digest != _digest(query):
        raise ConfigurationError("cursor: it belongs to another search; leave it out to start again")
    return Cursor(after, pit_id)


def _digest(query: SearchQuery) -> str:
    """Return a digest that differs between queries that cannot continue each other."""
    same = replace(query, cursor=None, size=0)
    return blake2b(repr(same).encode(), digest_size=8).hexdigest()
