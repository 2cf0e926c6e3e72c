"""``make outage``: stop Elasticsearch for minutes under load, and measure memory, requests and recovery time."""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import psutil
import stamina
import typer

from bench.corpus import stories
from pipeline.ops.dead_letters import unresolved
from pipeline.settings import Kafka
from tests.chaos.system import STAGES, System, running

_SLICE = 40
_CATCHING_UP = 1_800


def main(
    seconds: Annotated[float, typer.Option("--seconds", help="How long it is away.")] = 300,
    rate: Annotated[float, typer.Option("--rate", help="Stories a second meanwhile.")] = 8,
) -> None:
    """Stop Elasticsearch under load, and check that memory stays bounded and that nothing is lost."""
    stamina.instrumentation.set_on_retry_hooks([])
    with tempfile.TemporaryDirectory(prefix="wire-outage-") as name, running(Path(name)) as system:
        fed: set[str] = set()
        stop = threading.Event()
        feeding = threading.Thread(target=_feed, args=(system, rate, stop, fed))
        feeding.start()
        time.sleep(20)
        before = _resident(system)
        tries = system.to_elasticsearch.accepted
        system.elasticsearch.kill()
        peak = dict(before)
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            time.sleep(2)
            for stage, size in _resident(system).items():
                peak[stage] = max(size, peak.get(stage, 0))
        tries = system.to_elasticsearch.accepted - tries
        system.elasticsearch.start()
        stop.set()
        feeding.join()
        caught_up = system.settle(_CATCHING_UP)
        documents = [document for _, document in system.state()["stories"].values()]
        found = {document["uri"] for document in documents}
        dead_letters = {
            letter.header("uri"): letter for letter in unresolved(Kafka(bootstrap_servers=system.kafka.address))
        }
        lost = fed - found - dead_letters.keys()
        say = sys.stdout.write
        say(f"away for {seconds:.0f} s, {len(fed)} stories fed, {len(dead_letters)} dead letters, {len(lost)} lost\n")
        for uri in [*lost, *dead_letters]:
            say(f"{uri}: {dead_letters[uri].described if uri in dead_letters else 'lost'}\n")
        say(f"caught up {caught_up:.0f} s after the last story; {tries / seconds:.2f} connections a second meanwhile\n")
        for stage in STAGES:
            say(f"{stage}: {before.get(stage, 0) / 1e6:.0f} MB before, {peak.get(stage, 0) / 1e6:.0f} MB at most\n")
        sys.exit(bool(fed - found))


def _feed(system: System, rate: float, stop: threading.Event, fed: set[str]) -> None:
    generated = stories(1_000_000, 77)
    while not stop.is_set():
        begin = time.monotonic()
        part = [next(generated) for _ in range(_SLICE)]
        system.feed([json.dumps(story).encode() for story in part])
        fed.update(story["uri"] for story in part)
        stop.wait(max(0.0, _SLICE / rate - (time.monotonic() - begin)))


def _resident(system: System) -> dict[str, int]:
    return dict(_sizes(system))


def _sizes(system: System) -> Iterator[tuple[str, int]]:
    for stage in STAGES:
        sizes = []
        for process in system.processes("worker", stage):
            try:
                sizes.append(process.memory_info().rss)
            except psutil.Error:
                continue
        yield stage, max(sizes, default=0)


if __name__ == "__main__":
    typer.run(main)
