"""Operations: the shared status, the dead letters, and the status of a process."""

import dataclasses
import socket
import urllib.request
from types import SimpleNamespace

import pytest
from kafka import TopicPartition
from prometheus_client import CollectorRegistry

from pipeline import topics
from pipeline.dead_letter import DeadLetter, Failure
from pipeline.envelope import Coordinate, Envelope
from pipeline.errors import KafkaUnavailable
from pipeline.kafka import reader
from pipeline.ops import monitor, status
from pipeline.ops.dead_letters import DeadLetters
from pipeline.settings import Kafka, Settings

NOW_MS = 4_000_000_000_000


class Consumer:
    """As much of a kafka-python consumer on one partition as matters here; ``silent`` ones return nothing."""

    def __init__(self, records: list, silent: bool = False) -> None:
        self.records, self.silent = records, silent
        self.place, self.given = 0, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def partitions_for_topic(self, topic):
        return {0}

    def assign(self, partitions):
        pass

    def seek(self, partition, offset):
        self.place = offset

    def position(self, partition):
        return self.place

    def beginning_offsets(self, partitions):
        return dict.fromkeys(partitions, 0)

    def end_offsets(self, partitions):
        return dict.fromkeys(partitions, len(self.records))

    def poll(self, timeout_ms, max_records=100):
        if self.silent or self.place >= len(self.records):
            return {}
        found = self.records[self.place :][:max_records]
        self.place += len(found)
        self.given += len(found)
        return {TopicPartition(topics.DEAD, 0): found}


def letter(offset: int, key: bytes, value: bytes | None, timestamp: int = NOW_MS):
    headers = [("stage", b"parse")]
    return SimpleNamespace(
        topic=topics.DEAD, partition=0, offset=offset, key=key, value=value, headers=headers, timestamp=timestamp
    )


@pytest.fixture
def kafka(monkeypatch):
    """A topic whose messages the test sets."""
    consumer = Consumer([])
    monkeypatch.setattr(reader, "consumer", lambda kafka, **_: consumer)
    return consumer


class TestDeadLetters:
    def test_each_look_reads_only_what_came_since_the_last(self, kafka):
        dead_letters = DeadLetters(Kafka())
        kafka.records = [letter(0, b"a", b"1"), letter(1, b"b", b"2")]
        assert [each.id for each in dead_letters.unresolved()] == ["a", "b"]
        kafka.records += [letter(2, b"a", None), letter(3, b"c", b"3")]
        assert [each.id for each in dead_letters.unresolved()] == ["b", "c"]
        assert dead_letters.unresolved()
        assert kafka.given == 4

    def test_their_bytes_are_not_kept(self, kafka):
        kafka.records = [letter(0, b"a", b"x" * 1_000_000)]
        (found,) = DeadLetters(Kafka()).unresolved()
        assert (found.size, found.place) == (1_000_000, Coordinate(topics.DEAD, 0, 0))
        assert "x" * 100 not in repr(found)

    def test_one_older_than_they_are_kept_is_forgotten(self, kafka):
        kafka.records = [letter(0, b"a", b"1", timestamp=0)]
        assert DeadLetters(Kafka()).unresolved() == []

    def test_one_without_its_bytes_says_where_they_are(self):
        pairs = (("omitted", b"9 bytes at wire.raw/1/7"),)
        found = DeadLetter.of(Envelope(Coordinate(topics.DEAD, 0, 0), b"a", b"", pairs))
        assert found.place == Coordinate(topics.RAW, 1, 7)

    @pytest.mark.parametrize(
        "forged", [b"9 bytes at nowhere", b"9 bytes at wire.raw/x/7", b"9 bytes at unknown/0/1", b"\xff", b" at "]
    )
    def test_one_that_says_nonsense_of_where_they_are_stands_for_itself(self, forged):
        at = Coordinate(topics.DEAD, 0, 3)
        assert DeadLetter.of(Envelope(at, b"a", b"", (("omitted", forged),))).place == at

    def test_one_has_its_item_s_own_headers_beside_those_of_the_failure(self):
        failure = Failure("parse", "UnreadableItem", "no story in it", "wire.raw/0/3@1", "wire.raw")
        pairs = (("uri", b"u"), ("x-other", b"\xff"), *failure.pairs())
        found = DeadLetter.of(Envelope(Coordinate(topics.DEAD, 0, 3), b"a", b"item", pairs))
        assert (found.item, found.failure) == (pairs[:2], dataclasses.replace(failure, omitted=""))


class TestReading:
    def test_a_topic_that_gives_nothing_more_is_not_waited_for_without_end(self, kafka, monkeypatch):
        monkeypatch.setattr(reader, "_CATCHING_UP", 0.0)
        kafka.records, kafka.silent = [letter(0, b"a", b"1")], True
        with pytest.raises(KafkaUnavailable, match="no message came"):
            list(reader.read(Kafka(), topics.DEAD))

    def test_a_message_that_is_slow_to_come_is_not_gone(self, kafka, monkeypatch):
        monkeypatch.setattr(reader, "_FETCHING", 0.01)
        kafka.records, kafka.silent = [letter(0, b"a", b"1")], True
        with pytest.raises(KafkaUnavailable, match="did not come"):
            reader.fetch_all(Kafka(), [Coordinate(topics.DEAD, 0, 0)])

    @pytest.mark.parametrize("place", [Coordinate(topics.DEAD, 0, 5), Coordinate(topics.DEAD, 7, 0)])
    def test_one_that_is_beyond_the_topic_is_gone(self, kafka, place):
        kafka.records = [letter(0, b"a", b"1")]
        assert reader.fetch_all(Kafka(), [place]) == []


def test_however_many_look_the_servers_are_asked_once_in_a_while(monkeypatch):
    asked = []
    monkeypatch.setattr(status, "_gather", lambda *_: (asked.append(1) or {"stories": 3}, []))
    one = status.Status(Settings(), SimpleNamespace(kafka=Kafka()))
    assert [one.gather()["stories"] for _ in range(20)] == [3] * 20
    assert len(asked) == 1
    one.invalidate()
    one.gather()
    assert len(asked) == 2


def test_a_connection_that_says_nothing_keeps_no_probe_waiting():
    taken = monitor.serve("127.0.0.1", 0, CollectorRegistry())
    with (
        socket.create_connection(("127.0.0.1", taken)),
        urllib.request.urlopen(f"http://127.0.0.1:{taken}/health", timeout=5) as answer,
    ):
        assert answer.status == 200
