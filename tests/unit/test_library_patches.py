"""What is wrong in the libraries as they are, and no longer with our patches.

A test named ``…_unpatched`` fails when the library no longer has the fault: then remove the patch.
"""

import asyncio
import importlib.util
import inspect
import socket
import ssl
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from functools import partial
from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock

import aiokafka.errors
import httpx
import mode
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch as FastBatch
from faust.transport.consumer import Consumer
from kafka import KafkaAdminClient
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.net.manager import KafkaConnectionManager
from kafka.record import MemoryRecords
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from kafka.record.legacy_records import LegacyRecordBatchBuilder
from mode.utils.queues import FlowControlEvent, FlowControlQueue
from spacy.lang.en import English
from thinc.api import NumpyOps

from pipeline.errors import ConfigurationError, KafkaUnavailable
from pipeline.kafka import aiokafka_patches, client
from pipeline.kafka.kafka_python_patches import accept_any_name, ask_at_once
from pipeline.kafka.sender import Sender
from pipeline.reading import spacy_patches
from pipeline.reading.chunk_tokenizer import ChunkTokenizer
from pipeline.settings import Kafka
from pipeline.workers.runtime import faust_patches
from tests.raw_name import RawName
from tests.servers.certificates import Authority

RAW = TopicPartition("wire.raw", 0)


class TestRejectedCommit:
    """The broker rejects the commit of offset 5, while 2 is committed."""

    @pytest.fixture
    def consumer(self, monkeypatch):
        monkeypatch.setattr(Consumer, "_commit_offsets", Consumer._commit_offsets)
        app = SimpleNamespace(producer=AsyncMock(), monitor=Mock(), tables=Mock())
        return SimpleNamespace(
            app=app, log=Mock(), in_transaction=False, assignment=lambda: {RAW}, _commit=AsyncMock(return_value=False),
            _committed_offset={RAW: 2}, _acked={RAW: []}, _acked_index={RAW: set()},
        )  # fmt: skip

    def test_is_recorded_as_committed_unpatched(self, consumer):
        asyncio.run(Consumer._commit_offsets(consumer, {RAW: 5}))
        assert consumer._committed_offset == {RAW: 5}

    def test_is_repeated_with_the_next_one(self, consumer):
        faust_patches.keep_failed_commits()
        assert not asyncio.run(Consumer._commit_offsets(consumer, {RAW: 5}))
        assert (consumer._committed_offset, consumer._acked) == ({RAW: 2}, {RAW: [2, 3, 4]})


class TestFullQueue:
    def paused(self) -> bool:
        """Return whether the partition of a queue for two is paused before it is full."""
        queue, pause = FlowControlQueue(maxsize=2, flow_control=FlowControlEvent()), Mock()
        for number in range(2):
            queue.put_nowait_enhanced(number, on_pressure_high=pause, on_pressure_drop=Mock())
        return pause.called

    def test_pauses_its_partition_and_then_sleeps_a_second_unpatched(self):
        consumer = SimpleNamespace(
            app=SimpleNamespace(client_only=False), flow_active=True, not_waiting_next_records=Mock(),
            _get_active_partitions=set, sleep=AsyncMock(),
        )  # fmt: skip
        asyncio.run(Consumer._wait_next_records(consumer, timeout=0.0))
        consumer.sleep.assert_awaited_once_with(1)
        assert self.paused()

    def test_is_waited_for(self, monkeypatch):
        monkeypatch.setattr(FlowControlQueue, "pressure_high_ratio", FlowControlQueue.pressure_high_ratio)
        faust_patches.never_pause()
        assert not self.paused()


class Slow(mode.Service):
    """A service that takes until ``over`` to start or to stop."""

    def __init__(self, at: str, over: asyncio.Event) -> None:
        self._at, self._over = at, over
        self.is_started = False
        super().__init__()

    async def on_start(self) -> None:
        self.is_started = True
        if self._at == "start":
            await self._over.wait()

    async def on_stop(self) -> None:
        if self._at == "stop":
            await self._over.wait()


class Quiet(mode.Worker):
    """A worker that leaves the process's signals alone."""

    def install_signal_handlers(self) -> None:
        pass


class TestWorker:
    """Faust's worker is one of mode's; what is patched is mode's part of it."""

    def test_starts_one_app_after_the_other_unpatched(self):
        assert asyncio.run(self.begin("start")) == [True, False]

    def test_waits_for_its_apps_to_stop_without_a_deadline_unpatched(self):
        assert asyncio.run(self.begin("stop", Quiet.stop)) == [True, True]

    @staticmethod
    async def begin(at: str, then: Callable[[Quiet], Awaitable[None]] | None = None) -> list[bool]:
        """Return which apps are started when nothing more happens, and the worker is still at it."""
        over = asyncio.Event()
        apps = [Slow(at, over), Slow(at, over)]
        worker = Quiet(*apps, override_logging=False, redirect_stdouts=False, daemon=False)
        at_it = asyncio.create_task(worker.start())
        if then:
            await at_it
            at_it = asyncio.create_task(then(worker))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not at_it.done()
        started = [app.is_started for app in apps]
        over.set()
        await at_it
        return started

    def test_starts_all_apps_at_once(self, monkeypatch):
        started = []
        monkeypatch.setattr(faust_patches.Worker, "__init__", lambda *_, **__: None)
        monkeypatch.setattr(faust_patches.Worker, "on_start", AsyncMock())
        worker = faust_patches.DrainingWorker(["first", "second", "third"])
        monkeypatch.setattr(worker, "add_runtime_dependency", lambda app: app, raising=False)
        monkeypatch.setattr(worker, "add_future", started.append, raising=False)
        asyncio.run(worker.on_start())
        assert started == ["second", "third"]

    @pytest.mark.parametrize("told", ["_on_sigint", "_on_sigterm"])
    def test_is_ended_if_it_does_not_stop(self, monkeypatch, told):
        timer, scheduled = Mock(), Mock()
        monkeypatch.setattr(faust_patches.threading, "Timer", timer)
        monkeypatch.setattr(mode.Worker, "_schedule_shutdown", scheduled)
        monkeypatch.setattr(mode.Worker, "carp", Mock())
        worker = faust_patches.DrainingWorker.__new__(faust_patches.DrainingWorker)
        worker.spinner = None
        getattr(worker, told)()
        timer.assert_called_once_with(faust_patches.DRAIN, faust_patches.os._exit, (1,))
        timer.return_value.start.assert_called_once()
        scheduled.assert_called_once()


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


def unpatched(module: str) -> object:
    """Return a module as nobody has patched it."""
    spec = importlib.util.find_spec(module)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def faust_records(monkeypatch):
    """Return the class that reads a fetched answer in Faust."""
    monkeypatch.setattr(fetcher, "MemoryRecords", fetcher.MemoryRecords)
    aiokafka_patches.read_any_header()
    return fetcher.MemoryRecords


class TestHeaderNames:
    @pytest.mark.parametrize(
        "batch",
        [
            FastBatch,
            unpatched("aiokafka.record.default_records")._DefaultRecordBatchPy,
            unpatched("kafka.record.default_records").DefaultRecordBatch,
        ],
        ids=["aiokafka", "aiokafka in Python", "kafka-python"],
    )
    def test_one_that_is_not_utf_8_is_an_error_unpatched(self, batch, content):
        with pytest.raises((UnicodeDecodeError, KafkaError, aiokafka.errors.KafkaError), match="invalid start byte"):
            list(batch(content[: len(content) // 2]))

    def test_faust_reads_names_that_are_not_utf_8(self, faust_records, content):
        records = faust_records(content)
        assert (records.has_next(), records.size_in_bytes()) == (True, len(content))
        fetched = fetcher.PartitionRecords(RAW, records, [], 0, None, None, check_crcs=True, isolation_level=0)
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
        client = fetcher.Fetcher.__new__(fetcher.Fetcher)
        client._subscriptions = SimpleNamespace(reassignment_in_progress=False)
        client._records = OrderedDict((tp, _fetched(tp)) for tp in self.PARTITIONS)
        client._wait_consume_future = None
        return lambda most: asyncio.run(client.fetched_records((), max_records=most))

    def test_a_partition_waits_until_the_one_before_is_empty_unpatched(self, take):
        assert [tp for _ in range(4) for tp in take(2)] == [RAW, RAW, *[TopicPartition("wire.raw", 1)] * 2]

    def test_urgent_messages_come_first(self, take):
        aiokafka_patches.read_round_robin()
        first, rest = [take(3) for _ in range(4)], [take(3) for _ in range(4)]
        assert {tp.topic for taken in first for tp in taken} == {"wire.urgent.raw"}
        assert {tp.topic for taken in rest for tp in taken} == {"wire.raw"}
        assert take(3) == {}

    def test_no_partition_waits_until_another_is_empty(self, take):
        aiokafka_patches.read_round_robin()
        assert [tp.partition for _ in range(6) for tp in take(2)] == [0, 1, 2, 0, 1, 2]


def _fetched(tp):
    """Return four fetched messages of a partition."""
    state = SimpleNamespace(paused=False, position=0)
    state.consumed_to = partial(setattr, state, "position")
    assignment = SimpleNamespace(active=True, state_value=lambda _: state)
    records = fetcher.MemoryRecords(_batch(0, DefaultRecordBatch.CODEC_NONE, [[]] * 4))
    partition = fetcher.PartitionRecords(tp, records, [], 0, None, None, check_crcs=True, isolation_level=0)
    return fetcher.FetchResult(tp, assignment=assignment, partition_records=partition, backoff=0)


class TestUntrustedBroker:
    """A broker whose certificate is not trusted."""

    @pytest.fixture(scope="class")
    @classmethod
    def kafka(cls, tmp_path_factory):
        certificate, key = Authority(tmp_path_factory.mktemp("broker")).sign("broker")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        context.wrap_socket(connection, server_side=True)

        with closing(socket.create_server(("127.0.0.1", 0))) as server:
            threading.Thread(target=accept, daemon=True).start()
            yield Kafka(
                bootstrap_servers=f"127.0.0.1:{server.getsockname()[1]}", security_protocol="SSL", delivery_timeout=0.2
            )

    def test_is_taken_for_one_that_does_not_respond_unpatched(self, kafka):
        with pytest.raises(KafkaTimeoutError, match="Unable to bootstrap"):
            KafkaAdminClient(**client.options(kafka))

    def test_is_said_to_be_untrusted(self, kafka):
        with pytest.raises(ConfigurationError, match="certificate that is not trusted"), client.admin(kafka):
            pass


class TestTopicLookUp:
    @pytest.fixture
    def cluster(self):
        return KafkaConnectionManager(Mock(), retry_backoff_ms=5).cluster

    def test_waits_whatever_the_setting_says_unpatched(self, cluster):
        assert cluster.config["retry_backoff_ms"] == 100

    def test_begins_at_once(self, cluster):
        ask_at_once(SimpleNamespace(_cluster=cluster))
        assert cluster.config["retry_backoff_ms"] < 10


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


def test_httpx_takes_nothing_that_could_guard_its_connections_unpatched():
    assert "network_backend" not in inspect.signature(httpx.AsyncHTTPTransport).parameters


class TestParser:
    def test_multiplies_with_blis_whatever_its_setting_says_unpatched(self, english, monkeypatch):
        asked = []
        parser, docs = self.read(english)
        monkeypatch.setattr(NumpyOps, "cblas", lambda ops, cblas=NumpyOps.cblas: asked.append(ops) or cblas(ops))
        parser.predict(docs)
        assert [ops.use_blis for ops in asked] == [False]

    def test_parses_the_same(self, english):
        parser, ours = self.read(english)
        _, theirs = self.read(english)
        spacy_patches.parse(parser, ours)
        parser.set_annotations(theirs, parser.predict(theirs))
        for one, other in zip(ours, theirs, strict=True):
            assert [(word.head.i, word.dep_) for word in one] == [(word.head.i, word.dep_) for word in other]

    @staticmethod
    def read(english):
        """Return the parser, and documents that the encoder has read."""
        docs = [
            english.reader.nlp.make_doc(text)
            for text in ("Kofi Annan said so.\n", "Troops killed 12 rebels, police said.\n")
        ]
        for doc, rows in zip(docs, english.reader._encoder(docs), strict=True):
            doc.tensor = rows
        return english.reader.nlp.get_pipe("parser"), docs


class TestTokenizer:
    """In a memory zone, the same word three times."""

    @pytest.fixture
    def searched(self):
        """Return the tokenizer of a language, and what it searches for affixes."""
        language, searched = English(), []
        search = language.tokenizer.prefix_search
        language.tokenizer.prefix_search = lambda text: searched.append(text) or search(text)
        searched.clear()
        return language, searched

    def test_searches_each_for_affixes_unpatched(self, searched):
        language, words = searched
        with language.memory_zone():
            language.make_doc("Mogadishu Mogadishu Mogadishu")
        assert words == ["Mogadishu"] * 3

    def test_searches_it_once(self, searched):
        language, words = searched
        with language.memory_zone():
            ChunkTokenizer(language)("Mogadishu Mogadishu Mogadishu")
        assert words == ["Mogadishu"]
