"""Stories that tell the same, in lists, on pages and on the terminal: each can be found, and a group is shown once."""

import json
from typing import Any

import httpx
import pytest

from pipeline.story import story_id
from tests.whole.conftest import Wire
from tests.whole.groups import DIFFERS, Documents, documents_of, four, write

WORD = "ferrymoth"
FIRST, COPY, VARIANT, UPDATE = (f"urn:{WORD}:{name}" for name in ("first", "copy", "variant", "update"))
ALONE = f"urn:{WORD}:alone"
GROUP = story_id(FIRST)


@pytest.fixture(scope="module")
def grouped(wire: Wire) -> Wire:
    write(wire, *four(WORD), documents_of("dpa", ALONE, f"Another {WORD}.", minutes=-9))
    # Groups of two or three stories, whose members lie between those of others.
    write(wire, *(page_moth(n, minutes=-n, group=n % 17) for n in range(40)))
    return wire


def page_moth(number: int, *, minutes: float, group: int | str) -> Documents:
    uri = f"urn:p:{number}"
    return documents_of("dpa", uri, f"A pagemoth, number {number}.", minutes=minutes, group=story_id(f"urn:p:{group}"))


def api(wire: Wire, path: str = "search", code: int = 200, **asked: Any) -> Any:
    answer = httpx.get(f"{wire.address}/api/v1/{path}", params=asked, timeout=60)
    assert answer.status_code == code, answer.text
    return answer.json()


def uris(found: dict[str, Any]) -> list[str]:
    return [hit["uri"] for hit in found["hits"]]


class TestLists:
    def test_have_one_story_of_a_group_the_newest_or_the_one_that_matches_best(self, grouped):
        found = api(grouped, q=WORD, sort="time")
        assert uris(found) == [UPDATE, ALONE]
        assert (found["total"], found["different"]) == (5, 2)
        assert uris(api(grouped, q=f"{WORD} grieves")) == [COPY]
        assert uris(grouped.search(WORD, "--sort", "time")) == [UPDATE, ALONE]

    def test_say_who_else_has_it_oldest_first_whether_that_matches_or_not(self, grouped):
        (hit,) = api(grouped, q=f"{WORD} grieves")["hits"]
        assert [(each["uri"], each["relation"], each["source"]) for each in hit["also"]] == [
            (FIRST, "original", "Reuters"), (VARIANT, "variant", "dpa"), (UPDATE, "update", "Reuters")
        ]  # fmt: skip
        assert [each.get("differs") for each in hit["also"]] == [None, DIFFERS, None]
        assert "also" not in api(grouped, q=WORD, sort="time")["hits"][1]

    def test_show_each_to_who_asks_for_that(self, grouped):
        for found in (api(grouped, q=WORD, collapsed=False), grouped.search(WORD, "--all")):
            assert (len(found["hits"]), found["total"], "different" in found) == (5, 5, False)
            assert not any("also" in hit for hit in found["hits"])
        assert len(grouped.search(WORD, "--collapsed")["hits"]) == 2

    def test_a_quote_in_two_copies_is_one_hit(self, grouped):
        found = api(grouped, "quotes", q="harbour Friday")
        assert (len(found["hits"]), found["total"], found["different"]) == (1, 2, 1)
        assert len(api(grouped, "quotes", q="harbour Friday", collapsed=False)["hits"]) == 2

    def test_exports_have_each(self, grouped):
        lines = httpx.get(f"{grouped.address}/api/v1/export/ndjson", params={"q": WORD}).text.splitlines()
        assert {json.loads(line)["uri"] for line in lines} == {FIRST, COPY, VARIANT, UPDATE, ALONE}

    def test_stories_like_one_are_none_of_its_group(self, grouped):
        assert not {FIRST, COPY, UPDATE} & set(uris(api(grouped, "alike", uri=VARIANT, size=50)))


class TestPaging:
    def pages(self, grouped: Wire, begin: str | None = None, between=lambda: None, **asked: Any) -> list[str]:
        groups, cursor = [], begin
        while True:
            page = api(grouped, q="pagemoth", size=4, **asked, **({"cursor": cursor} if cursor else {}))
            groups += [hit["group"] for hit in page["hits"]]
            if not (cursor := page.get("cursor")):
                return groups
            between()

    @pytest.mark.parametrize("begin", [None, "*"])
    @pytest.mark.parametrize("sort", ["time", "relevance"])
    def test_all_pages_have_each_group_once(self, grouped, begin, sort):
        groups = self.pages(grouped, begin, sort=sort)
        assert sorted(groups) == sorted(story_id(f"urn:p:{n}") for n in range(17))

    def test_what_comes_in_meanwhile_moves_nothing(self, grouped):
        numbers = iter(range(100, 200))

        def arrive() -> None:
            """A new group comes in, new members of groups of earlier and later pages, and a story that is late."""
            new = (page_moth(next(numbers), minutes=5, group=group) for group in ("new", 1, 16))
            write(grouped, *new, page_moth(next(numbers), minutes=-0.5, group=f"late {next(numbers)}"))

        before = self.pages(grouped, sort="time")
        after = self.pages(grouped, between=arrive, sort="time")
        assert after == before


class TestPages:
    def test_a_list_opens_in_place_to_who_else_has_it(self, grouped):
        page = httpx.get(grouped.address, params={"q": WORD, "sort": "time"}).text
        assert "5 stories, 2 different" in page
        assert "<summary>also Reuters, AFP, dpa (3)" in page
        assert "dpa says otherwise: 27, not 12" in page
        assert "update of" in page
        each = httpx.get(grouped.address, params={"q": WORD, "collapsed": "false"}).text
        assert each.count('<article class="hit"') == 5
        assert "copy of" in each

    def test_a_word_that_only_a_copy_has_finds_the_copy(self, grouped):
        assert f'data-key="{COPY}"' in httpx.get(grouped.address, params={"q": f"{WORD} grieves"}).text

    def test_a_story_shows_what_it_is_and_the_others(self, grouped):
        page = httpx.get(f"{grouped.address}/story", params={"uri": VARIANT}).text
        assert "variant of" in page
        assert "says otherwise: 27, not 12" in page
        assert "UPI withdrew its report" in page
        assert "Who else has it" in page
        assert "AFP on it" in page

    def test_the_group_is_shown_in_the_order_in_which_its_stories_came(self, grouped):
        page = httpx.get(f"{grouped.address}/report", params={"uri": COPY}).text
        assert [page.index(f"{name} on it") for name in ("Reuters", "AFP", "dpa")] == sorted(
            page.index(f"{name} on it") for name in ("Reuters", "AFP", "dpa")
        )
        assert "+3 min" in page
        assert "+1 h 5 min" in page
        assert "<ins>27</ins>" in page
        found = api(grouped, "report", uri=COPY)
        assert [(each["uri"], each["seconds"], each["of"]) for each in found["stories"]] == [
            (FIRST, 0, None), (COPY, 180, FIRST), (VARIANT, 300, FIRST), (UPDATE, 3_900, FIRST)
        ]  # fmt: skip
        assert found["group"] == GROUP
        assert {"kind": "new", "text": "27"} in found["stories"][2]["changes"][-1]
        assert httpx.get(f"{grouped.address}/report", params={"uri": "urn:none"}).status_code == 404

    def test_a_group_of_one_is_a_report_too(self, grouped):
        assert "1 story, in" in httpx.get(f"{grouped.address}/report", params={"uri": ALONE}).text


class TestTerminal:
    def test_a_search_says_how_many_are_different_and_who_else_has_them(self, grouped):
        shown = " ".join(grouped("search", WORD, "--sort", "time").stdout.decode().split())
        assert "also Reuters, AFP, dpa (3) · dpa says otherwise: 27, not 12" in shown
        assert "5 stories, 2 different" in shown
        assert f"copy of {FIRST}" in " ".join(grouped("search", WORD, "--all").stdout.decode().split())

    def test_a_trace_names_the_story_that_it_repeats(self, grouped):
        found = grouped.json("trace", COPY)
        assert (found["state"], found["copyof"]) == ("searchable", FIRST)
