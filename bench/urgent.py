"""Urgent stories while many routine ones wait: the seconds from their arrival until a search finds them."""

import io
import json
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.corpus import stories
from bench.system import System, running
from pipeline.feeds.item_reader import ItemReader
from pipeline.kafka.lag import lags
from pipeline.kafka.sender import Sender
from pipeline.story import RawStory
from pipeline.topics import STORY_TOPICS

PAUSE = 1.0
"""Seconds between two urgent stories."""
_POLL = 0.05
_PLACES = [topic.rpartition(".")[2] for topic in STORY_TOPICS]


def measure(folder: Path, waiting: int, count: int) -> dict[str, Any]:
    """Let ``waiting`` routine stories wait, and send ``count`` urgent ones one by one."""
    with running(folder) as system:
        with Sender(system.servers.kafka) as sender:
            _send(sender, _routine(waiting))
        time.sleep(10)
        begun = _backlog(system)
        times = list(_times(system, count))
        left = _backlog(system)
    assert sum(left.values()) > waiting / 10, f"too few stories were left to overtake: {left}"
    taken = sorted(seconds for seconds, _ in times)
    return {
        "waiting": begun,
        "left": left,
        "stories": count,
        "p50": taken[len(taken) // 2],
        "p99": taken[int(len(taken) * 0.99)],
        "slowest": taken[-1],
        "on": {place: statistics.median(trace[place] for _, trace in times) for place in _PLACES},
    }


def _routine(count: int) -> Iterator[dict[str, Any]]:
    """Yield different routine stories."""
    for story in stories(count, seed=3):
        yield story | {"urgency": 4}


def _times(system: System, count: int) -> Iterator[tuple[float, dict[str, float]]]:
    """Send stories one by one. Yield how long each took until it was found, and how long on each topic."""
    with Sender(system.servers.kafka) as sender:
        for number, story in enumerate(stories(count, seed=4)):
            uri = f"urn:flash:{number}"
            begin = time.monotonic()
            _send(sender, [story | {"uri": uri, "urgency": 1}])
            while not system.client.count(index="stories", query={"term": {"uri": uri}})["count"]:
                time.sleep(_POLL)
            taken = time.monotonic() - begin
            yield taken, _trace(system, uri)
            time.sleep(max(0.0, PAUSE - taken))


def _send(sender: Sender, given: Iterable[dict[str, Any]]) -> None:
    """Send stories as a feed does."""
    reader = ItemReader(8 << 20, "ninjs", "bench")
    for story in given:
        stream = io.BufferedReader(io.BytesIO(json.dumps(story).encode()))
        for item in reader.items(stream, story["uri"], None, "bench"):
            assert isinstance(item, RawStory), item
            sender.send(item.topic, item.uri.encode(), item.value, item.headers.pairs())
    sender.finish()


def _backlog(system: System) -> Mapping[str, int]:
    return {each.stage: each.messages for each in lags(system.servers.kafka) if each.messages}


def _trace(system: System, uri: str) -> dict[str, float]:
    """Return the seconds that a story spent on each topic."""
    (hit,) = system.client.search(index="stories", query={"term": {"uri": uri}})["hits"]["hits"]
    times = {name: datetime.fromisoformat(at).timestamp() for name, at in hit["_source"]["trace"].items()}
    return {name: times[after] - times[name] for name, after in pairwise((*_PLACES, "indexed"))}
