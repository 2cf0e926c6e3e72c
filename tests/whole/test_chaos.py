"""The short form of `make chaos`, workers that come and go under load, and long waits."""

import asyncio
import json
import signal
import threading
import time
from collections.abc import Iterator
from random import Random

import pytest
from elasticsearch import NotFoundError

from bench.corpus import stories
from pipeline import topics
from pipeline.desk.store import ElasticsearchStore
from pipeline.elasticsearch.client import connect_async
from pipeline.errors import ElasticsearchUnavailable
from pipeline.kafka.reader import read
from pipeline.settings import Elasticsearch, Kafka
from tests.chaos import faults
from tests.chaos.rounds import disturbed, undisturbed
from tests.chaos.system import System, running
from tests.whole.conftest import eventually

SEED = 26


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running(tmp_path_factory.mktemp("system"), WIRE_MONITOR__STUCK_AFTER="8") as system:
        yield system


def test_while_things_break_at_random_the_indices_end_as_if_nothing_had_happened(system, tmp_path):
    """The first to use the system: there is nothing in it yet."""
    (done,) = disturbed(tmp_path, SEED, undisturbed(system, SEED, 1))
    assert (done.faults, done.wrong) == (("kill_worker", "kill_kafka"), [])


def lines(count: int, seed: int) -> list[bytes]:
    return [json.dumps(story).encode() for story in stories(count, seed)]


class TestWorkersThatComeAndGo:
    def test_from_one_to_three_and_back_under_load_nothing_is_lost(self, system):
        load, before = lines(50, 31), system.count()
        feeding = threading.Thread(target=system.feed, args=(load,))
        feeding.start()
        more = [system.add_worker("annotate") for _ in range(2)]
        eventually(lambda: system.count() > before + 10)
        for worker in more:
            system.remove_worker(worker)
        feeding.join()
        system.settle()
        found = {document["uri"] for _, document in system.state()["stories"].values()}
        assert {json.loads(line)["uri"] for line in load} <= found

    def test_a_stopped_worker_exits_in_time_and_returns_at_most_its_current_batch(self, system):
        kafka = Kafka(bootstrap_servers=system.kafka.address)

        def annotated() -> int:
            return sum(1 for topic in topics.INDEX.inputs for _ in read(kafka, topic))

        before = annotated()
        load = lines(60, 32)
        system.feed(load)
        (worker,) = [p for p in system.processes("worker annotate") if p.pid not in {w.pid for w in system.workers}]
        eventually(lambda: annotated() > before + 20)
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
        system.settle()
        done = annotated() - before
        # One batch in the language process, one waiting.
        assert len(load) <= done <= len(load) + 2 * 64


class TestLiveness:
    def test_a_worker_that_is_held_still_is_missed_and_comes_back(self, system):
        system.feed(lines(20, 33))
        faults.hold_worker(system, Random(1))
        system.settle()

    def test_a_worker_that_gets_nowhere_ends_with_code_4_and_is_started_again(self, system):
        before, stuck = system.count(), system.stuck
        # Half a minute would pass until a worker gave up the connection it reads from.
        system.to_kafka.deafen()
        system.feed(lines(3, 42))
        eventually(lambda: system.stuck > stuck)
        system.heal()
        system.settle()
        assert system.count() == before + 3


def test_while_elasticsearch_is_away_stories_wait_and_while_it_starts_none_is_taken_for_unknown(system):
    """What the desk took for unknown would lose its versions, and a killed story its kill."""
    load = lines(5, 37)
    uris = {json.loads(line)["uri"] for line in load}
    system.feed(load)
    system.settle()
    elasticsearch = Elasticsearch(hosts=system.elasticsearch.address, timeout=5)

    async def recalled() -> set[str] | None:
        async with connect_async(elasticsearch) as client:
            try:
                return set(await ElasticsearchStore(client).read(uris))
            except (ElasticsearchUnavailable, NotFoundError):
                return None

    before, dead = system.count(), system.state()["dead"]
    system.elasticsearch.kill()
    system.feed(lines(5, 38))
    state = system.status(code=3)
    assert state["elasticsearch"]["state"] == "away"
    assert any(state["lag"].values())
    system.elasticsearch.java.launch()
    answers = []
    while answers[-10:] != [uris] * 10:
        answers.append(asyncio.run(recalled()))
        assert answers[-1] in (None, uris)
    assert None in answers
    system.settle()
    assert (system.count(), system.state()["dead"]) == (before + 5, dead)


def test_a_kill_takes_all_quotes_along_though_their_index_cannot_be_written_to_for_a_while(system):
    """The story's own index can: its document, which counts the quotes, must not go before they do."""
    created = "2022-02-02T08:00:00Z"
    body = "“The harbour at Quillon is closed,” said Ann Lee.\n“It will be open in May,” said Tom Hall."
    story = {"uri": "urn:kill:1", "version": "1", "versioncreated": created, "firstcreated": created, "text": body}
    system.feed([json.dumps(story).encode()])
    system.settle()
    index = "wire-quotes-2022.02"
    system.client.indices.refresh(index=index)
    assert system.client.count(index=index)["count"] == 2
    system.client.indices.put_settings(index=index, settings={"index.blocks.write": True})
    system.feed([json.dumps({**story, "version": "2", "pubstatus": "canceled"}).encode()])
    time.sleep(4)
    system.client.indices.put_settings(index=index, settings={"index.blocks.write": None})
    system.settle()
    system.client.indices.refresh(index=f"{index},wire-stories-2022.02")
    assert system.client.count(index=f"{index},wire-stories-2022.02")["count"] == 0
