"""The dashboard Pipeline says what happened: two processes of a stage, a restart, a stop, and stages without any."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from elasticsearch import ApiError

from pipeline import topics
from pipeline.index import health
from pipeline.kafka.lag import lags
from tests.kibana.requests import placed, search, table
from tests.whole import desk
from tests.whole.command import COMMAND
from tests.whole.conftest import Wire, eventually

PANELS = {each.panel.title: each.panel for board, each in placed() if board.id == "wire-pipeline"}


class Shown(NamedTuple):
    """What a panel shows, by title."""

    wire: Wire

    def __call__(self, title: str) -> dict[tuple[Any, ...], dict[str, Any]]:
        panel = PANELS[title]
        asked = search(panel)
        with self.wire.elasticsearch as client:
            client.indices.refresh(index=client.named("wire-metrics-*"))
            answer = client.search(
                index=client.named(panel.view.pattern), query=asked["query"], size=0, aggregations=asked["aggs"]
            )
        return table(panel, answer["aggregations"])


class Children:
    """Processes of one installation."""

    def __init__(self, wire: Wire, logs: Path) -> None:
        self.wire, self.logs, self.running = wire, logs, []

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        with (self.logs / f"{len(self.running)}.log").open("wb") as log:
            process = subprocess.Popen([*COMMAND, *words], env=self.wire.environment, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def children(installation: dict[str, str], tmp_path: Path) -> Iterator[Children]:
    wire = Wire(tmp_path, env=os.environ | installation | {"WIRE_MONITOR__EVERY": "1", "WIRE_MONITOR__PORT": "0"})
    wire("setup")
    found = Children(wire, tmp_path)
    yield found
    for process in found.running:
        process.kill()
        process.wait()


def test_each_panel_says_what_two_processes_did_through_a_restart_and_a_stop(children):
    wire, shown = children.wire, Shown(children.wire)

    def said(about: Callable[[], bool]) -> None:
        def holds() -> bool:
            with suppress(ApiError, KeyError):
                return about()
            return False

        eventually(holds)

    def share(*workers: "subprocess.Popen[bytes]") -> bool:
        """Return whether these workers have the partitions: what a handover finds unacknowledged is done twice."""
        with wire.elasticsearch as client:
            found = [each for each in health.processes(client) if each["stage"] == "parse"]
        shares = {each["process"].rpartition("-")[2]: each["partitions"] for each in found}
        return (
            set(shares) == {str(each.pid) for each in workers}
            and min(shares.values()) > 0
            and sum(shares.values()) == len(topics.PARSE.inputs) * wire.kafka.partitions
        )

    def feed(first: int, last: int) -> None:
        wire.feed(*desk.stories("monitored")[first:last])
        eventually(lambda: not next(each for each in lags(wire.kafka) if each.stage == "parse").messages)

    children.start("serve", "--port", "0")
    one, other = children.start("worker", "parse"), children.start("worker", "parse")
    said(lambda: share(one, other))
    assert len([key for key in shown("Processes now") if key[0] == "parse"]) == 2
    feed(0, 20)
    wire("feed", "-", "--format", "ninjs", input=b"{broken", code=None)
    said(lambda: shown("Events processed")[()]["events"] == 21)
    children.stop(one)
    third = children.start("worker", "parse")
    said(lambda: share(other, third))
    assert len([key for key in shown("Processes now") if key[0] == "parse"]) == 3
    feed(20, 30)
    children.stop(other)
    said(lambda: share(third))
    feed(30, 40)
    said(lambda: shown("Events processed")[()]["events"] == 41)
    said(lambda: shown("Stages now")[("desk",)]["lag"] == 40)

    assert shown("New dead letters")[()]["dead letters"] == 1
    assert shown("Processes")[()]["processes"] == 4
    now = shown("Processes now")
    stopped = {key[1].rpartition("-")[2]: row["stopped"] for key, row in now.items() if key[0] == "parse"}
    assert stopped == {str(one.pid): True, str(other.pid): True, str(third.pid): None}
    assert sum(row["dead letters"] for row in now.values()) == 1
    assert all(row["memory"] > 10_000_000 for row in now.values())
    # Nobody runs these stages.
    stages = shown("Stages now")
    assert stages[("parse",)]["lag"] == 0
    assert {stage: stages[(stage,)]["lag"] for stage in ("annotate", "index", "deliver")} == {
        "annotate": 0, "index": 0, "deliver": 0,
    }  # fmt: skip
    assert sum(row["events/s"] for (stage, _), row in shown("Events per second").items() if stage == "parse") == 41
    assert max(row["lag"] for (stage, _), row in shown("Consumer lag").items() if stage == "desk") == 40
    assert {key[0]: row["dead letters"] for key, row in shown("Dead letters").items()}["parse"] == 1
    assert sum(row["rebalances"] for (stage, _), row in shown("Rebalances").items() if stage == "parse") >= 3
    assert 0 < shown("Free disk of Elasticsearch")[()]["free"] < 1
    assert json.loads(wire("dead", "list", "--json").stdout)["stage"] == "parse"
    state = wire.status()
    assert [each["process"].rpartition("-")[2] for each in state["processes"] if each["stage"] == "parse"] == [
        str(third.pid)
    ]
