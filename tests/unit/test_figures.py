"""What a worker counts, and what it makes of it."""

import time

import pytest
from prometheus_client import generate_latest

from pipeline.errors import ElasticsearchAway
from pipeline.index.templates import FIGURES
from pipeline.workers.figures import Figures


@pytest.fixture
def figures() -> Figures:
    return Figures("index")


class TestFigures:
    def test_what_ends_is_counted_by_how_and_timed_from_the_door(self, figures):
        now = time.time()
        for _ in range(3):
            figures.settled("indexed", now - 0.2, now - 4)
        figures.settled("dead", now, None)
        told = figures.document()
        assert told["events"] == 4
        assert told["story_seconds"]["p50"] == pytest.approx(4, abs=0.5)
        text = generate_latest(figures.registry).decode()
        assert 'wire_events_total{outcome="indexed",stage="index"} 3.0' in text
        assert 'wire_story_seconds_count{stage="index"} 3.0' in text

    def test_a_rate_is_that_since_the_last_document(self, figures):
        figures.settled("indexed", time.time(), None)
        assert figures.document()["events_per_second"] > 0
        assert figures.document()["events_per_second"] == 0

    def test_waiting_for_a_server_is_a_pulse_and_stands_in_the_document_until_something_is_done(self, figures):
        before = figures.pulse
        with pytest.raises(ElasticsearchAway), figures.noting():
            raise ElasticsearchAway("it is away")
        assert figures.pulse > before
        assert figures.document()["waiting"] == "it is away"
        figures.settled("indexed", time.time(), None)
        assert "waiting" not in figures.document()

    def test_a_document_has_the_fields_of_its_index_alone(self, figures):
        with pytest.raises(ElasticsearchAway), figures.noting():
            raise ElasticsearchAway("it is away")
        figures.settled("indexed", time.time(), time.time())
        with pytest.raises(ElasticsearchAway), figures.noting():
            raise ElasticsearchAway("it is away")
        assert set(figures.document()) | {"@timestamp", "process"} == set(FIGURES)
