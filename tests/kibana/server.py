"""A stand-in for the API of saved objects, with Kibana's rules about what is there already.

Objects of these types live in one space, and no id is in two spaces (``multiple-isolated``). The rules are those of
``src/core/packages/saved-objects/import-export-server-internal/src/import/lib/check_conflicts.ts`` and
``check_origin_conflicts.ts`` in elastic/kibana.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.kibana.check import TYPES


@dataclass
class Kibana:
    """What is saved: the object and its space, by type and id."""

    saved: dict[tuple[str, str], tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def load(self, objects: list[dict[str, Any]], space: str, overwrite: bool) -> dict[str, Any]:
        """Import the objects, and return the answer: none is created if one is there or refers to nothing."""
        here = {key for key, (where, _) in self.saved.items() if where == space}
        coming = {(each["type"], each["id"]) for each in objects}
        errors = []
        for each in objects:
            about = {"id": each["id"], "type": each["type"], "meta": {"title": each["attributes"].get("title")}}
            checked = [of for of in each["references"] if of["type"] in ("index-pattern", "search")]
            lost = [of for of in checked if (of["type"], of["id"]) not in coming | here]
            if lost:
                errors.append({**about, "error": {"type": "missing_references", "references": lost}})
            elif (each["type"], each["id"]) in here and not overwrite:
                errors.append({**about, "error": {"type": "conflict"}})
        if not errors:
            for each in objects:
                key = each["type"], each["id"]
                # An id that another space has is no conflict: the object gets a new one.
                id = str(uuid4()) if key in self.saved and key not in here else each["id"]
                self.saved[each["type"], id] = space, {**each, "id": id}
        return {"success": not errors, "successCount": len(objects) - len(errors)} | (
            {"errors": errors} if errors else {}
        )

    def export(self, wanted: list[dict[str, str]], space: str) -> tuple[int, str]:
        """Return the status and the body: every object, or an error if one is missing."""
        found = [self.saved.get((each["type"], each["id"]), ("", {})) for each in wanted]
        if any(where != space for where, _ in found):
            return 400, json.dumps({"statusCode": 400, "message": "Error fetching objects to export"})
        lines = [{**each, "updated_at": "2026-01-01T00:00:00Z", "version": "WzEsMV0="} for _, each in found]
        return 200, "\n".join(map(json.dumps, reversed(lines)))


@contextmanager
def serving(kibana: Kibana) -> Iterator[str]:
    """Serve it, and return its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            address = urlsplit(self.path)
            *_, space, path = ["", *address.path.removeprefix("/s/").partition("/api")[::2]]
            status, answer = 200, ""
            if path == "/saved_objects/_import":
                head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
                (part,) = BytesParser().parsebytes(head + body).get_payload()
                objects = [json.loads(line) for line in part.get_payload(decode=True).splitlines()]
                if newer := next(filter(_is_from_the_future, objects), None):
                    text = f'Document "{newer["id"]}" belongs to a more recent version of Kibana'
                    status, answer = 422, json.dumps({"statusCode": 422, "message": text})
                else:
                    answer = json.dumps(kibana.load(objects, space, "overwrite" in parse_qs(address.query)))
            else:
                status, answer = kibana.export(json.loads(body)["objects"], space)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            pass

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=served.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{served.server_port}"
    finally:
        served.shutdown()


def _is_from_the_future(saved: dict[str, Any]) -> bool:
    return _number(saved["typeMigrationVersion"]) > _number(TYPES[saved["type"]]["highest"])


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
