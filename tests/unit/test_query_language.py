"""The search line: what people type, what it means, and what is wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigurationError, QueryError
from pipeline.search.filters import FILTERS
from pipeline.search.query_body import match_query
from pipeline.search.query_language import (
    NOTHING,
    All,
    Either,
    FieldIs,
    Not,
    Words,
    joined,
    parse_words,
    render,
)
from pipeline.search.search_query import parse


def read(line: str):
    return parse_words(line, FILTERS)


class TestWhatPeopleType:
    @pytest.mark.parametrize("line", ["clinton china", "clinton AND china", "clinton + china", "+clinton +china"])
    def test_words_side_by_side_are_all_wanted(self, line):
        assert read(line) == Words(("clinton", "china"))

    @pytest.mark.parametrize("line", ["gas OR oil", "gas | oil", "gas || oil", "(gas) OR (oil)"])
    def test_or_has_two_forms(self, line):
        assert read(line) == Either((Words(("gas",)), Words(("oil",))))

    @pytest.mark.parametrize("line", ["gas -oil", "gas NOT oil", "gas AND NOT oil", "gas !oil"])
    def test_not_has_three_forms(self, line):
        assert read(line) == All((Words(("gas",)), Not(Words(("oil",)))))

    def test_and_binds_closer_than_or(self):
        assert read("a b OR c") == Either((Words(("a", "b")), Words(("c",))))
        assert read("a (b OR c)") == All((Words(("a",)), Either((Words(("b",)), Words(("c",))))))

    @pytest.mark.parametrize(
        "line", ["mother-in-law", "U.S.: what now?", "AC/DC", "C++", "10:30", "http://example.org/a?b=c", "and or not"]
    )
    def test_what_looks_like_an_operator_within_words_is_none(self, line):
        assert read(line) == Words(tuple(line.split()))

    def test_typographic_marks_are_marks(self):
        assert read("“hard words” said") == Words(('"hard words"', "said"))

    @pytest.mark.parametrize("line", ["", "  ", "*", "- -"])
    def test_an_empty_line_wants_everything(self, line):
        assert read(line) == NOTHING

    def test_a_field_has_a_word_or_a_phrase(self):
        assert read('speaker:"Xi Jinping" place:Lima') == All(
            (FieldIs("speaker", "Xi Jinping"), FieldIs("place", "Lima"))
        )


class TestErrors:
    @pytest.mark.parametrize(
        ("line", "position", "suggestion"),
        [
            ("clinton AND", 9, "clinton"),
            ("OR china", 1, "china"),
            ("clinton AND OR china", 13, "clinton AND china"),
            ('say "hard words', 5, 'say "hard words"'),
            ("(gas oil", 1, "(gas oil)"),
            ("gas) oil", 4, "gas oil"),
            ("speaker: putin", 1, "putin"),
            ("gas (oil OR)", 10, "gas (oil)"),
            ("()", 1, None),
        ],
    )
    def test_each_gives_its_place_and_the_nearest_line_that_can_be_read(self, line, position, suggestion):
        with pytest.raises(QueryError) as error:
            read(line)
        assert (error.value.query, error.value.position) == (line, position)
        assert error.value.suggestion == suggestion

    @pytest.mark.parametrize("line", ["(" * 40 + "a" + ")" * 40, "a" * 5_000, "-" * 3_000 + "a", "(a OR " * 900 + "a"])
    def test_long_and_deep_lines_end_in_time(self, line):
        try:
            match_query(parse(line))
        except ConfigurationError as error:
            assert "query, character" in str(error)

    def test_a_field_that_the_search_does_not_have_is_named_with_its_place(self):
        with pytest.raises(QueryError, match=r"query, character 9: mode"):
            parse("gas OR (mode:visit)")

    @given(st.text(st.sampled_from('ab ()"|+-!*:~ANDORT\n'), max_size=40))
    def test_every_line_is_read_or_refused_with_a_suggestion_that_can_be_read(self, line):
        try:
            tree = read(line)
        except QueryError as error:
            assert 1 <= error.position <= max(1, len(line))
            assert error.suggestion is None or read(error.suggestion) != NOTHING
        else:
            assert read(render(tree)) == tree
            match_query(parse(line))


words = st.builds(
    lambda terms: Words(tuple(terms)), st.lists(st.sampled_from(["a", "b*", '"c d"']), min_size=1, max_size=3)
)
fields = st.builds(FieldIs, st.sampled_from(["speaker", "place"]), st.sampled_from(["x", "OR", "x y", "a:b"]))
trees = st.recursive(
    words | fields,
    lambda nodes: st.one_of(
        nodes.map(lambda node: node.of if isinstance(node, Not) else Not(node)),
        st.lists(nodes, min_size=2, max_size=3).map(joined),
        st.lists(nodes, min_size=2, max_size=3).map(
            lambda parts: Either(tuple(p for part in parts for p in (part.of if isinstance(part, Either) else (part,))))
        ),
    ),
    max_leaves=8,
)


@given(trees)
def test_what_is_written_is_read_as_it_was(tree):
    assert read(render(tree)) == tree


class TestSearch:
    def test_filters_of_the_whole_line_stand_apart_and_others_stay_in_it(self):
        query = parse("gas place:Lima (speaker:Putin OR speaker:Xi) -source:AFP")
        assert query.filters == {"place": ("Lima",)}
        assert query.query == "gas (speaker:Putin OR speaker:Xi) -source:AFP"

    def test_conditions_on_fields_are_not_scored(self):
        body = match_query(parse("gas OR source:AFP"))["bool"]["must"][0]
        words, field = body["bool"]["should"]
        assert words["bool"]["must"][0]["simple_query_string"]["query"] == "gas"
        assert set(field["bool"]) == {"filter"}

    def test_an_address_repeats_the_line(self):
        line = 'clinton (china OR "hong kong") -speaker:Xi'
        assert parse(parse(line).query) == parse(line)
