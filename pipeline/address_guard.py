"""Guard HTTP requests to addresses that strangers name: never into our own network, unless allowed.

The guard checks addresses when it connects, after resolving the name. Neither a redirect nor a name that changes
its address can lead to a private one.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from pipeline.errors import PermanentError

Place = tuple[str, int]
"""A host and a port."""

_EMBEDDING = (
    # NAT64 (RFC 6052), 6to4 (RFC 3056), IPv4-compatible (RFC 4291): where in the 128 bits the IPv4 address is.
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
    (ipaddress.IPv6Network("::/96"), 0),
)
_NEVER = (
    # NAT64 of somebody's own network (RFC 8215), Teredo (RFC 4380), deprecated site-local (RFC 3879).
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("2001::/32"),
    ipaddress.IPv6Network("fec0::/10"),
)


class Blocked(PermanentError):
    """The address, or one it redirects to, must not be visited."""


class GuardedTransport(httpx.AsyncHTTPTransport):
    """An httpx transport that only connects to public addresses, and to ``home``.

    ``private`` allows all. Raises Blocked. httpx 0.28.1 has no way to hand its pool the backend that connects
    (encode/httpx 3749), so the transport replaces its pool.
    """

    def __init__(self, private: bool, home: Place | None = None) -> None:
        """Connect at first use."""
        super().__init__()
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=100,
            keepalive_expiry=5.0,
            network_backend=_Guard(private, home),
        )


class _Guard(httpcore.AnyIOBackend):
    """Connect to public addresses, and to the configured one."""

    def __init__(self, private: bool, home: Place | None) -> None:
        self._private = private
        self._home = home

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host}: {error.strerror or error}") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        is_home = (host, port) == self._home
        if not (self._private or is_home) and (ours := [each for each in addresses if not is_public(each)]):
            raise Blocked(f"{host} is {ours[0]}, an address of this network (allow_private)")
        # If one address of a host does not respond, try the next in the remaining time.
        each_time = timeout / len(addresses) if timeout and addresses else timeout
        for number, address in enumerate(addresses, 1):
            try:
                return await super().connect_tcp(address, port, each_time, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")


def is_public(address: str) -> bool:
    """Return whether an IP address is public; for one that embeds an IPv4 address, whether that one is."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return is_public(str(parsed.ipv4_mapped))
        if any(parsed in network for network in _NEVER):
            return False
        for network, shift in _EMBEDDING:
            if parsed in network:
                return is_public(str(ipaddress.IPv4Address(int(parsed) >> shift & 0xFFFF_FFFF)))
    return parsed.is_global and not parsed.is_multicast
