"""What a worker counts, and how it reports that."""

import time

import pytest
from prometheus_client import generate_latest

from pipeline.errors import PermanentError
from pipeline.index.metrics_recorder import METRICS
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
        document = metrics.document()
        assert document["events"] == 4
        assert document["story_seconds"]["p50"] == pytest.approx(4, abs=0.5)
        text = generate_latest(metrics.registry).decode()
        assert 'wire_stage_events_total{outcome="indexed",stage="index"} 3.0' in text
        assert 'wire_story_latency_seconds_count{stage="index"} 3.0' in text

    def test_an_increase_and_a_rate_are_those_since_the_last_document_that_was_recorded(self, metrics):
        metrics.event_ended("indexed", time.time(), None)
        metrics.dead_letter("MalformedItem")
        lost, document = metrics.document(), metrics.document()
        assert document["increase"] == lost["increase"]
        assert (document["increase"]["events"], document["increase"]["dead_letters"]) == (1, 1)
        assert document["events_per_second"] > 0
        metrics.recorded(document)
        later = metrics.document()
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
        assert metrics.document()["waiting"] == "it is away"
        metrics.event_ended("indexed", time.time(), None)
        assert "waiting" not in metrics.document()

    def test_a_document_has_the_fields_of_its_index_alone(self, metrics):
        metrics.server_unavailable("elasticsearch", "it is away")
        metrics.event_ended("indexed", time.time(), time.time())
        metrics.server_unavailable("elasticsearch", "it is away")
        assert set(metrics.document()) | {"@timestamp", "process"} == set(METRICS.fields)
