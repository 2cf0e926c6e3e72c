"""Fetch an address from an untrusted server, with limits on bytes and time, and never from our own network."""

import asyncio
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpx

from pipeline.address_guard import Blocked, GuardedTransport, Place
from pipeline.errors import TooLarge, TransientError

AGENT = "wire (news ingestion; conditional requests, one visit a feed at a time)"
_MOST_REDIRECTS = 5
_MOVED_FOR_GOOD = (301, 308)


class Unreachable(TransientError):
    """The address cannot be fetched now: timeout, broken connection or server error."""


@dataclass(frozen=True)
class Response:
    """A server's response. ``url`` is the resource's address after permanent redirects."""

    status: int
    body: bytes
    url: str
    headers: httpx.Headers = field(default_factory=httpx.Headers)


class Client:
    """Fetches addresses: ``home`` even in our own network, others there only if ``private`` allows it.

    ``limit`` bounds a response in bytes, ``timeout`` a whole fetch in seconds.
    """

    def __init__(self, home: str, limit: int, timeout: float = 20.0, private: bool = False) -> None:
        """Create the client; it connects at first use. Raises Blocked if ``home`` is no valid address."""
        self._limit = limit
        self._timeout = timeout
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(private, _place(home)),
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
            headers={"User-Agent": AGENT, "Accept-Encoding": "gzip, deflate"},
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def get(self, url: str, headers: dict[str, str] | None = None) -> Response:
        """Fetch the address. Raises Unreachable, Blocked, TooLarge."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._follow(url, headers or {})
        except TimeoutError:
            raise Unreachable(f"no whole answer within {self._timeout:g} s") from None
        except httpx.InvalidURL as error:
            raise Blocked(f"no address: {error}") from None
        except httpx.HTTPError as error:
            raise Unreachable(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__) from None

    async def _follow(self, url: str, headers: dict[str, str]) -> Response:
        home = url
        is_home = True
        for _ in range(_MOST_REDIRECTS + 1):
            if not url.lower().startswith(("http://", "https://")):
                raise Blocked(f"only http and https are visited, not {url[:200]}")
            async with self._client.stream("GET", url, headers=headers) as response:
                if response.is_redirect and "location" in response.headers:
                    is_home = is_home and response.status_code in _MOVED_FOR_GOOD
                    url = urljoin(url, response.headers["location"])
                    home = url if is_home else home
                    continue
                body = await self._read(response)
                return Response(response.status_code, body, home, response.headers)
        raise Unreachable(f"more than {_MOST_REDIRECTS} redirects")

    async def _read(self, response: httpx.Response) -> bytes:
        """Return the decompressed body; abort once it is too large, however small it is compressed."""
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes(65_536):
            size += len(part)
            if size > self._limit:
                raise TooLarge(f"an answer of over {self._limit:,} bytes")
            parts.append(part)
        return b"".join(parts)


def _place(url: str) -> Place:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Blocked(f"no address: {error}") from None
    return parsed.raw_host.decode(), parsed.port or (443 if parsed.scheme == "https" else 80)
