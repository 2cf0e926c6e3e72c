"""How workers scale, whether one agency delays the others, and whether a backlog takes memory.

Language processes sleep for as long as they would read, so that two cores can show what many would do. All else is
real: the topics, the workers, and Elasticsearch. Stories go onto ``wire.edited``; a story is done once it is indexed.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import psutil

from bench.sleeping_process import SECONDS
from pipeline import topics
from pipeline.cli.setup import prepare
from pipeline.cli.worker import environment
from pipeline.elasticsearch.client import connect
from pipeline.kafka.lag import lags
from pipeline.kafka.sender import Sender
from pipeline.local.servers import LocalServers
from pipeline.locate import Servers
from pipeline.settings import Kafka, Settings
from pipeline.story import Source, Story

WORKERS = (1, 2, 4)
PARTITIONS = 12
"""So many that 1, 2 and 4 workers get the same number each."""
READING = 0.04
"""Seconds that a language process needs for a story of 420 words."""
EACH = 300
"""Stories for each worker."""
_JOINING = 12.0
"""Seconds in which workers start and share the partitions."""
SHARE = 0.8
"""The share of the stories that one agency sends."""
_WORDS = 420


class Scaled:
    """Servers of their own, and workers that are started and ended one by one."""

    def __init__(self, folder: Path) -> None:
        """Start the servers and the stages that are not scaled."""
        self.settings = Settings(data_dir=folder, kafka=Kafka(partitions=PARTITIONS))
        folder.mkdir(parents=True)
        self._local = LocalServers(self.settings, print)
        self.servers: Servers = self._local.start(lambda jars: nullcontext(lambda size: None))
        prepare(self.servers)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._number = 0
        self.start([sys.executable, "-m", "pipeline", "worker", "--together", "index", "derive", "alert", "deliver"])

    def start(self, command: Sequence[str], **more: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        env = environment(self.settings, self.servers) | {"WIRE_MONITOR__PORT": "0"} | more
        with (self.settings.data_dir / "workers.log").open("ab") as log:
            process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    @contextmanager
    def annotating(self, workers: int, seconds: float) -> Iterator[list[psutil.Process]]:
        """Run so many workers of the stage annotate, each with one language process."""
        command = [sys.executable, "-m", "bench.sleeping_worker"]
        started = [self.start(command, **{SECONDS: str(seconds)}) for _ in range(workers)]
        yield [psutil.Process(each.pid) for each in started]
        for each in started:
            each.send_signal(signal.SIGTERM)
        for each in started:
            each.wait(30)

    def run(self, count: int) -> tuple[float, list[dict[str, Any]]]:
        """Send stories. Return the seconds from the first on its topic until the last is indexed, and all stories."""
        name = f"urn:run:{self._number}:"
        self._number += 1
        self.put(name, count)
        self.await_idle()
        with connect(self.servers.elasticsearch) as client:
            client.indices.refresh(index="stories")
            found = client.search(
                index="stories",
                size=min(count, 10_000),
                query={"prefix": {"uri": name}},
                source_includes=["trace", "source"],
            )
        stories = [hit["_source"] for hit in found["hits"]["hits"]]
        begin, end = (pick(_at(each, place) for each in stories) for pick, place in ((min, "edited"), (max, "indexed")))
        return end - begin, stories

    def put(self, name: str, count: int) -> None:
        """Put stories onto ``wire.edited``, most of them of one agency."""
        now, random = datetime.now(UTC), Random(1)
        with Sender(self.servers.kafka) as sender:
            for number in range(count):
                agency = "big" if random.random() < SHARE else f"small{number % 5}"
                story = Story(
                    uri=f"{name}{number}",
                    versioncreated=now,
                    firstcreated=now,
                    language="en",
                    headline=f"Report {number}",
                    source=Source(name=agency, format="ninjs", receivedat=now),
                    body=" ".join(random.choices(("harbour", "minister", "vote", "strike", "bank", "talks"), k=_WORDS)),
                )
                sender.send(topics.EDITED, story.uri.encode(), story.model_dump_json().encode(), [])
            sender.finish()

    def await_idle(self) -> None:
        """Wait until all is indexed."""
        while any(each.messages for each in lags(self.servers.kafka) if each.stage in ("annotate", "index")):
            time.sleep(0.5)

    def stop(self) -> None:
        """End everything."""
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
                process.wait(30)
        self._local.stop()


def measure(folder: Path, backlog: int) -> dict[str, Any]:
    """Return the rates by number of workers, the waits of both kinds of agencies, and memory under a backlog."""
    scaled = Scaled(folder)
    try:
        rates: dict[str, float] = {}
        for workers in WORKERS:
            with scaled.annotating(workers, READING):
                time.sleep(_JOINING)
                scaled.run(PARTITIONS * 4)
                seconds, stories = scaled.run(EACH * workers)
                rates[str(workers)] = EACH * workers / seconds
        waits = {
            kind: sorted(
                _at(each, "indexed") - _at(each, "edited")
                for each in stories
                if (each["source"]["name"] == "big") == (kind == "big")
            )
            for kind in ("big", "small")
        }
        return {
            "reading": READING,
            "stories_per_second": rates,
            "of_linear": {workers: rate / rates["1"] / int(workers) for workers, rate in rates.items()},
            "p99_wait": {kind: found[int(len(found) * 0.99)] for kind, found in waits.items()},
            "backlog": _worked_off(scaled, backlog),
        }
    finally:
        scaled.stop()


def _worked_off(scaled: Scaled, count: int) -> dict[str, Any]:
    """Return the rate at which two workers work off a backlog, and their memory after a tenth of it and at its end."""
    scaled.put("urn:backlog:", count)
    resident: dict[str, int] = {}
    begin = time.monotonic()
    with scaled.annotating(2, 0.0) as workers:
        while left := sum(each.messages for each in lags(scaled.servers.kafka) if each.stage in ("annotate", "index")):
            now = sum(each.memory_info().rss for one in workers for each in (one, *one.children()))
            if left < count * 0.9:
                resident.setdefault("early", now)
            resident["late"] = now
            time.sleep(1)
    return {"stories": count, "per_second": count / (time.monotonic() - begin), "resident": resident}


def _at(story: dict[str, Any], place: str) -> float:
    return datetime.fromisoformat(story["trace"][place]).timestamp()
