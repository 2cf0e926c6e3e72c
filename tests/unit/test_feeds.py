"""Live feeds: each item of a folder or address is taken exactly once, whatever happens."""

import asyncio
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpcore
import psutil
import pytest
from httpx import Headers
from hypothesis import given
from hypothesis import strategies as st

from pipeline import formats
from pipeline.address_guard import is_public
from pipeline.errors import KafkaUnavailable
from pipeline.feeds import ItemReader
from pipeline.feeds.feed_state import FILE, FeedState, PollState, PushAnswer
from pipeline.feeds.fetch import Client, Response
from pipeline.feeds.files import read
from pipeline.feeds.freshness import Freshness
from pipeline.feeds.live_feeds import LiveFeeds, give_back_memory
from pipeline.feeds.polled_feed import PolledFeed, retry_after
from pipeline.feeds.watched_folder import WatchedFolder
from pipeline.formats import webpage
from pipeline.settings import LiveFeed
from tests.origin import Origin, feed_of

LIMIT = 1 << 20


@pytest.fixture
def feed_state(tmp_path):
    feed_state = FeedState(tmp_path / "data")
    yield feed_state
    feed_state.close()


@pytest.fixture
def origin():
    with Origin() as origin:
        yield origin


async def run_until(live: LiveFeeds, feeds: list[LiveFeed], is_done: Callable[[], bool]) -> None:
    """Run live feeds until something has come about."""
    running = asyncio.create_task(live.run(feeds))
    while not is_done():
        assert not running.done()
        await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.wait([running])


class TestAFolder:
    @pytest.fixture
    def path(self, tmp_path):
        (tmp_path / "drop").mkdir()
        return tmp_path / "drop"

    @pytest.fixture
    def watch(self, path, feed_state):
        return lambda **more: WatchedFolder("drop", path, more.get("settle", 0.0), more.get("moves", False), feed_state)

    @staticmethod
    def take(folder):
        taken = []
        for file in folder.complete_files():
            taken += folder.items(file, ItemReader(limit=LIMIT))
            folder.mark_done(file)
        return taken

    def test_a_file_is_taken_once_also_after_a_restart(self, path, watch):
        (path / "a.txt").write_text("A lead.")
        assert [item.uri for item in self.take(watch())] == ["drop/a.txt"]
        assert self.take(watch()) == []

    def test_a_file_that_is_written_anew_is_taken_anew(self, path, watch):
        (path / "a.txt").write_text("A lead.")
        self.take(watch())
        (path / "a.txt").write_text("A longer lead.")
        assert [item.value for item in self.take(watch())] == [b"A longer lead."]

    def test_a_file_that_still_grows_is_left_until_it_is_whole(self, path, watch):
        folder = watch(settle=0.2)
        (path / "a.txt").write_text("A le")
        assert folder.complete_files() == []
        (path / "a.txt").write_text("A lead.")
        assert folder.complete_files() == []
        time.sleep(0.25)
        assert [item.value for item in self.take(folder)] == [b"A lead."]

    @pytest.mark.parametrize("name", [".hidden", "a.part", "a.txt.tmp", "a.txt~", "A.FILEPART"])
    def test_names_of_unfinished_transfers_are_left(self, path, watch, name):
        (path / name).write_text("A lead.")
        assert self.take(watch()) == []

    def test_done_files_may_be_moved_away(self, path, watch):
        (path / "sub").mkdir()
        (path / "sub" / "a.txt").write_text("A lead.")
        self.take(watch(moves=True))
        assert [p.relative_to(path).as_posix() for p in path.rglob("*.txt")] == [".done/sub/a.txt"]
        assert self.take(watch(moves=True)) == []

    def test_a_link_is_refused_and_not_read(self, path, watch, tmp_path):
        (tmp_path / "secret").write_text("A secret.")
        (path / "a.txt").symlink_to(tmp_path / "secret")
        (path / "folder").symlink_to(tmp_path)
        refused = self.take(watch())
        assert [item.reason for item in refused] == ["a symbolic link, which is not followed"] * 2
        assert self.take(watch()) == []

    def test_a_pipe_is_refused_and_does_not_hang(self, path, watch):
        os.mkfifo(path / "a.txt")
        (refused,) = self.take(watch())
        assert refused.reason == "not a file"

    def test_what_cannot_be_read_is_refused_with_its_beginning(self, path, watch):
        (path / "a.pdf").write_bytes(b"%PDF-1.7 and so on")
        (path / "b.txt").write_bytes(b"x" * (LIMIT + 1))
        pdf, large = self.take(watch())
        assert (pdf.error, pdf.value) == ("UnknownFormat", b"%PDF-1.7 and so on")
        assert (large.error, large.value) == ("TooLarge", b"x" * 65_536)

    def test_a_name_that_is_no_utf_8_is_taken_once_under_a_name_that_is(self, path, watch):
        for name in (b"caf\xe9.txt", b"caf\xe8.txt"):
            (path / os.fsdecode(name)).write_text("A lead.")
        assert sorted(item.uri for item in self.take(watch())) == ["drop/caf\\xe8.txt", "drop/caf\\xe9.txt"]
        assert self.take(watch()) == []

    def test_a_name_that_is_no_utf_8_is_read_from_the_command_line(self, path):
        (path / os.fsdecode(b"caf\xe9.txt")).write_text("A lead.")
        (item,) = read([str(path)], ItemReader(limit=LIMIT))
        assert item.headers.pairs()
        assert item.uri == "caf\\xe9.txt"

    def test_what_nobody_foresaw_is_that_file_s_own_affair(self, path, watch, monkeypatch):
        def bug(value):
            raise ZeroDivisionError("a bug")

        text = formats.format_named("text")
        monkeypatch.setitem(formats.FORMATS, "text", replace(text, identity=bug))
        (path / "a.txt").write_text("A lead.")
        (path / "b.json").write_text('{"uri": "urn:b", "body": "A lead."}')
        refused, item = self.take(watch())
        assert (refused.error, refused.value, item.uri) == ("ZeroDivisionError", b"A lead.", "urn:b")


class TestAnAddress:
    @pytest.fixture
    def poll(self, feed_state, origin):
        """Poll an address that many times; return the items of each poll, and the last result."""

        def poll(path, times=1, **more):
            url = path if path.startswith("http") else origin.url(path)

            async def visits():
                client = Client(more.get("home", url), LIMIT, more.get("timeout", 2.0), more.get("private", False))
                address = PolledFeed("rss", url, 10.0, more.get("full", False), client, feed_state)
                brought = []
                for _ in range(times):
                    result = await address.poll(ItemReader(limit=LIMIT))
                    address.mark_done(result)
                    brought.append([item.uri for item in result.items])
                await client.close()
                return brought, result

            return asyncio.run(visits())

        return poll

    def test_every_entry_comes_once_oldest_first(self, origin, poll):
        origin.serve("/rss", feed_of("c", "b", "a"))
        assert poll("/rss", times=3)[0] == [["urn:a", "urn:b", "urn:c"], [], []]
        origin.serve("/rss", feed_of("d", "c", "b"))
        assert poll("/rss")[0] == [["urn:d"]]

    def test_an_entry_that_changed_comes_again_though_the_feed_around_it_changes_always(self, origin, poll):
        origin.serve("/rss", feed_of("a", "b", built=1))
        poll("/rss")
        origin.serve("/rss", feed_of("a", "b", built=2))
        assert poll("/rss")[0] == [[]]
        origin.serve("/rss", feed_of("a", "b", built=3, texts={"a": "Corrected."}))
        assert poll("/rss")[0] == [["urn:a"]]

    @pytest.mark.parametrize("kind", ["rss", "json"])
    def test_an_entry_without_any_name_comes_once_too(self, origin, poll, kind):
        for built in (1, 2):
            rss = f"<rss><channel><lastBuildDate>{built}</lastBuildDate><item><title>A</title></item></channel></rss>"
            json = f'{{"version": "https://jsonfeed.org/version/1", "title": "{built}", "items": [{{"title": "A"}}]}}'
            origin.serve("/feed", (rss if kind == "rss" else json).encode())
            assert [len(items) for items in poll("/feed")[0]] == [1 if built == 1 else 0]

    def test_visits_are_conditional(self, origin, poll):
        origin.serve("/rss", feed_of("a"), etag='"1"')
        poll("/rss", times=2)
        assert [answered for answered, _ in origin.visits("/rss")] == [200, 304]

    def test_errors_make_visits_rarer_and_success_makes_them_usual(self, origin, poll):
        origin.serve("/rss", b"", status=500)
        _, first = poll("/rss")
        _, third = poll("/rss", times=2)
        assert (third.state.failures, third.state.error) == (3, "answered 500")
        assert third.state.due - time.time() > 2 * (first.state.due - time.time())
        origin.serve("/rss", feed_of("a"))
        _, last = poll("/rss")
        assert (last.state.failures, last.state.error) == (0, None)

    @pytest.mark.parametrize(("failures", "longest"), [(0, 33), (2, 24 * 3600 * 1.2)])
    def test_a_clock_that_was_put_back_delays_no_visit_for_longer_than_a_pause(self, tmp_path, failures, longest):
        feed_state = FeedState(tmp_path)
        feed_state.record_poll(
            "feed", "http://a", PollState(url="http://a", due=time.time() + 30 * 24 * 3600, failures=failures)
        )
        address = PolledFeed("feed", "http://a", every=30, full=False, client=None, feed_state=feed_state)
        assert 0 < address.due() <= longest

    @pytest.mark.parametrize(
        "body",
        [
            b"<!DOCTYPE html><html><body><h1>Sign in to continue</h1><p>Enter your password.</p></body></html>",
            b"<html><head><title>Just a moment</title></head><body>Checking your browser.</body></html>",
            b"Too many requests. Please come back later.",
            b"",
        ],
    )
    def test_a_page_in_place_of_a_feed_is_an_error_and_no_story(self, origin, poll, body):
        origin.serve("/board", feed_of("a"))
        poll("/board")
        for path in ("/board", "/news/page.xml", "/rss", "/?feed=atom", "/feeds/world.rss"):
            origin.serve(path, body, kind="text/html")
            brought, result = poll(path)
            assert (brought, result.refused, result.digests) == ([[]], (), None)
            assert (result.state.failures, result.state.error[:7]) == (1, "no feed")
        origin.serve("/board", feed_of("b", "a"))
        brought, result = poll("/board")
        assert (brought, result.state.failures) == ([["urn:b"]], 0)

    @pytest.mark.parametrize("path", ["/page", "/about/feed-the-birds.html", "/feedback"])
    def test_an_address_that_is_a_page_is_a_story(self, origin, poll, path):
        page = "<html><body><article><p>" + "A paragraph that says a lot about it. " * 9
        origin.serve(path, page.encode(), kind="text/html")
        brought, result = poll(path, times=2)
        assert ([len(items) for items in brought], result.state.failures) == ([1, 0], 0)

    def test_retry_after_is_kept_to(self, origin, poll):
        origin.serve("/rss", b"", status=503, headers={"Retry-After": "1800"})
        before = time.time()
        assert poll("/rss")[1].state.due >= before + 1800

    def test_a_permanent_redirect_is_remembered_a_temporary_one_is_not(self, origin, poll):
        origin.serve("/new", feed_of("a"))
        origin.serve("/old", b"", status=301, headers={"Location": "/new"})
        origin.serve("/detour", b"", status=302, headers={"Location": "/new"})
        assert poll("/detour")[1].state.url == origin.url("/detour")
        assert poll("/old", times=2)[1].state.url == origin.url("/new")

    def test_a_redirect_without_end_is_an_error(self, origin, poll):
        origin.serve("/rss", b"", status=302, headers={"Location": "/rss"})
        assert "redirects" in poll("/rss")[1].state.error

    @pytest.mark.parametrize(
        "target", ["http://127.0.0.1:1/x", "http://[::1]/x", "http://169.254.169.254/x", "http://10.0.0.1/"]
    )
    def test_a_redirect_into_our_network_is_blocked(self, origin, poll, target):
        origin.serve("/rss", b"", status=302, headers={"Location": target})
        assert "an address of this network" in poll("/rss")[1].state.error

    def test_unless_it_is_allowed(self, origin, poll):
        with Origin() as other:
            other.serve("/rss", feed_of("a"))
            origin.serve("/rss", b"", status=302, headers={"Location": other.url("/rss")})
            assert "this network" in poll("/rss")[1].state.error
            assert poll("/rss", private=True)[0] == [["urn:a"]]

    def test_a_redirect_to_a_file_is_blocked(self, origin, poll):
        origin.serve("/rss", b"", status=302, headers={"Location": "file:///etc/passwd"})
        assert "only http" in poll("/rss")[1].state.error

    @pytest.mark.parametrize("path", ["/hangs", "/drips"])
    def test_a_server_that_never_finishes_is_left_in_time(self, origin, poll, path):
        assert "no whole answer within 0.5 s" in poll(path, timeout=0.5)[1].state.error

    def test_an_answer_that_grows_when_unpacked_is_given_up(self, origin, poll):
        origin.serve("/bomb", b"\x00" * (64 * LIMIT), gzip=True)
        assert "over 1,048,576 bytes" in poll("/bomb", timeout=60)[1].state.error

    def test_the_text_may_be_that_of_the_page(self, origin, feed_state, poll):
        page = "<html><body><article><p>" + "</p><p>".join(f"Paragraph {n} says a lot about it." for n in range(9))
        origin.serve("/page", page.encode() + b"</p></article></body></html>", kind="text/html")
        origin.serve("/rss", feed_of("a", link=origin.url("/page")))
        _, result = poll("/rss", full=True)
        assert b"Paragraph 8 says" in result.items[0].value

    def test_addresses_of_the_internet_are_public_and_ours_are_not(self):
        public = ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822", "2002:5db8:d822::1"]
        ours = ["127.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "0.0.0.0"]
        ours += ["64:ff9b::7f00:1", "64:ff9b::10.1.2.3", "64:ff9b:1::1", "2002:7f00:1::1", "::127.0.0.1"]
        ours += ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "fec0::1", "fc00::1", "ff02::1", "224.0.0.1"]
        assert [address for address in public if not is_public(address)] == []
        assert [address for address in ours if is_public(address)] == []

    def test_what_takes_its_time_runs_beside_the_event_loop(self, origin, feed_state, monkeypatch):
        origin.serve("/rss", feed_of("a", link=origin.url("/page")))
        page = "<html><body><article>" + "<p>A paragraph that says a lot about it.</p>" * 9
        origin.serve("/page", page.encode(), kind="text/html")
        places = {"parsing": (formats, "parse"), "the page": (webpage, "parse"), "what was seen": (feed_state, "seen")}
        threads = {}

        def watched(name, function):
            def call(*given):
                threads[name] = threading.current_thread()
                return function(*given)

            return call

        for name, (where, called) in places.items():
            monkeypatch.setattr(where, called, watched(name, getattr(where, called)))
        feed = LiveFeed(name="rss", url=origin.url("/rss"), full=True, allow_private=True)
        asyncio.run(LiveFeeds(feed_state, LIMIT, lambda *_: None).run([feed], once=True))
        assert set(threads) == set(places)
        assert threading.main_thread() not in threads.values()

    def test_where_a_host_does_not_answer_at_its_first_address_the_next_is_tried(self, origin, poll, monkeypatch):
        origin.serve("/rss", feed_of("a"))
        connect, tried = httpcore.AnyIOBackend.connect_tcp, []

        async def resolve(self, host, port, **_):
            return [(0, 0, 0, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

        async def slow(self, host, port, timeout, *more):
            tried.append((host, timeout))
            if host == "127.0.0.2":
                raise httpcore.ConnectTimeout
            return await connect(self, host, port, timeout, *more)

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
        monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", slow)
        brought, _ = poll("/rss", timeout=4.0)
        assert brought == [["urn:a"]]
        assert tried == [("127.0.0.2", 2.0), ("127.0.0.1", 2.0)]

    @pytest.mark.parametrize(
        ("value", "seconds"), [("120", 120), ("999999999999", 86_400), ("soon", None), ("", None), ("in an hour", 3600)]
    )
    def test_retry_after_is_seconds_or_a_date(self, value, seconds):
        if value == "in an hour":
            value = format_datetime(datetime.now(UTC) + timedelta(hours=1))
        found = retry_after(Response(503, b"", "", Headers({"retry-after": value})))
        assert found == seconds if seconds is None else found == pytest.approx(seconds, abs=5)


class TestFreshness:
    def test_a_feed_is_silent_after_four_times_its_usual_gap(self):
        fresh = Freshness()
        for minute in range(10):
            fresh = fresh.with_arrivals(1, minute * 600.0)
        assert not fresh.is_silent(9 * 600 + 2000)
        assert fresh.is_silent(9 * 600 + 2500)
        assert fresh.is_silent(9 * 600 + 100, allowed=60)

    def test_a_feed_without_a_pace_is_not_silent(self):
        assert not Freshness().is_silent(1e9)
        assert not Freshness().with_arrivals(3, 0.0).is_silent(1e9)


class TestFeedState:
    def test_a_file_of_an_earlier_version_is_read(self, tmp_path):
        with closing(sqlite3.connect(tmp_path / FILE)) as base:
            base.execute(
                "create table visit (feed text primary key, home text, url text, etag text, modified text, due real,"
                " failures integer, error text)"
            )
            base.execute("insert into visit values ('rss', 'http://a', 'http://b', null, null, 7, 0, null)")
            base.commit()
        feed_state = FeedState(tmp_path)
        assert feed_state.last_poll("rss", "http://a") == PollState("http://b", due=7)
        feed_state.record_poll("rss", "http://a", PollState("http://b", format="rss"))
        assert feed_state.last_poll("rss").format == "rss"
        feed_state.close()

    @given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=10))
    def test_what_was_seen_is_seen(self, digests):
        with tempfile.TemporaryDirectory() as folder:
            feed_state = FeedState(Path(folder))
            feed_state.mark_seen("feed", digests, 1.0)
            feed_state.close()
            feed_state = FeedState(Path(folder))
            assert feed_state.seen("feed", digests) == digests
            assert feed_state.seen("another", digests) == {}
            feed_state.close()

    def test_old_answers_are_forgotten(self, feed_state):
        feed_state.record_answer("a", PushAnswer("d", 202, "{}"), 0.0, 10.0)
        assert feed_state.pushed("a")
        feed_state.record_answer("b", PushAnswer("d", 202, "{}"), 11.0, 10.0)
        assert feed_state.pushed("a") is None


class TestAllTogether:
    def test_no_feed_starves_another(self, origin, feed_state, tmp_path):
        """Hanging, failing and redirecting feeds beside good ones: every entry comes, once, in time."""
        origin.serve("/good", feed_of("a", "b"))
        origin.serve("/bad", b"", status=500)
        (tmp_path / "drop").mkdir()
        (tmp_path / "drop" / "c.txt").write_text("A lead.")
        feeds = [LiveFeed(name=f"hangs{n}", url=origin.url("/hangs"), every=1, timeout=20) for n in range(3)]
        feeds += [LiveFeed(name="bad", url=origin.url("/bad"), every=1)]
        feeds += [LiveFeed(name="good", url=origin.url("/good"), every=1)]
        feeds += [LiveFeed(name="drop", folder=tmp_path / "drop", settle=0.1)]
        came = []
        live = LiveFeeds(feed_state, LIMIT, lambda feed, items: came.extend(item.uri for item in items))

        asyncio.run(run_until(live, feeds, lambda: len(came) >= 3))
        assert sorted(came) == ["drop/c.txt", "urn:a", "urn:b"]
        assert feed_state.freshness("good").items == 2

    def test_memory_that_hostile_items_took_is_given_back(self, origin, feed_state, tmp_path):
        hostile = b"<rss><channel><item>" + b"<a>x</a>" * 400_000 + b"</item></channel></rss>"
        (tmp_path / "drop").mkdir()
        for name in "abc":
            origin.serve(f"/{name}", hostile)
            (tmp_path / "drop" / f"{name}.xml").write_bytes(hostile)
        feeds = [LiveFeed(name=name, url=origin.url(f"/{name}")) for name in "abc"]
        feeds += [LiveFeed(name="drop", folder=tmp_path / "drop", settle=0)]
        give_back_memory()
        before = psutil.Process().memory_info().rss
        asyncio.run(LiveFeeds(feed_state, 8 << 20, lambda *_: None).run(feeds, once=True))
        assert psutil.Process().memory_info().rss - before < 96 << 20

    def test_what_kafka_did_not_take_is_brought_again(self, feed_state, tmp_path):
        (tmp_path / "drop").mkdir()
        (tmp_path / "drop" / "c.txt").write_text("A lead.")
        came, tries = [], []

        def deliver(feed, items):
            tries.append(feed)
            if len(tries) == 1:
                raise KafkaUnavailable("away")
            came.extend(item.uri for item in items)

        feed = LiveFeed(name="drop", folder=tmp_path / "drop", settle=0)
        asyncio.run(LiveFeeds(feed_state, LIMIT, deliver).run([feed], once=True))
        assert came == ["drop/c.txt"]

    def test_what_nobody_foresaw_in_one_feed_is_its_own_affair(self, origin, feed_state, tmp_path):
        origin.serve("/bad", feed_of("bad"))
        origin.serve("/good", feed_of("good"))
        for name in ("bad", "good"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "c.txt").write_text("A lead.")
        feeds = [LiveFeed(name=f"{kind}-{n}", **place) for kind in ("bad", "good") for n, place in enumerate(
            ({"url": origin.url(f"/{kind}"), "every": 1}, {"folder": tmp_path / kind, "settle": 0})
        )]  # fmt: skip
        came = []

        def deliver(feed, items):
            if feed.startswith("bad"):
                raise ZeroDivisionError("a bug")
            came.extend(item.uri for item in items)

        asyncio.run(run_until(LiveFeeds(feed_state, LIMIT, deliver), feeds, lambda: len(came) >= 2))
        assert sorted(came) == ["good-1/c.txt", "urn:good"]
