"""How long the search endpoint takes, beside the same query sent to Elasticsearch directly, in one run.

And what an alert costs: its search among the stories that have just come in.

On Apache Kafka and Elasticsearch themselves (tests/servers), with many stories: some are annotated,
and written again and again under other uris and times.

usage: python -m bench.search [--stories N] [--queries N]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Annotated, Any

import httpx
import typer
from elasticsearch import Elasticsearch as Client

from bench.corpus import stories
from pipeline.annotate import model
from pipeline.annotate.stories import annotated
from pipeline.clean import clean
from pipeline.embedded.servers import free_port
from pipeline.formats import parse
from pipeline.index.connection import connect
from pipeline.index.documents import actions
from pipeline.index.setup import ensure
from pipeline.search.query import highlight, request
from pipeline.search.question import MOST, Question, asked
from pipeline.search.stories import ask
from pipeline.settings import Elasticsearch, Spacy
from pipeline.story import RawStory
from tests.servers import Pair

_ANNOTATED = 200
_BULK = 1_000
_WARM = 30
_NEW = 50
"""Stories that came in together, for alerts."""
_WORDS = ("police", "minister", "parliament", "vote", "talks", "strike", "bank", "court", "report")


def main(
    count: Annotated[int, typer.Option("--stories", help="How many can be found.")] = 100_000,
    queries: Annotated[int, typer.Option("--queries", help="How many are timed, of each kind.")] = 400,
    output: Annotated[Path, typer.Option("--output", help="Where the figures go.")] = Path("bench/results/search.json"),
) -> None:
    """Measure, and print p50 and p95 of both, and of an alert."""
    with tempfile.TemporaryDirectory(prefix="wire-bench-") as name, Pair(Path(name, "servers")) as pair:
        say = sys.stderr.write
        say(f"writing {count:,} stories …\n")
        address = pair.environment["WIRE_ELASTICSEARCH__HOSTS"]
        settings = Elasticsearch(hosts=address)
        with pair.elasticsearch.client() as client:
            ensure(client, settings)
            for part in _bulks(count):
                client.bulk(operations=part)
            client.indices.refresh(index="stories")
            client.indices.forcemerge(index="stories", max_num_segments=1)
        port = free_port()
        environment = os.environ | pair.environment | {"WIRE_DATA_DIR": name}
        command = [sys.executable, "-m", "pipeline", "serve", "--port", str(port)]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as serve:
            try:
                figures = _measured(address, f"http://127.0.0.1:{port}", queries) | {"stories": count}
            finally:
                serve.terminate()
        with connect(settings) as client:
            figures["alert"] = _alerts(client, queries)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=1))
    for kind in ("direct", "endpoint", "alert"):
        sys.stdout.write(f"{kind:9} p50 {figures[kind]['p50']:6.1f} ms   p95 {figures[kind]['p95']:6.1f} ms\n")
    sys.stdout.write(f"p95 of the endpoint: {figures['ratio']:.2f} times that of the query sent directly\n")


def _bulks(count: int) -> Iterator[list[dict[str, Any]]]:
    """The stories as documents, spread over thirty days."""
    nlp = model.load(Spacy().model)
    told = [_parsed(item) for item in stories(_ANNOTATED, 5)]
    documents = [actions(story)[0].document or {} for story in annotated(nlp, told, 100_000)]
    now = datetime.now(UTC)
    part: list[dict[str, Any]] = []
    for number in range(count):
        at = (now - timedelta(seconds=30 * 86_400 * number / count)).isoformat()
        document = documents[number % len(documents)]
        uri = f"urn:bench:{number}"
        part.append({"index": {"_index": "wire-stories-2024.01", "_id": uri}})
        times = {"versioncreated": at, "firstcreated": at}
        part.append({**document, **times, "uri": uri, "storyline": f"line-{number // 7}"})
        if len(part) >= 2 * _BULK:
            yield part
            part = []
    if part:
        yield part


def _parsed(item: dict[str, Any]) -> Any:
    raw = RawStory(item["uri"], json.dumps(item).encode(), "ninjs", "bench", datetime.now(UTC))
    return clean(parse(raw))


def _questions(number: int) -> Iterator[Question]:
    """Words and filters as people ask them, none of them twice."""
    random = Random(1)
    for _ in range(number):
        words = random.sample(_WORDS, 2)
        since = f"{random.randrange(100, 700)}h"
        yield asked(" ".join(words[: random.choice((1, 2))]), since=since, size=20)


def _measured(elasticsearch: str, pages: str, queries: int) -> dict[str, Any]:
    taken: dict[str, list[float]] = {"direct": [], "endpoint": []}
    with httpx.Client(timeout=60) as client:
        _await(client, pages)
        for number, question in enumerate(_questions(queries + _WARM)):
            since = question.since.isoformat() if question.since else ""
            body = request(question) | {"track_total_hits": True}
            body |= {"highlight": highlight(question)}
            asks = {"q": question.query, "since": since, "size": "20"}
            ways = {
                "direct": client.build_request("POST", f"{elasticsearch}/stories/_search", json=body),
                "endpoint": client.build_request("GET", f"{pages}/api/v1/stories", params=asks),
            }
            answers = {}
            # Whoever comes second finds the caches warm: each does so every other time.
            for kind in sorted(ways, reverse=bool(number % 2)):
                begin = time.perf_counter()
                answer = client.send(ways[kind])
                seconds = time.perf_counter() - begin
                answers[kind] = answer.raise_for_status().json()
                if number >= _WARM:
                    taken[kind].append(seconds * 1000)
            assert answers["direct"]["hits"]["total"]["value"] == answers["endpoint"]["total"]
    found = {kind: _quantiles(times) for kind, times in taken.items()}
    return {**found, "ratio": found["endpoint"]["p95"] / found["direct"]["p95"]}


def _alerts(client: Client, number: int) -> dict[str, float]:
    """The searches as the stage ``alert`` puts them."""
    taken = []
    for question in _questions(number + _WARM):
        begin = time.perf_counter()
        watched = replace(question, since=None, size=MOST, sort="time")
        ask(client, watched, among=[f"urn:bench:{new}" for new in range(_NEW)])
        taken.append((time.perf_counter() - begin) * 1000)
    return _quantiles(taken[_WARM:])


def _quantiles(times: Sequence[float]) -> dict[str, float]:
    return {"p50": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1]}


def _await(client: httpx.Client, pages: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            client.get(f"{pages}/health")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(pages)


if __name__ == "__main__":
    typer.run(main)
