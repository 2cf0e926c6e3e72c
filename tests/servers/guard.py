"""A TLS proxy that requires an API key or a password, in front of an Elasticsearch without security."""

import http.client
import ssl
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_FORWARDED = ("Content-Type", "Accept")


class Guard:
    """Listens at ``address`` and accepts ``api_key``, or ``user`` and ``password``."""

    def __init__(self, target: int, certificate: Path, key: Path, api_key: str, user: str, password: str) -> None:
        """Forward to the server on the port ``target``."""
        basic = b64encode(f"{user}:{password}".encode()).decode()
        accepted = (f"ApiKey {api_key}", f"Basic {basic}")

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Authorization") not in accepted:
                    self._answer(401, "application/json", b'{"error": "unable to authenticate", "status": 401}')
                    return
                server = http.client.HTTPConnection("127.0.0.1", target, timeout=60)
                headers = {name: self.headers[name] for name in _FORWARDED if name in self.headers}
                server.request(self.command, self.path, body or None, headers)
                response = server.getresponse()
                self._answer(response.status, response.headers["Content-Type"] or "text/plain", response.read())
                server.close()

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        for method in ("GET", "POST", "PUT", "DELETE", "HEAD"):
            setattr(Handler, f"do_{method}", Handler._pass)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.address = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
