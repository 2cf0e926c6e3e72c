"""Measure everything in one run on one machine, on servers of its own, and print one table.

**starts**: a first start with an empty cache, and a second one. **ratios**: (a) a bare script with the default
spaCy model, one process; (b) the same with two; (c) the pipeline with one language process, from the first story on
``wire.raw`` to the last one searchable; (c2) with two; each story in several versions; each pipeline in turns with its
script; then produce-to-searchable times at
half of (c)'s load, and what the language pass adds to the spaCy components it needs. **urgent**: the same times of
urgent stories while many routine ones wait. **scaling**: workers whose language processes sleep, and a backlog.
**scale**: memory, idle share, pages and searches with many stories, and the indexing rate.

usage: python -m bench.run [--part P …] [--stories N] [--waiting N] [--backlog N] [--indexed N] [--output FILE.json]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import stamina
import typer
from rich.console import Console
from rich.table import Table

from bench import scale, scaling, urgent
from bench.corpus import stories, versions
from bench.system import WIRE, System, running

OMP = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
PARTS = ("starts", "ratios", "urgent", "scaling", "scale")
CHECKPOINT = 5
"""Memory is read after one in so many stories, and at the end."""
VERSIONS, CHANGED = 4, 0.2
"""In how many versions stories are sent again, and how many of their words each changes."""
LATENCY_STORIES = LANGUAGE_STORIES = 200
WARM_UP = 200
URGENT = 100
_POLL = 0.05
Found = TypeVar("Found")
console = Console(stderr=True)


def main(
    parts: Annotated[list[str] | None, typer.Option("--part", help=f"{', '.join(PARTS)}; all unless given.")] = None,
    stories_: Annotated[int, typer.Option("--stories", min=20, help="Stories for the ratios.")] = 2_000,
    waiting: Annotated[int, typer.Option("--waiting", min=100, help="Stories that urgent ones overtake.")] = 50_000,
    backlog: Annotated[int, typer.Option("--backlog", min=2_000, help="Stories that two workers work off.")] = 200_000,
    indexed: Annotated[int, typer.Option("--indexed", min=100, help="Stories for searches and pages.")] = 100_000,
    output: Annotated[Path, typer.Option("--output", help="Where the figures go as JSON.")] = Path(
        "bench/results/bench.json"
    ),
) -> None:
    """Measure, print the table, and write the file."""
    stamina.instrumentation.set_on_retry_hooks([])
    chosen = parts or PARTS
    if unknown := set(chosen) - set(PARTS):
        raise typer.BadParameter(f"{unknown.pop()}: the parts are {', '.join(PARTS)}")
    output.parent.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="wire-bench-") as name:
        for part in (each for each in PARTS if each in chosen):
            folder = Path(name, part)
            folder.mkdir()
            if part == "starts":
                figures[part] = starts(folder)
            elif part == "ratios":
                figures[part] = ratios(folder, stories_)
            elif part == "urgent":
                console.print(f"measuring urgent stories while {waiting:,} wait …")
                figures[part] = urgent.measure(folder / "data", waiting, URGENT)
            elif part == "scaling":
                console.print("measuring how workers scale …")
                figures[part] = scaling.measure(folder / "data", backlog)
            else:
                figures[part] = scale.measure(folder / "data", (0, min(10_000, indexed), indexed), console.print)
            output.write_text(json.dumps(figures, indent=1))
    show(figures)
    console.print(f"written to {output}")


def starts(folder: Path) -> dict[str, float]:
    """Return the seconds until ``wire up`` is ready: with only the installed packages, and a second time."""
    console.print("measuring starts …")
    env = {"XDG_CACHE_HOME": str(folder / "cache")}
    found = {}
    for name in ("first", "second"):
        with running(folder / "data", env=env) as system:
            found[name] = system.started
    return found


def ratios(folder: Path, count: int) -> dict[str, Any]:
    """Compare the pipeline with bare spaCy."""
    corpus = folder / "corpus.jsonl"
    texts = list(stories(count))
    corpus.write_text("\n".join(json.dumps(story, ensure_ascii=False) for story in texts))
    words = [len(story["body_text"].split()) for story in texts]
    again = folder / "versions.jsonl"
    again.write_text("\n".join(map(json.dumps, versions(max(1, count // VERSIONS), VERSIONS, CHANGED))))
    seconds: dict[str, float] = {}
    memory: dict[str, Any] = {}
    for bare, name, processes in (("a", "c", 1), ("b", "c2", 2)):
        console.print(f"measuring ({bare}) and ({name}) …")
        seconds[bare], found = beside_bare(corpus, processes, partial(whole, corpus, count, processes), folder / name)
        seconds[name], memory[name] = statistics.fmean(each for each, _ in found), found[-1][1]
    console.print("measuring versions …")
    seconds["va"], each_time = beside_bare(again, 1, partial(updated, again), folder / "v")
    seconds["vc"] = statistics.fmean(each_time)
    console.print("measuring the language pass …")
    part = folder / "language.jsonl"
    part.write_text("\n".join(corpus.read_text().splitlines()[:LANGUAGE_STORIES]))
    pass_ = json.loads(_python("bench.language", str(part)))
    console.print("measuring times at half load …")
    rate = count / seconds["c"] / 2
    times = latencies(corpus, rate, folder / "half")
    return {
        "stories": count,
        "words": {"median": statistics.median(words), "all": sum(words)},
        "seconds": seconds,
        "stories_per_second": {name: count / value for name, value in seconds.items()},
        "c/a": seconds["a"] / seconds["c"],
        "c2/b": seconds["b"] / seconds["c2"],
        "vc/va": seconds["va"] / seconds["vc"],
        "produce_to_searchable": {"rate": rate, "p50": statistics.median(times), "p99": times[int(len(times) * 0.99)]},
        "memory": memory,
        "language": pass_,
    }


def beside_bare(
    corpus: Path, processes: int, measure: Callable[[Path], Found], folder: Path
) -> tuple[float, list[Found]]:
    """Return the seconds of bare spaCy, and what ``measure`` returns, in a folder of its own each time.

    A machine's speed changes from one minute to the next. They therefore take turns: bare spaCy reads half of the
    stories, the pipeline all of them, bare spaCy the other half, and the pipeline all of them again.
    """
    lines = corpus.read_text().splitlines()
    seconds, found = 0.0, []
    for n in (0, 1):
        half = corpus.with_suffix(f".{n}")
        half.write_text("\n".join(lines[n::2]))
        seconds += float(_python("bench.bare", str(half), str(processes)))
        found.append(measure(folder / str(n)))
    return seconds, found


def _python(*words: str) -> str:
    """Return the output of a module run in a process of its own."""
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | OMP).stdout


def whole(corpus: Path, count: int, processes: int, folder: Path) -> tuple[float, dict[str, Any]]:
    """Return the seconds from the first story on ``wire.raw`` to the last one searchable, and memory by process."""
    with running(folder, "--workers", str(processes)) as system:
        _warm_up(system)
        begin = time.time()
        system.feed(corpus)
        early = system.await_count(count + WARM_UP, WARM_UP + count // CHECKPOINT)
        return time.time() - system.first_raw(begin), {"early": early, "end": system.resident(), "peak": system.peaks}


def updated(corpus: Path, folder: Path) -> float:
    """Return the seconds from the first version on ``wire.raw`` until the last version of the last story is indexed."""
    with running(folder) as system:
        _warm_up(system)
        begin = time.time()
        system.feed(corpus)
        system.await_idle()
        return system.last_indexed(begin) - system.first_raw(begin)


def _warm_up(system: System) -> None:
    """Send stories through the whole path first: loading models and compiling Java are not part of a rate."""
    warm = system.folder.with_suffix(".warm.jsonl")
    warm.write_text("\n".join(json.dumps(story, ensure_ascii=False) for story in stories(WARM_UP, seed=2)))
    system.feed(warm)
    system.await_count(WARM_UP)


def latencies(corpus: Path, rate: float, folder: Path) -> list[float]:
    """Return the seconds from each item's arrival until a search finds it, at that rate."""
    with running(folder) as system:
        _warm_up(system)
        lines = corpus.read_text().splitlines()[:LATENCY_STORIES]
        part = folder.parent / "part.jsonl"
        part.write_text("\n".join(lines))
        feeding = subprocess.Popen(
            [*WIRE, "feed", str(part), "--data-dir", str(folder), "--rate", str(rate)], stdout=subprocess.DEVNULL
        )
        seen: dict[str, float] = {}
        while len(seen) < len(lines):
            found = system.client.search(
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


def show(figures: dict[str, Any]) -> None:
    """Return the table."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in (row for part in PARTS if part in figures for row in ROWS[part](figures[part])):
        table.add_row(name, value)
    Console().print(table)


def _start_rows(found: dict[str, float]) -> list[tuple[str, str]]:
    return [
        ("first start, with the download", f"{found['first']:.1f} s"),
        ("second start", f"{found['second']:.1f} s"),
    ]


def _ratio_rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    names = {
        "a": "(a) bare spaCy, one process",
        "c": "(c) pipeline, one language process",
        "b": "(b) bare spaCy, two processes",
        "c2": "(c2) pipeline, two language processes",
    }
    half, pass_ = found["produce_to_searchable"], found["language"]
    speed = pass_["words_per_second"]
    memory = sum(found["memory"]["c2"]["peak"].values())
    return [
        *((label, f"{found['stories_per_second'][name]:.1f} stories/s") for name, label in names.items()),
        ("(c)/(a)", f"{found['c/a']:.2f}"),
        ("(c2)/(b)", f"{found['c2/b']:.2f}"),
        (f"(c)/(a), each story in {VERSIONS} versions, {CHANGED:.0%} changed", f"{found['vc/va']:.2f}"),
        ("resident at its peak, (c2)", f"{memory / 1e6:,.0f} MB"),
        (f"produce to searchable at {half['rate']:.1f} stories/s", f"p50 {half['p50']:.2f} s, p99 {half['p99']:.2f} s"),
        ("entities, quotes, dates and events, over parser and names", f"+{pass_['share']:.1%}"),
        ("parser and names, ours and the stock ones", f"{speed['wire']:,.0f}, {speed['stock']:,.0f} words/s"),
    ]


def _urgent_rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    waiting, on = sum(found["waiting"].values()), found["on"]
    return [
        (
            f"urgent, while {waiting:,} stories wait: produce to searchable",
            f"p50 {found['p50']:.2f} s, p99 {found['p99']:.2f} s",
        ),
        *((f"urgent: median on {place}", f"{seconds:.2f} s") for place, seconds in on.items()),
    ]


def _scaling_rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    rates, shares, backlog = found["stories_per_second"], found["of_linear"], found["backlog"]
    waits, resident = found["p99_wait"], backlog["resident"]
    return [
        *(
            (
                f"{workers} workers that sleep {found['reading']:g} s a story",
                f"{rate:.1f} stories/s, {shares[workers]:.2f} of linear",
            )
            for workers, rate in rates.items()
        ),
        (
            "p99 from wire.edited to indexed: the agency with 80 %, others",
            f"{waits['big']:.1f} s, {waits['small']:.1f} s",
        ),
        (f"a backlog of {backlog['stories']:,} stories", f"{backlog['per_second']:.0f} stories/s"),
        (
            "its two workers after a tenth, and at the end",
            " and ".join(f"{resident[when] / 1e6:.0f} MB" for when in ("early", "late")),
        ),
    ]


def _scale_rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    for count in (each for each in found if each.isdigit()):
        each, label = found[count], f"{int(count):,} stories"
        rows += [(f"{label}: resident", f"{sum(each['resident'].values()) / 1e6:,.0f} MB")]
        rows += [(f"{label}: idle", f"{each['idle']:.1%} of a core")]
        rows += [(f"{label}: {page}, slowest", f"{seconds:.3f} s") for page, seconds in each["pages"].items()]
        if each["indexed_per_second"]:
            rows.append((f"{label}: indexed", f"{each['indexed_per_second']:,.0f} stories/s"))
    search = found["search"]
    kinds = {
        "direct": "query sent directly",
        "endpoint": "/api/v1/stories, each",
        "collapsed": "/api/v1/stories, collapsed",
        "alert": "an alert",
    }
    for kind, label in kinds.items():
        rows.append((label, f"p50 {search[kind]['p50']:.1f} ms, p95 {search[kind]['p95']:.1f} ms"))
    return [
        *rows,
        ("p95 ratio", f"{search['ratio']:.2f}"),
        ("p95 ratio of collapsing", f"{search['collapsing']:.2f}"),
        ("restart", f"{found['restart']:.1f} s"),
    ]


ROWS = {
    "starts": _start_rows,
    "ratios": _ratio_rows,
    "urgent": _urgent_rows,
    "scaling": _scaling_rows,
    "scale": _scale_rows,
}


if __name__ == "__main__":
    typer.run(main)
