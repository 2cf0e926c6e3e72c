"""A TCP proxy that can drop, delay or swallow traffic, or answer in place of the server."""

import socket
import threading
import time
from contextlib import suppress

_CHUNK = 1 << 16


class Proxy:
    """A proxy in threads of its own; clients connect to ``address``.

    In the mode "pass" it forwards everything, after ``delay`` seconds; "refuse" closes new connections; "swallow"
    accepts data and never answers; a number answers with that HTTP status. ``deafen`` drops what the open
    connections send, and forwards new ones.
    """

    def __init__(self, port: int = 0) -> None:
        """Listen. ``target`` is set once the server's port is known."""
        self.target = 0
        self.mode: str | int = "pass"
        self.delay = 0.0
        self.accepted = 0
        self._listening = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = int(self._listening.getsockname()[1])
        self.address = f"127.0.0.1:{self.port}"
        self._open: set[socket.socket] = set()
        self._deaf: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, mode: str | int, delay: float = 0.0) -> None:
        """Change the mode, for open connections too."""
        self.mode, self.delay = mode, delay
        if mode != "pass" or self._deaf:
            self.drop()

    def drop(self) -> None:
        """Close all connections."""
        with self._lock:
            connections, self._open = self._open, set()
        for each in connections:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def deafen(self) -> None:
        """Keep all connections open but drop their traffic, like a router that lost its state."""
        with self._lock:
            self._deaf |= self._open

    def close(self) -> None:
        """Stop listening."""
        self._listening.close()
        self.drop()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with self._lock:
                self.accepted += 1
                self._open.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self.mode == "pass":
            self._connect(client)
        elif self.mode == "refuse":
            client.close()
        else:
            self._answer(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target), 5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        with self._lock:
            self._open.add(server)
        threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
        self._pump(server, client)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if self.delay:
                    time.sleep(self.delay)
                if source not in self._deaf:
                    sink.sendall(data)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
            with self._lock:
                self._open.discard(each)
                self._deaf.discard(each)

    def _answer(self, client: socket.socket) -> None:
        with suppress(OSError):
            while client.recv(_CHUNK):
                if isinstance(self.mode, int):
                    payload = b'{"error":{"type":"chaos","reason":"planned"}}'
                    head = f"HTTP/1.1 {self.mode} Chaos\r\nContent-Type: application/json\r\n"
                    rest = (
                        "X-Elastic-Product: Elasticsearch\r\n"
                        f"Content-Length: {len(payload)}\r\nConnection: close\r\n\r\n"
                    )
                    client.sendall((head + rest).encode() + payload)
                    client.shutdown(socket.SHUT_WR)
        client.close()
