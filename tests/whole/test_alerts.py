"""Alerts end to end: each version is reported once within seconds, and again if the story changes."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import feedparser
import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from pipeline import topics
from pipeline.alerts import delivery_log
from pipeline.kafka.reader import read
from tests.whole import desk
from tests.whole.conftest import MAIL_PORT, SECRET, Wire, eventually


class Receiver:
    """A webhook endpoint that answers with ``statuses`` first, then with 200."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.tries: list[dict[str, str]] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                receiver.tries.append({"path": self.path, "body": body.decode(), **dict(self.headers.items())})
                if status == 200:
                    receiver.got.append(json.loads(body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook?key=planted-secret"

    def of(self, uri: str) -> list[tuple[str, int]]:
        """Return the notifications about a story in order: kind and version."""
        return [(each["kind"], each["version"]) for each in self.got if each["uri"] == uri]


class Mailbox(Message):
    """A mail server that keeps what it receives."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    handler = Mailbox()
    controller = Controller(handler, hostname="127.0.0.1", port=MAIL_PORT)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture(scope="module")
def watched(wire, receiver, mailbox) -> Wire:
    wire.feed(desk.item("urn:alert:old", "An anglerfish was seen before anybody asked."))
    wire.await_idle()
    wire("alert", "add", "angler", "anglerfish", "--webhook", receiver.address)
    wire("alert", "add", "keller", 'speaker:"Maria Keller" anglerfish', "--quotes", "--email", "ann@example.org")
    return wire


def item(uri: str, body: str, **fields: Any) -> dict[str, Any]:
    return desk.item(uri, body, **fields)


class TestDelivery:
    def test_a_match_is_delivered_once_and_signed(self, watched, receiver):
        watched.feed(
            item("urn:alert:1", "An anglerfish was caught off Lima."), item("urn:alert:2", "A cod was caught.")
        )
        eventually(lambda: receiver.of("urn:alert:1"))
        watched.await_idle()
        assert receiver.of("urn:alert:1") == [("match", 1)]
        assert receiver.of("urn:alert:2") == receiver.of("urn:alert:old") == []
        (one,) = [each for each in receiver.tries if '"urn:alert:1"' in each["body"]]
        content = f"{one['webhook-id']}.{one['webhook-timestamp']}.{one['body']}".encode()
        signature = b64encode(hmac.digest(b64decode(SECRET.removeprefix("whsec_")), content, sha256)).decode()
        assert one["webhook-signature"] == f"v1,{signature}"
        assert json.loads(one["body"])["id"] == one["webhook-id"]

    def test_a_quote_is_mailed_with_its_speaker(self, watched, mailbox):
        body = "“The anglerfish is back,” said Maria Keller.\n“Nothing new,” said Tom Bradley of the anglerfish."
        watched.feed(item("urn:alert:said", body, headline="Back\r\nBcc: all@example.org"))
        (mail,) = eventually(lambda: [each for each in mailbox.mails if "[keller]" in each["subject"]])
        assert "“The anglerfish is back,” — Maria Keller" in mail.get_payload(decode=True).decode()
        assert (mail["to"], mail["from"], mail["bcc"]) == ("ann@example.org", "desk@example.org", None)

    def test_it_stands_on_the_topic_the_pages_and_the_feed(self, watched):
        messages = [json.loads(message.value) for message in read(watched.kafka, topics.ALERTS)]
        assert "urn:alert:1" in {each["uri"] for each in messages if each["alert"] == "angler"}
        found = httpx.get(f"{watched.address}/api/v1/matches", params={"alert": "angler"}).json()
        assert "urn:alert:1" in {each["uri"] for each in found["hits"]}
        feed = feedparser.parse(httpx.get(f"{watched.address}/api/v1/alerts/angler/atom").content)
        assert not feed.bozo
        assert any("urn%3Aalert%3A1" in entry.link for entry in feed.entries)

    def test_the_address_of_a_notification_is_not_disclosed(self, watched):
        for path in ("/api/v1/alerts", "/api/v1/matches", "/alerts"):
            assert "planted-secret" not in httpx.get(watched.address + path).text
        assert "planted-secret" not in "".join(file.read_text() for file in (watched.folder / "logs").iterdir())

    def test_one_that_answers_late_is_tried_again(self, watched, receiver):
        receiver.statuses += [503, 429]
        watched.feed(item("urn:alert:late", "An anglerfish near Oslo, told twice over."))
        eventually(lambda: receiver.of("urn:alert:late"))
        tries = [each["webhook-id"] for each in receiver.tries if '"urn:alert:late"' in each["body"]]
        assert len(tries) == 3
        assert len(set(tries)) == 1

    def test_one_that_refuses_is_a_dead_letter_that_can_be_replayed(self, watched, receiver):
        receiver.statuses += [400]
        watched.feed(item("urn:alert:refused", "An anglerfish that nobody wanted in Warsaw."))
        (letter,) = eventually(lambda: [each for each in watched.dead_letters() if each["uri"] == "urn:alert:refused"])
        assert (letter["stage"], letter["error"]) == ("deliver", "DeliveryFailed")
        assert "answers 400" in letter["detail"]
        assert "planted-secret" not in letter["detail"]
        assert receiver.of("urn:alert:refused") == []
        watched("dead", "replay", letter["id"])
        eventually(lambda: receiver.of("urn:alert:refused") == [("match", 1)])


class TestAGroup:
    """What several agencies tell is reported once, and again by who says something else."""

    FIRST, COPY, VARIANT = (f"urn:alert:opah:{name}" for name in ("first", "copy", "variant"))
    BODY = f"An opah killed 12 men off Lima on Monday, the coast guard of Peru said.\n{desk.matter('opah')}"

    @staticmethod
    def send(wire: Wire, source: str, story: dict[str, Any]) -> None:
        wire("feed", "-", "--format", "jsonl", "--source", source, input=json.dumps(story).encode())
        wire.await_idle()

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def sent(cls, watched, receiver) -> None:
        watched("alert", "add", "opah", "opah", "--webhook", receiver.address, "--email", "ann@example.org")
        cls.send(watched, "Coastal", item(cls.FIRST, cls.BODY, hours=0.3))
        cls.send(watched, "Inland", item(cls.COPY, cls.BODY, hours=0.2))
        cls.send(watched, "Highland", item(cls.VARIANT, cls.BODY.replace("12", "27"), hours=0.1))

    def test_a_copy_is_not_reported(self, watched, receiver):
        assert watched.story(self.COPY)["copyof"] == self.FIRST
        assert (receiver.of(self.FIRST), receiver.of(self.COPY)) == ([("match", 1)], [])

    def test_a_variant_is_reported_with_what_it_says_otherwise(self, watched, receiver, mailbox):
        line = "Highland: 27, before 12"
        (report,) = eventually(lambda: [each for each in receiver.got if each["uri"] == self.VARIANT])
        assert (report["kind"], report["differs"]) == ("match", line)
        assert "differs" not in next(each for each in receiver.got if each["uri"] == self.FIRST)
        mails = eventually(
            lambda: len(found := [each for each in mailbox.mails if "[opah]" in each["subject"]]) == 2 and found
        )
        assert [line in mail.get_payload(decode=True).decode() for mail in mails] == [False, True]

    def test_that_is_on_the_pages_the_feed_and_the_terminal(self, watched):
        line = "Highland: 27, before 12"
        found = httpx.get(f"{watched.address}/api/v1/matches", params={"alert": "opah"}).json()
        assert (found["total"], [each.get("differs") for each in found["hits"]]) == (2, [line, None])
        assert line in httpx.get(f"{watched.address}/alerts", params={"alert": "opah"}).text
        feed = feedparser.parse(httpx.get(f"{watched.address}/api/v1/alerts/opah/atom").content)
        assert [entry.summary.startswith(line) for entry in feed.entries] == [True, False]
        listed = map(json.loads, watched("alert", "list", "--json").stdout.splitlines())
        (opah,) = [each for each in listed if each["name"] == "opah"]
        assert (opah["matches"], opah["differs"]) == (2, line)
        assert b"Highland: 27" in watched("alert", "list").stdout

    def test_a_kill_of_the_copy_is_silent_and_that_of_the_first_is_not(self, watched, receiver):
        for source, uri in (("Inland", self.COPY), ("Coastal", self.FIRST)):
            self.send(watched, source, item(uri, "", version=2, pubstatus="canceled"))
        eventually(lambda: receiver.of(self.FIRST) == [("match", 1), ("killed", 2)])
        assert receiver.of(self.COPY) == []

    def test_what_was_notified_of_others_is_found_after_what_is_recorded_of_a_story(self, watched):
        with watched.elasticsearch as client:
            everything = delivery_log.find(client, [self.COPY], [self.FIRST, self.VARIANT])
            assert {(each.uri, each.kind) for each in everything} == {
                (self.COPY, "repeated"), (self.FIRST, "match"), (self.FIRST, "killed"), (self.VARIANT, "match")
            }  # fmt: skip
            assert everything[0].uri == self.COPY
            assert delivery_log.find(client, [self.VARIANT], [self.COPY]) == [
                each for each in everything if each.uri == self.VARIANT
            ]


class TestAStorysLife:
    def test_a_version_that_changes_nothing_in_what_matched_is_a_match_of_its_own(self, watched, receiver):
        first = item("urn:alert:life", "An anglerfish was caught.\nIt was large.")
        watched.feed(first)
        eventually(lambda: receiver.of("urn:alert:life") == [("match", 1)])
        watched.feed(first | {"version": 2, "body_text": "An anglerfish was caught.\nIt was very large."})
        eventually(lambda: receiver.of("urn:alert:life") == [("match", 1), ("match", 2)])

    def test_one_that_changes_it_is_a_correction_and_one_that_loses_it_a_withdrawal(self, watched, receiver):
        first = item("urn:alert:corrected", "An anglerfish was caught by three men.\nIt was large.")
        for version, body, kind in (
            (1, "An anglerfish was caught by three men.\nIt was large.", "match"),
            (2, "An anglerfish was caught by four women.\nIt was large.", "corrected"),
            (3, "A monkfish was caught by four women.\nIt was large.", "withdrawn"),
            (4, "A monkfish was caught by five women.\nIt was large.", None),
        ):
            watched.feed(first | {"version": version, "body_text": body})
            watched.await_idle()
            assert receiver.of("urn:alert:corrected")[version - 1 :] == ([(kind, version)] if kind else [])

    def test_a_kill_is_sent_to_everybody_who_was_notified_of_the_story(self, watched, receiver, mailbox):
        body = "“The anglerfish is a hoax,” said Maria Keller."
        watched.feed(item("urn:alert:killed", body))
        eventually(lambda: receiver.of("urn:alert:killed") == [("match", 1)])
        watched.feed(item("urn:alert:killed", "", version=2, pubstatus="canceled"))
        eventually(lambda: receiver.of("urn:alert:killed") == [("match", 1), ("killed", 2)])
        watched.await_idle()
        assert sum("[keller] Killed" in mail["subject"] for mail in mailbox.mails) == 1

    def test_a_full_replay_notifies_nothing_twice(self, watched, receiver):
        watched.await_idle()
        before = [(each["id"]) for each in receiver.got]
        watched("replay", "--from", "annotated")
        watched.await_idle()
        assert [each["id"] for each in receiver.got] == before
        assert len(set(before)) == len(before)

    def test_a_killed_alert_worker_forgets_nothing(self, watched, receiver):
        for worker in {watched.workers(stage)[0] for stage in ("alert", "deliver")}:
            worker.kill()
        watched.feed(item("urn:alert:survives", "An anglerfish that came while nobody looked, in Nairobi."))
        eventually(lambda: receiver.of("urn:alert:survives") == [("match", 1)])


class TestTheCommand:
    def test_they_are_listed_with_their_matches(self, watched):
        found = {each["name"]: each for each in map(json.loads, watched("alert", "list", "--json").stdout.splitlines())}
        assert found["angler"]["matches"] >= 1
        assert b"anglerfish" in watched("alert", "list").stdout

    def test_one_can_be_tried_out(self, watched, receiver):
        done = watched("alert", "test", "angler")
        assert b"would have matched" in done.stdout
        assert receiver.got[-1]["kind"] == "test"
        receiver.statuses += [404]
        assert b"answers 404" in watched("alert", "test", "angler", code=1).stderr

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            (["angler", "x"], "there is an alert 'angler'"),
            (["a b", "x"], "alert, name"),
            (["new", 'the "open'], "character 5"),
            (["new", "x", "--webhook", "ftp://x"], "alert, webhook"),
            (["new", "x", "--email", "nobody"], "alert, email"),
            (["new", "x since:24h"], "leave out since: and until:"),
        ],
    )
    def test_a_search_that_cannot_be_an_alert_is_refused(self, watched, words, reason):
        assert reason in watched("alert", "add", *words, code=2).stderr.decode()

    def test_one_that_is_removed_is_watched_no_more(self, watched, receiver):
        watched("alert", "add", "gone", "lumpsucker", "--webhook", receiver.address)
        watched("alert", "remove", "gone")
        watched.feed(item("urn:alert:gone", "A lumpsucker was caught off Oslo."))
        watched.await_idle()
        assert receiver.of("urn:alert:gone") == []
        assert b"no alert 'gone'" in watched("alert", "remove", "gone", code=2).stderr
