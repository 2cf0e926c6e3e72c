"""When a worker is stuck, and when it waits for a reason."""

import pytest

from pipeline.errors import KafkaUnavailable
from pipeline.settings import Kafka
from pipeline.topics import INDEX
from pipeline.workers.runtime import stall_detection
from pipeline.workers.runtime.metrics import WorkerMetrics
from pipeline.workers.runtime.stall_detection import StallDetector, StallWatch

PATIENCE = 60
URGENT = ("wire.urgent.annotated", 0)


def looks(*, ours=(0, 1), steps=None, waiting=lambda n: {0: 5}, count=8, every=20):
    """Return the detector's result for each check."""
    detector = StallDetector(PATIENCE)
    return [
        detector.check(n * every, placed(waiting(n)), [*placed(dict.fromkeys(ours, 0))], (steps or (lambda _: 7))(n))
        for n in range(count)
    ]


def placed(offsets):
    """Return the offsets of partitions of ``wire.annotated``."""
    return {("wire.annotated", number): offset for number, offset in offsets.items()}


def beside_urgent(others):
    """Return the results of 80 checks for a routine partition that stands, and others whose offsets are given."""
    detector, routine = StallDetector(PATIENCE), ("wire.annotated", 1)
    return [detector.check(n * 20, {routine: 5, **others(n)}, [routine, URGENT], n) for n in range(80)]


class TestStallDetector:
    def test_a_worker_that_does_nothing_while_messages_wait_is_stuck(self):
        said = looks()
        assert said[:4] == [None] * 4
        assert "80 s" in said[4]

    def test_one_whose_offsets_advance_is_alive(self):
        assert not any(looks(waiting=lambda n: {0: n}))

    def test_one_without_work_is_alive(self):
        assert not any(looks(waiting=lambda n: {}))

    def test_one_that_says_why_it_waits_is_alive(self):
        assert not any(looks(steps=lambda n: n))

    def test_what_waits_for_others_does_not_concern_it(self):
        assert not any(looks(waiting=lambda n: {3: 5}))

    def test_one_without_partitions_is_stuck_where_nobody_gets_on(self):
        assert looks(ours=())[-1]
        assert not any(looks(ours=(), waiting=lambda n: {0: n, 1: 5}))

    def test_a_partition_that_is_left_out_is_found_later(self):
        said = looks(waiting=lambda n: {0: n, 1: 5}, count=40)
        assert "wire.annotated/1 has stood at 5" in said[-1]
        assert not any(said[:30])

    def test_a_routine_partition_may_stand_while_urgent_messages_go_first(self):
        assert not any(beside_urgent(lambda n: {URGENT: n}))

    def test_it_is_found_if_it_stands_whenever_no_urgent_message_waits(self):
        said = beside_urgent(lambda n: {URGENT: n} if n % 2 else {})
        assert said[-1].startswith("wire.annotated/1 has stood at 5")
        assert not any(said[:60])

    def test_an_urgent_partition_that_is_left_out_is_found(self):
        said = beside_urgent(lambda n: {URGENT: 5, ("wire.annotated", 1): n})
        assert said[-1].startswith("wire.urgent.annotated/0 has stood at 5")

    def test_while_the_broker_is_away_nobody_is_stuck(self):
        detector = StallDetector(PATIENCE)
        detector.check(0, placed({0: 5}), (("wire.annotated", 0),), 7)
        detector.reset(100)
        assert detector.check(110, placed({0: 5}), (("wire.annotated", 0),), 7) is None
        assert detector.check(200, placed({0: 5}), (("wire.annotated", 0),), 7)


class TestStallWatch:
    @pytest.mark.parametrize("error", [KafkaUnavailable("away"), ZeroDivisionError("a bug")])
    def test_a_broker_that_cannot_be_asked_is_no_stall_and_ends_no_watch(self, monkeypatch, error):
        def fail(*_):
            raise error

        monkeypatch.setattr(stall_detection, "lag", fail)
        watch = StallWatch(INDEX, Kafka(), WorkerMetrics("index"), set, PATIENCE)
        assert [watch.check_once() for _ in range(3)] == [None] * 3
