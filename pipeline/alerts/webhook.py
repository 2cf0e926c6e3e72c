"""Post to webhooks as https://www.standardwebhooks.com specifies: signed, with a stable id."""

import base64
import binascii
import hmac
import time
from hashlib import sha256

import httpx
import stamina

from pipeline.address_guard import Blocked, GuardedTransport
from pipeline.errors import ConfigurationError, DeliveryFailed

_TIMEOUT = 10.0
_ATTEMPTS = 5
_PREFIX = "whsec_"


def decode_secret(secret: str) -> bytes:
    """Return the bytes of a secret, which is base64 after ``whsec_``. Raises ConfigurationError."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ConfigurationError("alerts.webhook_secret: whsec_ and base64, of 24 to 64 random bytes") from None


def signature_headers(id: str, body: bytes, key: bytes | None, now: float) -> dict[str, str]:
    """Return the headers of a message; without a key it is not signed."""
    headers = {"content-type": "application/json", "webhook-id": id, "webhook-timestamp": str(int(now))}
    if key:
        content = f"{id}.{int(now)}.".encode() + body
        signature = base64.b64encode(hmac.digest(key, content, sha256)).decode()
        headers["webhook-signature"] = f"v1,{signature}"
    return headers


async def post(client: httpx.AsyncClient, address: str, id: str, body: bytes, key: bytes | None) -> None:
    """Post the message, with up to five attempts and back-off. Raises DeliveryFailed with the response."""
    try:
        async for attempt in stamina.retry_context(
            on=_is_transient, attempts=_ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=8.0
        ):
            with attempt:
                # Sign each attempt with its own time, or a receiver would take a retry for a replay.
                answer = await client.post(address, content=body, headers=signature_headers(id, body, key, time.time()))
                answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise DeliveryFailed(f"{_without_secrets(address)} answers {error.response.status_code}") from None
    except Blocked as error:
        raise DeliveryFailed(f"{_without_secrets(address)}: {error}") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryFailed(f"{_without_secrets(address)}: {type(error).__name__} {error}".strip()) from None


def connect(private: bool) -> httpx.AsyncClient:
    """Return a client that follows no redirects: the message is for this address only.

    It connects to private addresses only if ``private`` allows it: an alert must not reach what its author cannot.
    """
    return httpx.AsyncClient(
        transport=GuardedTransport(private),
        timeout=_TIMEOUT,
        follow_redirects=False,
        headers={"user-agent": "wire"},
        trust_env=False,
    )


def _is_transient(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in (408, 425, 429) or error.response.is_server_error
    return isinstance(error, httpx.TransportError)


def _without_secrets(address: str) -> str:
    """Return the address without parts that may be secret."""
    url = httpx.URL(address)
    return f"{url.scheme}://{url.netloc.decode()}{url.path if url.path == '/' else '/…'}"
