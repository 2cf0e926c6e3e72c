"""Times people write, and the question put to Elasticsearch."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import ConfigurationError
from pipeline.search.query import HIGHLIGHTED, marking, request
from pipeline.search.question import Question
from pipeline.search.times import moment
from tests.conftest import NOON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024-05-01T10:00+02:00", datetime(2024, 5, 1, 8, tzinfo=UTC)),
        ("24h", NOON - timedelta(hours=24)),
        ("last 7 d", NOON - timedelta(days=7)),
        ("now", NOON),
        ("today", NOON.replace(hour=0)),
    ],
)
def test_times(text, expected):
    assert moment(text, NOON) == expected


@pytest.mark.parametrize("text", ["", "soon", "999999w", "2024-13-01"])
def test_what_is_no_time_is_told(text):
    with pytest.raises(ConfigurationError, match="not a time"):
        moment(text, NOON)


def test_without_a_query_the_newest_come_first():
    assert list(request(Question())["sort"][0]) == ["versioncreated"]
    assert list(request(Question(query="x"))["sort"][0]) == ["_score"]


def test_filters_on_quotes_look_into_their_story():
    asked = request(Question(quotes=True, place=("Lima",), since=NOON))
    filters = asked["query"]["bool"]["filter"]
    assert filters[0]["multi_match"]["fields"] == ["story.places.text"]
    assert filters[1]["range"] == {"story.versioncreated": {"gte": NOON.isoformat()}}


def test_what_matched_is_not_looked_for_in_bodies_that_are_too_long():
    hits = [{"_id": "a", "_source": {"body": "x"}}, {"_id": "b", "_source": {"body": "x" * (HIGHLIGHTED + 1)}}]
    asked = marking(Question(query="x"), hits)
    assert asked["query"]["bool"]["filter"] == [{"ids": {"values": ["a"]}}]
