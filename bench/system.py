"""A ``wire up`` on servers of its own, driven and measured by the benchmark."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from pipeline import topics
from pipeline.elasticsearch.client import connect
from pipeline.kafka.lag import lags
from pipeline.locate import locate
from pipeline.settings import load

WIRE = [sys.executable, "-m", "pipeline"]
_POLL = 0.05
_ROLES = {
    "KafkaLauncher": "Kafka",
    "ElasticsearchLauncher": "Elasticsearch",
    "workers.processes.language_process": "language process",
}


class System:
    """A running ``wire up``; ``address`` serves its pages, ``started`` is the seconds its start took."""

    def __init__(self, folder: Path, *options: str, env: Mapping[str, str] | None = None) -> None:
        """Start it on the data in ``folder``, and wait until it is ready."""
        self.folder = folder
        self.peaks: dict[str, int] = {}
        command = [*WIRE, "up", "--port", "0", "--data-dir", str(folder), *options]
        begin = time.monotonic()
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | dict(env or {})
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line.startswith("ready "), f"wire up did not start; see {folder / 'logs'}"
        self.started = time.monotonic() - begin
        self.address = line.split()[1]
        self.servers = locate(load(data_dir=folder))
        self.client = connect(self.servers.elasticsearch.model_copy(update={"timeout": 120}))

    def feed(self, path: Path, *options: str) -> None:
        """Feed a whole file."""
        command = [*WIRE, "feed", str(path), "--data-dir", str(self.folder), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def count(self) -> int:
        """Return the number of searchable stories."""
        return int(self.client.count(index="stories", ignore_unavailable=True)["count"])

    def await_count(self, wanted: int, checkpoint: int = 0) -> dict[str, int]:
        """Wait for that many stories; return resident bytes by process once ``checkpoint`` are indexed."""
        resident: dict[str, int] = {}
        while (done := self._written()) < wanted:
            now = self.resident()
            if checkpoint and done >= checkpoint and not resident:
                resident = now
            time.sleep(_POLL * 4)
        while self.count() < wanted:
            time.sleep(_POLL)
        return resident

    def await_idle(self) -> None:
        """Wait until no stage has anything left to do."""
        while any(each.messages for each in lags(self.servers.kafka)):
            time.sleep(1)
        self.client.indices.refresh(index="stories")

    def first_raw(self, since: float) -> float:
        """Return when the first story since ``since`` reached ``wire.raw``, in seconds since 1970."""
        return self._traced(since, {"min": {"field": "trace.raw"}})

    def last_indexed(self, since: float) -> float:
        """Return when the last story that reached ``wire.raw`` since ``since`` was indexed, in seconds since 1970."""
        return self._traced(since, {"max": {"field": "trace.indexed"}})

    def _traced(self, since: float, aggregation: Mapping[str, Mapping[str, str]]) -> float:
        after = {"range": {"trace.raw": {"gte": int(since * 1000), "format": "epoch_millis"}}}
        found = self.client.search(index="stories", size=0, query=after, aggs={"at": aggregation})
        return float(found["aggregations"]["at"]["value"]) / 1000

    def _written(self) -> int:
        """Return the number of documents written. Counting stories would make Elasticsearch refresh every second."""
        found = self.client.indices.stats(index="wire-stories-*", metric="indexing")
        return int(found["_all"]["primaries"].get("indexing", {}).get("index_total", 0))

    def idle(self, seconds: float) -> float:
        """Return the share of one core that all processes use while idle."""
        before = {process: sum(process.cpu_times()[:2]) for process in self._family()}
        time.sleep(seconds)
        return sum(sum(process.cpu_times()[:2]) - before.get(process, 0.0) for process in self._family()) / seconds

    def resident(self) -> dict[str, int]:
        """Return resident bytes by role now, and record peaks."""
        found: dict[str, int] = {}
        for process in self._family():
            try:
                if role := _role(process.cmdline(), found):
                    found[role] = process.memory_info().rss
            except psutil.Error:
                continue
        for role, size in found.items():
            self.peaks[role] = max(size, self.peaks.get(role, 0))
        return found

    def stop(self) -> None:
        """Stop it with SIGINT."""
        self.client.close()
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)

    def _family(self) -> list[psutil.Process]:
        up = psutil.Process(self._process.pid)
        return [up, *up.children(recursive=True)]


def _role(command: list[str], taken: Mapping[str, int]) -> str | None:
    words = " ".join(command)
    role = next((role for word, role in _ROLES.items() if word in words), None)
    if role:
        return role if role not in taken else f"{role} {sum(name.startswith(role) for name in taken) + 1}"
    return next((word for word in (*topics.STAGES, "worker", "serve", "up") if f" {word}" in words), None)


@contextmanager
def running(folder: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[System]:
    """Start a system, and stop it afterwards."""
    system = System(folder, *options, env=env)
    try:
        yield system
    finally:
        system.stop()
