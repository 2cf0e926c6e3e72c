"""What the status says first: whether all is well, and what to do if not; and the plots of the last day."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import topics
from pipeline.ops import verdict
from pipeline.ops.history import EVERY, History, Series
from pipeline.web.templating import plotted

FEED = {"name": "afp", "silent": False, "items": 9}


def state(**changes: Any) -> dict[str, Any]:
    """Return the state of an installation in which all is well, with these changes."""
    up = {"state": "up", "address": "here"}
    return {
        "kafka": up,
        "elasticsearch": {**up, "disk_free": 0.6},
        "lag": dict.fromkeys(topics.STAGES, 0),
        "processes": [{"stage": stage, "process": stage} for stage in topics.STAGES],
        "feeds": [FEED],
        "stories": 1_234,
        "dead": 0,
        "orders": [],
    } | changes


def said(**changes: Any) -> list[str]:
    return [each.what for each in verdict.problems(state(**changes))]


def test_where_all_is_well_one_sentence_says_so():
    assert verdict.problems(state()) == []
    assert verdict.sentence(state(), []) == (
        "All is well: 1,234 stories are searchable, 1 feed sends, and nothing waits for you."
    )


AWAY = {"state": "away", "address": "kafka:9092", "reason": "no answer"}
FULL = {"state": "read-only", "address": "here", "reason": "wire-stories has index.blocks.write"}


@pytest.mark.parametrize(
    ("changes", "what", "todo"),
    [
        ({"kafka": AWAY}, "Kafka does not respond", "kafka:9092"),
        ({"elasticsearch": FULL}, "Elasticsearch refuses writes", "index.blocks.write"),
        (
            {"elasticsearch": {"state": "up", "address": "here", "disk_free": 0.07}},
            "Elasticsearch has 7% of its disk free", "add a node",
        ),
        (
            {"processes": [], "lag": {"annotate": 2, "index": 0}},
            "2 messages wait for annotate, and no worker of it reports", "wire worker annotate",
        ),
        ({"waiting": {"index": "it is away"}}, "index waits: it is away", "by itself"),
        (
            {"oldest": {"stage": "annotate", "seconds": 600.0}},
            "The oldest item has waited 10 min for annotate", "add workers",
        ),
        ({"feeds": [{**FEED, "silent": True}]}, "The feed afp is silent", "sender"),
        (
            {"feeds": [{**FEED, "failures": 3, "error": "404"}]},
            "The feed afp failed 3 times in a row", "404",
        ),
        ({"dead": 1}, "1 item is in the dead-letter queue", "wire dead replay"),
        ({"orders": [{"command": "wire release u"}]}, "1 order waits for a person", "wire release u"),
    ],
)  # fmt: skip
def test_each_problem_is_named_with_what_to_do(changes, what, todo):
    (found,) = verdict.problems(state(**changes))
    assert found.what == what
    assert todo in found.todo
    assert verdict.sentence(state(**changes), [found]) == f"{what}."


def test_what_stops_everything_comes_first():
    assert said(kafka=AWAY, dead=3) == ["Kafka does not respond", "3 items are in the dead-letter queue"]
    problems = verdict.problems(state(kafka=AWAY, dead=3))
    assert verdict.sentence(state(kafka=AWAY, dead=3), problems) == "2 things need attention."


def test_a_short_wait_and_a_stage_without_messages_are_no_problem():
    assert said(oldest={"stage": "annotate", "seconds": 5.0}, processes=[]) == []


def test_what_is_unknown_is_no_problem():
    unknown = state(kafka=AWAY)
    for name in ("lag", "processes", "stories", "dead", "orders"):
        del unknown[name]
    assert [each.what for each in verdict.problems(unknown)] == ["Kafka does not respond"]


class TestPlot:
    def test_the_highest_value_is_at_the_top_and_nothing_at_the_bottom(self):
        assert plotted([0, 2, 1]) == "M0.000 1.000L0.000 1.000L0.500 0.000L1.000 0.500"

    def test_where_nothing_was_measured_is_a_gap(self):
        assert plotted([None, 1, None]) == "M0.500 0.000L0.500 0.000"
        assert plotted([None, None]) == ""

    @given(st.lists(st.none() | st.floats(0, 1e9), max_size=48))
    def test_every_value_is_drawn_within_the_plot(self, values):
        path = plotted(values)
        points = [pair.split() for pair in path.replace("M", "L").split("L")[1:]]
        assert len({x for x, _ in points}) == sum(value is not None for value in values)
        assert all(0 <= float(number) <= 1 for pair in points for number in pair)


def test_the_table_of_the_last_day_has_each_value_that_was_measured():
    at = [datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC) + EVERY]
    past = History(
        at, [Series("index", "lag", "messages", [None, 4.0]), Series("index", "rate", "events/s", [1.0, None])]
    )
    assert list(past.rows()) == [
        ("2026-05-01T00:30:00+00:00", "index", "lag", "messages", 4.0),
        ("2026-05-01T00:00:00+00:00", "index", "rate", "events/s", 1.0),
    ]
    assert [each.name for each in past.by_what()["index"]] == ["lag", "rate"]
