"""Build the web application from the API and the pages, with error handling and security headers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.registry import Collector
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException as Rejected
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline import __version__
from pipeline.elasticsearch.client import connect
from pipeline.errors import ConfigurationError, QueryError, TransientError
from pipeline.locate import Servers
from pipeline.ops.status import Status
from pipeline.search.search_query import SearchQuery
from pipeline.search.stories import execute
from pipeline.settings import Settings
from pipeline.web import (
    alerts,
    api,
    decisions,
    events,
    exports,
    groups,
    identities,
    ingest,
    live_stream,
    name_page,
    request_metrics,
    search_page,
    status_pages,
    story_page,
    story_source,
    utterances,
    wall_page,
)
from pipeline.web.ingest import IngestService
from pipeline.web.installation import Installation
from pipeline.web.live_stream import IndexedBroadcast
from pipeline.web.request_metrics import RequestMetrics
from pipeline.web.templating import STATIC, rendered

_SAFE = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_PROGRAMS = ("/api/", "/ingest", "/health", "/ready", "/metrics", "/openapi.json")

PARTS = (
    *(api, groups, events, utterances, identities, exports, alerts, live_stream),
    *(status_pages, story_source, decisions, ingest, request_metrics),
    *(search_page, story_page, name_page, wall_page),
)
"""The modules with routes."""


def make(settings: Settings, servers: Servers, ingest_service: IngestService, metrics: Iterable[Collector]) -> FastAPI:
    """Return the application for these servers; ``ingest_service`` takes pushes, ``metrics`` go to /metrics."""
    client = connect(servers.elasticsearch)
    broadcast = IndexedBroadcast(servers.kafka, client)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        async with broadcast.running():
            yield
        client.close()

    # FastAPI's own documentation pages load scripts from other hosts.
    app = FastAPI(title="wire", version=__version__, docs_url=None, redoc_url=None, lifespan=life)
    app.state.elasticsearch = client
    app.state.ingest_service = ingest_service
    app.state.metrics_registry = CollectorRegistry()
    ProcessCollector(registry=app.state.metrics_registry)
    for each in metrics:
        app.state.metrics_registry.register(each)
    app.state.broadcast = broadcast
    app.state.installation = Installation(servers, Status(settings, servers))
    for part in PARTS:
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_api_route("/health", health, include_in_schema=False)
    app.add_api_route("/ready", ready, include_in_schema=False)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=1)
    app.add_middleware(_Safe)
    app.add_middleware(RequestMetrics, registry=app.state.metrics_registry)
    for kind, answer in _ANSWERS.items():
        app.exception_handler(kind)(answer)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Document 400 for invalid requests, instead of the framework's 422."""
    described = app.openapi()
    for path, operations in described["paths"].items():
        for operation in operations.values():
            if path != "/ingest":
                operation["responses"].pop("422", None)
                operation["responses"].setdefault("400", {"description": "The question is malformed."})


def health() -> dict[str, str]:
    """Return whether this process serves."""
    return {"status": "ok"}


def ready(request: Request) -> dict[str, str]:
    """Return whether searches work; 503 with the reason if not."""
    execute(request.app.state.elasticsearch, SearchQuery(size=0))
    return {"status": "ok"}


@dataclass(frozen=True)
class _Safe:
    """Add the headers that keep browsers from running what a story contains."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond as the application does."""

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, safely)


async def _invalid_query(request: Request, error: Exception) -> Response:
    assert isinstance(error, QueryError)
    if request.url.path.startswith(_PROGRAMS):
        found = {"error": str(error), "position": error.position, "suggestion": error.suggestion}
        return JSONResponse({name: value for name, value in found.items() if value is not None}, 400)
    return search_page.unreadable(request, error)


async def _invalid_request(request: Request, error: Exception) -> Response:
    return _failed(request, 400, str(error))


async def _validation_failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = (f"{'.'.join(str(part) for part in each['loc'][1:])}: {each['msg']}" for each in error.errors())
    return _failed(request, 400, "; ".join(problems))


async def _unavailable(request: Request, error: Exception) -> Response:
    return _failed(request, 503, str(error), {"Retry-After": "5"})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Rejected)
    return _failed(request, error.status_code, str(error.detail), error.headers)


def _failed(request: Request, status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    if request.url.path.startswith(_PROGRAMS):
        return JSONResponse({"error": reason}, status, headers)
    return HTMLResponse(rendered("failed.html", reason=reason), status, headers)


_ANSWERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    QueryError: _invalid_query,
    ConfigurationError: _invalid_request,
    RequestValidationError: _validation_failed,
    TransientError: _unavailable,
    Rejected: _refused,
}
