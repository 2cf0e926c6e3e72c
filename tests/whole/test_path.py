"""A story goes in and becomes searchable; a bad item is reported and does not stop the others."""

import asyncio
import json
import os
import re
import threading
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urlencode
from urllib.request import urlopen

import httpx
import pytest

from pipeline import topics
from pipeline.elasticsearch.client import connect_async
from pipeline.index.actions import Action
from pipeline.index.indices import ElasticsearchIndices
from pipeline.kafka.reader import read
from pipeline.kafka.sender import Sender
from pipeline.locate import locate_elasticsearch
from pipeline.story import story_id
from tests.conftest import ROOT, UPI
from tests.raw_name import RawName
from tests.whole.conftest import Wire, eventually, running

SEEDS = ROOT / "seeds"


def ninjs(uri: str, body: str = "The dam near Valmont broke on Monday, said Ann Lee.", **fields):
    return {
        "uri": uri,
        "versioncreated": "2024-05-16T12:00:00Z",
        "headline": f"About {uri}",
        "body_text": body,
        **fields,
    }


@pytest.fixture(scope="module")
def fed(wire: Wire):
    done = wire("feed", SEEDS)
    assert b"7 items acknowledged" in done.stdout
    wire.await_idle()


@pytest.mark.usefixtures("fed")
class TestSeeds:
    def test_the_sample_is_found_with_what_matched(self, wire):
        answer = wire.search("putin")
        (hit,) = [hit for hit in answer["hits"] if hit["uri"] == UPI.name]
        assert any("<em>Putin</em>" in fragment for fragment in hit["highlight"]["body"])
        assert {"Vladimir Putin", "Xi Jinping"} <= set(hit["people"])

    def test_its_quotes_are_found_by_speaker(self, wire):
        answer = wire.search("peace", "--quotes", "--speaker", "xi jinping")
        assert answer["total"] == 1
        assert answer["hits"][0]["story"]["uri"] == UPI.name

    def test_filters_leave_out_what_does_not_fit(self, wire):
        assert wire.search("putin", "--place", "Beijing")["total"] == 1
        assert wire.search("putin", "--place", "Nairobi")["total"] == 0
        assert wire.search("putin", "--entity", "Blinken", "--since", "1h")["total"] == 1
        assert wire.search("putin", "--until", "2001-01-01")["total"] == 0
        assert wire.search("putin", "--size", "0")["hits"] == []

    def test_feeding_again_changes_nothing(self, wire):
        before = wire.search("--size", "1000")
        wire("feed", SEEDS)
        wire.await_idle()
        assert wire.search("--size", "0")["total"] == before["total"]

    def test_people_see_it_too(self, wire):
        shown = wire("search", "putin").stdout.decode()
        assert "Vladimir Putin, Xi Jinping" in shown
        assert "\x1b" not in shown

    def test_the_page_and_its_twin(self, wire):
        page = urlopen(f"{wire.address}/?q=putin").read().decode()
        assert "<mark>Putin</mark>" in page
        twin = json.load(urlopen(f"{wire.address}/api/v1/search?q=putin"))
        assert twin["total"] == wire.search("putin")["total"]
        story = urlopen(f"{wire.address}/story?{urlencode({'uri': UPI.name})}").read().decode()
        assert re.search(
            r'href="/name\?name=Vladimir%20Putin" title="[^"]*PERSON Vladimir Putin[^"]*">Vladimir Putin</a>', story
        )
        assert "political settlement" in story


def test_a_flash_overtakes_what_waits(wire):
    words = [f"{a}{b}" for a in "bdfglmnprst" for b in ("alo", "eri", "ino", "ora", "usa")]
    bodies = [f"Report {n}. {' '.join(Random(n).choices(words, k=300)).capitalize()}." for n in range(150)]
    waiting = [ninjs(f"urn:wait:{n}", body, urgency=4) for n, body in enumerate(bodies)]
    wire.feed(*waiting, ninjs("urn:flash", "An earthquake shook Lima on Monday.", urgency=1))
    wire.await_idle()
    waited = [wire.story(f"urn:wait:{n}")["trace"]["indexed"] for n in range(0, 150, 10)]
    assert wire.story("urn:flash")["trace"]["indexed"] < max(waited)


class TestVersions:
    def test_an_older_version_never_overwrites_a_newer_one(self, wire):
        wire.feed(ninjs("urn:v:1", version="2", headline="New"))
        wire.await_idle()
        wire.feed(ninjs("urn:v:1", version="1", headline="Old"))
        wire.await_idle()
        assert wire.story("urn:v:1")["headline"] == "New"

    def test_a_version_with_fewer_quotes_leaves_none_of_the_old(self, wire):
        body = "“We will rebuild the bridge at Kelso,” said Ann Lee.\n“It will be ready for the winter,” she said."
        wire.feed(ninjs("urn:v:2", body, version="1"))
        wire.await_idle()
        assert wire.search("--quotes", "Kelso | winter")["total"] == 2
        wire.feed(ninjs("urn:v:2", body.split("\n", maxsplit=1)[0], version="2"))
        wire.await_idle()
        assert [hit["version"] for hit in wire.search("--quotes", "Kelso | winter")["hits"]] == [2]

    def test_a_killed_story_leaves_all_indices_and_stays_out(self, wire):
        body = "“The harbour at Quillon is closed to all ships,” said Ann Lee."
        wire.feed(ninjs("urn:v:3", body, version="1"))
        wire.await_idle()
        assert wire.search("--quotes", "Quillon")["total"] == 1
        wire.feed({"uri": "urn:v:3", "version": "2", "pubstatus": "canceled", "versioncreated": "2024-05-16T13:00:00Z"})
        wire.await_idle()
        wire.feed(ninjs("urn:v:3", body, version="1"))
        wire("replay", "--from", "annotated")
        wire.await_idle()
        assert wire.story("urn:v:3") is None
        assert wire.search("--quotes", "Quillon")["total"] == 0

    def test_before_its_embargo_lifts_a_story_is_in_no_index(self, wire):
        lifts = datetime.now(UTC) + timedelta(seconds=5)
        wire.feed(ninjs("urn:v:4", embargoed=lifts.isoformat()))
        wire.await_idle()
        if datetime.now(UTC) < lifts - timedelta(seconds=2):
            assert wire.story("urn:v:4") is None
        found = eventually(lambda: wire.story("urn:v:4"))
        assert found["embargoed"]
        assert datetime.now(UTC) >= lifts

    def test_a_story_moves_to_no_other_month(self, wire):
        wire.feed(ninjs("urn:v:5", version="1", firstcreated="2024-04-01T00:00:00Z"))
        wire.feed(ninjs("urn:v:5", version="2", firstcreated="2024-06-01T00:00:00Z"))
        wire.await_idle()
        assert wire.story("urn:v:5")["firstcreated"] == "2024-04-01T00:00:00Z"


class TestSetup:
    def test_an_index_of_an_earlier_version_gets_the_new_fields(self, wire):
        with wire.elasticsearch as client:
            old = client.named("old-stories-2001.01")
            mappings = {"dynamic": "strict", "properties": {"uri": {"type": "keyword"}}}
            client.indices.create(index=old, mappings=mappings, aliases={client.named("stories"): {}})
            try:
                wire("setup")
                assert "people_keys" in client.indices.get_mapping(index=old)[old]["mappings"]["properties"]
            finally:
                client.indices.delete(index=old)


class TestReindex:
    def test_while_stories_come_in_all_of_them_are_in_the_new_indices_and_the_life_of_a_story_goes_on(self, wire):
        wire.feed(*(ninjs(f"urn:i:{n}", firstcreated="2023-02-01T00:00:00Z") for n in range(20)))
        wire.await_idle()
        feeding = threading.Thread(
            target=wire.feed, args=[ninjs(f"urn:i:{n}", firstcreated="2023-02-01T00:00:00Z") for n in range(20, 60)]
        )
        feeding.start()
        made = [json.loads(line) for line in wire("reindex", "--json").stdout.splitlines()]
        feeding.join()
        wire.await_idle()
        with wire.elasticsearch as client:
            names = {client.named(name) for name in ("wire-stories-2023.02", "wire-quotes-2023.02", "wire-desk")}
            assert names <= {each["name"] for each in made}
            assert all(list(client.indices.get(index=each["name"])) == [each["index"]] for each in made)
            held = client.count(index=client.named("wire-stories-2023.02"))["count"]
        assert held == 60
        wire.feed({"uri": "urn:i:1", "version": "2", "pubstatus": "canceled", "versioncreated": "2024-05-17T00:00:00Z"})
        wire.feed(ninjs("urn:i:2", version="2", headline="Newer"))
        wire.await_idle()
        assert wire.story("urn:i:1") is None
        assert wire.story("urn:i:2")["headline"] == "Newer"

    def test_months_of_an_earlier_version_become_a_decade_and_its_stories_can_be_killed(self, wire):
        uri, created = "urn:archive:1", "1997-04-01T00:00:00Z"
        with wire.elasticsearch as client:
            month, decade = (client.named(f"wire-stories-{name}") for name in ("1997.04", "1990s"))
            document = {"uri": uri, "version": 1, "versioncreated": created, "firstcreated": created, "headline": "Old"}
            place = {"id": story_id(uri), "version": 2, "version_type": "external_gte"}
            client.index(index=month, document=document, refresh=True, **place)
            wire("reindex")
            assert not client.indices.exists(index=month)
            moved = client.get(index=decade, id=story_id(uri))
            assert (moved["_version"], moved["_source"]["headline"]) == (2, "Old")
            assert moved["_source"]["group"] == story_id(uri)
        wire.feed(ninjs(uri, version="2", versioncreated=created, firstcreated=created, pubstatus="canceled"))
        wire.await_idle()
        assert wire.story(uri) is None


class TestUpdates:
    FLOOD = (
        "The Vistula burst its banks near Plock on Monday and drove 1,200 people from their homes, said Ewa Nowak of "
        "the fire brigade. Soldiers of the 12th brigade from Lodz are filling sandbags beside the bridge of Dobrzykow."
    )
    MORE = "\nThe mayor, Piotr Zych, closed all 14 schools of the town until Thursday."

    def test_an_update_under_another_uri_says_so_and_people_decide_otherwise(self, wire):
        wire.feed(ninjs("urn:u:1", self.FLOOD, headline="Vistula floods Plock"))
        later = {"versioncreated": "2024-05-16T13:00:00Z", "headline": "Vistula floods Plock, 1,200 flee"}
        wire.feed(ninjs("urn:u:2", self.FLOOD + self.MORE, **later))
        wire.await_idle()
        earlier, update = wire.story("urn:u:1"), wire.story("urn:u:2")
        assert (update["updateof"], update["group"]) == ("urn:u:1", earlier["group"])
        assert wire.json("trace", "urn:u:2")["updateof"] == "urn:u:1"
        found = wire.search('"Vistula burst its banks"')
        (hit,) = found["hits"]
        assert (found["total"], found["different"]) == (2, 1)
        assert {hit["uri"], *(each["uri"] for each in hit["also"])} == {"urn:u:1", "urn:u:2"}
        assert wire.search('"Vistula burst its banks"', "--all")["total"] == 2

        assert wire.json("separate", "urn:u:2", "--why", "another dyke") == {"uri": "urn:u:2", "separate": True}
        wire.await_idle()
        assert "updateof" not in wire.story("urn:u:2")
        (decision,) = (
            each
            for each in map(json.loads, wire("decisions", "--json").stdout.splitlines())
            if each["uri"] == "urn:u:2"
        )
        assert (decision["decision"], decision["why"]) == ("separate", "another dyke")
        wire("join", "urn:u:2", "urn:u:1")
        wire.await_idle()
        assert wire.story("urn:u:2")["group"] == earlier["group"]
        wire("join", "urn:u:2", "--undo")
        wire.await_idle()
        assert wire.story("urn:u:2")["updateof"] == "urn:u:1"

    def test_a_kill_reaches_the_same_text_of_the_agency_in_other_feeds_and_marks_what_others_wrote(
        self, wire, tmp_path
    ):
        def feed(number: int, source: str, story: dict[str, str]) -> None:
            file = tmp_path / f"feed{number}" / f"{story['version']}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(story))
            wire("feed", file, "--source", source)

        text = self.FLOOD.replace("Plock", "Torun").replace("1,200", "3,400")
        own = text + " Our correspondent saw 2 boats capsize near the bridge, and nobody was hurt in them."
        for number, (body, source) in enumerate(((text, "PAP"), (text, "PAP"), (own, "Reuters")), 1):
            feed(number, source, ninjs(f"urn:gone:{number}", body, version="1"))
        wire.await_idle()
        assert {wire.story(f"urn:gone:{number}")["group"] for number in (1, 2, 3)} == {
            wire.story("urn:gone:1")["group"]
        }
        feed(1, "PAP", ninjs("urn:gone:1", "", version="2", pubstatus="canceled"))
        eventually(lambda: wire.story("urn:gone:2") is None)
        eventually(lambda: wire.story("urn:gone:3").get("withdrawn", {}).get("source") == "PAP")

    def test_what_one_feed_sends_again_under_new_uris_costs_one_message_each(self, wire):
        texts = [self.FLOOD.replace("Plock", town) for town in ("Wloclawek", "Tczew", "Grudziadz")]
        before = len(list(read(wire.kafka, topics.STORIES)))
        for repetition in range(4):
            wire.feed(*(ninjs(f"urn:again:{repetition}:{n}", text) for n, text in enumerate(texts)))
            wire.await_idle()
        assert len(list(read(wire.kafka, topics.STORIES))) - before == 4 * len(texts)

    def test_only_who_has_a_token_keeps_a_story_beside_its_update_on_the_pages(self, wire):
        address = f"{wire.address}/api/v1/story/separate"
        assert httpx.post(address, params={"uri": "urn:u:1"}).status_code == 401
        token = wire("token", "add", "editor").stdout.decode().strip()
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.post(address, params={"uri": "urn:u:none"}, headers=headers).status_code == 404
        wrong = wire("separate", "urn:u:none", code=2).stderr.decode()
        assert "no such story can be found" in wrong

    def test_different_stories_under_one_uri_are_kept_apart_and_reported(self, wire):
        teachers = "Striking teachers in Faro went back to work after Ana Duarte offered FENPROF 4.5 per cent more pay."
        museum = (
            "Thieves took 3 paintings of Vilhelm Hammershoi from the Ordrupgaard north of Copenhagen on Sunday night."
        )
        wire.feed(
            ninjs("urn:u:shared", museum, headline="Museum robbed"),
            ninjs("urn:u:shared", teachers, headline="Teachers end strike"),
        )
        wire.await_idle()
        assert wire.story("urn:u:shared")["headline"] == "Museum robbed"
        (other,) = [hit for hit in wire.search("fenprof")["hits"] if hit["headline"] == "Teachers end strike"]
        assert other["receivedas"] == "urn:u:shared"
        assert "urn:u:shared" in {each["uri"] for each in wire.status()["shared_uris"]}
        assert "different stories under one uri" in wire("status").stdout.decode()
        assert "Shared identifiers" in httpx.get(f"{wire.address}/status").text

    @staticmethod
    def page(wire, uri):
        return httpx.get(f"{wire.address}/story", params={"uri": uri}, follow_redirects=True)


class TestTrace:
    def test_tells_when_a_story_was_where(self, wire):
        wire.feed(ninjs("urn:t:1"))
        wire.await_idle()
        message = wire.json("trace", "urn:t:1")
        times = [message["times"][name] for name in ("raw", "stories", "edited", "annotated", "indexed")]
        assert message["state"] == "searchable"
        assert times == sorted(times)
        assert "waits for the desk" in wire("trace", "urn:t:1").stdout.decode()

    def test_of_one_that_is_held_taken_back_dead_or_unknown_it_tells_that(self, wire):
        later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        gone = {"uri": "urn:t:3", "version": "2", "pubstatus": "canceled", "versioncreated": "2024-05-17T00:00:00Z"}
        wire.feed(ninjs("urn:t:2", embargoed=later), gone, {"uri": "urn:t:4", "headline": "No body"})
        wire.await_idle()
        assert wire.json("trace", "urn:t:2")["state"] == "embargoed"
        assert wire.json("trace", "urn:t:3")["state"] == "canceled"
        dead = wire.json("trace", "urn:t:4")
        assert (dead["state"], dead["dead"][0]["stage"]) == ("dead", "parse")
        assert wire.json("trace", "urn:t:5", code=1)["state"] == "unknown"


class TestReplay:
    def test_a_replay_from_any_topic_changes_nothing(self, tmp_path, installation):
        with running(tmp_path, "--port", "0", "--feed", str(SEEDS), env=installation) as wire:
            killed = {"uri": "urn:r:0", "version": "2", "pubstatus": "canceled"}
            wire.feed(*(ninjs(f"urn:r:{n}", version="1") for n in range(5)))
            wire.feed(killed | {"versioncreated": "2024-05-16T13:00:00Z"}, ninjs("urn:r:1", version="2"))
            wire.await_idle()
            before = self.without_traces(wire)
            assert len(before) == 11
            for start in ("annotated", "edited", "stories", "raw"):
                assert b"sent again" in wire("replay", "--from", start).stdout
                wire.await_idle()
                assert self.without_traces(wire) == before

    def without_traces(self, wire: Wire):
        """Return all stories without what says when they came through."""
        hits = wire.search("--size", "1000")["hits"]
        passing = ("trace", "latency")
        return {hit["uri"]: {name: value for name, value in hit.items() if name not in passing} for hit in hits}

    def test_an_unknown_topic_is_a_usage_error(self, wire):
        assert b"raw, stories, edited, annotated" in wire("replay", "--from", "dead", code=2).stderr


class TestBadInput:
    """Each bad item causes a clear message or a dead letter, and the next story is searchable."""

    def refused(self, wire: Wire, tmp_path, value: bytes, name: str = "bad.txt") -> str:
        """Feed an item together with a good story, and return standard error."""
        marker = f"urn:after:{os.urandom(4).hex()}"
        (tmp_path / name).write_bytes(value)
        (tmp_path / "zz-good.json").write_text(json.dumps(ninjs(marker)))
        done = wire("feed", tmp_path, code=None)
        eventually(lambda: wire.story(marker))
        wire.await_idle()
        assert done.returncode in (0, 1)
        return done.stderr.decode()

    @pytest.mark.parametrize(
        ("value", "why"),
        [
            (b"", "empty"),
            (b"\x00\x01\x02\x03" * 100, "binary"),
            (b"%PDF-1.7 ...", "PDF"),
            (b"<svg><path/></svg>", "markup"),
            (b"A word and another. " * 2_600_000, "over 8,388,608 bytes"),
        ],
        ids=["empty", "binary", "pdf", "markup", "50 MB"],
    )
    def test_an_invalid_item_is_rejected_by_the_producer(self, wire, tmp_path, value, why):
        message = self.refused(wire, tmp_path, value)
        assert "bad.txt" in message
        assert why in message

    @pytest.mark.parametrize(
        ("value", "name", "why"),
        [
            (b'{"uri": "urn:bad:cut", "headline": "cut o', "bad.json", "EOF while parsing"),
            (b"<nitf><body/></nitf>", "bad.xml", "neither a headline nor a body"),
            (b'{"uri": "urn:bad:bare", "headline": "No text"}', "bad.json", "no body"),
            (b'["a", "list"]', "bad.jsonl", "this is a list"),
            (b'{"uri": "urn:bad:version", "text": "b", "versioncreated": "once"}', "bad.json", "not a time"),
        ],
        ids=["truncated", "no text", "no body", "list", "no time"],
    )
    def test_what_cannot_be_read_is_a_dead_letter_with_its_bytes(self, wire, tmp_path, value, name, why):
        before = {letter["id"] for letter in wire.dead_letters()}
        self.refused(wire, tmp_path, value, name)
        (letter,) = [letter for letter in wire.dead_letters() if letter["id"] not in before]
        assert why in letter["detail"]
        assert letter["stage"] == "parse"
        assert letter["trace"].startswith("wire.raw/")
        assert wire("dead", "show", letter["id"]).stdout == value

    def test_a_story_of_200_000_words_is_searchable(self, wire):
        wire.feed(ninjs("urn:long:1", "The zephyrine report goes on. " * 40_000))
        wire.await_idle()
        assert wire.story("urn:long:1")
        assert wire.search("zephyrine")["total"] == 1

    def test_a_story_in_another_language_is_searchable_without_annotations(self, wire):
        wire.feed(ninjs("urn:de:1", "Der Kanzler sprach am Montag in Berlin über die Rentenreform und die Koalition."))
        wire.await_idle()
        story = wire.story("urn:de:1")
        assert (story["language"], story["entities"]) == ("de", [])

    def test_dead_letters_are_dropped_or_replayed(self, wire, tmp_path):
        self.refused(wire, tmp_path, b'{"uri": "urn:bad:again"}', "bad.json")
        (letter,) = [letter for letter in wire.dead_letters() if letter["uri"] == "urn:bad:again"]
        assert wire("dead", "replay", letter["id"]).stdout == b"1 replayed\n"
        wire.await_idle()
        (again,) = [letter for letter in wire.dead_letters() if letter["uri"] == "urn:bad:again"]
        assert again["id"] != letter["id"]
        assert wire("dead", "drop", again["id"]).stdout == b"1 dropped\n"
        assert all(letter["uri"] != "urn:bad:again" for letter in wire.dead_letters())
        assert b"no dead letter" in wire("dead", "show", again["id"], code=2).stderr

    @pytest.mark.parametrize("topic", ["wire.stories", "wire.edited", "wire.annotated"])
    def test_garbage_on_a_topic_between_stages_is_a_dead_letter_and_stops_nobody(self, wire, topic):
        before = {letter["id"] for letter in wire.dead_letters()}
        with Sender(wire.kafka) as sender:
            sender.send(topic, b"urn:garbage", b"{nonsense", [(RawName(b"\xff"), b"of no text")])
            sender.finish()
        wire.feed(ninjs(f"urn:after:{topic}"))
        wire.await_idle()
        (letter,) = [letter for letter in wire.dead_letters() if letter["id"] not in before]
        assert letter["trace"].startswith(topic)
        assert wire("dead", "show", letter["id"]).stdout == b"{nonsense"
        assert any((r"\xff", b"of no text") in each.pairs for each in read(wire.kafka, topic))
        assert wire.story(f"urn:after:{topic}")


class TestBulk:
    """Every item of a bulk response is checked."""

    @pytest.fixture(autouse=True)
    def cleaned_up(self, wire):
        """Remove the incomplete documents, which no export can show."""
        yield
        with wire.elasticsearch as client:
            indices = [client.named(f"wire-stories-2001.0{month}") for month in (1, 2)]
            client.indices.delete(index=indices, ignore_unavailable=True)

    def write(self, wire: Wire, *actions: Action):
        elasticsearch = locate_elasticsearch(wire.settings)

        async def run():
            async with connect_async(elasticsearch) as client:
                return await ElasticsearchIndices(client).write(actions)

        return asyncio.run(run())

    def test_a_refused_document_comes_back_with_the_reason_and_stops_none_after_it(self, wire):
        results = self.write(
            wire,
            Action("wire-stories-2001.01", "a", 1, {"uri": "a"}),
            Action("wire-stories-2001.01", "b", 1, {"nonsense": 1}),
            Action("wire-stories-2001.01", "c", 1, {"uri": "c"}),
        )
        assert results[0] is results[2] is None
        assert "strict_dynamic_mapping_exception" in results[1]
        assert "nonsense" in results[1]

    def test_an_older_version_is_no_error_and_changes_nothing(self, wire):
        index = "wire-stories-2001.02"
        assert self.write(wire, Action(index, "a", 2, {"uri": "new"})) == [None]
        assert self.write(wire, Action(index, "a", 1, {"uri": "old"}), Action(index, "gone", 1)) == [None, None]
        with wire.elasticsearch as client:
            assert client.get(index=client.named(index), id="a")["_source"] == {"uri": "new"}


class TestCommandLine:
    def test_standard_input_and_a_stated_publication(self, wire):
        text = b"Talks on the Orinoco delta ended.\nThey had begun on Monday."
        wire("feed", "-", "--published", "2024-03-01T10:00Z", "--source", "Delta Wire", input=text)
        wire.await_idle()
        (hit,) = wire.search("Orinoco")["hits"]
        assert (hit["versioncreated"], hit["source"]["name"]) == ("2024-03-01T10:00:00Z", "Delta Wire")
        assert hit["uri"].startswith("urn:sha256:")

    def test_an_unknown_format_or_file_is_an_error(self, wire):
        assert b"known are auto" in wire("feed", "-", "--format", "morse", input=b"x", code=2).stderr
        assert b"nowhere.txt: No such file" in wire("feed", "nowhere.txt", code=1).stderr

    def test_a_binary_file_is_an_error(self, tmp_path):
        for words in (["search", "\udcff"], ["search", "gas", "--speaker", "\udcff"], ["trace", "\udcff"]):
            assert b"not UTF-8" in Wire(tmp_path)(*words, code=2).stderr

    def test_parse_needs_no_server(self, tmp_path):
        alone = Wire(tmp_path)
        story = json.loads(alone("parse", UPI).stdout)
        assert story["uri"] == UPI.name
        assert story["removed"][0]["kind"] == "caption"
        (tmp_path / "empty.txt").touch()
        assert b"empty.txt: empty" in alone("parse", tmp_path / "empty.txt", code=1).stderr

    def test_annotate_prints_the_contract(self, tmp_path):
        story = json.loads(Wire(tmp_path)("annotate", UPI).stdout)
        assert story["uri"] == UPI.name
        assert any("Sergey Bobylev" in r["text"] for r in story["removed"])
        assert not any("Bobylev" in e["name"] for e in story["entities"])
        assert len([s for q in story["quotes"] for s in q["quoted"]]) == 9
        met = story["events"][0]
        assert (met["text"], met["predicate"], met["type"], met["status"]) == ("met", "meet", "CONSULT", "happened")
        assert [each["name"] for each in met["actors"]] == ["Vladimir Putin"]
        assert [each["name"] for each in met["recipients"]] == ["Xi Jinping"]
        assert met["place"]["name"] == "Beijing"
        assert story["dates"][0]["text"] == "Thursday"

    def test_a_story_that_was_printed_can_be_fed(self, tmp_path):
        alone = Wire(tmp_path)
        first = alone("annotate", UPI).stdout
        again = json.loads(alone("annotate", "-", input=first).stdout)
        first = json.loads(first)
        assert [q["text"] for q in again["quotes"]] == [q["text"] for q in first["quotes"]]
        assert again["removed"] == first["removed"]

    def test_without_servers_commands_say_so(self, tmp_path):
        alone = Wire(tmp_path / "none")
        for command in (["search", "x"], ["status"], ["feed", UPI], ["dead", "list"], ["worker", "parse"]):
            assert b"start `wire up`" in alone(*command, code=3).stderr

    def test_an_unavailable_broker_is_retried_and_then_reported(self, tmp_path):
        env = {"WIRE_KAFKA__DELIVERY_TIMEOUT": "2"}
        done = Wire(tmp_path)("feed", UPI, "--kafka", "127.0.0.1:9", code=3, env=env)
        assert b"0 items acknowledged" in done.stdout
        assert b"127.0.0.1:9" in done.stderr

    def test_every_command_has_help_with_an_example(self, tmp_path):
        alone = Wire(tmp_path)
        for command in (
            "up",
            "setup",
            "feed",
            "parse",
            "annotate",
            "worker",
            "serve",
            "search",
            "tail",
            "status",
            "replay",
        ):
            assert f"wire {command}".encode() in alone(command, "--help").stdout
        for command in ("list", "show", "replay", "drop"):
            assert f"wire dead {command}".encode() in alone("dead", command, "--help").stdout
