"""Many live feeds at once, pushes, and the life cycle of a story."""

import gzip
import json
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from pipeline import topics
from pipeline.kafka.reader import read
from tests.origin import Origin, feed_of
from tests.whole.command import COMMAND
from tests.whole.conftest import Wire, eventually, running

STORY = (
    "The harbour of Porto Velho reopened on Tuesday after 14 days, said Maria Lopes of the port authority.\n"
    "Some 300 ships had waited off the coast of Rondonia while crews repaired the quay that the Madeira had "
    "damaged in the flood of 3 March.\nLopes put the cost at 12 million reais. The governor, Carlos Brito, "
    "wants Brasilia to pay half of it."
)
CONFIG = """
[[feeds]]
name = "drop"
folder = "{drop}"
settle = 0.3

[[feeds]]
name = "moved"
folder = "{moved}"
settle = 0.3
done = "move"

[[feeds]]
name = "first"
url = "{first}"
every = 1

[[feeds]]
name = "second"
url = "{second}"
every = 1

[[feeds]]
name = "third"
url = "{third}"
every = 1
timeout = 2

[[feeds]]
name = "hangs"
url = "{hangs}"
every = 1
timeout = 2
"""


def push(
    wire: Wire, token: str, body: bytes, kind: str = "application/json", source: str = "", **headers: str
) -> tuple[int, Any]:
    """Return the status and the response of POST /ingest."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    address = f"{wire.address}/ingest" + (f"?{urlencode({'source': source})}" if source else "")
    request = Request(address, body, {"Authorization": f"Bearer {token}", "Content-Type": kind, **headers})
    try:
        with urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        return error.code, json.load(error)


def token_of(wire: Wire, name: str) -> str:
    return wire("token", "add", name).stdout.decode().strip()


class Pusher(threading.Thread):
    """Pushes items one after the other, and repeats each until it is accepted."""

    def __init__(self, wire: Wire, token: str, count: int) -> None:
        super().__init__(daemon=True)
        self.wire, self.token, self.count, self.pushed = wire, token, count, 0
        self.pause = threading.Event()

    def run(self) -> None:
        for number in range(self.count):
            item = json.dumps({"uri": f"urn:push:{number}", "text": f"Push number {number} has come."}).encode()
            while not self._accepted(item, f"push-{number}"):
                self.pause.wait(0.2)
            self.pushed += 1
            self.pause.wait(0.1)

    def _accepted(self, item: bytes, key: str) -> bool:
        try:
            return push(self.wire, self.token, item, Idempotency_Key=key)[0] == 202
        except (URLError, ConnectionError, TimeoutError, ValueError):
            return False


class TestAllFeedsAtOnce:
    def test_stopped_and_started_again_in_the_middle_lose_nothing_and_double_nothing(self, tmp_path, installation):
        drop, moved, home = tmp_path / "in" / "drop", tmp_path / "in" / "moved", tmp_path / "home"
        for folder in (drop, moved, home / "configs"):
            folder.mkdir(parents=True)
        expected: set[str] = set()

        def write(names: range) -> None:
            for number in names:
                (drop / f"d{number}.txt").write_text(f"File number {number} was dropped here.")
                item = {"uri": f"urn:moved:{number}", "text": f"Item number {number} was moved here."}
                (moved / f"m{number}.json.part").write_text(json.dumps(item))
                (moved / f"m{number}.json.part").rename(moved / f"m{number}.json")
                expected.update((f"drop/d{number}.txt", f"urn:moved:{number}"))

        with Origin() as origin:

            def publish(newest: int) -> None:
                names = [str(number) for number in range(newest, max(-1, newest - 30), -1)]
                for feed in ("first", "second"):
                    origin.serve(f"/{feed}", feed_of(*names, built=newest, prefix=f"urn:{feed}:"), etag=f'"{newest}"')
                origin.serve("/third", feed_of(*names, prefix="urn:third:"))
                expected.update(f"urn:{feed}:{name}" for feed in ("first", "second", "third") for name in names)

            urls = {feed: origin.url(f"/{feed}") for feed in ("first", "second", "third", "hangs")}
            (home / "configs" / "feeds.toml").write_text(CONFIG.format(drop=drop, moved=moved, **urls))
            with running(tmp_path / "data", "--port", "0", home=home, env=installation) as wire:
                token = token_of(wire, "desk")
                pusher = Pusher(wire, token, 60)
                pusher.start()
                expected.update(f"urn:push:{number}" for number in range(60))
                write(range(12))
                publish(5)
                eventually(lambda: wire.count() > 20)
                origin.serve("/third", b"", status=500)
                write(range(12, 20))
                publish(9)
                wire.down()
                write(range(20, 28))
                publish(14)
                origin.serve("/second", b"", status=301, headers={"Location": "/elsewhere"})
                origin.serve("/elsewhere", feed_of(*map(str, range(15, -1, -1)), prefix="urn:second:"))
                expected.add("urn:second:15")
                wire.up("--port", "0")
                write(range(28, 34))
                pusher.join(60)
                assert pusher.pushed == 60
                eventually(lambda: wire.count() >= len(expected))
                wire.await_idle()
                state = wire.status()
                found = [hit["uri"] for hit in wire.search("--size", "1000")["hits"]]
                assert sorted(found) == sorted(expected)
                assert state["dead"] == 0
                sent = [message.key.decode() for message in read(wire.kafka, topics.RAW)]
                assert sorted(sent) == sorted(expected)
                fresh = {feed["name"]: feed for feed in state["feeds"]}
                assert {"drop", "moved", "first", "second", "third", "desk"} <= set(fresh)
                assert fresh["drop"]["items"] == 34
                assert "no whole answer within 2 s" in fresh["hangs"]["error"]
                assert 304 in [status for status, _ in origin.visits("/first")]
                with urlopen(f"{wire.address}/metrics", timeout=30) as response:
                    figures = response.read().decode()
                assert 'wire_feed_items_total{feed="drop"} 34.0' in figures
                assert eventually(lambda: wire.json("status")["feeds"][0].get("searchable"))
        assert not list(moved.glob("*.json"))


class TestHostileFiles:
    def test_what_a_folder_cannot_take_is_in_the_dead_letters_with_its_bytes(self, wire, tmp_path):
        """Taken once from the command line; the letters name the reason, and what was taken is searchable."""
        drop, home = tmp_path / "drop", tmp_path / "home"
        drop.mkdir()
        (home / "configs").mkdir(parents=True)
        (home / "configs" / "feeds.toml").write_text(f'[[feeds]]\nname = "hostile"\nfolder = "{drop}"\nsettle = 0\n')
        (tmp_path / "secret").write_text("A secret.")
        (drop / "link.txt").symlink_to(tmp_path / "secret")
        (drop / "bomb.gz").write_bytes(gzip.compress(b"x" * 1_000_000))
        (drop / "huge.txt").write_bytes(b"x" * (9 << 20))
        (drop / "laughs.xml").write_bytes(b"<!DOCTYPE nitf [<!ENTITY a 'ha'>]><nitf>&a;</nitf>")
        (drop / "deep.json").write_bytes(b'{"a":' * 1_000_000)
        (drop / "good.txt").write_text("The glimworth story is a good one.")
        once = Wire(wire.folder, home, wire.env)
        once("feeds", "--once")
        wire.await_idle()
        dead_letters = {
            letter["detail"].split(":")[0]: wire("dead", "show", letter["id"]).stdout
            for letter in wire.dead_letters()
            if letter["source"] == "hostile"
        }
        assert sorted(dead_letters) == [
            "a symbolic link, which is not followed",
            "not JSON",
            "not read",
            "over 8,388,608 bytes (feed.max_item_bytes)",
            "unknown format",
        ]
        assert b"A secret." not in b"".join(dead_letters.values())
        assert dead_letters["over 8,388,608 bytes (feed.max_item_bytes)"] == b"x" * 65_536
        assert wire.story("hostile/good.txt")


def test_a_folder_and_an_address_can_be_followed_from_the_command_line(wire, tmp_path):
    drop = tmp_path / "followed"
    drop.mkdir()
    with Origin() as origin:
        origin.serve("/rss", feed_of("quillfeed", prefix="urn:followed:"))
        command = [*COMMAND, "feed", "--follow", str(drop), origin.url("/rss")]
        environment = os.environ | wire.environment
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
        try:
            (drop / "a.txt").write_text("The followed folder brought the quandle story.")
            eventually(lambda: wire.search("quandle")["total"] == 1)
            eventually(lambda: wire.search("quillfeed")["total"] == 1)
        finally:
            process.send_signal(signal.SIGTERM)
            told = process.communicate(timeout=30)[1].decode()
        assert process.returncode == 0, told
        assert "Traceback" not in told


def test_only_folders_and_addresses_can_be_followed(wire):
    assert "neither" in wire("feed", "--follow", "README.md", code=2).stderr.decode()


def test_an_address_can_be_fed_once(wire):
    with Origin() as origin:
        origin.serve("/rss", feed_of("a", "b", prefix="urn:once:"))
        assert wire("feed", origin.url("/rss")).stdout == b"2 items acknowledged\n"
        told = wire("feed", origin.url("/none"), code=1)
        assert b"answered 404" in told.stderr


def test_without_live_feeds_wire_feeds_says_what_to_do(wire):
    assert "configs/feeds.toml" in wire("feeds", code=2).stderr.decode()


class TestSenders:
    def test_a_token_that_is_bound_kills_its_own_sources_stories_and_no_other_does(self, wire):
        bound = wire("token", "add", "bound", "--source", "Bound Agency").stdout.decode().strip()
        other = token_of(wire, "other")
        story = {"uri": "urn:sender:1", "text": "The council of Sund met on Thursday.", "source": "Somebody else"}
        assert push(wire, bound, json.dumps(story).encode())[0] == 202
        assert push(wire, bound, json.dumps(story).encode(), source="Other Agency")[0] == 403
        wire.await_idle()
        kill = json.dumps({"uri": "urn:sender:1", "pubstatus": "canceled", "source": "Bound Agency"}).encode()
        assert push(wire, other, kill, source="Bound Agency")[0] == 202
        wire.await_idle()
        assert wire.story("urn:sender:1")["source"]["name"] == "Bound Agency"
        assert push(wire, bound, kill)[0] == 202
        wire.await_idle()
        assert wire.story("urn:sender:1") is None


class TestPush:
    @pytest.fixture(scope="class")
    @classmethod
    def token(cls, wire):
        return token_of(wire, "tester")

    def test_an_item_is_accepted_once_kafka_has_it(self, wire, token):
        status, answer = push(wire, token, b'{"uri": "urn:in:1", "text": "It was pushed."}')
        assert (status, answer) == (202, {"accepted": 1, "uris": ["urn:in:1"], "refused": []})
        wire.await_idle()
        assert wire.story("urn:in:1")["source"]["name"] == "tester"

    def test_many_items_packed(self, wire, token):
        lines = b'{"uri": "urn:in:2", "text": "Two."}\n{"uri": "urn:in:3", "text": "Three."}\n'
        status, answer = push(wire, token, gzip.compress(lines), "application/x-ndjson", Content_Encoding="gzip")
        assert (status, answer["uris"]) == (202, ["urn:in:2", "urn:in:3"])

    def test_any_format(self, wire, token):
        sample = (Path(__file__).parent.parent / "samples" / "rss" / "rich.xml").read_bytes()
        status, answer = push(wire, token, sample, "application/rss+xml; charset=utf-8")
        assert (status, answer["accepted"]) == (202, 2)

    def test_the_same_key_sends_once(self, wire, token):
        item = b'{"uri": "urn:in:4", "text": "Four."}'
        first = push(wire, token, item, Idempotency_Key="k-4")
        assert push(wire, token, item, Idempotency_Key="k-4") == first
        assert push(wire, token, b'{"uri": "urn:in:5", "text": "Five."}', Idempotency_Key="k-4")[0] == 422
        keys = [message.key for message in read(wire.kafka, topics.RAW)]
        assert keys.count(b"urn:in:4") == 1
        assert keys.count(b"urn:in:5") == 0

    @pytest.mark.parametrize("token_given", ["", "wrong", "é"])
    def test_without_a_token_nothing_is_taken(self, wire, token, token_given):
        request = Request(f"{wire.address}/ingest", b"{}", {"Authorization": f"Bearer {token_given}".encode()})
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=30)
        assert refused.value.code == 401

    def test_a_token_is_kept_as_a_digest_alone(self, wire, token):
        kept = (wire.folder / "tokens.json").read_text()
        assert token not in kept
        assert "tester" in kept
        assert (wire.folder / "tokens.json").stat().st_mode & 0o077 == 0

    def test_a_token_can_be_taken_back(self, wire, token):
        other = token_of(wire, "leaver")
        wire("token", "remove", "leaver")
        assert push(wire, other, b'{"uri": "urn:in:6", "text": "Six."}')[0] == 401
        assert "leaver" not in wire("token", "list").stdout.decode()

    @pytest.mark.parametrize(
        ("body", "kind", "headers", "status", "why"),
        [
            (b"x", "image/png", {}, 415, "image/png"),
            (b"x", "application/json", {"Content_Encoding": "br"}, 415, "br"),
            (b"x", "application/json", {"Content_Encoding": "gzip"}, 400, "not gzip"),
            (gzip.compress(b"{}")[:-9], "application/json", {"Content_Encoding": "gzip"}, 400, "too early"),
            (b"x" * (33 << 20), "text/plain", {}, 413, "over 33,554,432 bytes"),
            (
                gzip.compress(b"x" * (200 << 20)),
                "text/plain",
                {"Content_Encoding": "gzip"},
                413,
                "over 33,554,432 bytes",
            ),
            (b"x" * (9 << 20), "text/plain", {}, 413, "over 8,388,608 bytes"),
            (b"%PDF-1.7", "application/octet-stream", {}, 415, "PDF"),
            (b"", "text/plain", {}, 400, "empty"),
            (b"{}", "application/json", {"Idempotency_Key": "k" * 201}, 400, "200"),
        ],
        ids=["type", "packing", "not packed", "cut", "large", "bomb", "large item", "pdf", "empty", "key"],
    )
    def test_what_cannot_be_taken_is_refused_with_its_reason(self, wire, token, body, kind, headers, status, why):
        answered, answer = push(wire, token, body, kind, **headers)
        assert answered == status
        assert why in json.dumps(answer)


class TestTheLifeOfAStory:
    def test_a_kill_takes_it_and_its_quotes_out_and_keeps_late_copies_out(self, wire):
        story = {
            "uri": "urn:life:1",
            "version": 1,
            "headline": "Life",
            "text": '"It is over," said Ann Carter in Dover.',
        }
        wire.feed(story)
        wire.await_idle()
        assert wire.search("--quotes", "over", "--speaker", "Carter")["total"] == 1
        wire.feed({"uri": "urn:life:1", "version": 2, "pubstatus": "canceled"})
        wire.await_idle()
        wire.feed(story)
        wire.await_idle()
        assert wire.story("urn:life:1") is None
        assert wire.search("--quotes", "over", "--speaker", "Carter")["total"] == 0

    def test_a_notice_of_its_own_kills_too(self, wire):
        samples = Path(__file__).parent.parent / "samples"
        uris = {
            "nitf": "channel.20240516.harbour",
            "newsml": "urn:newsml:example.org:20240516:budget-42",
            "newsmlg2": "tag:example.org,2024:bill",
        }
        for name in uris:
            wire("feed", samples / name / "rich.xml", "--source", name)
        wire.await_idle()
        assert all(map(wire.story, uris.values()))
        for name in uris:
            wire("feed", samples / name / "kill.xml", "--source", name)
        wire.await_idle()
        assert not any(map(wire.story, uris.values()))

    def test_a_correction_replaces_it_and_keeps_the_history(self, wire):
        base = {"uri": "urn:life:2", "text": "Two people were hurt in Leeds.", "versioncreated": "2024-05-16T12:00:00Z"}
        wire.feed(base | {"version": 2, "headline": "CORRECTED-Two hurt in Leeds"})
        wire.await_idle()
        wire.feed(base | {"version": 1, "headline": "Ten hurt in Leeds", "text": "Ten people were hurt in Leeds."})
        wire.await_idle()
        story = wire.story("urn:life:2")
        assert (story["version"], story["signal"]) == (2, "correction")
        assert [version["headline"] for version in story["versions"]] == [
            "Ten hurt in Leeds",
            "CORRECTED-Two hurt in Leeds",
        ]

    def test_advisories_and_tests_are_not_mixed_with_stories(self, wire):
        wire.feed(
            {"uri": "urn:life:3", "headline": "ADVISORY: no service tonight", "text": "The zorbline desk closes early."}
        )
        wire.feed(
            {"uri": "urn:life:4", "headline": "TEST MESSAGE", "text": "This zorbline is a test, please ignore it."}
        )
        wire.await_idle()
        assert wire.search("zorbline")["total"] == 0
        marked = wire.search("zorbline", "--advisories")["hits"]
        assert {hit["uri"]: hit["signal"] for hit in marked} == {"urn:life:3": "advisory", "urn:life:4": "test"}

    def test_the_same_story_from_two_feeds_is_one_report(self, wire):
        copy = STORY.replace("reopened on Tuesday after 14 days, said", "opened again after two weeks, according to")
        wire.feed({"uri": "urn:one:1", "headline": "Harbour", "text": STORY, "provider": "One"})
        wire.feed({"uri": "urn:two:1", "headline": "Port opens", "text": copy, "provider": "Two"})
        wire.await_idle()
        story, other = wire.story("urn:one:1"), wire.story("urn:two:1")
        assert story["group"] == other["group"]
        assert {story.get("copyof"), other.get("copyof")} & {"urn:one:1", "urn:two:1"}
        other = "Brasilia will not pay for the quay at Porto Velho, Carlos Brito was told on Friday. Maria Lopes of the port authority in Rondonia had asked for half of the 12 million reais that repairs after the flood of 3 March cost when the Madeira rose."  # noqa: E501
        wire.feed({"uri": "urn:one:2", "text": other, "provider": "Three"})
        wire.await_idle()
        assert wire.story("urn:one:2")["storyline"] == story["storyline"]
