"""The web application: the API, the pages, and what holds for both."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse, Response

from pipeline.errors import ConfigurationError, TransientError
from pipeline.feeds.figures import Feeds
from pipeline.index.connection import connect
from pipeline.settings import Elasticsearch
from pipeline.web import api, ingest, metrics, pages
from pipeline.web.ingest import Door
from pipeline.web.question import Index

_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def make(elasticsearch: Elasticsearch, door: Door | None = None, feeds: Feeds | None = None) -> FastAPI:
    """The web application over that Elasticsearch; with a ``door``, items can be pushed;
    with ``feeds``, /metrics tells how they are.
    """
    # FastAPI's own pages load scripts from elsewhere.
    app = FastAPI(title="wire", docs_url=None, redoc_url=None)
    app.state.index = Index(connect(elasticsearch))
    app.include_router(api.router)
    app.include_router(pages.router)
    if door:
        app.state.door = door
        app.include_router(ingest.router)
        app.exception_handler(HTTPException)(_refused)
    if feeds:
        app.state.feeds = feeds
        app.include_router(metrics.router)
    app.middleware("http")(_safely)
    app.exception_handler(ConfigurationError)(_asked_wrongly)
    app.exception_handler(TransientError)(_away)
    return app


async def _safely(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in _SAFE.items():
        response.headers.setdefault(name, value)
    return response


async def _asked_wrongly(request: Request, error: ConfigurationError) -> Response:
    return _failed(request, 400, str(error))


async def _away(request: Request, error: TransientError) -> Response:
    return _failed(request, 503, str(error))


async def _refused(request: Request, error: HTTPException) -> Response:
    if request.url.path == "/ingest":
        return JSONResponse({"error": error.detail}, error.status_code, error.headers)
    return await http_exception_handler(request, error)


def _failed(request: Request, status: int, reason: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": reason}, status)
    return pages.failed(status, reason)
