"""Stream new results as they are indexed, with server-sent events."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import stamina
import structlog
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from pipeline import topics
from pipeline.documents.kind import Kind, key, story_of
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import Client
from pipeline.errors import PipelineError, TransientError
from pipeline.kafka.reader import poll_batches
from pipeline.search.groups import add_members
from pipeline.search.search_query import SearchQuery
from pipeline.search.stories import execute, refresh
from pipeline.settings import Kafka
from pipeline.web.api import FAILURES
from pipeline.web.query_parameters import Index, KindAsked, Search
from pipeline.web.templating import templates

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1", responses=FAILURES, tags=["live"])

MOST = 200
"""The most concurrent streams; each searches Elasticsearch whenever something was indexed."""
_GATHERING = 1.0
_SIGN_OF_LIFE = 15.0
_PAUSE = 2.0
_MOST_UNTOLD = 1_000
_AT_ONCE = 20
"""The most hits sent at a time; replaying everything is no news."""


@dataclass
class IndexedBroadcast:
    """Broadcast newly indexed uris to all listeners, with a single reader of the topic.

    Each listener has a bounded set of pending uris, not a queue: for one that does not read, only the newest are
    kept.
    """

    kafka: Kafka
    client: Client
    _listening: set["Listener"] = field(default_factory=set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read the topic and notify the listeners while the application runs."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), daemon=True, name="arrivals").start()
        yield

    @property
    def is_full(self) -> bool:
        """Whether there are too many listeners."""
        return len(self._listening) >= MOST

    @contextmanager
    def listening(self) -> Iterator["Listener"]:
        """Provide a listener for uris that were indexed and are searchable."""
        listener = Listener()
        self._listening.add(listener)
        try:
            yield listener
        finally:
            self._listening.discard(listener)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        while not loop.is_closed():
            try:
                for messages in poll_batches(self.kafka, topics.DERIVED, seconds=_GATHERING):
                    if self._listening:
                        self._refresh()
                        loop.call_soon_threadsafe(self._put, sorted({message.name for message in messages}))
            except PipelineError as error:
                log.info("live_results_delayed", reason=str(error))
            except Exception:  # this thread must outlive any error
                if loop.is_closed():
                    return
                log.exception("live_results_delayed")
            time.sleep(_PAUSE)

    @stamina.retry(on=TransientError, attempts=None, timeout=None, wait_max=10.0)
    def _refresh(self) -> None:
        refresh(self.client)

    def _put(self, uris: list[str]) -> None:
        for listener in self._listening:
            listener.put(uris)


class Listener:
    """One listener; only used on the event loop."""

    def __init__(self) -> None:
        """Start without pending uris."""
        self._untold: dict[str, None] = {}
        self._told = asyncio.Event()

    def put(self, uris: Sequence[str]) -> None:
        """Add uris; if there are too many, drop the oldest."""
        self._untold |= dict.fromkeys(uris)
        for uri in list(self._untold)[:-_MOST_UNTOLD]:
            del self._untold[uri]
        self._told.set()

    async def next(self) -> list[str]:
        """Return the pending uris; wait if there are none."""
        await self._told.wait()
        self._told.clear()
        uris, self._untold = list(self._untold), {}
        return uris


def _broadcast(request: Request) -> IndexedBroadcast:
    found: IndexedBroadcast = request.app.state.broadcast
    return found


@router.get("/live", response_class=StreamingResponse)
async def live(
    page: Search, kind: KindAsked, index: Index, broadcast: Annotated[IndexedBroadcast, Depends(_broadcast)]
) -> Response:
    """Stream new matches from now on, as server-sent events.

    Events `hit` with `{"key", "uri", "document", "html"}`; lines that begin with a colon are keep-alives.
    """
    query = page.search_query(kind, size=_AT_ONCE)
    if broadcast.is_full:
        raise HTTPException(503, "too many live streams already", {"Retry-After": "60"})
    return StreamingResponse(
        _events(broadcast, index, query),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(broadcast: IndexedBroadcast, index: Client, query: SearchQuery) -> AsyncIterator[str]:
    with broadcast.listening() as listener:
        yield ": listening\n\n"
        while True:
            try:
                uris = await asyncio.wait_for(listener.next(), _SIGN_OF_LIFE)
                hits = await asyncio.to_thread(_arrived, index, query, uris)
            except TimeoutError:
                yield ": here\n\n"
                continue
            except PipelineError as error:
                yield f": {' '.join(str(error).split())}\n\n"
                continue
            for hit in reversed(hits):
                yield f"event: hit\ndata: {json.dumps(_hit_event(hit, query.kind), ensure_ascii=False)}\n\n"


def _arrived(index: Client, query: SearchQuery, uris: Sequence[str]) -> list[dict[str, Any]]:
    """Return the hits in these stories, each, with the other members of their groups."""
    hits = execute(index, query, uris=uris).hits
    return add_members(index, hits) if query.kind is STORY else hits


def _hit_event(hit: dict[str, Any], kind: Kind) -> dict[str, Any]:
    parts: Any = templates.get_template("parts.html").module
    html = getattr(parts, kind.one.replace(" ", "_"))(hit)
    document = {name: value for name, value in hit.items() if name != "highlight"}
    return {"key": key(hit), "uri": story_of(hit)["uri"], "document": document, "html": str(html)}
