"""The cures for the embedded servers' faults; on real ones they are neither needed nor used."""

import asyncio
import fcntl
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from urllib.request import Request, urlopen

from aiokafka.consumer.fetcher import Fetcher
from kafka.admin import MemberToRemove

from pipeline.broker.connection import admin
from pipeline.errors import PipelineError
from pipeline.settings import Kafka

EMPTY_FETCH_PAUSE = 0.1
"""Seconds a client waits after a fetch that brought nothing."""
REFRESH_EVERY = 1.0


def pace_fetches() -> None:
    """Let this process's aiokafka consumers wait after a fetch that brought nothing.

    Real Kafka holds an empty fetch for ``fetch.max.wait.ms`` by itself; the embedded one answers
    at once. On the method's way out, so that nothing of its work changes.
    """
    fetch = Fetcher._proc_fetch_request

    async def paced(self: Fetcher, *args: Any, **kwargs: Any) -> bool:
        brought: bool = await fetch(self, *args, **kwargs)
        if not brought:
            # Cancelled while waiting: the fetch itself is over, and its result stands.
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(EMPTY_FETCH_PAUSE)
        return brought

    Fetcher._proc_fetch_request = paced


def refresh(elasticsearch: str) -> None:
    """Make what was indexed searchable, every second, until the process ends.

    Real Elasticsearch does so by itself; the embedded one only once somebody searches, and the
    first search after a while finds nothing new.
    """
    asked = Request(f"{elasticsearch}/_refresh", method="POST")  # noqa: S310 - our own server's address
    while True:
        time.sleep(REFRESH_EVERY)
        with suppress(OSError), urlopen(asked, timeout=10):  # noqa: S310 - our own server's address
            pass


@dataclass
class Member:
    """A worker's name in its group, held for as long as the process lives."""

    group: str
    name: str
    lease: TextIO

    def release(self, kafka: Kafka) -> None:
        """Leave the group for good, so that it does not wait for us."""
        with suppress(PipelineError), admin(kafka) as client:
            client.remove_group_members(self.group, [MemberToRemove(group_instance_id=self.name)])
        self.lease.close()


def lease_member(folder: Path, group: str) -> Member:
    """The first free name of ``group`` on this machine; the lease ends with the process."""
    leases = folder / "members"
    leases.mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        name = f"{group}-{number}"
        lease = (leases / name).open("w")
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lease.close()
            number += 1
        else:
            return Member(group, name, lease)
