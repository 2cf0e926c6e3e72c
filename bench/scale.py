"""Many stories: the indexing rate, memory and idle share, and the response times of searches and pages.

Some annotated stories are put into ``wire.annotated`` again and again under other uris and times, so that only
indexing runs.
"""

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx

from bench.corpus import stories
from bench.system import System, running
from pipeline import topics
from pipeline.annotate.model import LanguageModels
from pipeline.annotate.story_annotation import annotate_stories
from pipeline.clean import clean
from pipeline.formats import parse
from pipeline.kafka.sender import Sender
from pipeline.search import search_query
from pipeline.search.query_body import highlight, search_body
from pipeline.search.search_query import MOST, SearchQuery
from pipeline.search.stories import execute
from pipeline.settings import Spacy
from pipeline.story import AnnotatedStory, RawStory

_ANNOTATED = 200
_WARM, _QUERIES, _PAGES = 30, 300, 10
_NEW = 50
"""Stories that came in together, for alerts."""
_DAYS = 30
_SETTLING, _IDLE = 10.0, 20.0
_WORDS = ("police", "minister", "parliament", "vote", "talks", "strike", "bank", "court", "report")
PAGES = {"/": "/", "/?q=…": "/?q=minister", "/wall": "/wall", "/status": "/status"}


def measure(folder: Path, counts: Sequence[int], say: Any) -> dict[str, Any]:
    """Return the measurements by number of stories; the last ones include searches and a restart."""
    found: dict[str, Any] = {}
    templates = _templates()
    done = 0
    with running(folder) as system:
        for count in counts:
            say(f"putting {count:,} annotated stories onto wire.annotated, and indexing them …")
            begin = time.monotonic()
            _put(system, templates, done, count, max(counts))
            system.await_count(count)
            seconds = time.monotonic() - begin
            time.sleep(_SETTLING)
            found[str(count)] = {
                "indexed_per_second": (count - done) / seconds if count > done else None,
                "idle": system.idle(_IDLE),
                "resident": system.resident(),
                "pages": _pages(system),
            }
            done = count
        say("timing searches …")
        found["search"] = _searches(system) | {"alert": _alerts(system)}
    with running(folder) as system:
        found["restart"] = system.started
    return found


def _templates() -> list[AnnotatedStory]:
    models = LanguageModels(Spacy().model)
    corpus = stories(_ANNOTATED, 5)
    raws = (RawStory(each["uri"], json.dumps(each).encode(), "ninjs", "bench", datetime.now(UTC)) for each in corpus)
    return list(annotate_stories(models, [clean(parse(raw)) for raw in raws], 100_000))


def _put(system: System, templates: Sequence[AnnotatedStory], begin: int, end: int, whole: int) -> None:
    """Put the stories with these numbers onto the topic, spread over the last days."""
    now = datetime.now(UTC)
    with Sender(system.servers.kafka) as sender:
        for number in range(begin, end):
            at = now - timedelta(days=_DAYS * number / whole)
            times = {"versioncreated": at, "firstcreated": at}
            story = templates[number % len(templates)].model_copy(update={"uri": f"urn:scale:{number}", **times})
            sender.send(topics.ANNOTATED, story.uri.encode(), story.model_dump_json().encode(), [])
        sender.finish()


def _pages(system: System) -> dict[str, float]:
    """Return the seconds of the slowest of several page loads."""
    with httpx.Client(base_url=system.address, timeout=60) as client:
        for path in PAGES.values():
            client.get(path).raise_for_status()
        return {name: max(_timed(client, path) for _ in range(_PAGES)) for name, path in PAGES.items()}


def _timed(client: httpx.Client, path: str) -> float:
    begin = time.perf_counter()
    client.get(path).raise_for_status()
    return time.perf_counter() - begin


def _questions() -> Iterator[SearchQuery]:
    """Yield realistic words and filters, each once."""
    random = Random(1)
    for _ in range(_QUERIES + _WARM):
        words = random.sample(_WORDS, 2)
        yield search_query.parse(
            " ".join(words[: random.choice((1, 2))]), {"since": f"{random.randrange(100, 700)}h"}, size=20
        )


def _searches(system: System) -> dict[str, Any]:
    """Return the milliseconds of the endpoint, of the same query sent to Elasticsearch directly, and of its collapsed
    list.

    ``ratio`` is the endpoint's p95 over that of the direct query, ``collapsing`` that of the collapsed list over the
    endpoint's.
    """
    taken: dict[str, list[float]] = {"direct": [], "endpoint": [], "collapsed": []}
    with httpx.Client(timeout=60) as client:
        for number, question in enumerate(_questions()):
            (since,) = question.filters["since"]
            body = search_body(question) | {"track_total_hits": True, "highlight": highlight(question)}
            # The client's name of the field differs from Elasticsearch's.
            body["_source"] = body.pop("source")
            asks = {"q": question.query, "since": since, "size": "20"}
            index = f"{system.servers.elasticsearch.address}/stories/_search"
            stories_of = f"{system.address}/api/v1/stories"
            ways = {
                "direct": client.build_request("POST", index, json=body),
                "endpoint": client.build_request("GET", stories_of, params=asks | {"collapsed": "false"}),
                "collapsed": client.build_request("GET", stories_of, params=asks),
            }
            answers = {}
            # Whoever comes later finds the caches warm: each is first in its turn.
            turn = number % len(ways)
            for kind in (*list(ways)[turn:], *list(ways)[:turn]):
                begin = time.perf_counter()
                answer = client.send(ways[kind])
                seconds = time.perf_counter() - begin
                answers[kind] = answer.raise_for_status().json()
                if number >= _WARM:
                    taken[kind].append(seconds * 1000)
            total = answers["direct"]["hits"]["total"]["value"]
            assert total == answers["endpoint"]["total"] == answers["collapsed"]["total"]
    found = {kind: _quantiles(times) for kind, times in taken.items()}
    ratios = {
        "ratio": found["endpoint"]["p95"] / found["direct"]["p95"],
        "collapsing": found["collapsed"]["p95"] / found["endpoint"]["p95"],
    }
    return found | ratios


def _alerts(system: System) -> dict[str, float]:
    """Return the milliseconds of a search as the stage ``alert`` runs it."""
    taken = []
    for question in _questions():
        begin = time.perf_counter()
        watched = replace(question.having(since=None), size=MOST, sort="time")
        execute(system.client, watched, uris=[f"urn:scale:{new}" for new in range(_NEW)])
        taken.append((time.perf_counter() - begin) * 1000)
    return _quantiles(taken[_WARM:])


def _quantiles(times: Sequence[float]) -> dict[str, float]:
    return {"p50": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1]}
