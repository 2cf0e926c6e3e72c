"""The faults. Each one ends by itself or is undone by ``heal``."""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

import psutil
from elasticsearch import ApiError, TransportError

from tests.chaos.system import STAGES, System

Fault = Callable[[System, Random], None]


def kill_worker(system: System, random: Random) -> None:
    """Kill a worker with SIGKILL."""
    _signal(system, random, signal.SIGKILL, "worker", random.choice(STAGES))


def kill_language(system: System, random: Random) -> None:
    """Kill a language process with SIGKILL."""
    _signal(system, random, signal.SIGKILL, "workers.processes.language_process")


def hold_worker(system: System, random: Random) -> None:
    """Stop a worker for longer than its session timeout, then continue it."""
    held = _signal(system, random, signal.SIGSTOP, "worker", random.choice(STAGES))
    time.sleep(random.uniform(12, 17))
    for process in held:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGCONT)


def kill_kafka(system: System, random: Random) -> None:
    """Kill the broker with SIGKILL and restart it."""
    system.kafka.kill()
    time.sleep(random.uniform(0.5, 6))
    system.kafka.start()


def kill_elasticsearch(system: System, random: Random) -> None:
    """Kill Elasticsearch with SIGKILL and restart it."""
    system.elasticsearch.kill()
    time.sleep(random.uniform(0.5, 6))
    system.elasticsearch.start()


def refuse_requests(system: System, random: Random) -> None:
    """Let Elasticsearch answer 429, 500, 502 and 503."""
    for _ in range(random.randint(2, 5)):
        system.to_elasticsearch.set(random.choice((429, 500, 502, 503)))
        time.sleep(random.uniform(0.5, 2))
        system.to_elasticsearch.set("pass")
        time.sleep(random.uniform(0.1, 0.5))


def swallow_requests(system: System, random: Random) -> None:
    """Let requests to Elasticsearch time out."""
    system.to_elasticsearch.set("swallow")
    time.sleep(random.uniform(4, 9))
    system.to_elasticsearch.set("pass")


def fill_queue(system: System, random: Random) -> None:
    """Fill Elasticsearch's write queue."""
    until = time.monotonic() + random.uniform(3, 6)
    lines = [line for n in range(300) for line in ({"index": {"_index": "flood"}}, {"n": n, "text": "flood " * 200})]

    def flood() -> None:
        while time.monotonic() < until:
            with suppress(ApiError, TransportError):
                system.client.bulk(operations=lines)

    floods = [threading.Thread(target=flood) for _ in range(12)]
    for each in floods:
        each.start()
    for each in floods:
        each.join()
    with suppress(ApiError, TransportError):
        system.client.indices.delete(index="flood", ignore_unavailable=True)


def block_writing(system: System, random: Random) -> None:
    """Make the indices read-only, as a full disk does."""
    with suppress(ApiError, TransportError):
        system.client.indices.put_settings(index="wire-*", settings={"index.blocks.read_only_allow_delete": True})
    time.sleep(random.uniform(2, 8))
    for _ in range(50):
        try:
            system.client.indices.put_settings(index="wire-*", settings={"index.blocks.read_only_allow_delete": None})
            return
        except (ApiError, TransportError):
            time.sleep(0.5)
    raise AssertionError("the block could not be taken back")


def drop_connections(system: System, random: Random) -> None:
    """Close the connections to both servers again and again."""
    for _ in range(random.randint(3, 10)):
        random.choice((system.to_kafka, system.to_elasticsearch)).drop()
        time.sleep(random.uniform(0.1, 1.5))


def deafen_connections(system: System, random: Random) -> None:
    """Keep the connections to both servers open but let nothing through; new connections work."""
    for proxy in (system.to_kafka, system.to_elasticsearch):
        proxy.deafen()
        time.sleep(random.uniform(0, 3))
    time.sleep(random.uniform(0, 35))


def delay_connections(system: System, random: Random) -> None:
    """Delay all traffic."""
    for proxy in (system.to_kafka, system.to_elasticsearch):
        proxy.set("pass", random.uniform(0.02, 0.3))
    time.sleep(random.uniform(4, 10))
    for proxy in (system.to_kafka, system.to_elasticsearch):
        proxy.set("pass")


def cut_off_kafka(system: System, random: Random) -> None:
    """Make the broker unreachable while it runs."""
    system.to_kafka.set(random.choice(("refuse", "swallow")))
    time.sleep(random.uniform(2, 12))
    system.to_kafka.set("pass")


def come_and_go(system: System, random: Random) -> None:
    """Start and stop workers, so that partitions are reassigned."""
    stages = random.sample(STAGES, 2)
    added = [system.add_worker(stage) for stage in stages]
    time.sleep(random.uniform(4, 12))
    for worker in added:
        if random.random() < 0.5:
            worker.kill()
        system.remove_worker(worker)


def roll_indices(system: System, random: Random) -> None:
    """Reindex everything twice meanwhile."""
    for _ in range(2):
        system.reindex()
        time.sleep(random.uniform(0, 2))


FAULTS: tuple[Fault, ...] = (
    kill_worker,
    kill_worker,
    kill_language,
    hold_worker,
    kill_kafka,
    kill_elasticsearch,
    refuse_requests,
    swallow_requests,
    fill_queue,
    block_writing,
    drop_connections,
    deafen_connections,
    delay_connections,
    cut_off_kafka,
    come_and_go,
    roll_indices,
    roll_indices,
)


def _signal(system: System, random: Random, number: signal.Signals, *words: str) -> list[psutil.Process]:
    # The supervisor has the same first words and no stage.
    found = [process for process in system.processes(*words) if process.pid not in {w.pid for w in system.workers[:1]}]
    chosen = [random.choice(found)] if found else []
    for process in chosen:
        with suppress(psutil.Error):
            process.send_signal(number)
    return chosen
