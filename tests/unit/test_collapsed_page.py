"""Pages of a list in which a group has one hit."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents.event import EVENT
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.errors import ConfigurationError
from pipeline.search.collapsed_page import CollapsedPage
from pipeline.search.cursor import Cursor, read
from pipeline.search.query_body import count_different, search_body
from pipeline.search.search_query import MOST, SearchQuery

NEWEST = SearchQuery(size=4, collapsed=True)
BEST = replace(NEWEST, query="gas")
SIZE = NEWEST.size


@dataclass(frozen=True)
class Doc:
    at: int
    uri: str
    group: str


def found(docs: set[Doc], page: CollapsedPage) -> list[dict]:
    """Return the hits as Elasticsearch does: one of each group, its newest, from the offset on."""
    bound = page.filters[0]["range"]["versioncreated"]["lte"] if page.filters else None
    shown: dict[str, Doc] = {}
    for doc in sorted(docs, key=lambda doc: (-doc.at, doc.uri)):
        if bound is None or doc.at <= bound:
            shown.setdefault(doc.group, doc)
    begin = page.place["from_"]
    hits = [{"uri": doc.uri, "group": doc.group, "sort": [doc.at, doc.uri]} for doc in shown.values()]
    return hits[begin : begin + page.place["size"]]


def shown(docs: set[Doc], change=lambda docs, page: docs) -> list[dict]:
    """Return the hits of all pages; ``change`` says what becomes of the documents after each."""
    hits, cursor, number = [], None, 0
    while True:
        page = CollapsedPage(NEWEST, cursor)
        more, after = page.cut(found(docs, page), None)
        hits += more
        if after is None:
            return hits
        cursor = read(replace(NEWEST, cursor=after.text(NEWEST)))
        docs, number = change(docs, number), number + 1


DOCS = st.sets(
    st.builds(Doc, st.integers(0, 40), st.integers(0, 400).map("u{}".format), st.integers(0, 15).map("g{}".format)),
    max_size=40,
).map(lambda docs: set({doc.uri: doc for doc in docs}.values()))


@given(docs=DOCS)
def test_all_pages_have_each_group_once_and_miss_none(docs):
    hits = shown(docs)
    assert sorted(hit["group"] for hit in hits) == sorted({doc.group for doc in docs})
    assert [hit["sort"][0] for hit in hits] == sorted((hit["sort"][0] for hit in hits), reverse=True)


@given(docs=DOCS, arriving=st.lists(st.integers(0, 20).map("g{}".format), max_size=9))
def test_stories_that_come_in_meanwhile_move_nothing(docs, arriving):
    """They are new groups, or new members of those on earlier and later pages."""

    def change(docs: set[Doc], number: int) -> set[Doc]:
        return docs | {Doc(50 + n, f"new {number} {n}", group) for n, group in enumerate(arriving)}

    assert shown(docs, change) == shown(docs)


@given(late=st.lists(st.integers(0, 39), max_size=5), removed=st.sets(st.integers(0, 39), max_size=5))
def test_a_few_that_come_late_or_leave_neither_repeat_a_hit_nor_hide_another(late, removed):
    docs = {Doc(n, f"u{n}", f"g{n}") for n in range(40)}

    def change(docs: set[Doc], number: int) -> set[Doc]:
        if number != 2:
            return docs
        return {doc for doc in docs if doc.at not in removed} | {Doc(at, f"z{at}", f"late{at}") for at in late}

    uris = [hit["uri"] for hit in shown(docs, change)]
    assert len(uris) == len(set(uris))
    assert {f"u{n}" for n in range(40) if n not in removed} <= set(uris)


def test_a_snapshot_and_a_list_by_relevance_are_continued_from_the_offset_alone():
    hits = [{"sort": [9.5, n, f"u{n}"]} for n in range(SIZE)]
    assert CollapsedPage(BEST).cut(hits, None)[1] == Cursor(offset=SIZE)
    snapshot = CollapsedPage(NEWEST).cut([{"sort": [n, "u"]} for n in range(SIZE)], "frozen")[1]
    assert snapshot == Cursor(pit_id="frozen", offset=SIZE)
    assert CollapsedPage(NEWEST, snapshot).place == {"from_": SIZE, "size": SIZE}
    assert CollapsedPage(NEWEST, snapshot).filters == []


def test_the_list_ends_where_elasticsearch_ends_it():
    page = CollapsedPage(BEST, Cursor(offset=MOST - 3))
    assert page.place == {"from_": MOST - 3, "size": 3}
    assert page.cut([{"sort": [1.0, 1, "u"]}] * 3, None)[1] is None


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(offset=-1),
        Cursor(offset=MOST + 1),
        Cursor(newest=1),
        Cursor(["x", "y"], newest=1),
        Cursor([1, 2], newest=1),
        Cursor(5),
    ],
)
def test_a_cursor_that_was_made_up_is_refused(cursor):
    with pytest.raises(ConfigurationError, match="invalid"):
        read(replace(NEWEST, cursor=cursor.text(NEWEST)))


def test_a_cursor_does_not_continue_the_list_of_each_story():
    cursor = CollapsedPage(BEST).cut([{"sort": [1.0, 1, "u"]}] * SIZE, None)[1]
    with pytest.raises(ConfigurationError, match="another search"):
        read(replace(BEST, collapsed=False, cursor=cursor.text(BEST)))


class TestTheRequest:
    @pytest.mark.parametrize(("kind", "field"), [(STORY, "group"), (QUOTE, "once"), (EVENT, "event")])
    def test_keeps_one_hit_of_those_that_say_the_same_and_counts_them(self, kind, field):
        query = SearchQuery(kind=kind, collapsed=True)
        assert search_body(query)["collapse"] == {"field": field}
        assert count_different(query)["different"]["cardinality"] == {"field": field, "precision_threshold": 40_000}

    def test_lists_are_collapsed_unless_they_are_of_events_or_somebody_asks_for_each(self):
        assert SearchQuery().as_list().collapsed
        assert SearchQuery(kind=QUOTE).as_list().collapsed
        assert not SearchQuery(kind=EVENT).as_list().collapsed
        assert SearchQuery(kind=EVENT).as_list(collapsed=True).collapsed
        assert not SearchQuery().as_list(collapsed=False).collapsed

    def test_whatever_must_see_each_story_does(self):
        assert "collapse" not in search_body(SearchQuery())
