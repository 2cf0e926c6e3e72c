"""The search API on indexed stories: filters, facets, pages, exports, names, live results."""

import csv
import io
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import feedparser
import httpx
import pytest

from tests.whole import desk
from tests.whole.command import COMMAND
from tests.whole.conftest import Wire

WORD = "zanderfish"


class Api:
    """The API of a ``wire``, limited to this module's stories."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.client = httpx.Client(base_url=f"{wire.address}/api/v1", timeout=60)

    def __call__(self, path: str = "stories", code: int = 200, **asked: Any) -> Any:
        answer = self.client.get(f"/{path}", params=asked)
        assert answer.status_code == code, answer.text
        return answer.json()

    def uris(self, **asked: Any) -> list[str]:
        """Return the uris of all matching stories, also of those that tell the same."""
        found = self(q=asked.pop("q", WORD), size=100, **{"collapsed": False} | asked)
        return [hit["uri"] for hit in found["hits"]]


@pytest.fixture(scope="module")
def api(wire) -> Api:
    wire.feed(*desk.stories(WORD)[:20])
    wire("feed", "-", "--format", "jsonl", "--source", "Coastal", input=lines(desk.stories(WORD)[20:]))
    wire.await_idle()
    return Api(wire)


def lines(stories: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(story) for story in stories).encode()


class TestLine:
    def test_words_are_combined_as_people_type_them(self, api):
        both = api.uris(q=f"{WORD} AND place:Lima", sort="time")
        assert both == api.uris(place="Lima", sort="time")
        either = api.uris(q=f"{WORD} (place:Lima OR place:Oslo)", sort="time")
        assert either == sorted([*api.uris(place="Lima"), *api.uris(place="Oslo")], key=api.uris(sort="time").index)
        assert api.uris(q=f"{WORD} NOT (place:Lima OR place:Oslo)", sort="time") == [
            uri for uri in api.uris(sort="time") if uri not in either
        ]
        assert api.uris(q=f'{WORD} -"caught in Lima"') == api.uris(q=f"{WORD} -place:Lima")

    def test_an_error_gives_the_place_and_what_would_do(self, api, wire):
        answer = api(q="harbour AND", code=400)
        assert answer == {
            "error": "query, character 9: AND needs something after it", "position": 9, "suggestion": "harbour"
        }  # fmt: skip
        told = wire("search", "harbour AND", code=2).stderr.decode()
        assert "          ^" in told
        assert "try: harbour" in told

    @pytest.mark.parametrize(
        ("line", "text", "result"),
        [
            ("fish speaker:kel", "Maria Keller", 'fish speaker:"Maria Keller" '),
            ("source:coas", "Coastal", "source:Coastal "),
            ("subject:zoo", "zoology", "subject:zoology "),
            ("spea", "speaker:", "speaker:"),
            ("maria kel", "Maria Keller", 'entity:"Maria Keller" '),
        ],
    )
    def test_fields_and_values_are_completed(self, api, line, text, result):
        found = {each["text"]: each["line"] for each in api("completions", line=line)["values"]}
        assert found[text] == result

    def test_what_nothing_begins_with_has_no_completion(self, api):
        assert api("completions", line="qqqq")["values"] == []


class TestFilters:
    def test_words_alone_find_all_of_them_the_best_first_unless_the_newest_are_asked_for(self, api):
        assert len(api.uris()) == 40
        assert api.uris(sort="time") == [f"urn:desk:{WORD}:{number}" for number in range(40)]

    def test_a_filter_among_the_words_is_a_filter_beside_them(self, api):
        beside = api.uris(place="Lima", sort="time")
        assert beside == [f"urn:desk:{WORD}:{number}" for number in range(2, 40, 4)]
        assert api.uris(q=f"{WORD} place:Lima", sort="time") == beside
        assert api.uris(q=f'place:"Lima" {WORD}', sort="time") == beside

    def test_several_names_must_all_be_there_and_several_sources_are_alternatives(self, api):
        assert api.uris(place=["Lima", "Oslo"]) == []
        assert len(api.uris(source="Coastal")) == 20
        assert len(api.uris(source=["Coastal", "stdin"])) in (20, 40)

    def test_urgency_is_a_number_or_a_range(self, api):
        urgent = {hit["urgency"] for hit in api(q=WORD, urgency="1-3", size=100)["hits"]}
        assert urgent == {1, 2, 3}

    def test_keywords_subjects_and_languages(self, api):
        assert len(api.uris(keyword="science")) == 20
        assert len(api.uris(subject="zoology")) == 20
        assert len(api.uris(language="en")) == 40
        assert api.uris(language="fi") == []

    def test_a_time_span(self, api):
        assert len(api.uris(since="last 10h")) in (10, 11)
        assert len(api.uris(q=f"{WORD} since:10h until:5h")) in (4, 5, 6)

    def test_quotes_by_who_speaks_and_about_whom(self, api):
        said = api("quotes", speaker="Keller", about="Bradley", size=100)
        assert said["total"] >= 20
        assert {hit["speaker"]["name"] for hit in said["hits"]} == {"Maria Keller"}
        assert all("Tom Bradley" in hit["about"] for hit in said["hits"])
        kinds = {hit["kind"] for hit in api("quotes", q="harbour", kind="direct", speaker="Keller")["hits"]}
        assert kinds == {"direct"}

    def test_what_matched_is_marked(self, api):
        hit = api(q=WORD, size=1)["hits"][0]
        assert f"<em>{WORD}</em>" in hit["highlight"]["body"][0]

    @pytest.mark.parametrize(
        ("asked", "reason"),
        [
            ({"q": 'the "harbour'}, 'query, character 5: this " is not closed'),
            ({"q": "a | (b c"}, "query, character 5: this ( is not closed"),
            ({"q": "gas since:soon"}, "query, character 5: not a time"),
            ({"q": "urgency:high"}, "query, character 1: urgency"),
            ({"q": 'speaker:"" gas'}, "query, character 1: speaker: needs a value"),
            ({"since": "yesteryear"}, "not a time"),
            ({"size": "-1"}, "size"),
            ({"sort": "loudness"}, "sort"),
            ({"cursor": "abc"}, "cursor"),
            ({"kind": "direct"}, "kind: only quotes"),
        ],
    )
    def test_a_question_that_cannot_be_asked_says_where_it_is_wrong(self, api, asked, reason):
        assert reason in api("stories", code=400, **asked)["error"]


class TestPages:
    @pytest.mark.parametrize("begin", [None, "*"])
    @pytest.mark.parametrize("asked", [{"sort": sort, "collapsed": False} for sort in ("time", "relevance")], ids=str)
    def test_pages_have_each_hit_once_and_then_end(self, api, begin, asked):
        found, cursor = [], begin
        while True:
            page = api(q=WORD, size=7, **asked, **({"cursor": cursor} if cursor else {}))
            found += [hit["uri"] for hit in page["hits"]]
            if not (cursor := page.get("cursor")):
                break
        assert sorted(found) == sorted(f"urn:desk:{WORD}:{number}" for number in range(40))

    def test_the_index_as_it_was_is_all_its_months(self, api):
        old = [
            desk.item(f"urn:old:{n}", f"A wolffish of old. {desk.matter(f'old {n}')}", hours=n * 24 * 40)
            for n in range(3)
        ]
        api.wire.feed(*old)
        api.wire.await_idle()
        assert api(q="wolffish", size=10, cursor="*")["total"] == 3
        lines = api.client.get("/export/ndjson", params={"q": "wolffish"}).text.splitlines()
        assert {json.loads(line)["uri"] for line in lines} == {each["uri"] for each in old}

    def test_a_cursor_of_another_search_is_refused(self, api):
        cursor = api(q=WORD, size=5)["cursor"]
        assert "belongs to another search" in api(q="fish", cursor=cursor, code=400)["error"]

    def test_what_comes_in_meanwhile_is_on_no_page_of_the_index_as_it_was(self, api):
        first = api(q="quillfish", size=1, cursor="*")
        assert first["total"] == 0
        page = api(q=WORD, size=30, sort="time", cursor="*")
        api.wire.feed(desk.item("urn:desk:late", f"One more {WORD}.", hours=39.5))
        api.wire.await_idle()
        rest = api(q=WORD, size=30, sort="time", cursor=page["cursor"])
        assert "urn:desk:late" not in [hit["uri"] for hit in rest["hits"]]
        assert "urn:desk:late" in api.uris()
        kill = desk.item("urn:desk:late", "", version=2, pubstatus="canceled")
        api.wire.feed(kill)
        api.wire.await_idle()

    def test_a_storyline_is_a_filter(self, api):
        story = api(q=WORD, size=1)["hits"][0]
        assert story["uri"] in api.uris(storyline=story["storyline"])
        assert api.uris(storyline="none") == []


class TestABrokenPart:
    @pytest.fixture
    def broken(self, api) -> Iterator[None]:
        """One index that cannot be sorted, among the others."""
        with api.wire.elasticsearch as client:
            properties = {"versioncreated": {"type": "text"}, "headline": {"type": "text"}}
            index, aliases = client.named("broken-2001.01"), {client.named("stories"): {}}
            client.indices.create(index=index, mappings={"properties": properties}, aliases=aliases)
            client.index(index=index, document={"headline": f"A broken {WORD}", "versioncreated": "once"}, refresh=True)
            yield
            client.indices.delete(index=index)

    @pytest.mark.usefixtures("broken")
    def test_is_reported_and_an_export_without_it_is_refused(self, api):
        answer = api(q=WORD)
        assert (answer["partial"], answer["total"]) == (True, 40)
        assert "may be more" in httpx.get(f"{api.wire.address}/?q={WORD}").text
        assert b"may be more" in api.wire("search", WORD).stderr
        assert api.client.get("/export/ndjson", params={"q": WORD}).status_code == 503


class TestFacetsAndHistogram:
    def test_facets_and_the_histogram_count_all_that_fits(self, api):
        answer = api(q=WORD, facets=True, size=0)
        counts = {name: {each["value"]: each["count"] for each in values} for name, values in answer["facets"].items()}
        assert {town: counts["place"][town] for town in desk.TOWNS} == dict.fromkeys(desk.TOWNS, 10)
        assert counts["subject"] == {"fishing industry": 20, "zoology": 20}
        assert counts["source"]["Coastal"] == 20
        assert sum(bar["count"] for bar in answer["histogram"]["bars"]) == 40

    def test_a_facet_asked_for_has_as_many_hits_as_it_says(self, api):
        facets = api(q=WORD, facets=True, size=0)["facets"]
        for name in ("source", "subject", "language", "urgency", "place", "speaker"):
            for each in facets[name]:
                assert api(q=WORD, size=0, **{name: each["value"]})["total"] == each["count"], (name, each)

    def test_bars_are_as_long_as_the_span_allows(self, api):
        seconds = [api(q=WORD, facets=True, size=0, since=since)["histogram"]["seconds"] for since in ("1h", "2d")]
        assert seconds == [60, 3600]


class TestNames:
    def test_names_that_begin_so(self, api):
        found = api("entities", q=WORD, begins="mar kel")["values"]
        assert [(each["name"], each["kind"]) for each in found] == [("Maria Keller", "person")]
        assert found[0]["stories"] == 40

    def test_who_speaks_about_somebody(self, api):
        found = {each["value"] for each in api("speakers", about="Tom Bradley")["values"]}
        assert "Maria Keller" in found
        assert "Tom Bradley" not in found

    def test_with_whom_somebody_is_named(self, api):
        found = [each["name"] for each in api("named-with", name="Maria Keller", q=WORD)["values"]]
        assert found[0] == "Tom Bradley"
        assert set(desk.TOWNS) <= set(found)

    def test_who_is_rising(self, api):
        rush = [desk.item(f"urn:rush:{n}", f"Ida Novak spoke in Oslo, rush {n}.", hours=0.2) for n in range(6)]
        api.wire.feed(*rush)
        api.wire.await_idle()
        found = {each["name"]: each for each in api("rising", window="1h", q="rush", size=50)["values"]}
        assert found["Ida Novak"]["stories"] == 6
        assert found["Ida Novak"]["times"] > 6

    def test_stories_like_one(self, api):
        found = [hit["uri"] for hit in api("alike", uri=f"urn:desk:{WORD}:8", size=5)["hits"]]
        assert len(found) == 5
        assert all(uri.startswith("urn:desk:") and uri != f"urn:desk:{WORD}:8" for uri in found)
        api("alike", uri="urn:none", code=404)


class TestExports:
    def get(self, api: Api, path: str, **asked: Any) -> httpx.Response:
        answer = api.client.get(f"/export/{path}", params={"q": WORD} | asked)
        assert answer.status_code == 200
        return answer

    def test_ndjson_has_every_document(self, api):
        found = [json.loads(line) for line in self.get(api, "ndjson").text.splitlines()]
        assert {each["uri"] for each in found} == set(api.uris())
        assert found[0]["entities"]

    def test_csv_has_every_document_a_line(self, api):
        found = list(csv.DictReader(io.StringIO(self.get(api, "csv").text)))
        assert {each["uri"] for each in found} == set(api.uris())
        quotes = list(csv.DictReader(io.StringIO(self.get(api, "csv", q="", quotes=True, speaker="Keller").text)))
        assert {each["speaker"] for each in quotes} == {"Maria Keller"}

    @pytest.mark.parametrize("kind", ["rss", "atom"])
    def test_feeds_have_the_newest(self, api, kind):
        read = feedparser.parse(self.get(api, kind).content)
        assert not read.bozo
        assert [entry.link.partition("uri=")[2] for entry in read.entries[:3]] == [
            f"urn%3Adesk%3A{WORD}%3A{number}" for number in range(3)
        ]

    def test_what_is_asked_wrongly_is_refused_before_anything_is_sent(self, api):
        answer = api.client.get("/export/ndjson", params={"q": '"'})
        assert answer.status_code == 400


class TestAmounts:
    """An extraction is searched, exported and shown by its row alone."""

    @pytest.fixture(scope="class")
    @classmethod
    def bridge(cls, wire, api) -> str:
        """Return the uri of a story with two amounts; another has one each of the same value and unit."""
        wire.feed(
            desk.item("urn:amounts:1", "The drawbridge of Oslo cost $18 billion and is 41 miles long, officials said."),
            desk.item("urn:amounts:2", "The drawbridge of Lima cost $41 million and is 18 miles long, officials said."),
            desk.item("urn:amounts:3", "Die Zugbrücke in Bremen kostet vierzig Millionen Euro.", language="de"),
        )
        wire.await_idle()
        return "urn:amounts:1"

    @pytest.mark.parametrize(
        ("amount", "numbers"),
        [(">$1bn", [1]), ("$18 billion", [1]), (">=41 miles", [1]), ("10 miles..20 miles", [2]), ("18 years", [])],
    )
    def test_an_amount_is_found_by_its_value_and_unit_together(self, api, bridge, amount, numbers):
        found = [f"urn:amounts:{number}" for number in numbers]
        assert api.uris(q="drawbridge", amount=amount) == api.uris(q=f'drawbridge amount:"{amount}"') == found

    def test_what_is_no_amount_is_refused(self, api, bridge):
        assert "$18 billion" in api(amount="much", code=400)["error"]

    def test_it_is_in_the_export_and_on_the_page(self, api, bridge):
        (row,) = csv.DictReader(io.StringIO(api.client.get("/export/csv", params={"q": "drawbridge Oslo"}).text))
        assert row["amounts"] == "$18 billion; 41 miles"
        page = httpx.get(f"{api.wire.address}/story", params={"uri": bridge}, timeout=60).text
        assert "18,000,000,000 USD" in page

    def test_a_story_that_nothing_reads_says_so(self, wire, bridge):
        assert wire.story("urn:amounts:3")["unread"] == "language"
        page = httpx.get(f"{wire.address}/story", params={"uri": "urn:amounts:3"}, timeout=60).text
        assert "wire reads no stories in its language" in page


class TestLive:
    def test_what_matches_is_announced_within_seconds_and_nothing_else(self, api):
        heard: list[dict[str, Any]] = []
        ready = threading.Event()

        def listen() -> None:
            with api.client.stream("GET", "/live", params={"q": "lumpfish"}) as stream:
                for line in stream.iter_lines():
                    ready.set()
                    if line.startswith("data: "):
                        heard.append(json.loads(line[6:]))
                        return

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        assert ready.wait(20)
        api.wire.feed(desk.item("urn:live:no", "A herring in Oslo."), desk.item("urn:live:1", "A lumpfish in Oslo."))
        listener.join(30)
        assert [each["uri"] for each in heard] == ["urn:live:1"]
        assert 'class="hit"' in heard[0]["html"]
        assert heard[0]["document"]["headline"] == "About 1"


class TestRequestMetrics:
    def test_requests_are_timed_by_route_and_not_by_what_they_ask_for(self, api):
        api("story", code=404, uri="urn:figures:none")
        metrics = httpx.get(f"{api.wire.address}/metrics").text
        assert 'wire_http_request_duration_seconds_count{route="/api/v1/story",status="404"}' in metrics
        assert "urn:figures:none" not in metrics


class TestTerminal:
    def test_search_follows_what_comes_in(self, wire):
        following = subprocess.Popen(
            [*COMMAND, "search", "rockling", "--follow", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | wire.environment,
        )  # fmt: skip
        assert json.loads(following.stdout.readline())["total"] == 0
        assert "following" in following.stderr.readline()
        time.sleep(2)
        wire.feed(desk.item("urn:follow:1", "A rockling in Oslo."))
        assert json.loads(following.stdout.readline())["uri"] == "urn:follow:1"
        following.terminate()
        following.wait(10)

    def test_the_facets_are_drawn(self, api):
        shown = api.wire("search", WORD, "--facets", "--size", "0").stdout.decode()
        assert "40 stories" in shown
        assert "Coastal" in shown
        assert "█" in shown
