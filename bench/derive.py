"""What deriving costs when many stories are there: seconds of CPU for each new story, and memory.

Writes annotated stories straight into the indices, with what is learned from their names, which have a long tail:
one country in half of the stories, and most names in one. Then puts new stories onto ``wire.annotated`` at an even
rate, and measures the workers of the stages index and derive, and Elasticsearch.

usage: python -m bench.derive [--stories N …] [--rate N] [--seconds N]
"""

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from subprocess import Popen
from typing import Annotated, Any

import psutil
import typer
from elasticsearch.helpers import streaming_bulk
from rich.console import Console
from rich.progress import track

from pipeline import topics
from pipeline.annotations import Annotations, Entity, EntityMention
from pipeline.cli.setup import prepare
from pipeline.cli.worker import environment
from pipeline.desk.text_features import TextFeatures
from pipeline.desk.text_signature import signature_of
from pipeline.documents.story import STORY, story_document
from pipeline.elasticsearch.client import connect
from pipeline.identity.indexed.name_store import NAMES, word_key
from pipeline.identity.lesson import NOTHING
from pipeline.identity.name_usage import usages
from pipeline.identity.registry import Registry
from pipeline.identity.word import MOST, Sample, Word, WordPlace, learned, period_of, short_id, usages_by_word
from pipeline.index.actions import first_version
from pipeline.index.templates import index_of
from pipeline.kafka.lag import lags
from pipeline.kafka.reader import read
from pipeline.kafka.sender import Sender
from pipeline.local.servers import LocalServers
from pipeline.settings import Settings
from pipeline.story import AnnotatedStory, Indexed, Source, Story, story_id

_DAYS = 80
"""The stories were written in so many days."""
_PEOPLE, _ORGANIZATIONS, _PLACES = 300_000, 100_000, 20_000
_GIVEN, _SURNAMES = 800, 60_000
_SYLLABLES = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er")]
_SURNAME_ALONE = 0.3
"""The share of people whom a story calls by the surname alone."""
_BODY = 120
"""Words of a new story."""
_SETTLING, _IDLE = 10.0, 10.0
console = Console(stderr=True)


def main(
    stories: Annotated[list[int] | None, typer.Option("--stories", help="Stories that are there.")] = None,
    rate: Annotated[int, typer.Option("--rate", min=1, help="New stories a second.")] = 20,
    seconds: Annotated[int, typer.Option("--seconds", min=1)] = 60,
) -> None:
    """Measure with each number of stories, and print one line for each."""
    for count in stories or [100_000, 500_000]:
        with tempfile.TemporaryDirectory(prefix="wire-bench-") as name:
            figures = measure(Path(name, "data"), count, rate, seconds)
        sys.stdout.write(json.dumps({"stories": count, "rate": rate, **figures}) + "\n")
        sys.stdout.flush()


def measure(folder: Path, count: int, rate: int, seconds: int) -> dict[str, Any]:
    """Return the measurements with so many stories."""
    with _servers(folder) as (settings, local):
        now = datetime.now(UTC)
        corpus = _Corpus(now)
        _fill(settings, local.elasticsearch, corpus, count)
        workers = {name: _worker(settings, local, name) for name in ("index", "derive")}
        processes = {name: psutil.Process(each.pid) for name, each in workers.items()}
        processes["elasticsearch"] = next(
            each
            for each in psutil.Process().children(recursive=True)
            if "ElasticsearchLauncher" in " ".join(each.cmdline())
        )
        try:
            # The first story reads what was written lately, the others find it.
            _feed(local, corpus, range(count, count + rate), rate)
            time.sleep(_SETTLING)
            idle = _cpu(processes["derive"])
            time.sleep(_IDLE)
            idle = (_cpu(processes["derive"]) - idle) / _IDLE
            before = {name: _cpu(each) for name, each in processes.items()}
            fed, since = rate * seconds, datetime.now(UTC)
            _feed(local, corpus, range(count + rate, count + rate + fed), rate)
            used = {name: _cpu(each) - before[name] for name, each in processes.items()}
            with connect(local.elasticsearch) as client:
                client.indices.refresh(index=f"{STORY.alias},{NAMES.name}")
                again = client.count(index=STORY.alias, query={"prefix": {"uri": "urn:new:"}})["count"]
                words = client.count(index=NAMES.name)["count"]
            return {
                "new": again - rate,
                "names_documents": words,
                **{f"{name}_cpu_ms_per_story": round(1000 * each / fed, 2) for name, each in used.items()},
                "derive_share_of_core": round(used["derive"] / seconds, 4),
                "derive_share_of_core_idle": round(idle, 4),
                "derived_after_p99_s": round(quantiles(_delays(local, since), n=100)[-1], 2),
                "derive_resident_mb": round(processes["derive"].memory_info().rss / 1e6, 1),
            }
        finally:
            for each in workers.values():
                each.terminate()
                each.wait(30)


class _Corpus:
    """Stories by number: the same number gives the same story."""

    def __init__(self, now: datetime) -> None:
        """Make the names; the stories were written before ``now``."""
        self._now = now
        random = Random(1)
        self._given = [_word(random, 2) for _ in range(_GIVEN)]
        self._surnames = [_word(random, 3) for _ in range(_SURNAMES)]
        self._words = [_word(random, 3).lower() for _ in range(5_000)]
        self._places = [_word(random, 4) for _ in range(_PLACES)]

    def entities(self, number: int) -> list[Entity]:
        """Return whom the story with this number names."""
        random = Random(number)
        found = [("GPE", "United States")] if random.random() < 0.5 else []
        for _ in range(random.randrange(2, 7)):
            full = self._person(_frequent(random, _PEOPLE))
            found.append(("PERSON", full.split()[-1] if random.random() < _SURNAME_ALONE else full))
        found += [("ORG", f"{self._surnames[_frequent(random, _ORGANIZATIONS) % _SURNAMES]} Group") for _ in range(2)]
        found += [("GPE", self._places[_frequent(random, _PLACES)]) for _ in range(2)]
        names = {name: type_ for type_, name in found}
        return [
            Entity(id=f"e{n}", name=name, type=type_, aliases=(), mentions=(EntityMention(start=0, end=3, text="The"),))
            for n, (name, type_) in enumerate(names.items(), 1)
        ]

    def uri(self, number: int) -> str:
        """Return the uri of a story that is there before."""
        return f"urn:there:{number}"

    def created(self, number: int, count: int) -> datetime:
        """Return when one of so many stories was written."""
        return self._now - timedelta(days=_DAYS * (1 - number / count))

    def new(self, number: int) -> AnnotatedStory:
        """Return a story that arrives now."""
        now, random, entities = datetime.now(UTC), Random(-number), self.entities(number)
        names = ", ".join(entity.name for entity in entities)
        body = f"The {' '.join(random.choices(self._words, k=_BODY))} of {names}."
        story = Story(
            uri=f"urn:new:{number}",
            versioncreated=now,
            firstcreated=now,
            language="en",
            headline=" ".join(random.choices(self._words, k=8)),
            source=Source(name=f"agency{number % 5}", format="ninjs", receivedat=now),
            body=body,
        )
        return story.annotated(Annotations(entities=tuple(entities)))

    def _person(self, number: int) -> str:
        random = Random(f"person {number}")
        return f"{self._given[_frequent(random, _GIVEN)]} {self._surnames[_frequent(random, _SURNAMES)]}"


def _frequent(random: Random, most: int) -> int:
    """Return a number below ``most``; its frequency falls with its rank, as that of words does (Zipf)."""
    return int(most ** random.random()) - 1


def _word(random: Random, syllables: int) -> str:
    return "".join(random.choices(_SYLLABLES, k=syllables)).title()


def _fill(settings: Settings, connection: Any, corpus: _Corpus, count: int) -> None:
    """Write so many stories and what is learned from them."""
    window = timedelta(seconds=settings.derive.window)
    samples: dict[WordPlace, Sample] = {}
    waiting: dict[WordPlace, dict[str, frozenset[str]]] = defaultdict(dict)
    for number in track(range(count), "reading the names", console=console):
        period, id_ = period_of(corpus.created(number, count), window), short_id(corpus.uri(number))
        by_word = usages_by_word({str(usage) for usage in usages(corpus.entities(number))})
        for word, used in by_word.items():
            place = WordPlace(period, sys.intern(word))
            waiting[place][id_] = used
            if len(waiting[place]) > 4 * MOST:
                samples[place] = samples.get(place, Sample()).with_stories(waiting.pop(place), MOST)
    for place, some in waiting.items():
        samples[place] = samples.get(place, Sample()).with_stories(some, MOST)
    waiting.clear()
    with connect(connection.model_copy(update={"timeout": 120})) as client:
        client.indices.put_settings(index=NAMES.name, settings={"refresh_interval": -1})
        registries: dict[int, Registry] = {}
        _write(client, _words(samples, registries), len(samples), "writing words")
        _write(client, _listed(corpus, count, {place.period for place in samples}), count, "writing their words")
        _write(client, _stories(corpus, count, registries, window), count, "writing stories")
        client.indices.put_settings(index=NAMES.name, settings={"refresh_interval": None})
        client.indices.refresh(index=f"{STORY.alias},{NAMES.name}")


def _words(samples: Mapping[WordPlace, Sample], registries: dict[int, Registry]) -> Iterator[dict[str, Any]]:
    for place, sample in samples.items():
        lesson = learned(place.word, sample, samples.get(place.before, Sample()), MOST)
        if lesson != NOTHING:
            registries.setdefault(place.period, Registry()).lessons[place.word] = lesson
        content = {"period": place.period, "word": place.word, **Word(sample, lesson).document()}
        yield {"_index": NAMES.name, "_id": word_key(place), "_source": {"content": content}}


def _listed(corpus: _Corpus, count: int, periods: set[int]) -> Iterator[dict[str, Any]]:
    for number in range(count):
        words = sorted(usages_by_word({str(usage) for usage in usages(corpus.entities(number))}))
        yield {"_index": NAMES.name, "_id": story_id(corpus.uri(number)), "_source": {"content": {"words": words}}}
    yield {"_index": NAMES.name, "_id": "periods", "_source": {"content": {"periods": sorted(periods)}}}
    yield {"_index": NAMES.name, "_id": "progress", "_source": {"content": {"after": "", "done": True, "begun": {}}}}


def _stories(
    corpus: _Corpus, count: int, registries: Mapping[int, Registry], window: timedelta
) -> Iterator[dict[str, Any]]:
    signature = signature_of(TextFeatures.of(corpus.new(0).body))
    for number in range(count):
        at = corpus.created(number, count)
        story = Story(
            uri=corpus.uri(number),
            versioncreated=at,
            firstcreated=at,
            headline=f"Story {number}",
            source=Source(name=f"agency{number % 5}", format="ninjs", receivedat=at),
            body=f"The story {number}.",
        ).annotated(Annotations(entities=tuple(corpus.entities(number))))
        document = story_document(story, registries.get(period_of(at, window), Registry()))
        if signature:
            # Random values resemble nothing.
            random = Random(number)
            values = {name: _same_length(random, getattr(signature, name)) for name in ("words", "facts")}
            document["signature"] = {"origin": f"agency{number % 5} by bench", **dict(signature), **values}
        yield {
            "_index": index_of(STORY.alias, at),
            "_id": story_id(story.uri),
            "_version": first_version(1),
            "_version_type": "external",
            "_source": document,
        }


def _same_length(random: Random, text: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return "".join(random.choices(letters, k=len(text.rstrip("=")) - 1)) + "A" + "=" * text.count("=")


def _write(client: Any, actions: Iterator[dict[str, Any]], count: int, what: str) -> None:
    written = streaming_bulk(client, actions, chunk_size=2_000)
    for _ in track(written, what, total=count, console=console):
        pass


def _feed(servers: Any, corpus: _Corpus, numbers: range, rate: int) -> None:
    """Put these stories onto ``wire.annotated``, so many a second, and wait until they are derived."""
    begin = time.monotonic()
    with Sender(servers.kafka) as sender:
        for place, number in enumerate(numbers):
            time.sleep(max(0.0, begin + place / rate - time.monotonic()))
            story = corpus.new(number)
            sender.send(topics.ANNOTATED, story.uri.encode(), story.model_dump_json().encode(), [])
        sender.finish()
    while any(each.messages for each in lags(servers.kafka) if each.stage in ("index", "derive")):
        time.sleep(0.5)


def _delays(servers: Any, since: datetime) -> list[float]:
    """Return how many seconds after it was sent each story, and all that it changes, was written."""
    messages = read(servers.kafka, topics.DERIVED, since)
    pairs = ((each.timestamp / 1000, Indexed.model_validate_json(each.payload)) for each in messages)
    return [at - story.firstcreated.timestamp() for at, story in pairs]


def _cpu(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


def _worker(settings: Settings, servers: Any, name: str) -> Popen[bytes]:
    env = environment(settings, servers) | {"WIRE_MONITOR__PORT": "0"}
    with (settings.data_dir / f"{name}.log").open("ab") as log:
        return Popen([sys.executable, "-m", "pipeline", "worker", "--together", name], env=env, stdout=log, stderr=log)


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[Settings, Any]]:
    settings = Settings(data_dir=folder)
    folder.mkdir(parents=True)
    local = LocalServers(settings, console.print)
    try:
        servers = local.start(lambda jars: nullcontext(lambda size: None))
        prepare(servers)
        yield settings, servers
    finally:
        local.stop()


if __name__ == "__main__":
    typer.run(main)
