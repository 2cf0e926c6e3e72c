"""``/metrics`` of what serves the pages: how the live feeds are."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """The figures, in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(request.app.state.feeds)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
