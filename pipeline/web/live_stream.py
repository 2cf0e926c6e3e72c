"""New results as they are indexed, pushed by server-sent events."""

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
from pipeline.broker.reader import poll_batches
from pipeline.connect.elasticsearch_client import Client
from pipeline.errors import PipelineError, TransientError
from pipeline.search.search_query import SearchQuery
from pipeline.search.stories import execute, refresh
from pipeline.settings import Kafka
from pipeline.web.api import FAILURES
from pipeline.web.query_parameters import Index, Search, What
from pipeline.web.templating import templates

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1", responses=FAILURES, tags=["live"])

MOST = 200
"""Streams at once; each asks Elasticsearch whenever something was indexed."""
_GATHERING = 1.0
_SIGN_OF_LIFE = 15.0
_PAUSE = 2.0
_MOST_UNTOLD = 1_000
_AT_ONCE = 20
"""Hits told of one gathering: a replay of everything is not news."""


@dataclass
class IndexedBroadcast:
    """Who listens to what is being indexed; one reader of the topic serves all of them.

    Each has a set of what it was not told yet, not a queue: for one that does not read on, the
    newest of a bounded number is kept.
    """

    kafka: Kafka
    client: Client
    _listening: set["Listener"] = field(default_factory=set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read the topic, and tell those who listen, while the application runs."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), daemon=True, name="arrivals").start()
        yield

    @property
    def is_full(self) -> bool:
        """Whether too many listen already."""
        return len(self._listening) >= MOST

    @contextmanager
    def listening(self) -> Iterator["Listener"]:
        """A listener to uris that were indexed and can be found."""
        listener = Listener()
        self._listening.add(listener)
        try:
            yield listener
        finally:
            self._listening.discard(listener)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        while not loop.is_closed():
            try:
                for messages in poll_batches(self.kafka, topics.INDEXED, _GATHERING):
                    if self._listening:
                        self._refresh()
                        loop.call_soon_threadsafe(self._put, sorted({message.name for message in messages}))
            except PipelineError as error:
                log.info("live_results_delayed", reason=str(error))
            except Exception:  # the thread must not end before the application
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
    """One who listens; used on the event loop alone."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._untold: dict[str, None] = {}
        self._told = asyncio.Event()

    def put(self, uris: Sequence[str]) -> None:
        """Add uris to what is to be told; of too many the oldest are dropped."""
        self._untold |= dict.fromkeys(uris)
        for uri in list(self._untold)[:-_MOST_UNTOLD]:
            del self._untold[uri]
        self._told.set()

    async def next(self) -> list[str]:
        """What was not told yet; waits for something."""
        await self._told.wait()
        self._told.clear()
        uris, self._untold = list(self._untold), {}
        return uris


def _broadcast(request: Request) -> IndexedBroadcast:
    found: IndexedBroadcast = request.app.state.broadcast
    return found


@router.get("/live", response_class=StreamingResponse)
async def live(
    page: Search, what: What, index: Index, broadcast: Annotated[IndexedBroadcast, Depends(_broadcast)]
) -> Response:
    """What fits and is indexed from now on, as server-sent events.

    Events `hit` with `{"key", "uri", "document", "html"}`; lines that begin with a colon say that the
    stream lives.
    """
    query = page.search_query(quotes=what.quotes, size=_AT_ONCE)
    if broadcast.is_full:
        raise HTTPException(503, "too many listen already", {"Retry-After": "60"})
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
                result = await asyncio.to_thread(execute, index, query, uris=uris)
            except TimeoutError:
                yield ": here\n\n"
                continue
            except PipelineError as error:
                yield f": {' '.join(str(error).split())}\n\n"
                continue
            for hit in reversed(result.hits):
                yield f"event: hit\ndata: {json.dumps(_story_event(hit, quotes=query.quotes), ensure_ascii=False)}\n\n"


def _story_event(hit: dict[str, Any], *, quotes: bool) -> dict[str, Any]:
    uri = hit["story"]["uri"] if quotes else hit["uri"]
    parts: Any = templates.get_template("parts.html").module
    html = parts.quote(hit) if quotes else parts.story(hit)
    document = {name: value for name, value in hit.items() if name != "highlight"}
    return {"key": f"{uri}#{hit['id']}" if quotes else uri, "uri": uri, "document": document, "html": str(html)}
