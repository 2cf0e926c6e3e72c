"""The pipeline measured against bare spaCy, in one run on one machine.

(a) a bare script with the default spaCy model, one process; (b) the same with two;
(c) the pipeline with one language process, from the first ``wire feed`` to the last story
searchable; (c2) with two. Then produce-to-searchable times at half of (c)'s load, and what the
language pass adds to the spaCy components it needs.

With ``--real`` the pipeline runs over Apache Kafka and Elasticsearch themselves (tests/servers).

usage: python -m bench.run [--stories N] [--real] [--output FILE.json]
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
from rich.console import Console
from rich.table import Table

from bench.corpus import stories
from pipeline import topics
from pipeline.broker.lag import lag
from pipeline.embedded.servers import locate
from pipeline.index.connection import connect
from pipeline.settings import load
from tests.servers import Pair

OMP = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
CHECKPOINT = 5
"""Memory is read after one in so many stories, and at the end."""
LATENCY_STORIES = LANGUAGE_STORIES = 200
_POLL = 0.05
_SETTLING, _IDLE = 5.0, 10.0
console = Console(stderr=True)


class Pipeline:
    """A running ``wire up`` on a data directory of its own."""

    def __init__(self, folder: Path, processes: int, env: dict[str, str]) -> None:
        """Start it, and wait until a first story has gone all the way."""
        self.folder = folder
        self.peaks: dict[str, int] = {}
        command = [
            sys.executable,
            "-m",
            "pipeline",
            "up",
            "--workers",
            str(processes),
            "--port",
            "0",
            "--data-dir",
            str(folder),
        ]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | env
        )
        assert self._process.stdout
        assert self._process.stdout.readline().startswith("ready")
        settings = load(data_dir=folder)
        self.servers = locate(settings)
        self.client = connect(self.servers.elasticsearch.model_copy(update={"timeout": 60}))
        self.feed(folder.parent / "first.jsonl")
        self.await_count(1)

    def feed(self, path: Path, *options: str) -> None:
        """Feed a file to its end."""
        command = [sys.executable, "-m", "pipeline", "feed", str(path), "--data-dir", str(self.folder), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def await_count(self, wanted: int, checkpoint: int = 0) -> dict[str, int]:
        """Wait until that many can be searched; resident bytes by process at ``checkpoint``.

        How far it is is asked of the broker: the embedded index would be busy with counting.
        """
        resident: dict[str, int] = {}
        while (done := lag(self.servers.kafka, topics.INDEX).done) < wanted:
            now = self.resident()
            if checkpoint and done >= checkpoint and not resident:
                resident = now
            time.sleep(_POLL * 10)
        while self.client.count(index="stories")["count"] < wanted:
            time.sleep(_POLL)
        return resident

    def idle(self, seconds: float) -> float:
        """The share of one core that everything together takes with nothing to do."""
        family = [psutil.Process(self._process.pid), *psutil.Process(self._process.pid).children(recursive=True)]
        before = sum(sum(process.cpu_times()[:2]) for process in family)
        time.sleep(seconds)
        return (sum(sum(process.cpu_times()[:2]) for process in family) - before) / seconds

    def resident(self) -> dict[str, int]:
        """Resident bytes by role now; peaks are kept."""
        found: dict[str, int] = {}
        for process in [psutil.Process(self._process.pid), *psutil.Process(self._process.pid).children(recursive=True)]:
            try:
                role = _role(process.cmdline(), found)
                if role:
                    found[role] = process.memory_info().rss
            except psutil.Error:
                continue
        for role, size in found.items():
            self.peaks[role] = max(size, self.peaks.get(role, 0))
        return found

    def stop(self) -> None:
        """End it as a person would."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)


def _role(command: list[str], taken: dict[str, int]) -> str | None:
    words = " ".join(command)
    if "language_process" in words:
        return f"language process {sum('language' in role for role in taken) + 1}"
    if "noida-db" in words:
        return "embedded servers"
    for word in topics.STAGES:
        if f"worker {word}" in words:
            return f"worker {word}"
    return next((word for word in ("serve", "up") if f"pipeline {word}" in words), None)


@contextmanager
def running(folder: Path, processes: int, pair: Pair | None) -> Iterator[Pipeline]:
    """A pipeline over the real servers or the embedded ones, with nothing in them; stopped afterwards."""
    if pair:
        pair.clear()
    pipeline = Pipeline(folder, processes, pair.environment if pair else {})
    try:
        yield pipeline
    finally:
        pipeline.stop()


def bare(corpus: Path, processes: int) -> float:
    """Seconds of the baseline."""
    command = [sys.executable, "-m", "bench.bare", str(corpus), str(processes)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | OMP)
    return float(done.stdout)


def language(corpus: Path) -> dict[str, Any]:
    """The cost of the language pass, in a process of its own."""
    command = [sys.executable, "-m", "bench.language", str(corpus)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | OMP)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def whole(corpus: Path, count: int, processes: int, folder: Path, pair: Pair | None) -> tuple[float, dict[str, Any]]:
    """Seconds from the first feed to the last story searchable; memory by process."""
    with running(folder, processes, pair) as pipeline:
        begin = time.monotonic()
        pipeline.feed(corpus)
        early = pipeline.await_count(count + 1, count // CHECKPOINT)
        seconds = time.monotonic() - begin
        memory = {"early": early, "end": pipeline.resident(), "peak": pipeline.peaks}
        time.sleep(_SETTLING)
        return seconds, {**memory, "idle_cpu": pipeline.idle(_IDLE)}


def latencies(corpus: Path, rate: float, folder: Path, pair: Pair | None) -> list[float]:
    """Seconds from each item's arrival to its first being found by a search, at that rate."""
    with running(folder, 1, pair) as pipeline:
        lines = corpus.read_text().splitlines()[:LATENCY_STORIES]
        part = folder.parent / "part.jsonl"
        part.write_text("\n".join(lines))
        command = [sys.executable, "-m", "pipeline", "feed", str(part), "--data-dir", str(folder), "--rate", str(rate)]
        feeding = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        seen: dict[str, float] = {}
        while len(seen) < len(lines):
            found = pipeline.client.search(
                index="stories",
                size=100,
                sort=[{"source.receivedat": "desc"}],
                source_includes=["uri", "source.receivedat"],
            )
            now = time.time()
            for hit in found["hits"]["hits"]:
                story = hit["_source"]
                if story["uri"].startswith("urn:bench:1:"):
                    seen.setdefault(story["uri"], now - _epoch(story["source"]["receivedat"]))
            time.sleep(_POLL)
        feeding.wait()
    return sorted(seen.values())


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def main(
    stories_: Annotated[
        int, typer.Option("--stories", min=20, help="How many stories; fewer for a short run.")
    ] = 2_000,
    real: Annotated[bool, typer.Option("--real", help="Over Apache Kafka and Elasticsearch themselves.")] = False,
    output: Annotated[Path, typer.Option("--output", help="Where the figures go as JSON.")] = Path(
        "bench/results/bench.json"
    ),
) -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory(prefix="wire-bench-") as name, ExitStack() as stack:
        pair = stack.enter_context(Pair(Path(name, "servers"))) if real else None
        figures = measure(Path(name), stories_, pair) | {"servers": "real" if real else "embedded"}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=1))
    show(figures)
    console.print(f"written to {output}")


def measure(folder: Path, count: int, pair: Pair | None) -> dict[str, Any]:
    """All figures of one run."""
    corpus, first = folder / "corpus.jsonl", folder / "first.jsonl"
    texts = list(stories(count))
    corpus.write_text("\n".join(json.dumps(story, ensure_ascii=False) for story in texts))
    first.write_text(json.dumps(next(stories(1, seed=2))))
    words = [len(story["body_text"].split()) for story in texts]
    seconds: dict[str, float] = {}
    memory: dict[str, Any] = {}
    for name, processes in (("a", 1), ("c", 1), ("b", 2), ("c2", 2)):
        console.print(f"measuring ({name}) …")
        if name.startswith("c"):
            seconds[name], memory[name] = whole(corpus, count, processes, folder / name, pair)
        else:
            seconds[name] = bare(corpus, processes)
    console.print("measuring the language pass …")
    part = folder / "language.jsonl"
    part.write_text("\n".join(corpus.read_text().splitlines()[:LANGUAGE_STORIES]))
    pass_ = language(part)
    console.print("measuring times at half load …")
    rate = count / seconds["c"] / 2
    times = latencies(corpus, rate, folder / "half", pair)
    return {
        "stories": count,
        "words": {"median": statistics.median(words), "all": sum(words)},
        "seconds": seconds,
        "stories_per_second": {name: count / value for name, value in seconds.items()},
        "ratios": {"c/a": seconds["a"] / seconds["c"], "c2/b": seconds["b"] / seconds["c2"]},
        "produce_to_searchable": {"rate": rate, "p50": statistics.median(times), "p99": times[int(len(times) * 0.99)]},
        "memory": memory,
        "language": pass_,
    }


def show(figures: dict[str, Any]) -> None:
    """The figures, for people."""
    out = Console()
    table = Table(box=None, pad_edge=False)
    for column in ("", "stories/s", "seconds"):
        table.add_column(column, justify="right" if column else "left")
    names = {
        "a": "(a) bare spaCy, one process",
        "c": "(c) pipeline, one language process",
        "b": "(b) bare spaCy, two processes",
        "c2": "(c2) pipeline, two language processes",
    }
    for name, label in names.items():
        table.add_row(label, f"{figures['stories_per_second'][name]:.1f}", f"{figures['seconds'][name]:.1f}")
    out.print(table)
    out.print(f"ratios: (c)/(a) {figures['ratios']['c/a']:.2f}   (c2)/(b) {figures['ratios']['c2/b']:.2f}")
    half = figures["produce_to_searchable"]
    out.print(
        f"produce to searchable at {half['rate']:.1f} stories/s: p50 {half['p50']:.2f} s, p99 {half['p99']:.2f} s"
    )
    out.print(f"idle: {figures['memory']['c2']['idle_cpu']:.1%} of one core")
    pass_ = figures["language"]
    names = pass_["names_words_per_second"]
    out.print(
        f"language pass: entities and quotes add {pass_['share']:.1%} to nlp.pipe of {', '.join(pass_['components'])}"
    )
    out.print(f"names alone: {names['wire']:,.0f} words/s, the stock recogniser {names['stock']:,.0f}")
    memory = Table("resident MB", "early", "end", "peak", box=None, pad_edge=False)
    for role, peak in sorted(figures["memory"]["c2"]["peak"].items()):
        early, end = (figures["memory"]["c2"][when].get(role, 0) for when in ("early", "end"))
        memory.add_row(role, *(f"{size / 1e6:.0f}" for size in (early, end, peak)))
    out.print(memory)


if __name__ == "__main__":
    typer.run(main)
