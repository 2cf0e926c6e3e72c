"""Parsing times, queries and filters; cursors; and the Elasticsearch requests made from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli import build_app
from pipeline.documents.event import EVENT
from pipeline.documents.kinds import KINDS, kind_asked_for
from pipeline.documents.quote import QUOTE
from pipeline.errors import ConfigurationError
from pipeline.search.cursor import Cursor, read
from pipeline.search.facets import histogram, step_of
from pipeline.search.filters import (
    CAPITALS,
    CODE,
    COUNTRY,
    FILTERS,
    LEAST,
    NAME,
    SHARE,
    SINCE,
    TOPIC,
    UNTIL,
    URGENCY,
    YES,
)  # fmt: skip
from pipeline.search.folding import folded
from pipeline.search.query_body import filters, search_body
from pipeline.search.search_query import SearchQuery, as_parameters, parse
from pipeline.search.times import parse_time
from pipeline.web.query_parameters import Parameters
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
    assert parse_time(text, NOON) == expected


@pytest.mark.parametrize("text", ["", "soon", "999999w", "2024-13-01"])
def test_an_unreadable_time_is_an_error(text):
    with pytest.raises(ConfigurationError, match="not a time"):
        parse_time(text, NOON)


def test_without_a_query_the_newest_come_first():
    assert list(search_body(SearchQuery())["sort"][0]) == ["versioncreated"]
    assert list(search_body(SearchQuery(query="x"))["sort"][0]) == ["_score"]


def test_filters_on_quotes_look_into_their_story():
    parse = search_body(SearchQuery("", QUOTE, {"place": "Lima", "since": NOON}))
    filters = parse["query"]["bool"]["filter"]
    assert filters[0]["multi_match"]["fields"] == ["story.places.text", "story.places_forms.text"]
    assert filters[1]["range"] == {"story.versioncreated": {"gte": "2024-05-16T12:00:00Z"}}


EARLY, LATE = (NOON.replace(tzinfo=None, year=year) for year in (1971, 2100))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters='"“”„«»', exclude_categories=["C", "Z"]), min_size=1)


VALUES = {NAME: NAMES, CODE: NAMES, CAPITALS: NAMES, COUNTRY: st.sampled_from(["TH", "Kenya", "asia"]),
          TOPIC: st.sampled_from(["sport", "politics"]), URGENCY: st.sampled_from(["1", "2-5"]),
          LEAST: st.integers(1, 999).map(str),
          YES: st.sampled_from(["yes", "no"]),
          SHARE: st.sampled_from(["0", "0.65", ".5", "1"]),
          SINCE: st.sampled_from(["2024-05-16", "2024-05-16T12:00Z"]),
          UNTIL: st.sampled_from(["2024-05-16"])}  # fmt: skip


class TestFilters:
    @given(st.data(), st.sampled_from(sorted(FILTERS)), st.sampled_from(KINDS))
    def test_one_among_the_words_is_the_one_beside_them(self, data, name, kind):
        row = FILTERS[name]
        value = data.draw(st.sampled_from(row.values.examples) if row.values.examples else VALUES[row.values])
        line = f'gas {name}:"{value}" -oil'
        if kind not in row.fields:
            with pytest.raises(ConfigurationError, match=f"only {row.where} have it"):
                parse(line, kind=kind)
            return
        found = parse(line, kind=kind)
        assert found == parse("gas -oil", {name: [value]}, kind)
        assert found.query == "gas -oil"
        # In brackets it stays among the words, and asks the same.
        (condition,) = search_body(parse(f'({name}:"{value}")', kind=kind))["query"]["bool"]["filter"][:1]
        (alone,) = FILTERS[name].condition(kind, found.filters[name])
        assert condition == alone

    def test_each_is_an_option_of_the_command_and_a_parameter_of_the_api(self):
        command = typer.main.get_command(build_app(["search"])).commands["search"]
        options = {option for each in command.params for option in each.opts}
        assert options >= {f"--{name.replace('_', '-')}" for name in FILTERS}
        assert set(Parameters.model_fields) >= FILTERS.keys()

    def test_the_line_says_the_last_word_on_one_that_has_one_value(self):
        found = parse("since:2024-06-01", {"since": "2024-05-01"})
        assert found.filters == {"since": ("2024-06-01T00:00:00Z",)}


@given(
    words=st.lists(st.text("abcdef", min_size=1), max_size=4),
    speaker=st.lists(NAMES, max_size=2, unique=True),
    kind=st.sampled_from(KINDS),
    since=st.none() | st.datetimes(timezones=st.just(UTC), min_value=EARLY),
    sort=st.sampled_from([None, "time", "relevance"]),
)
def test_an_address_asks_the_same_question_again(words, speaker, kind, since, sort):
    question = SearchQuery(" ".join(words), kind, {"speaker": speaker, "since": since}, sort)
    address = as_parameters(question)
    asked = kind_asked_for(dict.fromkeys(address, True))
    assert Parameters.model_validate(address).search_query(asked) == question


def test_what_looks_like_a_filter_inside_a_phrase_is_words():
    assert parse('"the speaker:house rose"').filters == {}
    assert parse("http://example.org/place:x").filters == {}
    assert parse('"at place:x then" place:x') == SearchQuery('"at place:x then"', filters={"place": "x"})


@given(
    after=st.lists(st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)),
    frozen=st.none() | st.text(min_size=1),
)
def test_a_cursor_comes_back_as_it_was_handed_out(after, frozen):
    question = SearchQuery(query="gas", size=5)
    handed_out = Cursor(after, frozen).text(question)
    assert read(replace(question, cursor=handed_out, size=50)) == Cursor(after, frozen)
    with pytest.raises(ConfigurationError, match="another search"):
        read(replace(question, query="oil", cursor=handed_out))


def test_a_cursor_continues_a_search_of_the_last_hours_and_in_whatever_order_its_filters_are_given():
    handed_out = Cursor([1]).text(parse("gas", {"place": "Lima", "since": "24h"}))
    assert read(parse("since:24h gas place:Lima", cursor=handed_out)) == Cursor([1])


@given(text=st.text())
def test_what_was_never_handed_out_is_no_cursor(text):
    with pytest.raises(ConfigurationError, match="cursor"):
        read(SearchQuery(cursor=f"x{text}"))


@given(
    start=st.datetimes(timezones=st.just(UTC), min_value=EARLY, max_value=LATE),
    long=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=9_000)),
)
def test_bars_cover_the_span_without_a_gap_and_are_not_too_many(start, long):
    step = step_of(start, start + long)
    found = histogram({"bars": {"buckets": []}}, step, start, start + long).bars
    assert found[0].start <= start < found[0].end
    assert found[-1].start < start + long <= found[-1].end
    assert all(one.end == other.start for one, other in pairwise(found))
    assert len(found) <= 63


class TestEvents:
    def test_a_type_is_found_in_either_case(self):
        assert parse("type:assault", kind=EVENT) == parse("", {"type": ["ASSAULT"]}, EVENT)

    @pytest.mark.parametrize("query", ["type:assault", "kind:direct", "actor:Iran"])
    def test_a_filter_that_stories_do_not_have_is_an_error(self, query):
        with pytest.raises(ConfigurationError, match=r"only (events|quotes) have it"):
            parse(query)

    def test_their_date_is_apart_from_that_of_the_story(self):
        query = parse("happened_since:2024-05-01 since:2024-06-01", kind=EVENT)
        ranges = [each["range"] for each in filters(query) if "range" in each]
        assert [*map(set, ranges)] == [{"date.day"}, {"story.versioncreated"}]

    def test_the_least_number_of_dead_is_a_filter(self):
        assert {"range": {"dead": {"gte": "10"}}} in filters(parse("dead:10", kind=EVENT))

    def test_one_kind_is_searched_at_a_time(self):
        with pytest.raises(ConfigurationError, match="one of them"):
            kind_asked_for({"events": True, "quotes": True})

    def test_an_address_asks_the_same_question_again(self):
        query = parse("oil actor:Iran country:ir", {"dead": 3}, EVENT)
        assert Parameters.model_validate(as_parameters(query)).search_query(EVENT) == query


class TestFolding:
    @pytest.mark.parametrize(
        ("spelled", "typed"),
        [("Erdoğan", "erdogan"), ("O’Brien's", "OBrien"), ("İzmir", "izmir"), ("Søren Kierkegård", "soren kierkegard"),
         ("Łukasz Żak", "Lukasz Zak"), ("Côte d’Ivoire", "cote d'ivoire"), ("Straße", "strasse")],
    )  # fmt: skip
    def test_a_name_is_folded_as_people_type_it(self, spelled, typed):
        assert folded(spelled) == folded(typed)

    @given(st.text(st.characters(min_codepoint=32, max_codepoint=0x24F)))
    def test_folding_twice_is_folding_once(self, text):
        assert folded(folded(text)) == folded(text)
