"""Starting, stopping and killing: nothing is lost, and no process stays behind."""

import json
import os
import re
import subprocess
import time
from datetime import UTC, datetime
from urllib.request import urlopen

from bench.corpus import stories
from tests.conftest import UPI
from tests.whole.command import COMMAND
from tests.whole.conftest import eventually, launchers, lives, running


def test_every_worker_serves_its_metrics_and_indexes_them(wire):
    # The last of the seven has nothing to deliver.
    busy = ("parse", "desk", "annotate", "index", "derive", "alert")

    def address(stage: str) -> str:
        def logs() -> str:
            return "\n".join(path.read_text() for path in (wire.folder / "logs").glob("*.log"))

        told = rf'"metrics": "(\S+)/metrics".*"stage": "{stage}"|"stage": "{stage}".*"metrics": "(\S+)/metrics"'
        return "".join(eventually(lambda: re.findall(told, logs()))[-1])

    def done(stage: str) -> float:
        metrics = urlopen(f"{address(stage)}/metrics").read().decode()
        return sum(
            map(float, re.findall(rf'^wire_story_latency_seconds_count{{stage="{stage}"}} (\S+)', metrics, re.M))
        )

    wire.await_idle()
    begin, before = datetime.now(UTC), {stage: done(stage) for stage in busy}
    wire.feed(*stories(5, seed=60))
    wire.await_idle()
    for stage in busy:
        assert done(stage) == before[stage] + 5
        assert json.load(urlopen(f"{address(stage)}/ready"))["status"] == "ok"
        assert json.load(urlopen(f"{address(stage)}/health"))["status"] == "ok"
    assert json.load(urlopen(f"{wire.address}/ready"))["status"] == "ok"

    def written() -> set[str]:
        since = [{"range": {"@timestamp": {"gte": begin.isoformat()}}}, {"range": {"events": {"gte": 5}}}]
        with wire.elasticsearch as client:
            client.indices.refresh(index=client.named("metrics"), ignore_unavailable=True)
            found = client.search(index=client.named("metrics"), query={"bool": {"filter": since}}, size=100)
        return {hit["_source"]["stage"] for hit in found["hits"]["hits"]}

    eventually(lambda: written() >= set(busy))


def test_a_data_directory_has_one_owner(wire):
    message = wire("up", "--data-dir", wire.folder, code=2).stderr.decode()
    assert wire.address in message


def test_beside_a_configured_server_only_the_other_is_local_and_ends_with_what_started_it(tmp_path, installation):
    env = {name: value for name, value in installation.items() if "ELASTICSEARCH" not in name}
    with running(tmp_path, "--port", "0", "--feed", str(UPI), env=env) as wire:
        assert set(launchers(tmp_path)) == {"Elasticsearch"}
        eventually(lambda: wire.search("putin")["total"] == 1)
        family = wire.family()
        wire.process.kill()
        wire.process.wait()
        eventually(lambda: not any(map(lives, family)))


def test_wire_tail_follows_what_is_indexed(wire):
    tail = subprocess.Popen(
        [*COMMAND, "tail", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | wire.environment
    )
    try:
        assert b"following" in tail.stderr.readline()
        time.sleep(1)
        (story,) = stories(1, seed=61)
        wire.feed(story)
        assert json.loads(tail.stdout.readline())["uri"] == story["uri"]
    finally:
        tail.terminate()
