"""New results as they are indexed, pushed by server-sent events."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import stamina
import structlog
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from pipeline import topics
from pipeline.broker.log import gathered
from pipeline.connect.elasticsearch import Client
from pipeline.errors import PipelineError, TransientError
from pipeline.search.question import Question
from pipeline.search.stories import ask, make_findable
from pipeline.settings import Kafka
from pipeline.web.api import FAILURES
from pipeline.web.question import Index, Search, What
from pipeline.web.templating import templates

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1", responses=FAILURES, tags=["live"])

MOST = 200
"""Streams at once; each asks Elasticsearch whenever something was indexed."""
_GATHERING = 1.0
_SIGN_OF_LIFE = 15.0
_PAUSE = 2.0
_AT_ONCE = 20
"""Hits told of one gathering: a replay of everything is not news."""


@dataclass
class Arrivals:
    """Who listens to what is being indexed; one reader of the topic serves all of them."""

    kafka: Kafka
    client: Client
    _listening: set["asyncio.Queue[list[str]]"] = field(default_factory=set)

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
    def listening(self) -> Iterator["asyncio.Queue[list[str]]"]:
        """A queue of uris that were indexed and can be found."""
        queue: asyncio.Queue[list[str]] = asyncio.Queue()
        self._listening.add(queue)
        try:
            yield queue
        finally:
            self._listening.discard(queue)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        while not loop.is_closed():
            try:
                for messages in gathered(self.kafka, topics.INDEXED, _GATHERING):
                    if self._listening:
                        self._make_findable()
                        uris = {(message.key or b"").decode("utf-8", "replace") for message in messages}
                        loop.call_soon_threadsafe(self._tell, sorted(uris))
            except PipelineError as error:
                log.info("live results wait", why=str(error))
            except RuntimeError:
                # The loop has ended, and so does the application.
                return
            time.sleep(_PAUSE)

    @stamina.retry(on=TransientError, attempts=None, timeout=None, wait_max=10.0)
    def _make_findable(self) -> None:
        make_findable(self.client)

    def _tell(self, uris: list[str]) -> None:
        for queue in self._listening:
            queue.put_nowait(uris)


def _arrivals(request: Request) -> Arrivals:
    found: Arrivals = request.app.state.arrivals
    return found


@router.get("/live", response_class=StreamingResponse)
async def live(page: Search, what: What, index: Index, arrivals: Annotated[Arrivals, Depends(_arrivals)]) -> Response:
    """What fits and is indexed from now on, as server-sent events.

    Events `hit` with `{"key", "uri", "document", "html"}`; lines that begin with a colon say that the
    stream lives.
    """
    question = page.question(quotes=what.quotes, size=_AT_ONCE)
    if arrivals.is_full:
        raise HTTPException(503, "too many listen already", {"Retry-After": "60"})
    return StreamingResponse(
        _events(arrivals, index, question),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(arrivals: Arrivals, index: Client, question: Question) -> AsyncIterator[str]:
    with arrivals.listening() as queue:
        yield ": listening\n\n"
        while True:
            try:
                uris = await asyncio.wait_for(queue.get(), _SIGN_OF_LIFE)
                answer = await asyncio.to_thread(ask, index, question, among=uris)
            except TimeoutError:
                yield ": here\n\n"
                continue
            except PipelineError as error:
                yield f": {' '.join(str(error).split())}\n\n"
                continue
            for hit in reversed(answer.hits):
                yield f"event: hit\ndata: {json.dumps(_told(hit, quotes=question.quotes), ensure_ascii=False)}\n\n"


def _told(hit: dict[str, Any], *, quotes: bool) -> dict[str, Any]:
    uri = hit["story"]["uri"] if quotes else hit["uri"]
    parts: Any = templates.get_template("parts.html").module
    html = parts.quote(hit) if quotes else parts.story(hit)
    document = {name: value for name, value in hit.items() if name != "highlight"}
    return {"key": f"{uri}#{hit['id']}" if quotes else uri, "uri": uri, "document": document, "html": str(html)}
