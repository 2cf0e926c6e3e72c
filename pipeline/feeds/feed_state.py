"""Store the state of live feeds between runs, in one SQLite file beside Kafka's data.

An item is marked as seen only after Kafka has acknowledged it. If the file is lost, items are sent once more, which
changes nothing in the index.
"""

import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from pipeline.feeds.freshness import Freshness

FILE = "feeds.sqlite"
_TABLES = """
create table if not exists seen (
    feed text, key text, digest text, at real, primary key (feed, key)) without rowid;
create table if not exists visit (
    feed text primary key, home text, url text, etag text, modified text, due real, failures integer, error text,
    format text);
create table if not exists freshness (
    feed text primary key, items integer, arrivals integer, last real, pace real, searchable real);
create table if not exists push (
    key text primary key, digest text, status integer, answer text, at real);
"""


@dataclass(frozen=True)
class PollState:
    """The state after the last poll of an address; ``due`` is the next poll (seconds since 1970).

    ``url`` is its address after permanent redirects, ``error`` the reason for the last failures, ``failures`` how
    many there were in a row, ``format`` the format of what it held last.
    """

    url: str
    etag: str | None = None
    modified: str | None = None
    due: float = 0.0
    failures: int = 0
    error: str | None = None
    format: str | None = None


@dataclass(frozen=True)
class PushAnswer:
    """The response to a push with an Idempotency-Key, and the digest of what was pushed."""

    digest: str
    status: int
    answer: str


class FeedState:
    """The open file. May be used from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Open the file in this folder; create it if it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._base = sqlite3.connect(folder / FILE, timeout=30, isolation_level=None, check_same_thread=False)
        self._base.execute("pragma journal_mode = wal")
        self._base.executescript(_TABLES)
        with suppress(sqlite3.OperationalError):
            # Files of earlier versions lack this column.
            self._base.execute("alter table visit add column format text")

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def seen(self, feed: str, keys: Iterable[str]) -> dict[str, str]:
        """Return the digests of those of the feed's items that were seen."""
        found = {}
        for key in keys:
            for (digest,) in self._execute("select digest from seen where feed = ? and key = ?", feed, key):
                found[key] = digest
        return found

    def mark_seen(self, feed: str, digests: dict[str, str], now: float) -> None:
        """Mark items as seen, under their keys."""
        rows = [(feed, key, digest, now) for key, digest in digests.items()]
        with self._lock:
            self._base.execute("begin")
            self._base.executemany("insert or replace into seen values (?, ?, ?, ?)", rows)
            self._base.execute("commit")

    def forget(self, feed: str, before: float, kept: Iterable[str] = ()) -> None:
        """Delete the feed's items last seen before this time, except those ``kept``."""
        still = set(kept)
        old = [key for (key,) in self._execute("select key from seen where feed = ? and at < ?", feed, before)]
        for key in old:
            if key not in still:
                self._execute("delete from seen where feed = ? and key = ?", feed, key)

    def last_poll(self, feed: str, home: str | None = None) -> PollState:
        """Return the state after the last poll; a fresh one if the configured address, ``home``, has changed."""
        names = ", ".join(field.name for field in fields(PollState))
        for known, *row in self._execute(f"select home, {names} from visit where feed = ?", feed):  # noqa: S608 - ours
            if home in (None, known):
                return PollState(*row)
        return PollState(home or "")

    def record_poll(self, feed: str, home: str, visit: PollState) -> None:
        """Store the state after a poll."""
        self._execute("insert or replace into visit values (?, ?, ?, ?, ?, ?, ?, ?, ?)", feed, home, *astuple(visit))

    def freshness(self, feed: str) -> Freshness:
        """Return the feed's freshness."""
        names = ", ".join(field.name for field in fields(Freshness))
        for row in self._execute(f"select {names} from freshness where feed = ?", feed):  # noqa: S608 - ours
            return Freshness(*row)
        return Freshness()

    def record_freshness(self, feed: str, freshness: Freshness) -> None:
        """Store the feed's freshness."""
        self._execute("insert or replace into freshness values (?, ?, ?, ?, ?, ?)", feed, *astuple(freshness))

    def names(self) -> list[str]:
        """Return the feeds that sent something or were polled."""
        return [
            name for (name,) in self._execute("select feed from freshness union select feed from visit order by feed")
        ]

    def pushed(self, key: str) -> PushAnswer | None:
        """Return the response to the push with this key."""
        for row in self._execute("select digest, status, answer from push where key = ?", key):
            return PushAnswer(*row)
        return None

    def record_answer(self, key: str, pushed: PushAnswer, now: float, keep: float) -> None:
        """Store a response, and delete those older than ``keep`` seconds."""
        self._execute("insert or replace into push values (?, ?, ?, ?, ?)", key, *astuple(pushed), now)
        self._execute("delete from push where at < ?", now - keep)

    def _execute(self, statement: str, *values: Any) -> list[Any]:
        with self._lock, closing(self._base.execute(statement, values)) as cursor:
            return cursor.fetchall()
