"""What the Kafka clients return, with our patches."""

import asyncio
from collections import OrderedDict
from functools import partial
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from kafka.errors import KafkaTimeoutError
from kafka.record import MemoryRecords
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from kafka.record.legacy_records import LegacyRecordBatchBuilder

from pipeline.errors import KafkaUnavailable
from pipeline.kafka.header_names import accept_any_name
from pipeline.kafka.sender import Sender
from pipeline.settings import Kafka
from pipeline.workers.runtime import faust_patches
from tests.raw_name import RawName

HEADERS = (
    [("a", b"1")],
    [(RawName(b"\xff\xfe"), b"2"), ("b", b"3")],
    [],
    [(RawName(b"\xc3"), b"4")],
)
EXPECTED = [
    (offset, b"key", b"value", headers)
    for offset, headers in enumerate([[("a", b"1")], [(r"\xff\xfe", b"2"), ("b", b"3")], [], [(r"\xc3", b"4")]] * 2)
]


@pytest.fixture(params=[DefaultRecordBatch.CODEC_NONE, DefaultRecordBatch.CODEC_GZIP], ids=["plain", "gzip"])
def content(request):
    """A fetched answer of two equal batches."""
    return b"".join(_batch(first, request.param, HEADERS) for first in (0, len(HEADERS)))


def _batch(first, compression, messages):
    builder = DefaultRecordBatchBuilder(2, compression, *(0, -1, -1, -1), 1 << 16)
    for number, headers in enumerate(messages):
        builder.append(number, 0, b"key", b"value", headers)
    batch = bytearray(builder.build())
    # The checksum does not cover the batch's first offset.
    batch[:8] = first.to_bytes(8, "big")
    return bytes(batch)


@pytest.fixture
def faust_records(monkeypatch):
    """Return the class that reads a fetched answer in Faust."""
    monkeypatch.setattr(fetcher, "MemoryRecords", fetcher.MemoryRecords)
    faust_patches.read_any_header()
    return fetcher.MemoryRecords


class TestHeaderNames:
    def test_faust_reads_names_that_are_not_utf_8(self, faust_records, content):
        records = faust_records(content)
        assert (records.has_next(), records.size_in_bytes()) == (True, len(content))
        fetched = fetcher.PartitionRecords(
            TopicPartition("wire.raw", 0), records, [], 0, None, None, check_crcs=True, isolation_level=0
        )
        assert [(each.offset, each.key, each.value, list(each.headers)) for each in fetched] == EXPECTED

    @pytest.mark.parametrize("magic", [0, 1])
    def test_messages_of_the_formats_without_headers_are_read(self, faust_records, magic):
        builder = LegacyRecordBatchBuilder(magic, 0, 1 << 16)
        for offset in range(3):
            builder.append(offset, 0, b"key", b"value")
        records = faust_records(bytes(builder.build()))
        found = []
        while records.has_next():
            found += [(each.offset, each.key, each.value) for each in records.next_batch()]
        assert found == [(offset, b"key", b"value") for offset in range(3)]

    def test_an_empty_answer_is_empty(self, faust_records):
        assert not any(faust_records(content).has_next() for content in (None, b""))

    def test_kafka_python_reads_them_too(self, content):
        accept_any_name(DefaultRecordBatch)
        records, found = MemoryRecords(content), []
        while batch := records.next_batch():
            found += [(each.offset, each.key, each.value, each.headers) for each in batch]
        assert found == EXPECTED


class TestRoundRobin:
    """``Fetcher`` and its results are aiokafka's; only its subscriptions are not."""

    PARTITIONS = [TopicPartition(topic, n) for topic in ("wire.raw", "wire.urgent.raw") for n in range(3)]

    @pytest.fixture
    def take(self, monkeypatch):
        """Return a few fetched messages, by topic and partition."""
        monkeypatch.setattr(fetcher.Fetcher, "fetched_records", fetcher.Fetcher.fetched_records)
        faust_patches.read_round_robin()
        client = fetcher.Fetcher.__new__(fetcher.Fetcher)
        client._subscriptions = SimpleNamespace(reassignment_in_progress=False)
        client._records = OrderedDict((tp, _fetched(tp)) for tp in self.PARTITIONS)
        client._wait_consume_future = None
        return lambda most: asyncio.run(client.fetched_records((), max_records=most))

    def test_urgent_messages_come_first(self, take):
        first, rest = [take(3) for _ in range(4)], [take(3) for _ in range(4)]
        assert {tp.topic for taken in first for tp in taken} == {"wire.urgent.raw"}
        assert {tp.topic for taken in rest for tp in taken} == {"wire.raw"}
        assert take(3) == {}

    def test_no_partition_waits_until_another_is_empty(self, take):
        assert [tp.partition for _ in range(6) for tp in take(2)] == [0, 1, 2, 0, 1, 2]


def _fetched(tp):
    """Return four fetched messages of a partition."""
    state = SimpleNamespace(paused=False, position=0)
    state.consumed_to = partial(setattr, state, "position")
    assignment = SimpleNamespace(active=True, state_value=lambda _: state)
    records = fetcher.MemoryRecords(_batch(0, DefaultRecordBatch.CODEC_NONE, [[]] * 4))
    partition = fetcher.PartitionRecords(tp, records, [], 0, None, None, check_crcs=True, isolation_level=0)
    return fetcher.FetchResult(tp, assignment=assignment, partition_records=partition, backoff=0)


def test_what_went_wrong_is_said_although_closing_at_once_fails_too(monkeypatch):
    producer = Mock()
    producer.flush.side_effect = producer.close.side_effect = KafkaTimeoutError("in flight")
    monkeypatch.setattr("pipeline.kafka.sender.KafkaProducer", lambda **_: producer)
    with (
        pytest.raises(KafkaUnavailable, match="does not respond"),
        Sender(Kafka(bootstrap_servers="127.0.0.1:1")) as sender,
    ):
        sender.finish()
    producer.close.assert_called_once_with(timeout=0)
