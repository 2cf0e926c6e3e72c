"""Import and export saved objects over Kibana's API (https://www.elastic.co/docs/api/doc/kibana)."""

import json
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import stamina

from pipeline.errors import ConfigurationError, KibanaUnavailable
from pipeline.kibana.objects import ndjson
from pipeline.settings import Kibana

_TIMEOUT = 60.0
_STARTING = 120.0
"""Seconds to wait for a Kibana that is starting."""


@contextmanager
def connected(kibana: Kibana) -> Iterator[httpx.Client]:
    """Return a client of the configured Kibana. Raises ConfigurationError if none is configured."""
    if not kibana.url:
        raise ConfigurationError("no Kibana is configured; give --kibana http://…, or set kibana.url")
    headers = {"kbn-xsrf": "wire"}
    auth = None
    if kibana.api_key:
        headers["authorization"] = f"ApiKey {kibana.api_key.get_secret_value()}"
    elif kibana.username and kibana.password:
        auth = httpx.BasicAuth(kibana.username, kibana.password.get_secret_value())
    try:
        trust = ssl.create_default_context(cafile=kibana.ca_file)
    except OSError as error:
        raise ConfigurationError(f"kibana.ca_file: {error}") from None
    space = f"/s/{kibana.space}" if kibana.space else ""
    base = f"{kibana.url.rstrip('/')}{space}"
    with httpx.Client(base_url=base, headers=headers, auth=auth, verify=trust, timeout=_TIMEOUT) as client:
        yield client


def put(kibana: Kibana, objects: str, *, overwrite: bool = True) -> int:
    """Import the objects, given as NDJSON. Return how many were imported; without ``overwrite`` what is there stays.

    Waits for a Kibana that is starting. Raises KibanaUnavailable, and ConfigurationError if it rejects us or an
    object; the message says which and why.
    """
    with connected(kibana) as client:
        answer = _import(client, objects, overwrite)
        problems = answer.get("errors", ())
        there = {(each["type"], each["id"]) for each in problems if each["error"]["type"] == "conflict"}
        if there and not overwrite:
            # Kibana creates nothing at all if one object is there.
            lines = (line for line in objects.splitlines() if line)
            others = [line for line in lines if _key(json.loads(line)) not in there]
            answer = _import(client, "\n".join(others), overwrite) if others else {"successCount": 0}
    wrong = answer.get("errors", ())
    if wrong:
        problems = "; ".join(f"{each['type']} {each['id']}: {each['error']['type']}" for each in wrong[:5])
        raise ConfigurationError(f"Kibana refuses {len(wrong)} of the objects: {problems}")
    return int(answer["successCount"])


def _import(client: httpx.Client, objects: str, overwrite: bool) -> dict[str, Any]:
    answer: dict[str, Any] = _request(
        client,
        "/api/saved_objects/_import",
        params={"overwrite": "true"} if overwrite else {},
        files={"file": ("wire.ndjson", objects.encode(), "application/x-ndjson")},
    ).json()
    return answer


def _key(saved: dict[str, Any]) -> tuple[Any, Any]:
    return saved.get("type"), saved.get("id")


def get(kibana: Kibana, wanted: Sequence[dict[str, Any]]) -> str:
    """Return the objects of these types and ids as they are in Kibana now, as NDJSON. Raises as ``put``."""
    named = [{"type": each["type"], "id": each["id"]} for each in wanted]
    with connected(kibana) as client:
        body = {"objects": named, "excludeExportDetails": True}
        text = _request(client, "/api/saved_objects/_export", json=body).text
    lines = [json.loads(line) for line in text.splitlines() if line]
    order = {(each["type"], each["id"]): number for number, each in enumerate(named)}
    lines.sort(key=lambda each: order.get((each["type"], each["id"]), len(order)))
    return ndjson(lines)


def _request(client: httpx.Client, path: str, **what: Any) -> httpx.Response:
    where = f"Kibana at {client.base_url.copy_with(userinfo=b'')}"
    try:
        for attempt in stamina.retry_context(on=_is_transient, attempts=None, timeout=_STARTING, wait_max=10.0):
            with attempt:
                answer = client.post(path, **what)
                answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        if _is_transient(error):
            raise KibanaUnavailable(f"{where} answers {status}") from None
        if status in (401, 403):
            raise ConfigurationError(
                f"{where} rejects the credentials ({status}); see kibana.api_key, .username"
            ) from None
        raise ConfigurationError(f"{where} answers {status}: {_reason(error.response)}") from None
    except httpx.HTTPError as error:
        raise KibanaUnavailable(f"{where} does not respond ({type(error).__name__})") from None
    return answer


def _is_transient(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in (429, 502, 503, 504)
    return isinstance(error, httpx.TransportError)


def _reason(response: httpx.Response) -> str:
    try:
        return str(response.json().get("message", ""))[:300]
    except ValueError:
        return response.text[:300]
