"""Messages with header names that are not UTF-8, as both Kafka clients read them."""

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from kafka.record import MemoryRecords
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from pipeline.connect import kafka_client
from pipeline.workers.runtime import faust_patches
from tests.raw_name import RawName

GZIP = DefaultRecordBatch.CODEC_GZIP
HEADERS = (
    [("a", b"1")],
    [(RawName(b"\xff\xfe"), b"2"), ("b", b"3")],
    [],
    [(RawName(b"\xc3"), b"4")],
)


@pytest.fixture(params=[DefaultRecordBatch.CODEC_NONE, GZIP], ids=["plain", "gzip"])
def content(request):
    """A fetched answer of two equal batches."""
    return b"".join(_batch(first, request.param) for first in (0, len(HEADERS)))


def _batch(first, compression):
    builder = DefaultRecordBatchBuilder(2, compression, *(0, -1, -1, -1), 1 << 16)
    for number, headers in enumerate(HEADERS):
        builder.append(number, 0, b"key", b"value", headers)
    batch = bytearray(builder.build())
    # The checksum does not cover the batch's first offset.
    batch[:8] = first.to_bytes(8, "big")
    return bytes(batch)


EXPECTED = [
    (offset, b"key", b"value", headers)
    for offset, headers in enumerate([[("a", b"1")], [(r"\xff\xfe", b"2"), ("b", b"3")], [], [(r"\xc3", b"4")]] * 2)
]


def test_faust_s_client_reads_them(monkeypatch, content):
    monkeypatch.setattr(fetcher, "MemoryRecords", fetcher.MemoryRecords)
    faust_patches.read_any_header()
    records = fetcher.MemoryRecords(content)
    assert (records.has_next(), records.size_in_bytes()) == (True, len(content))
    fetched = fetcher.PartitionRecords(
        TopicPartition("wire.raw", 0), records, [], 0, None, None, check_crcs=True, isolation_level=0
    )
    assert [(each.offset, each.key, each.value, list(each.headers)) for each in fetched] == EXPECTED


def test_an_empty_answer_is_empty(monkeypatch):
    monkeypatch.setattr(fetcher, "MemoryRecords", fetcher.MemoryRecords)
    faust_patches.read_any_header()
    assert not any(fetcher.MemoryRecords(content).has_next() for content in (None, b""))


def test_kafka_python_reads_them(content):
    assert kafka_client.DefaultRecordBatch is DefaultRecordBatch
    records, found = MemoryRecords(content), []
    while batch := records.next_batch():
        found += [(each.offset, each.key, each.value, each.headers) for each in batch]
    assert found == EXPECTED
