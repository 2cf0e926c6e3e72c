"""``make shuffle``: feed the same stories in several orders, each with a restart and a replay, and compare documents.

python -m tests.shuffle --orders 5 --stories 400 stories.jsonl
"""

import json
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer

from bench.corpus import stories as generated
from pipeline.elasticsearch.client import connect
from pipeline.identity.indexed.correcting import list_things
from pipeline.settings import Elasticsearch
from tests.chaos.system import COMMAND, System, running


def main(
    file: Annotated[
        Path | None, typer.Argument(help="Stories, one JSON object per line; generated if left out.")
    ] = None,
    orders: Annotated[int, typer.Option("--orders", min=2)] = 5,
    stories: Annotated[int, typer.Option("--stories", min=10)] = 400,
) -> None:
    """Feed, restart and replay in each order, and compare what the indices say."""
    lines = [line.encode() for line in _lines(file, stories)]
    expected: Any = None
    for number in range(orders + 1):
        begin = time.monotonic()
        shuffled = Random(number).sample(lines, len(lines)) if number else lines
        with tempfile.TemporaryDirectory(prefix="wire-shuffle-") as name, running(Path(name)) as system:
            found = _found(system, shuffled)
        expected = expected or found
        differences = [key for key in {*found, *expected} if found.get(key) != expected.get(key)]
        verdict = f"{len(differences)} DIFFERENCES: {differences[:3]}" if differences else "identical"
        sys.stdout.write(
            f"order {number}: {len(found)} documents and things, {time.monotonic() - begin:.0f} s: {verdict}\n"
        )
        sys.stdout.flush()
        if differences:
            sys.exit(1)


def _lines(file: Path | None, count: int) -> list[str]:
    if file is not None:
        return file.read_text(encoding="utf-8").splitlines()[:count]
    return [json.dumps(story) for story in islice(generated(count, 7), count)]


def _found(system: System, lines: list[bytes]) -> dict[str, Any]:
    """Return the documents and what the registry says in the end, after a killed worker and a replay."""
    third = len(lines) // 3
    system.feed(lines[:third])
    for stage in ("index", "derive"):
        for process in system.processes("worker", stage):
            process.kill()
    system.feed(lines[third : 2 * third])
    system.settle(600)
    system.feed(lines[2 * third :])
    subprocess.run([*COMMAND, "replay", "--from", "annotated"], env=system.environment, cwd=system.folder, check=True,
                   capture_output=True)  # fmt: skip
    system.settle(600)
    state = system.state()
    found: dict[str, Any] = {}
    for index in ("stories", "quotes", "events"):
        found |= state[index]
    with connect(Elasticsearch(hosts=system.elasticsearch.address)) as client:
        for thing in list_things(client):
            found[f"{thing.type} {thing.key}"] = (thing.name, thing.stories, thing.aliases)
    return found


if __name__ == "__main__":
    typer.run(main)
