"""Gather the status: servers, lag, counts, dead letters and feeds, as one JSON object for command and page."""

import shlex
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from pipeline.dead_letter import DeadLetter
from pipeline.desk.record import Record
from pipeline.desk.store import unsettled
from pipeline.elasticsearch.client import connect
from pipeline.errors import TransientError
from pipeline.feeds.feed_report import reports
from pipeline.feeds.feed_state import FILE, FeedState
from pipeline.index import health
from pipeline.kafka.lag import Lag, lags
from pipeline.kafka.reader import fetch_all
from pipeline.locate import Servers
from pipeline.ops import verdict
from pipeline.ops.dead_letters import DeadLetters
from pipeline.ops.history import History, history
from pipeline.search.stories import counts, shared_uris
from pipeline.settings import Elasticsearch, Kafka, Settings

_FRESH = 2.0
_PAST_FRESH = 30.0


class Status:
    """The state of an installation, asked of its servers at most once in ``_FRESH`` seconds.

    May be used from several threads.
    """

    def __init__(self, settings: Settings, servers: Servers) -> None:
        """Connect at first use."""
        self._settings, self._servers = settings, servers
        self._dead_letters = DeadLetters(servers.kafka)
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, Any], list[DeadLetter] | None] | None = None
        self._past: tuple[float, History] | None = None

    def gather(self) -> dict[str, Any]:
        """Return the state as one JSON object. An unavailable server is reported, and its values are missing."""
        return self.with_dead_letters()[0]

    def with_dead_letters(self) -> tuple[dict[str, Any], list[DeadLetter] | None]:
        """Return the state and the dead letters it counts; None for these while Kafka is unavailable."""
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > _FRESH:
                found = _gather(self._settings, self._servers, self._dead_letters)
                # Stamped after gathering, so that requests that waited for it need not repeat it.
                self._known = (time.monotonic(), *found)
            return self._known[1:]

    def history(self) -> History:
        """Return the last day, asked at most once in half a minute. Raises ElasticsearchUnavailable."""
        with self._lock:
            if self._past is None or time.monotonic() - self._past[0] > _PAST_FRESH:
                with connect(self._servers.elasticsearch) as client:
                    self._past = (time.monotonic(), history(client, datetime.now(UTC)))
            return self._past[1]

    def unresolved(self) -> list[DeadLetter]:
        """Return the current dead letters. Raises KafkaUnavailable."""
        return self._dead_letters.unresolved()

    def invalidate(self) -> None:
        """Ask the servers at the next call, because something was changed."""
        self._known = None


def _gather(
    settings: Settings, servers: Servers, dead_letters: DeadLetters
) -> tuple[dict[str, Any], list[DeadLetter] | None]:
    dead: list[DeadLetter] | None = None
    state: dict[str, Any] = {
        name: {"address": address, "local": name in servers.local, "state": "up"}
        for name, address in (("kafka", servers.kafka.address), ("elasticsearch", servers.elasticsearch.address))
    } | {
        "pages": servers.pages,
        "feeds": _feeds(settings),
    }
    # A client of kafka-python takes a tenth of a second to learn a topic's partitions.
    with ThreadPoolExecutor(3) as pool:
        backlog = pool.submit(lags, servers.kafka)
        unresolved = pool.submit(dead_letters.unresolved)
        index = pool.submit(_index, servers.elasticsearch)
    try:
        behind, dead = backlog.result(), unresolved.result()
        state["lag"] = {lag.stage: lag.messages for lag in behind}
        state["oldest"] = _oldest(servers.kafka, behind)
        state["dead"] = len(dead)
    except TransientError as error:
        state["kafka"] |= {"state": "away", "reason": str(error)}
    try:
        indexed = index.result()
        state["elasticsearch"] |= indexed.pop("elasticsearch")
        state |= indexed
    except TransientError as error:
        state["elasticsearch"] |= {"state": "away", "reason": str(error)}
    found = verdict.problems(state)
    said = {"verdict": verdict.sentence(state, found), "problems": [each._asdict() for each in found]}
    return said | state, dead


def _index(elasticsearch: Elasticsearch) -> dict[str, Any]:
    """Return counts, whether the index can be written to, and the processes' state. Raises ElasticsearchUnavailable."""
    with connect(elasticsearch) as client:
        why = health.blocked(client)
        processes = health.processes(client)
        waiting = health.waiting_for(processes)
        free = health.disk_free(client)
        return {
            **counts(client),
            "elasticsearch": ({"state": "read-only", "reason": why} if why else {})
            | ({} if free is None else {"disk_free": round(free, 3)}),
            "processes": processes,
            "shared_uris": shared_uris(client),
            "orders": [_order(record) for record in unsettled(client)],
            **({"waiting": waiting} if waiting else {}),
        }


def _order(record: Record) -> dict[str, Any]:
    """Return an order that a person must carry out, and the command for it."""
    assert record.order
    uri = shlex.quote(record.uri)
    return {
        "uri": record.uri,
        "kind": record.order.kind,
        "text": record.order.text,
        "headline": next((each.headline for each in reversed(record.versions) if each.headline), None),
        "sender": record.sender,
        "versioncreated": record.versioncreated.isoformat(),
        "command": f"wire release {uri}" if record.order.kind == "hold" else f"wire kill URI --order {uri}",
    }


def _feeds(settings: Settings) -> list[dict[str, Any]]:
    """Return the state of each live feed and each sender of pushes."""
    if not settings.feeds and not (settings.data_dir / FILE).exists():
        return []
    memory = FeedState(settings.data_dir)
    found = [report.as_json() for report in reports(settings.feeds, memory)]
    memory.close()
    return found


def _oldest(kafka: Kafka, behind: list[Lag]) -> dict[str, Any] | None:
    """Return the stage and age (seconds) of the oldest unprocessed item."""
    stages = {at: lag.stage for lag in behind for at in lag.first}
    waiting = fetch_all(kafka, list(stages)) if stages else []
    if not waiting:
        return None
    timestamp, stage = min((message.timestamp, stages[message.at]) for message in waiting)
    return {"stage": stage, "seconds": round(max(0.0, time.time() - timestamp / 1000), 1)}
