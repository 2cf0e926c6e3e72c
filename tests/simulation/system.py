"""The workers on simulated servers, from the first item until nothing is left to do."""

import asyncio
import random as global_random
from collections.abc import Callable, Iterable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from pipeline import topics
from pipeline.annotations import Entity, EventMention, Quote
from pipeline.derive.decisions import Decision
from pipeline.derive.relating import Relating
from pipeline.desk.record import Record
from pipeline.errors import AnnotationFailed, KafkaUnavailable
from pipeline.formats.urgent import seems_urgent
from pipeline.identity.indexed.naming import Naming
from pipeline.identity.indexed.word_store import Lessons
from pipeline.span import Span
from pipeline.story import AnnotatedStory, Indexed, Story
from pipeline.topics import Stage
from pipeline.workers.contract import Handler
from pipeline.workers.processes.parse_process import parsed
from pipeline.workers.runtime.processor import Processor
from pipeline.workers.stages import annotate, derive, desk, index, parse
from tests.simulation.elasticsearch import (
    Documents,
    SimulatedIndices,
    SimulatedNames,
    SimulatedStore,
    SimulatedStories,
)
from tests.simulation.faults import CALM, Network, Rates
from tests.simulation.kafka import EPOCH, Group, Log, SimulatedBroker, deliver
from tests.simulation.loop import Mortal, SimulatedLoop
from tests.simulation.scenario import BEGIN, Item, Scenario

STAGES = (topics.PARSE, topics.DESK, topics.ANNOTATE, topics.INDEX, topics.DERIVE)
FAULTS = 45.0
"""Seconds in which things break; what is late by then may still come."""
REST = 130.0
TICK = 15.0
"""Seconds between two searches for passed embargoes: with the real five, they would be a third of all requests."""
LIMIT = 1_500.0
SPAN = timedelta(days=2)
WINDOW = timedelta(days=90)


@dataclass
class Counted:
    """Counters of the runtime; see workers.contract.Metrics."""

    dead: int = 0
    outcomes: list[str] = field(default_factory=list)

    def progress(self) -> None:
        pass

    def batch(self, size: int) -> None:
        pass

    def event_ended(self, outcome: str, arrived: float, received: float | None) -> None:
        self.outcomes.append(outcome)

    def dead_letter(self, error: str) -> None:
        self.dead += 1

    def server_unavailable(self, server: str, why: str) -> None:
        pass

    def process_replaced(self) -> None:
        pass


class Worker(Mortal):
    """One worker of a stage."""

    def __init__(self, system: "System", stage: Stage) -> None:
        self._system, self.stage = system, stage
        self.name = f"{stage.name} {len(system.workers)}"

    def die(self) -> None:
        super().die()
        self._system.expire(self)


class System:
    """Everything; ``finish`` runs it to its end."""

    def __init__(self, scenario: Scenario, random: Random, rates: Rates, workers: int) -> None:
        self.loop = SimulatedLoop()
        self.random = random
        self.scenario = scenario
        self.log = Log(self.loop, 2)
        self.documents = Documents()
        self.network = Network(self.loop, random, rates, FAULTS)
        self.groups = {topic: Group(self.log, topic) for stage in STAGES for topic in stage.inputs}
        self.metrics = Counted()
        self.workers: list[Worker] = []
        self.most = random.choice((1, 2, 100))
        """How many stories teach a word."""
        self._faulty = rates != CALM
        self._count = workers

    def finish(self) -> None:
        """Run until no work is left. Raises AssertionError if that does not happen in time."""
        global_random.seed(self.random.random())
        asyncio._set_running_loop(self.loop)
        try:
            for stage in STAGES:
                for _ in range(self._count):
                    self._start(stage)
            end = self.loop.begin(self._publish_and_wait())
        finally:
            asyncio._set_running_loop(None)
        self.loop.run(end)
        end.result()

    def expire(self, worker: Worker) -> None:
        """Expire a dead worker's session after a while and start a new worker."""
        fresh, after = Context(), self.random.choice((0.1, 10.0))
        for topic in worker.stage.inputs:
            self.loop.call_later(after, self.groups[topic].leave, worker, context=fresh)
        self.loop.call_later(self.random.choice((0.1, 2.0, 15.0)), self._start, worker.stage, context=fresh)

    def _start(self, stage: Stage) -> None:
        worker = Worker(self, stage)
        self.workers.append(worker)
        broker = SimulatedBroker(self.log, self.network)
        handler = self._handler(stage, broker)
        processor = Processor(stage, handler, broker, self.metrics)
        groups = [self.groups[topic] for topic in stage.inputs]
        for group in groups:
            group.join(worker)
        events = [deliver(group, worker, self.loop, self.random) for group in groups]
        self.loop.begin(self._alive(worker, processor.run(*events)), worker)
        if handler.every:
            self.loop.begin(self._tick(processor, handler.every), worker)

    async def _alive(self, worker: Worker, running: object) -> None:
        await running  # type: ignore[misc]
        raise AssertionError(f"worker {worker.name} has ended")

    async def _tick(self, processor: Processor, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            await processor.tick()

    def _handler(self, stage: Stage, broker: SimulatedBroker) -> Handler:
        store = SimulatedStore(self.documents, self.network, self.loop, self.random)
        if stage is topics.PARSE:
            return Handler(parse.Parsing(SimulatedParser()).work)
        now = self.now
        if stage is topics.DESK:
            work = desk.Desk(store, broker, timedelta(seconds=100), now)
            return Handler(work.work, tick=work.tick, every=TICK)
        if stage is topics.ANNOTATE:
            return Handler(annotate.Annotation(SimulatedAnnotator(self.random)).work, at_once=2)
        indices = SimulatedIndices(self.documents, self.network, self.random)
        names = SimulatedNames(self.documents, self.network)
        lessons = Lessons(names, WINDOW)
        if stage is topics.DERIVE:
            stories = SimulatedStories(self.documents, self.network)
            announcements = SimulatedAnnouncements(self.log, self.network)
            relating = Relating(stories, indices, store, NoDecisions(), announcements, SPAN, call)
            naming = Naming(names, stories, indices, lessons, now, call, self.most)
            return Handler(derive.Deriving(relating, naming).work, tick=naming.tick, every=TICK)
        return Handler(index.Indexing(store, indices, now, lessons).work)

    async def _publish_and_wait(self) -> None:
        self.loop.begin(self._correct())
        for item in self.scenario.items:
            await asyncio.sleep(max(0.0, item.at - self.loop.time()))
            self._publish(item)
        for item in self.scenario.repeats:
            await asyncio.sleep(self.random.random() * 5)
            self._publish(item)
        if self._faulty:
            await self._come_and_go()
        await asyncio.sleep(max(0.0, REST - self.loop.time()))
        while not self._is_at_rest:
            assert self.loop.time() < LIMIT, f"no rest: {[(topic, g.committed) for topic, g in self.groups.items()]}"
            await asyncio.sleep(5.0)

    async def _correct(self) -> None:
        """Store the corrections, each at its time."""
        for number, each in enumerate(self.scenario.corrections):
            await asyncio.sleep(max(0.0, (each.at - BEGIN).total_seconds() - self.loop.time()))
            self.documents.corrections[str(number)] = (each, False)

    async def _come_and_go(self) -> None:
        """Add workers, and kill some of them between their messages."""
        while self.loop.time() < FAULTS:
            await asyncio.sleep(self.random.choice((1.0, 10.0, 20.0)))
            stage = self.random.choice(STAGES)
            alive = [worker for worker in self.workers if worker.stage is stage and not worker.is_dead]
            if self.random.random() < 0.3 and len(alive) < 3:
                self._start(stage)
            elif alive and self.random.random() < 0.3:
                self.random.choice(alive).die()

    def _publish(self, item: Item) -> None:
        topic = topics.twin_of(topics.RAW) if seems_urgent(item.payload()) else topics.RAW
        self.log.append(topic, item.uri.encode(), item.payload(), item.headers())

    def now(self) -> datetime:
        return datetime.fromtimestamp(EPOCH + self.loop.time(), UTC)

    @property
    def _is_at_rest(self) -> bool:
        now = self.now()
        held = [r for r, _ in self.documents.records.values() if r.held]
        due = [r for r in held if r.embargoed is None or r.embargoed <= now]
        if due or not all(group.is_done for group in self.groups.values()):
            return False
        if any(self._may_be_carried_out(record) for record, _ in self.documents.records.values()):
            return False
        return not self._is_writing

    @property
    def _is_writing(self) -> bool:
        """Return whether a worker has said that it writes what is learned or corrected, and not that it has ended."""
        begun = any(change.since for change, _ in self.documents.names.values())
        unfinished = any("unfinished" in doc for doc in self.documents.visible("stories"))
        return begun or unfinished or not all(is_applied for _, is_applied in self.documents.corrections.values())

    def _may_be_carried_out(self, order: Record) -> bool:
        if order.order is None or order.settled:
            return False
        records = (record for record, _ in self.documents.records.values())
        return any(each.sender == order.sender and {*each.names} & {*order.order.names} for each in records)


class SimulatedAnnouncements:
    """See workers.stages.derive.Announcements."""

    def __init__(self, log: Log, network: Network) -> None:
        self._log, self._network = log, network
        self._places = [0] * len(log.held[topics.INDEXED])
        self._read: list[Indexed] = []

    async def news(self) -> list[Indexed]:
        await self._network.request(self._follow, lambda why: KafkaUnavailable(why))
        read, self._read = self._read, []
        return read

    def _follow(self) -> None:
        held = self._log.held[topics.INDEXED]
        self._read += [_announced(e.payload) for number, at in enumerate(self._places) for e in held[number][at:]]
        self._places = [len(each) for each in held]


class NoDecisions:
    """See derive.decision_store.Decisions. Nobody has decided anything."""

    async def about(self, uris: Iterable[str]) -> list[Decision]:
        return []


class SimulatedParser:
    """Processes of the stage parse. It parses at once, and in this process."""

    async def run(self, values: Sequence[bytes], *, urgent: bool = False) -> list[bytes]:
        return parsed(values)


class SimulatedAnnotator:
    """Processes of the stage annotate. It finds as many quotes as the text says, and fewer events the more quotes."""

    def __init__(self, random: Random) -> None:
        self._random = random

    async def run(self, values: Sequence[bytes], *, urgent: bool = False) -> list[bytes | AnnotationFailed]:
        await asyncio.sleep(self._random.choice((0.01, 0.1, 1.0)))
        return [_annotated(value) for value in values]


async def call(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


@lru_cache(4096)
def _announced(value: bytes) -> Indexed:
    return Indexed.model_validate_json(value)


def _entities(story: Story) -> list[Entity]:
    """Return whom the story names: one of two people in full, either of them by a part of the name, or others."""
    names = (
        ("PERSON", "Ann Lee"),
        ("PERSON", "Bo Lee"),
        ("PERSON", "Lee"),
        ("ORG", "Lee"),
        ("PERSON", "ANN LEE"),
        ("PERSON", "Ann"),
        ("ORG", "Group"),
    )
    number = sum(story.uri.encode()) + story.version
    found = dict.fromkeys((names[number % len(names)], names[number // 7 % len(names)]))
    return [
        Entity(id=f"e{place}", type=type_, name=name, aliases=(), mentions=())
        for place, (type_, name) in enumerate(found, 1)
    ]


@lru_cache(4096)
def _annotated(value: bytes) -> bytes | AnnotationFailed:
    story = Story.model_validate_json(value)
    if "poison" in story.body:
        return AnnotationFailed("poison")
    words = story.body.split()
    count = int(words[-2]) if len(words) > 2 and words[-2].isdigit() else 0
    quotes = [
        Quote(id=f"q{n}", kind="indirect", start=0, end=3, text="The", quoted=[Span(start=0, end=3)], confidence=1)
        for n in range(1, count + 1)
    ]
    events = [
        EventMention(
            id=f"v{n}", start=0, end=3, text="The", predicate="the", clause="The", confidence=1, type="OTHER",
            status="happened", actors=(), recipients=(),
        )
        for n in range(1, 4 - count)
    ]  # fmt: skip
    return (
        AnnotatedStory(**dict(story), entities=_entities(story), quotes=quotes, events=events)
        .model_dump_json()
        .encode()
    )
