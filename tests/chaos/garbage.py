"""Put random malformed messages on every topic, and check that all are accounted for and no worker exits.

python -m tests.chaos.garbage --count 100000     the long form: make fuzz-topics
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track

from pipeline import topics
from pipeline.annotations import Annotations
from pipeline.kafka.reader import read
from pipeline.kafka.sender import Sender
from pipeline.settings import Kafka
from tests.bending import NASTY, flipped
from tests.chaos.system import System
from tests.conftest import NOON, make_story
from tests.raw_name import RawName

STAGES = [stage for stage in topics.STAGES.values() if stage.reads in topics.STORY_TOPICS]
TOPICS = [topic for stage in STAGES for topic in stage.inputs]
NAMES = (
    "uri", "source", "feed", "format", "content-type", "received-at", "published", "trace", "revision",
    "replay-of", "x-other", RawName(b"\xff"),
)  # fmt: skip
_PATIENCE = 10_800.0
_RECORDED = 60.0


def message(topic: str, number: int, chance: random.Random) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Return a key, a value and headers, at least one of them malformed."""
    story = make_story(uri=f"urn:garbage:{number}", version=chance.choice((1, 2, 2**60)), body="It rains in Lima.")
    whole = story.annotated(Annotations()) if topic in topics.INDEX.inputs else story
    value = whole.model_dump_json().encode()
    if chance.random() < 0.6:
        value = flipped(value, chance, [])
    if chance.random() < 0.05:
        value = chance.randbytes(chance.randrange(200))
    places = ("wire.raw/0/0@1", "wire.raw/99/5@5", "wire.raw/0/999999999@7", f"wire.raw/{number % 3}/1@{number}")
    headers = {
        "trace": chance.choice(places).encode(),
        "received-at": NOON.isoformat().encode(),
        "format": chance.choice((b"ninjs", b"auto", b"nitf", b"\xff")),
        "revision": str(chance.randrange(2**62)).encode(),
    }
    given = {name: value for name, value in headers.items() if chance.random() < 0.4}
    for _ in range(chance.choice((0, 1, 2))):
        given[chance.choice(NAMES)] = chance.choice((*NASTY, chance.randbytes(chance.randrange(40)), b"x" * 100_000))
    key = chance.choice((story.uri.encode(), chance.randbytes(8), b""))
    return key, value, list(given.items())


def put(kafka: Kafka, topic: str, count: int, chance: random.Random, console: Console) -> None:
    """Put that many messages on a topic."""
    with Sender(kafka) as sender:
        for number in track(range(count), topic, console=console, disable=not console.is_terminal, transient=True):
            sender.send(topic, *message(topic, number, chance))
        sender.finish()


def unaccounted(system: System, kafka: Kafka, count: int) -> Iterator[str]:
    """Return the differences between the messages sent and those accounted for, once all are committed."""
    if ended := system.ended:
        yield f"workers ended {ended} times\n{system.log}"
    # The workers write how many messages they ended every few seconds.
    deadline = time.monotonic() + _RECORDED
    while (behind := missing(system, count)) and time.monotonic() < deadline:
        time.sleep(1)
    yield from behind
    dead_letters = [letter for letter in read(kafka, topics.DEAD) if not dict(letter.pairs).get("error")]
    if dead_letters:
        yield f"{len(dead_letters)} dead letters give no reason"


def missing(system: System, count: int) -> list[str]:
    """Return the stages that completed fewer messages than their topic received."""
    ended = events(system)
    return [
        f"{stage.name} ended {ended.get(stage.name, 0):,} of {count * len(stage.inputs):,} messages"
        for stage in STAGES
        if ended.get(stage.name, 0) < count * len(stage.inputs)
    ]


def events(system: System) -> dict[str, int]:
    """Return the number of messages that each stage completed, from its worker's last metrics."""
    system.client.indices.refresh(index="metrics")
    aggregations = {"stages": {"terms": {"field": "stage"}, "aggs": {"events": {"max": {"field": "events"}}}}}
    found = system.client.search(index="metrics", size=0, aggs=aggregations)
    return {each["key"]: int(each["events"]["value"]) for each in found["aggregations"]["stages"]["buckets"]}


def main() -> int:
    """Run it. The exit code is 1 if a message is not accounted for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000, help="messages on each topic")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    options = parser.parse_args()
    chance, console = random.Random(options.seed), Console(stderr=True)
    sys.stdout.write(f"seed {options.seed}\n")
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wire-garbage-") as folder:
        system = System(Path(folder), WIRE_DESK__DUPLICATES="off")
        system.start()
        try:
            kafka = Kafka(bootstrap_servers=system.kafka.address)
            system.settle()
            for topic in TOPICS:
                put(kafka, topic, options.count, chance, console)
            system.settle(_PATIENCE)
            wrong = list(unaccounted(system, kafka, options.count))
            dead = sum(1 for _ in read(kafka, topics.DEAD))
            found = system.count()
        finally:
            system.stop()
    for line in wrong:
        sys.stdout.write(f"{line}\n")
    minutes = (time.monotonic() - begin) / 60
    sys.stdout.write(
        f"{options.count:,} messages on each of {len(TOPICS)} topics: {dead:,} dead letters, {found:,} stories, "
        f"{minutes:.1f} min\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
