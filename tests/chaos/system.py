"""The system under test: real servers behind proxies, and ``wire worker`` processes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from elasticsearch import ApiError, TransportError
from elasticsearch import Elasticsearch as Client

from pipeline import topics
from pipeline.desk.record_mapping import INDEX as RECORDS
from pipeline.desk.store import unsettled
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import connect
from pipeline.errors import TransientError
from pipeline.identity.corrections import Corrections
from pipeline.identity.indexed.correcting import read_corrections
from pipeline.identity.name_usage import NameUsage
from pipeline.identity.registry import Registry
from pipeline.identity.word import period_of
from pipeline.kafka.lag import lags
from pipeline.ops import dead_letters
from pipeline.settings import Derive
from pipeline.settings import Elasticsearch as ElasticsearchSettings
from pipeline.settings import Kafka as Connection
from tests.chaos.proxy import Proxy
from tests.conftest import ROOT
from tests.lessons import lessons_of
from tests.servers import Elasticsearch, Kafka, Pair

COMMAND = [sys.executable, "-m", "pipeline"]
STAGES = tuple(topics.STAGES)
INDICES = ("stories", "quotes", "events", "wire-desk")
_PASSING = ("trace", "latency", "at", "held", "sendagain", "revision", "digest", "receivedat")
"""What tells when and where a story came through."""
_SETTLING = 180
_SETTINGS = {
    "thread_pool.write.queue_size": 4,
    # With each look at the disk it would take back the blocks that faults put on indices.
    "cluster.info.update.interval": "1h",
}


class System:
    """The servers, the proxies and the workers."""

    def __init__(self, folder: Path, **env: str) -> None:
        """Keep data below ``folder``; ``env`` adds variables to the workers' environment."""
        self.folder = folder
        self.to_kafka, self.to_elasticsearch = Proxy(), Proxy()
        self.kafka = Kafka(folder / "kafka", advertised=self.to_kafka.port)
        self.elasticsearch = Elasticsearch(folder / "elasticsearch", _SETTINGS)
        self.to_kafka.target = self.kafka.port
        self.to_elasticsearch.target = self.elasticsearch.port
        self.workers: list[subprocess.Popen[bytes]] = []
        self.environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "WIRE_DATA_DIR": str(folder / "data"),
            "WIRE_KAFKA__BOOTSTRAP_SERVERS": self.to_kafka.address,
            "WIRE_ELASTICSEARCH__HOSTS": f"http://{self.to_elasticsearch.address}",
            "WIRE_ELASTICSEARCH__TIMEOUT": "5",
            "WIRE_KAFKA__DELIVERY_TIMEOUT": "10",
            "WIRE_MONITOR__PORT": "0",
            "WIRE_MONITOR__EVERY": "5",
            "WIRE_MONITOR__STUCK_AFTER": "40",
            "WIRE_KAFKA__COMMIT_INTERVAL": "0.2",
            **env,
        }
        self.client = Client(self.elasticsearch.address, request_timeout=60)

    def start(self) -> None:
        """Start the servers and one worker for all stages."""
        Pair(self.kafka, self.elasticsearch).start()
        self.add_worker()

    def stop(self) -> None:
        """Stop everything."""
        for worker in list(self.workers):
            self.remove_worker(worker)
        Pair(self.kafka, self.elasticsearch).stop()
        self.to_kafka.close()
        self.to_elasticsearch.close()

    def add_worker(self, *stages: str) -> subprocess.Popen[bytes]:
        """Start a ``wire worker`` for these stages, or for all stages if none is named."""
        with (self.folder / "workers.log").open("ab") as log:
            worker = subprocess.Popen(
                [*COMMAND, "worker", *stages], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        self.workers.append(worker)
        return worker

    def remove_worker(self, worker: subprocess.Popen[bytes]) -> None:
        """Stop a worker with SIGTERM."""
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(worker.pid).children(recursive=True)
            worker.terminate()
            worker.wait(60)
            assert not psutil.wait_procs(family, 5)[1], "a worker left processes behind"
        self.workers.remove(worker)

    def processes(self, *words: str) -> list[psutil.Process]:
        """Return the live worker processes whose command line contains these words."""
        found = []
        for worker in self.workers:
            with suppress(psutil.Error):
                for process in [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]:
                    with suppress(psutil.Error):
                        if all(word in " ".join(process.cmdline()) for word in words):
                            found.append(process)
        return found

    def feed(self, items: Sequence[bytes]) -> None:
        """Run ``wire feed`` until every item is acknowledged."""
        deadline = time.monotonic() + _SETTLING
        while True:
            done = subprocess.run(
                [*COMMAND, "feed", "-", "--format", "jsonl"], input=b"\n".join(items), capture_output=True,
                env=self.environment, cwd=self.folder, timeout=_SETTLING,
            )  # fmt: skip
            if done.returncode == 0:
                return
            assert done.returncode == 3, done.stderr.decode()
            assert time.monotonic() < deadline, done.stderr.decode()

    def status(self, code: int = 0) -> dict[str, Any]:
        """Return the output of ``wire status --json``, and check its exit code."""
        done = subprocess.run(
            [*COMMAND, "status", "--json"], capture_output=True, env=self.environment, cwd=self.folder, timeout=60
        )
        assert done.returncode == code, done.stderr.decode()
        return dict(json.loads(done.stdout))

    def heal(self) -> None:
        """Undo all faults."""
        for proxy in (self.to_kafka, self.to_elasticsearch):
            proxy.set("pass")
        for server in (self.kafka, self.elasticsearch):
            server.revive()
        # A reindex that was cut off may have left an index that cannot be written to; another one ends that.
        blocked = self.client.indices.get_settings(index="wire-*", name="index.blocks.write")
        if blocked and self.reindex():
            raise AssertionError("the indices could not be made anew")

    def reindex(self) -> int:
        """Run ``wire reindex`` and return its exit code."""
        done = subprocess.run(
            [*COMMAND, "reindex"], capture_output=True, env=self.environment, cwd=self.folder, timeout=_SETTLING
        )
        return done.returncode

    def settle(self, patience: float = _SETTLING) -> float:
        """Wait until no stage has work left, and return the seconds that took."""
        begin, quiet = time.monotonic(), 0
        kafka = Connection(bootstrap_servers=self.kafka.address)
        left: dict[str, Any] = {}
        while quiet < 2:
            passed = time.monotonic() - begin
            assert passed < patience, f"still behind after {patience} s: {left}\n{self.log}"
            try:
                left = {each.stage: each.messages for each in lags(kafka)}
            except TransientError:
                continue
            if not any(left.values()):
                left |= {"misidentified": self.misidentified(), "ordered": self.ordered()}
            quiet = 0 if any(left.values()) else quiet + 1
            time.sleep(0.3)
        return time.monotonic() - begin

    def misidentified(self) -> list[str]:
        """Return the stories that have not the identities that all stories and corrections give them."""
        with connect(ElasticsearchSettings(hosts=self.elasticsearch.address)) as client:
            client.indices.refresh(index=STORY.alias, ignore_unavailable=True)
            found = client.search(index=STORY.alias, size=10_000, source_includes=["uri", "firstcreated", "name_usage"])
            corrected = Corrections.of(read_corrections(client))
        documents = [hit["_source"] for hit in found["hits"]["hits"]]
        stories = [(doc["uri"], datetime.fromisoformat(doc["firstcreated"]), doc["name_usage"]) for doc in documents]
        window = timedelta(seconds=Derive().window)
        lessons = lessons_of(stories, window)
        registries = {period: Registry(some, corrected) for period, some in lessons.items()}
        return [
            uri
            for uri, created, usages in stories
            if usages and not all(map(registries[period_of(created, window)].is_current, map(NameUsage.parse, usages)))
        ]

    def ordered(self) -> int:
        """Return how many orders in words name a story that is there, and are not carried out."""
        with connect(ElasticsearchSettings(hosts=self.elasticsearch.address)) as client:
            client.indices.refresh(index=RECORDS, ignore_unavailable=True)
            orders = [each for each in unsettled(client) if each.order and each.order.names]
            named = [
                {"bool": {"filter": [{"term": {"sender": each.sender}}, {"terms": {"names": each.order.names}}]}}
                for each in orders
                if each.order
            ]
            return sum(client.count(index=RECORDS, query=query)["count"] for query in named)

    def count(self) -> int:
        """Return the number of searchable stories; 0 while the index is being created."""
        with suppress(ApiError, TransportError):
            return int(self.client.count(index="stories", ignore_unavailable=True)["count"])
        return 0

    def state(self) -> dict[str, Any]:
        """Return all indexed documents by id, and the bytes of the dead letters."""
        self.client.indices.refresh(index=",".join(INDICES))
        found: dict[str, Any] = {}
        for index in INDICES:
            hits = self.client.search(index=index, size=10_000)["hits"]["hits"]
            ids = [(hit["_id"], hit["_index"]) for hit in hits]
            assert len({name for name, _ in ids}) == len(ids), "an id is in two indices"
            found[index] = {hit["_id"]: [hit["_index"].rpartition("-of-")[2], _lasting(hit["_source"])] for hit in hits}
        kafka = Connection(bootstrap_servers=self.kafka.address)
        items = dead_letters.load_items(kafka, dead_letters.unresolved(kafka))
        found["dead"] = sorted({value.decode() for value in items.values()})
        return found

    @property
    def stuck(self) -> int:
        """Return how many workers exited because they made no progress."""
        return self._said.count('"code": 4')

    @property
    def ended(self) -> int:
        """Return how many workers exited by themselves."""
        return self._said.count("child_restarting")

    @property
    def log(self) -> str:
        """Return the end of the workers' logs."""
        return self._said[-6_000:]

    @property
    def _said(self) -> str:
        return (self.folder / "workers.log").read_text(errors="replace")


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(each) for name, each in value.items() if name not in _PASSING}
    return [_lasting(each) for each in value] if isinstance(value, list) else value


def differences(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Return the differences between two states, one line each."""
    lines = []
    for index in INDICES:
        ours, theirs = found[index], expected[index]
        lines += [f"{index}: {id_} is missing: {_brief(theirs[id_])}" for id_ in theirs.keys() - ours.keys()]
        lines += [f"{index}: {id_} should not be there: {_brief(ours[id_])}" for id_ in ours.keys() - theirs.keys()]
        for id_ in ours.keys() & theirs.keys():
            if ours[id_] != theirs[id_]:
                lines.append(f"{index}: {id_} differs: {_brief(ours[id_])} instead of {_brief(theirs[id_])}")
    lines += [f"dead letter too many: {text[:100]}" for text in set(found["dead"]) - set(expected["dead"])]
    lines += [f"dead letter missing: {text[:100]}" for text in set(expected["dead"]) - set(found["dead"])]
    return lines


def _brief(document: list[Any]) -> str:
    return json.dumps(document, ensure_ascii=False)[:400]


@contextmanager
def running(folder: Path, **env: str) -> Iterator[System]:
    """Start a system, and stop it afterwards."""
    system = System(folder, **env)
    try:
        system.start()
        yield system
    finally:
        with suppress(ApiError, TransportError):
            system.heal()
        system.stop()
