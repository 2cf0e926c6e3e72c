"""A web server for tests whose responses can be changed while it runs, and feeds for it to serve."""

import gzip as packing
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Origin:
    """Serves the response set for each path. ``/hangs`` never answers; ``/drips`` never ends."""

    def __init__(self) -> None:
        self._pages: dict[str, dict[str, Any]] = {}
        self._visits: list[tuple[str, int, dict[str, str]]] = []
        self._closing = threading.Event()
        origin = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                origin._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> "Origin":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def serve(
        self,
        path: str,
        body: bytes,
        status: int = 200,
        kind: str = "application/rss+xml",
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
        gzip: bool = False,
    ) -> None:
        sent = {"Content-Type": kind, **(headers or {})}
        if etag:
            sent["ETag"] = etag
        if gzip:
            body, sent["Content-Encoding"] = packing.compress(body), "gzip"
        self._pages[path] = {"body": body, "status": status, "headers": sent, "etag": etag}

    def visits(self, path: str) -> list[tuple[int, dict[str, str]]]:
        """Return the status of each response at that path, with the request's headers."""
        return [(status, headers) for visited, status, headers in self._visits if visited == path]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path
        if path.startswith("/hangs"):
            self._closing.wait(60)
            return
        if path.startswith("/drips"):
            self._drip(handler)
            return
        page = self._pages.get(path, {"body": b"", "status": 404, "headers": {}, "etag": None})
        fresh = page["etag"] and handler.headers.get("If-None-Match") == page["etag"]
        status = 304 if fresh else page["status"]
        self._visits.append((path, status, dict(handler.headers)))
        handler.send_response(status)
        for name, value in page["headers"].items():
            handler.send_header(name, value)
        body = b"" if fresh else page["body"]
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss>")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not self._closing.wait(0.1):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return


def feed_of(
    *names: str,
    built: int = 0,
    texts: Mapping[str, str] | None = None,
    link: str | None = None,
    prefix: str = "urn:",
) -> bytes:
    """Return an RSS feed with an entry for each name, newest first."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>{prefix}{name}</guid><title>About {name}</title>"
        f"<link>{link or f'https://example.org/{name}'}</link><pubDate>Thu, 16 May 2024 12:00:00 GMT</pubDate>"
        f"<description>{(texts or {}).get(name, f'What is known about {name}.')}</description></item>"
        for name in names
    )
    return (
        f"<rss version='2.0'><channel><title>Example</title><lastBuildDate>{built}</lastBuildDate>{entries}"
        "</channel></rss>"
    ).encode()
