"""Find free ports on this machine."""

import random
import socket
from collections.abc import Collection
from contextlib import suppress

from pipeline.errors import ConfigurationError

_LOW, _HIGH = 20_000, 32_000
"""Below the ports that systems lend to outgoing connections, one of which might have it at the next start."""


def free_port(wanted: int = 0, others: Collection[int] = ()) -> int:
    """Return the wanted port if nobody listens there, else a free one that is none of ``others``.

    Raises ConfigurationError if there is none.
    """
    tried = (random.randrange(_LOW, _HIGH) for _ in range(1_000))  # noqa: S311 - any will do
    for port in ([wanted] if wanted else []) + [port for port in tried if port not in others]:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise ConfigurationError("no free port on 127.0.0.1")


def listens(port: int) -> bool:
    """Return whether a process listens on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
