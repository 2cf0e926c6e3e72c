"""Serve ``/metrics``, ``/health`` and ``/ready`` for processes that serve nothing else."""

import json
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from prometheus_client import CollectorRegistry, disable_created_metrics, make_wsgi_app

log = structlog.get_logger()

Answer = Callable[[str, list[tuple[str, str]]], Any]


class _Quiet(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *arguments: object) -> None:
        """Do not log each request."""


class _Server(ThreadingMixIn, WSGIServer):
    """Use a thread per connection, so that an idle connection cannot delay a liveness probe."""

    request_queue_size = 16
    daemon_threads = True


def serve(
    host: str, port: int, registry: CollectorRegistry, why_not_ready: Callable[[], str | None] = lambda: None
) -> int:
    """Serve from a thread, on this port or, if it is taken, on a free one. Return the port.

    ``why_not_ready`` returns what is missing, or None.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]
    metrics = make_wsgi_app(registry)

    def application(environ: dict[str, Any], start: Answer) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            answer: Iterable[bytes] = metrics(environ, start)
            return answer
        if path not in ("/health", "/ready"):
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/metrics, /health, /ready\n"]
        why = why_not_ready() if path == "/ready" else None
        start("503 Service Unavailable" if why else "200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"status": "waiting", "reason": why} if why else {"status": "ok"}).encode()]

    try:
        server = make_server(host, port, application, _Server, _Quiet)
    except OSError:
        server = make_server(host, 0, application, _Server, _Quiet)
    threading.Thread(target=server.serve_forever, daemon=True, name="monitor").start()
    log.info("metrics_served", metrics=f"http://{host}:{server.server_port}/metrics")
    return int(server.server_port)
