"""Measure the requests, and serve ``/metrics`` of the web process."""

import time

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

router = APIRouter()
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class RequestMetrics:
    """Time the requests by route; an address that contains a story's uri is no label."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        """``registry`` serves the metrics."""
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._app = app
        self._seconds = Histogram(
            "wire_http_request_duration_seconds",
            "Time from a request to the start of its response.",
            ["route", "status"],
            buckets=_SECONDS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond as the application does."""
        begin = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The router has set it by now, if the address has a route.
                route = getattr(scope.get("route"), "path", "other")
                self._seconds.labels(route, message["status"]).observe(time.perf_counter() - begin)
            await send(message)

        await self._app(scope, receive, timed)


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Return the metrics, in Prometheus's text format."""
    return Response(generate_latest(request.app.state.metrics_registry), media_type=CONTENT_TYPE_LATEST)
