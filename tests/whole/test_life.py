"""Starting, stopping, killing: nothing is lost and nothing stays behind."""

import json
import re
import signal
import socket
import subprocess
import time
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from urllib.request import urlopen

import pytest

from bench.corpus import stories
from pipeline import topics
from pipeline.embedded.servers import free_port
from tests.conftest import ROOT, UPI
from tests.whole.command import COMMAND
from tests.whole.conftest import eventually, lives, running

COUNT = 30


@pytest.mark.parametrize("flavour", ["embedded"], indirect=True, scope="session")
def test_stopping_and_killing_leave_nothing_running_and_starting_finds_the_data(tmp_path, servers):
    with running(tmp_path, "--port", "0", "--feed", str(UPI), env=servers) as wire:
        eventually(lambda: wire.search("putin")["total"] == 1)
        assert wire.down() == []
        assert not (tmp_path / "servers.json").exists()
        wire.up("--port", "0")
        assert wire.search("putin")["total"] == 1
        assert wire.await_idle()["dead"] == 0
        ours = [process for process in wire.family() if "noida-db" not in process.name()]
        wire.process.kill()
        wire.process.wait()
        eventually(lambda: not any(map(lives, ours)))
        wire.up("--port", "0")
        assert wire.search("putin")["total"] == 1


def test_every_worker_serves_its_figures_and_writes_them_down(wire):
    # The last of the six has nothing to deliver.
    busy = ("parse", "desk", "annotate", "index", "alert")

    def address(stage: str) -> str:
        log = wire.folder / "logs" / f"{stage}.log"
        return eventually(lambda: re.findall(r'"metrics": "(\S+)/metrics"', log.read_text()))[-1]

    def done(stage: str) -> float:
        figures = urlopen(f"{address(stage)}/metrics").read().decode()
        return sum(map(float, re.findall(rf'^wire_story_seconds_count{{stage="{stage}"}} (\S+)', figures, re.M)))

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
            client.indices.refresh(index="metrics", ignore_unavailable=True)
            found = client.search(index="metrics", query={"bool": {"filter": since}}, size=100)
        return {hit["_source"]["stage"] for hit in found["hits"]["hits"]}

    eventually(lambda: written() == set(busy))


def test_a_taken_port_is_left_for_another():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) not in (0, port)


@pytest.mark.parametrize("flavour", ["embedded"], indirect=True, scope="session")
def test_a_data_directory_has_one_owner(wire):
    told = wire("up", "--data-dir", wire.folder, code=2).stderr.decode()
    assert wire.address in told


def test_kill_9_of_every_worker_in_the_middle_loses_and_doubles_nothing(tmp_path, servers):
    corpus = list(stories(COUNT))
    with running(tmp_path, "--port", "0", env=servers) as wire:
        wire.feed(*corpus)
        for stage in topics.STAGES:
            for worker in wire.workers(stage):
                worker.send_signal(signal.SIGKILL)
        eventually(lambda: wire.status()["stories"] >= COUNT // 3)
        for stage in ("annotate", "index"):
            for worker in wire.workers(stage):
                worker.send_signal(signal.SIGKILL)
        state = wire.await_idle()
        assert (state["stories"], state["dead"]) == (COUNT, 0)
        found = [hit["uri"] for hit in wire.search("--size", "1000")["hits"]]
        assert sorted(found) == sorted(story["uri"] for story in corpus)


def test_with_elasticsearch_away_workers_wait_and_go_on_when_it_is_back(tmp_path):
    port = free_port()
    elsewhere = Search(tmp_path / "elsewhere", port)
    elsewhere.start()
    try:
        with running(tmp_path / "wire", "--port", "0", "--elasticsearch", elsewhere.address) as wire:
            wire.feed(*stories(20))
            eventually(lambda: wire.search("--elasticsearch", elsewhere.address)["total"] == 20)
            # The embedded server writes down once a second what it has said it has.
            time.sleep(1.5)
            elsewhere.stop()
            wire.feed(*stories(20, seed=2))
            away = wire.json("status", "--elasticsearch", elsewhere.address, code=3)
            assert away["elasticsearch"]["state"] == "away"
            time.sleep(2)
            assert wire.workers("index")
            elsewhere.start()
            eventually(lambda: wire.search("--elasticsearch", elsewhere.address)["total"] == 40)
            assert wire.letters() == []
    finally:
        elsewhere.stop()


class Search:
    """An Elasticsearch of its own, which can go away and come back."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port
        self.address = f"http://127.0.0.1:{port}"

    def start(self) -> None:
        binary = Path(str(files("noida_db"))) / "noida-db"
        options = ["--data-dir", str(self._folder), "--only", "elasticsearch", "--elasticsearch-port", str(self._port)]
        self._server = subprocess.Popen(
            [str(binary), "start", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(lambda: socket.socket().connect_ex(("127.0.0.1", self._port)) == 0)

    def stop(self) -> None:
        self._server.kill()
        self._server.wait()


def test_wire_tail_follows_what_is_indexed(wire):
    command = ["tail", "--json", "--data-dir", str(wire.folder)]
    tail = subprocess.Popen([*COMMAND, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    try:
        assert b"following" in tail.stderr.readline()
        time.sleep(1)
        (story,) = stories(1, seed=61)
        wire.feed(story)
        assert json.loads(tail.stdout.readline())["uri"] == story["uri"]
    finally:
        tail.terminate()


def test_a_new_worker_beside_shares_the_work_and_leaves_it_when_it_goes(wire):
    worker = subprocess.Popen(
        [*COMMAND, "worker", "parse", "--data-dir", str(wire.folder)], stderr=subprocess.PIPE, cwd=ROOT
    )
    try:
        eventually(lambda: b"worker starts" in worker.stderr.readline())
        fed = list(stories(30, seed=62))
        wire.feed(*fed)
        wire.await_idle()
    finally:
        worker.terminate()
        assert worker.wait(20) == 0
    more = list(stories(30, seed=63))
    wire.feed(*more)
    wire.await_idle()
    assert all(wire.story(story["uri"]) for story in [*fed, *more])
