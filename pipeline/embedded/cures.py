"""The cures for the embedded servers' faults; on real ones they are neither needed nor used."""

import asyncio
import fcntl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from urllib.request import Request, urlopen

from aiokafka.consumer.fetcher import Fetcher
from kafka.admin import MemberToRemove

from pipeline import topics
from pipeline.broker.connection import admin
from pipeline.broker.log import gathered
from pipeline.errors import PipelineError
from pipeline.index.names import DESK, MATCHES, METRICS, QUOTES, STORIES
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


def keep_findable(kafka: Kafka, elasticsearch: str) -> None:
    """Make what was indexed findable within a second, from threads, until the process ends.

    Real Elasticsearch does so by itself; the embedded one only once somebody searches, and the
    first search after a while finds nothing new. It copies all of an index whenever it is asked to,
    so that stories and quotes are left alone while none come in.
    """
    for refresh in (_refresh_small, _refresh_large):
        threading.Thread(target=refresh, args=(kafka, elasticsearch), daemon=True, name=refresh.__name__).start()


def _refresh_small(_: Kafka, elasticsearch: str) -> None:
    while True:
        time.sleep(REFRESH_EVERY)
        _refresh(elasticsearch, DESK, METRICS, MATCHES)


def _refresh_large(kafka: Kafka, elasticsearch: str) -> None:
    while True:
        with suppress(PipelineError):
            for _ in gathered(kafka, topics.INDEXED, REFRESH_EVERY):
                _refresh(elasticsearch, STORIES, QUOTES)
        time.sleep(REFRESH_EVERY)
        # What came while nobody watched.
        _refresh(elasticsearch, STORIES, QUOTES)


def _refresh(elasticsearch: str, *indices: str) -> None:
    address = f"{elasticsearch}/{','.join(indices)}/_refresh?ignore_unavailable=true"
    with suppress(OSError), urlopen(Request(address, method="POST"), timeout=10):  # noqa: S310 - our own server
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
