"""What a worker counts, and how it reports that."""

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from prometheus_client import generate_latest

from pipeline.errors import ElasticsearchUnavailable, PermanentError
from pipeline.feeds.feed_metrics import FeedRecords
from pipeline.feeds.feed_state import FeedState
from pipeline.feeds.freshness import Freshness
from pipeline.index.metrics_recorder import METRICS
from pipeline.locate import Servers
from pipeline.ops import recording
from pipeline.ops.recording import Process
from pipeline.ops.server_metrics import ServerMetrics
from pipeline.settings import Elasticsearch, Kafka
from pipeline.workers.runtime.metrics import WorkerMetrics


@pytest.fixture
def metrics() -> WorkerMetrics:
    return WorkerMetrics("index")


class TestWorkerMetrics:
    def test_outcomes_are_counted_and_timed_from_arrival(self, metrics):
        now = time.time()
        for _ in range(3):
            metrics.event_ended("indexed", now - 0.2, now - 4)
        metrics.event_ended("dead", now, None)
        (document,) = metrics.documents()
        assert document["events"] == 4
        assert document["story_seconds"]["p50"] == pytest.approx(4, abs=0.5)
        text = generate_latest(metrics.registry).decode()
        assert 'wire_stage_events_total{outcome="indexed",stage="index"} 3.0' in text
        assert 'wire_story_latency_seconds_count{stage="index"} 3.0' in text

    def test_an_increase_and_a_rate_are_those_since_the_last_document_that_was_recorded(self, metrics):
        metrics.event_ended("indexed", time.time(), None)
        metrics.dead_letter("MalformedItem")
        (lost,), (document,) = metrics.documents(), metrics.documents()
        assert document["increase"] == lost["increase"]
        assert (document["increase"]["events"], document["increase"]["dead_letters"]) == (1, 1)
        assert document["events_per_second"] > 0
        metrics.recorded([document])
        (later,) = metrics.documents()
        assert (later["events"], later["increase"]["events"], later["events_per_second"]) == (1, 0, 0)

    def test_the_first_dead_letter_of_an_error_is_an_increase(self, metrics):
        """A series that is born at 1 has none, so that ``increase()`` in an alert rule does not see it."""
        for kind in PermanentError.__subclasses__():
            series = f'wire_stage_dead_letters_total{{error="{kind.__name__}",stage="index"}} 0.0'
            assert series in generate_latest(metrics.registry).decode()

    def test_waiting_for_a_server_is_a_step_and_stands_in_the_document_until_something_is_done(self, metrics):
        before = metrics.steps
        metrics.server_unavailable("elasticsearch", "it is away")
        assert metrics.steps > before
        assert metrics.documents()[0]["waiting"] == "it is away"
        metrics.event_ended("indexed", time.time(), None)
        assert "waiting" not in metrics.documents()[0]

    def test_a_lag_that_was_not_measured_yet_is_none(self, metrics):
        assert "lag" not in metrics.documents()[0]
        metrics.standing(7, 3)
        assert (metrics.documents()[0]["lag"], metrics.documents()[0]["partitions"]) == (7, 3)


@pytest.fixture
def feed_state(tmp_path) -> Iterator[FeedState]:
    memory = FeedState(tmp_path)
    yield memory
    memory.close()


class TestFeedRecords:
    def test_a_feed_says_how_much_arrived_since_its_last_document(self, feed_state):
        def arrive(items: int) -> None:
            feed_state.record_freshness("afp", feed_state.freshness("afp").with_arrivals(items, time.time() - 60))

        arrive(5)
        records = FeedRecords((), feed_state, lambda: {"afp"})
        assert records.documents()[0]["increase"]["items"] == 0
        arrive(2)
        assert records.documents()[0]["increase"]["items"] == 2
        records.recorded(records.documents())
        arrive(1)
        (document,) = records.documents()
        assert (document["increase"]["items"], document["items"], document["silent"]) == (1, 8, False)
        assert document["silence"] == pytest.approx(60, abs=5)

    def test_it_is_one_of_those_that_the_process_takes_from(self, feed_state):
        feed_state.record_freshness("afp", Freshness(items=1))
        assert FeedRecords((), feed_state, set).documents() == []


def test_documents_have_the_fields_of_their_index_and_each_field_is_written(metrics, feed_state):
    metrics.standing(1, 1)
    metrics.event_ended("indexed", time.time(), time.time())
    metrics.server_unavailable("elasticsearch", "it is away")
    now = time.time()
    feed_state.record_freshness("afp", Freshness().with_arrivals(1, now - 9).with_arrivals(1, now).with_delay(1.0))
    feeds = FeedRecords((), feed_state, lambda: {"afp"})
    written = [*metrics.documents(), *feeds.documents(), *Process("serve").documents(), {"disk_free": 0.5}]
    fields = {name for document in written for name in document} | {"@timestamp", "process", "stopped"}
    assert fields == set(METRICS.fields)


class Writer:
    """A recorder that fails so many times."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.written = failures, []

    def record(self, documents: Sequence[dict[str, Any]]) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise ElasticsearchUnavailable("it is away")
        self.written += documents


class TestRecording:
    def test_the_last_document_says_that_the_process_stops(self, metrics):
        writer, stopping = Writer(), threading.Event()
        stopping.set()
        recording._record([metrics], writer, 60.0, stopping)
        assert [each["stopped"] for each in writer.written] == [True]

    def test_what_was_counted_while_elasticsearch_was_away_is_in_the_next_document(self, metrics):
        writer, stopping = Writer(failures=1), threading.Event()
        metrics.event_ended("indexed", time.time(), None)
        thread = threading.Thread(target=recording._record, args=([metrics], writer, 0.01, stopping))
        thread.start()
        while not writer.written:
            time.sleep(0.01)
        stopping.set()
        thread.join()
        assert sum(each["increase"]["events"] for each in writer.written) == 1


def test_a_scrape_gets_what_was_measured_last_and_asks_no_server(monkeypatch):
    metrics = ServerMetrics(Servers(Kafka(), Elasticsearch(hosts="http://127.0.0.1:9")))
    monkeypatch.setattr(metrics, "_lags", lambda: {"index": 7})
    monkeypatch.setattr(metrics, "_disk_free", lambda: 0.5)
    assert [sample for family in metrics.collect() for sample in family.samples] == []
    assert metrics.documents() == [{"stage": "index", "lag": 7}, {"disk_free": 0.5}]
    monkeypatch.setattr(metrics, "_lags", lambda: pytest.fail("a server was asked"))
    values = {sample.name: sample.value for family in metrics.collect() for sample in family.samples}
    assert values == {"wire_consumer_lag_messages": 7, "wire_elasticsearch_disk_free_ratio": 0.5}
