"""Ports of this machine."""

import random
import socket
from contextlib import suppress

from pipeline.errors import ConfigurationError

_LOW, _HIGH = 20_000, 32_000
"""Below the ports that systems lend to outgoing connections, one of which might have it at the next start."""


def free_port(wanted: int = 0) -> int:
    """The wanted port if nobody listens there, else any free one below those of outgoing connections."""
    tried = (random.randrange(_LOW, _HIGH) for _ in range(1_000))  # noqa: S311 - any will do
    for port in ([wanted] if wanted else []) + list(tried):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise ConfigurationError("no free port on 127.0.0.1")


def listens(port: int) -> bool:
    """Whether somebody listens on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
