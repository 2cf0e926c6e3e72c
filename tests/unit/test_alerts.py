"""Which notifications a version causes, given the earlier ones; signatures and mails."""

import asyncio
import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts import webhook
from pipeline.alerts.mail import compose
from pipeline.alerts.match import Match
from pipeline.alerts.matching import matches, search
from pipeline.alerts.saved_searches import Alert, new
from pipeline.derive.relations import derived_fields, relation
from pipeline.derive.signatures import SignatureWindow
from pipeline.derive.updates import Comparable
from pipeline.desk.text_features import TextFeatures
from pipeline.desk.text_signature import signature_of
from pipeline.errors import ConfigurationError, DeliveryFailed
from pipeline.story import Indexed, SignedStory, Source, Story
from pipeline.web.alerts import _entry
from tests.conftest import NOON, make_story

ALERT = Alert(name="gas", query="gas", created=NOON - timedelta(days=1))
URI = "urn:test:1"


def indexed(version: int, *, usable: bool = True) -> Indexed:
    return Indexed(
        uri=URI, version=version, versioncreated=NOON, firstcreated=NOON, pubstatus="usable" if usable else "canceled"
    )


def hit(version: int, sentence: str) -> dict[str, Any]:
    """Return the story as a search finds it."""
    body = f"\ue000gas\ue001 {sentence}."
    return {
        "uri": URI, "version": version, "versioncreated": NOON.isoformat(), "firstcreated": NOON.isoformat(),
        "headline": "Gas", "source": {"name": "Test", "receivedat": NOON.isoformat()}, "body": body,
        "highlight": {"body": [f"{body} And more {version}."]},
    }  # fmt: skip


def tell(arrived: Indexed, found: list[dict[str, Any]], before: list[Match]) -> list[Match]:
    """Return the notifications for an arrival, given the matches in the index."""
    now, failed = search(lambda *_: found, [ALERT], [arrived])
    assert not failed
    return matches([ALERT], [arrived], now, before)


class TestAStorysLife:
    LIFE = (
        (indexed(1), [hit(1, "leaked")], ["match"]),
        (indexed(2), [hit(2, "leaked")], ["match"]),
        (indexed(3), [hit(3, "exploded")], ["corrected"]),
        (indexed(4), [], ["withdrawn"]),
        (indexed(5), [], []),
        (indexed(6), [hit(6, "leaked again")], ["match"]),
        (indexed(7, usable=False), [], ["killed"]),
    )

    def test_each_version_is_notified_as_new_corrected_or_killed(self):
        before: list[Match] = []
        for arrived, found, kinds in self.LIFE:
            notified = tell(arrived, found, before)
            assert [(each.kind, each.version) for each in notified] == [(kind, arrived.version) for kind in kinds]
            before += notified

    def test_the_same_arrival_again_tells_the_same(self):
        before: list[Match] = []
        for arrived, found, _ in self.LIFE:
            notified = tell(arrived, found, before)
            before += notified
            assert tell(arrived, found, before) == notified

    def test_an_outdated_version_is_not_notified(self):
        assert tell(indexed(1), [hit(2, "leaked")], []) == []
        later = tell(indexed(2), [hit(2, "leaked")], [])
        assert tell(indexed(1), [], later) == []

    def test_a_kill_is_not_sent_to_those_who_were_never_notified(self):
        assert tell(indexed(2, usable=False), [], []) == []


def test_an_alert_whose_search_fails_is_reported_and_delays_no_other():
    def hits(alert, uris):
        if alert.name == "broken":
            raise ConfigurationError("400: too many clauses")
        return [hit(1, "leaked")]

    broken = ALERT.model_copy(update={"name": "broken"})
    now, (failed,) = search(hits, [broken, ALERT], [indexed(1)])
    assert [match.alert for match in matches([broken, ALERT], [indexed(1)], now)] == ["gas"]
    assert "broken" in str(failed)
    assert "too many clauses" in str(failed)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


class Group:
    """The stories of a group, as an alert finds them, and what it has recorded.

    A story is called by a word. ``put`` writes a version of it, ``arrive`` returns who is notified of what.
    """

    def __init__(self, alert: Alert = ALERT) -> None:
        self.alert = alert
        self.stories: dict[str, dict[str, Any]] = {}
        self.parts: dict[str, list[dict[str, Any]]] = {}
        self.versions: dict[str, Indexed] = {}
        self.log: dict[str, Match] = {}

    def put(self, uri: str, minute: int = 0, *parts: dict[str, Any], version: int = 1, **fields: Any) -> None:
        """Write a story, with its relation, and the quotes or events in it that match."""
        times = {"versioncreated": at(minute), "firstcreated": at(minute)}
        self.versions[uri] = Indexed(uri=uri, version=version, **times)
        plain = hit(version, "leaked") | {"uri": uri, "group": "g", **{name: f"{time}" for name, time in times.items()}}
        source = {"name": uri.upper(), "receivedat": NOON.isoformat()}
        self.stories[uri] = plain | {"source": source} | fields
        self.parts[uri] = [{"version": version, "story": self.stories[uri], "highlight": {}, **each} for each in parts]

    def kill(self, uri: str, version: int = 2) -> None:
        del self.stories[uri]
        about = {"version": version, "pubstatus": "canceled"}
        self.versions[uri] = self.versions[uri].model_copy(update=about)

    def hits(self, alert: Alert, uris: Sequence[str]) -> list[dict[str, Any]]:
        there = [uri for uri in uris if uri in self.stories]
        if alert.of_parts:
            return [part for uri in there for part in self.parts[uri]]
        return [self.stories[uri] for uri in there if not self.stories[uri].get("silent")]

    def arrive(self, *uris: str) -> list[Match]:
        """Return the new notifications when these arrive in one batch."""
        arrived = [self.versions[uri] for uri in uris]
        now, _ = search(self.hits, [self.alert], arrived)
        earlier = [each for each in self.log.values() if each.uri in uris or each.kind != "repeated"]
        found = matches([self.alert], arrived, now, earlier, self.stories)
        new = [match for match in found if match.id not in self.log]
        self.log |= {match.id: match for match in found}
        return [match for match in new if match.kind != "repeated"]

    def lines(self, *uris: str) -> list[tuple[str, str, str | None]]:
        """Return the same as uri, kind and what is new."""
        return [(each.uri, each.kind, each.differs) for each in self.arrive(*uris)]


@pytest.fixture
def group() -> Group:
    """Return a group with an original, a copy, a variant and an update, by afp, dpa, upi and afp2."""
    made = Group()
    made.put("afp")
    made.put("dpa", 2, copyof="afp")
    made.put("upi", 4, variantof="afp", differs=[TOLL])
    made.put("afp2", 6, updateof="afp")
    return made


TOLL = {"kind": "number", "here": ["27"], "there": ["12"]}
HIGHER = {"kind": "number", "here": ["35"], "there": ["12"]}
NAMES = {"kind": "name", "here": ["Lima"], "there": []}


class TestAGroup:
    def test_is_notified_once(self, group):
        assert group.lines("afp") == [("afp", "match", None)]
        assert group.lines("dpa") == group.lines("afp2") == []

    def test_is_notified_again_when_a_member_says_something_else(self, group):
        assert group.lines("afp") == [("afp", "match", None)]
        assert group.lines("upi") == [("upi", "match", "UPI: 27, before 12")]

    def test_within_a_batch_the_earliest_comes_first(self, group):
        expected = [("afp", "match", None), ("upi", "match", "UPI: 27, before 12")]
        assert group.lines("afp2", "upi", "dpa", "afp") == expected

    def test_is_notified_by_a_copy_that_is_the_first_to_match(self, group):
        group.put("afp", silent=True)
        assert group.lines("afp", "dpa") == [("dpa", "match", None)]
        assert group.lines("afp2") == []

    def test_another_group_has_its_own_notification(self, group):
        group.put("ap", group="another")
        assert group.lines("afp", "ap") == [("afp", "match", None), ("ap", "match", None)]

    def test_the_same_batch_again_in_whatever_parts_notifies_nothing_new(self, group):
        everybody = ("afp", "dpa", "upi", "afp2")
        group.arrive(*everybody)
        recorded = dict(group.log)
        for again in (everybody, everybody[:2], *((uri,) for uri in reversed(everybody))):
            assert group.arrive(*again) == []
        assert group.log == recorded

    @given(written=st.sets(st.sampled_from(["afp", "dpa", "upi", "afp2"])))
    def test_a_batch_of_which_only_a_part_was_recorded_loses_nothing(self, written):
        made = Group()
        made.put("afp")
        made.put("dpa", 2, copyof="afp")
        made.put("upi", 4, variantof="afp", differs=[TOLL])
        made.put("afp2", 6, updateof="afp", differs=[HIGHER])
        made.arrive(*made.stories)
        everything = dict(made.log)
        made.log = {id_: match for id_, match in everything.items() if match.uri in written}
        made.arrive(*made.stories)
        notified = {id_ for id_, match in everything.items() if match.kind != "repeated"}
        # An update says more than what it updates.
        outdated = {id_ for id_, match in everything.items() if match.uri == "afp" and "afp2" in written}
        assert notified - outdated <= made.log.keys()

    def test_a_relation_that_changes_later_is_no_news(self, group):
        group.arrive("afp", "dpa")
        group.put("reuters", -5)
        group.stories["afp"] |= {"copyof": "reuters"}
        group.stories["dpa"] |= {"copyof": None, "variantof": "reuters", "differs": [TOLL]}
        assert group.lines("afp", "dpa") == []

    def test_an_original_that_comes_late_is_silent_unless_it_contradicts_what_was_notified(self, group):
        group.arrive("afp", "dpa")
        group.put("reuters", -5)
        group.stories["afp"] |= {"copyof": "reuters"}
        assert group.lines("reuters") == []
        group.stories["afp"] = {**group.stories["afp"], "copyof": None, "variantof": "reuters", "differs": [TOLL]}
        group.put("reuters", -5, version=2)
        assert group.lines("reuters") == [("reuters", "match", "REUTERS: 12, before 27")]

    def test_a_story_that_comes_after_its_update_is_silent(self, group):
        group.put("afp2", 6, updateof="afp", differs=[TOLL])
        group.arrive("afp2")
        assert group.lines("afp") == []

    def test_without_the_documents_of_the_others_each_is_notified(self, group):
        """A group may have more members than are looked at."""
        group.arrive("afp")
        group.stories["afp"]["group"] = "not found"
        assert group.lines("dpa") == [("dpa", "match", None)]

    def test_what_an_alert_of_the_same_name_notified_before_does_not_count(self, group):
        group.arrive("afp")
        group.alert = ALERT.model_copy(update={"created": datetime.now(UTC) + timedelta(days=1)})
        assert group.lines("dpa") == [("dpa", "match", None)]


class TestWhatIsNew:
    def test_is_said_against_what_was_notified_last(self, group):
        group.put("afp2", 6, updateof="afp", differs=[TOLL])
        group.put("afp3", 8, updateof="afp", differs=[HIGHER, NAMES])
        group.arrive("afp", "afp2")
        assert group.lines("afp3") == [("afp3", "match", "AFP3: 35, before 27; adds Lima")]

    def test_is_not_what_another_member_said(self, group):
        group.put("dpa2", 6, updateof="dpa", differs=[TOLL])
        group.put("dpa3", 8, updateof="dpa", differs=[TOLL, NAMES])
        group.arrive("afp", "dpa", "upi")
        assert group.lines("dpa2") == []
        assert group.lines("dpa3") == [("dpa3", "match", "DPA3: adds Lima")]

    def test_is_said_by_a_copy_of_a_variant_that_did_not_match(self, group):
        group.put("upi", 4, variantof="afp", differs=[TOLL], silent=True)
        group.put("ap", 6, copyof="upi")
        group.put("ansa", 8, copyof="upi")
        group.arrive("afp", "upi")
        assert group.lines("ap") == [("ap", "match", "AP: 27, before 12")]
        assert group.lines("ansa") == []

    def test_is_said_by_a_copy_of_an_original_that_did_not_match(self, group):
        group.put("afp", silent=True)
        assert group.lines("afp", "upi") == [("upi", "match", None)]
        assert group.lines("dpa") == [("dpa", "match", "DPA: 12, before 27")]

    def test_is_not_said_against_what_the_story_says_too(self, group):
        group.put("afp2", 6, updateof="afp", differs=[{"kind": "number", "here": ["27", "3"], "there": ["12"]}])
        group.arrive("afp", "upi")
        assert group.lines("afp2") == [("afp2", "match", "AFP2: adds 3")]

    def test_may_be_that_something_is_missing(self, group):
        group.put("upi", 4, variantof="afp", differs=[{"kind": "number", "here": [], "there": ["12"]}])
        group.arrive("afp")
        assert group.lines("upi") == [("upi", "match", "UPI: lacks 12")]

    def test_is_a_line_of_a_mail_and_a_feed_before_the_text(self, group):
        group.arrive("afp")
        (match,) = group.arrive("upi")
        assert "\n\nUPI: 27, before 12\n\ngas leaked" in compose(match, "a@example.org", "b@example.org").get_content()
        assert _entry(match, "").text == f"UPI: 27, before 12\n{match.text}"
        assert json.loads(match.model_dump_json())["differs"] == "UPI: 27, before 12"


class TestTheLifeOfAMember:
    def test_a_story_that_was_notified_is_corrected_and_killed_as_one_alone(self, group):
        group.arrive("afp", "dpa", "upi")
        group.put("upi", 5, version=2, variantof="afp", differs=[HIGHER], headline="Gas again")
        assert group.lines("upi") == [("upi", "corrected", None)]
        group.kill("upi", 3)
        assert group.lines("upi") == [("upi", "killed", None)]

    def test_a_silent_copy_stays_silent_until_it_says_something_else(self, group):
        group.arrive("afp", "dpa")
        group.put("dpa", 5, version=2, copyof="afp", headline="Gas again")
        assert group.lines("dpa") == []
        group.put("dpa", 6, version=3, variantof="afp", differs=[TOLL])
        assert group.lines("dpa") == [("dpa", "match", "DPA: 27, before 12")]
        group.put("dpa", 7, version=4, silent=True)
        assert group.lines("dpa") == [("dpa", "withdrawn", None)]

    def test_a_silent_copy_that_matches_no_longer_or_is_killed_is_silent(self, group):
        group.arrive("afp", "dpa")
        group.put("dpa", 5, version=2, copyof="afp", silent=True)
        assert group.lines("dpa") == []
        group.kill("dpa", 3)
        assert group.lines("dpa") == []

    @pytest.mark.parametrize("gone", ["killed", "withdrawn"])
    def test_once_the_notified_one_is_gone_the_next_is_notified_but_no_earlier_one(self, group, gone):
        group.arrive("afp", "dpa")
        group.kill("afp") if gone == "killed" else group.put("afp", version=2, silent=True)
        assert group.lines("afp") == [("afp", gone, None)]
        assert group.lines("dpa") == []
        group.put("ap", 9, copyof="dpa")
        assert group.lines("ap") == [("ap", "match", None)]


class TestQuotesOfAGroup:
    LEAKS, BURNS = "The gas leaks from both of the pipes", "The gas burns in both of the pipes"

    @pytest.fixture
    def group(self):
        return Group(ALERT.model_copy(update={"quotes": True}))

    @staticmethod
    def quote(text: str, speaker: str = "Ann Lee") -> dict[str, Any]:
        said = {"text": speaker, "name": speaker, "key": speaker.lower()}
        return {"id": "q1", "text": text, "wording": text.lower().strip(","), "speaker": said}

    def test_the_same_quote_is_notified_once_whatever_its_story_is(self, group):
        group.put("afp", 0, self.quote(self.LEAKS))
        group.put("upi", 4, self.quote(f"{self.LEAKS},"), variantof="afp", differs=[TOLL])
        assert group.lines("afp", "upi") == [("afp", "match", None)]

    def test_other_words_or_another_speaker_in_a_copy_are_notified(self, group):
        group.put("afp", 0, self.quote(self.LEAKS))
        others = (self.quote(self.BURNS), self.quote(self.LEAKS, "Tom Bradley"))
        group.put("dpa", 2, self.quote(f"{self.LEAKS},"), *others, copyof="afp")
        group.arrive("afp")
        assert [(each.text, each.speaker) for each in group.arrive("dpa")] == [
            (self.BURNS, "Ann Lee"), (self.LEAKS, "Tom Bradley")
        ]  # fmt: skip

    def test_a_quote_that_came_silently_is_withdrawn_silently(self, group):
        group.put("afp", 0, self.quote(self.LEAKS))
        group.put("dpa", 2, self.quote(f"{self.LEAKS},"), copyof="afp")
        group.arrive("afp", "dpa")
        group.put("dpa", 3, version=2, copyof="afp")
        assert group.arrive("dpa") == []

    def test_the_same_words_in_a_story_of_no_group_are_notified(self, group):
        group.put("afp", 0, self.quote(self.LEAKS))
        group.put("ap", 2, self.quote(self.LEAKS), group="another")
        assert len(group.arrive("afp", "ap")) == 2


class TestEventsOfAGroup:
    @pytest.fixture
    def group(self):
        return Group(ALERT.model_copy(update={"events": True}))

    @staticmethod
    def event(event: str = "h", text: str = "exploded", **facts: Any) -> dict[str, Any]:
        return {"clause": text, "text": text, "status": "happened", "event": event} | facts

    @pytest.mark.parametrize(
        "again",
        [{"dead": 12}, {}, {"clause": "blew up", "dead": 12}, {"event": "another", "dead": 12}],
    )
    def test_the_same_event_or_the_same_words_are_notified_once(self, group, again):
        group.put("afp", 0, self.event(dead=12))
        group.put("upi", 4, self.event(**again), variantof="afp", differs=[NAMES])
        assert group.lines("afp", "upi") == [("afp", "match", None)]

    @pytest.mark.parametrize(
        ("again", "line"),
        [
            ({"dead": 27}, "UPI: 27 dead, before 12 dead"),
            ({"dead": 12, "injured": 40}, "UPI: adds 40 injured"),
            ({"status": "denied", "dead": 12}, "UPI: denied, before happened"),
        ],
    )
    def test_another_number_or_status_is_notified_with_what_was_said_before(self, group, again, line):
        group.put("afp", 0, self.event(dead=12))
        group.put("upi", 4, self.event(**again), copyof="afp")
        assert group.lines("afp", "upi") == [("afp", "match", None), ("upi", "match", line)]

    def test_another_event_is_notified(self, group):
        group.put("afp", 0, self.event())
        group.put("dpa", 2, self.event(), self.event("another", "collapsed"), copyof="afp")
        assert [(each.uri, each.text) for each in group.arrive("afp", "dpa")] == [
            ("afp", "exploded"), ("dpa", "collapsed")
        ]  # fmt: skip


def derived(*stories: Story) -> dict[str, dict[str, Any]]:
    """Return what is derived of stories of different feeds, oldest first, by uri."""
    window = SignatureWindow(timedelta(days=2))
    texts: dict[str, Comparable] = {}
    found: dict[str, dict[str, Any]] = {}
    for story in stories:
        texts[story.uri] = Comparable.of(story)
        signature = signature_of(TextFeatures.of(story.body))
        about = {name: getattr(story, name) for name in ("uri", "versioncreated", "firstcreated")}
        if signature:
            window.put(SignedStory(**about, origin=story.source.name, signature=signature))
        related = relation(texts[story.uri], window.resemblance(story.uri), texts)
        found[story.uri] = derived_fields(story.uri, related, found)
    return found


class TestAStoryThatContradictsAnother:
    """Inputs that were once taken for copies."""

    RESIGNS = (
        "PARIS - Foreign Minister Jean Dupont will resign over the affair of the missing files, two officials at the "
        "Quai d'Orsay said on Thursday. Dupont, 54, has been under pressure since the newspaper Le Jour reported that "
        "he had kept secret papers at his home in Lyon. President Anne Martel met him for an hour on Wednesday. The "
        "opposition leader Paul Girard asked for a vote in the National Assembly next week, and unions plan a march in "
        "Paris on Saturday."
    )
    QUAKE = (
        "A magnitude 6.1 earthquake struck off the coast of Honshu, Japan, the US Geological Survey said. There were "
        "no immediate reports of damage."
    )
    BUS = "At least 12 people were killed when a bus fell into a ravine in northern Peru, police said on Friday."
    RATE = "The European Central Bank left its key interest rate unchanged at 4 percent on Thursday."

    @pytest.mark.parametrize(
        ("one", "other", "line"),
        [
            (RESIGNS, RESIGNS.replace("will resign", "will not resign"), "B: adds “not”"),
            (QUAKE, QUAKE.replace("6.1", "5.4"), "B: 5.4, before 6.1"),
            (BUS, BUS.replace("12", "27"), "B: 27, before 12"),
            (
                RATE,
                RATE.replace("left", "raised").replace("unchanged at 4 percent", "to 4.25 percent"),
                "B: 4.25, before 4; raised, before unchanged",
            ),
        ],
    )
    def test_is_notified_once_and_copies_of_either_are_not(self, one, other, line):
        bodies = {"A": one, "B": other, "C": one, "D": other}
        made = Group()
        stories = []
        for minute, (name, body) in enumerate(bodies.items()):
            made.put(name, minute)
            source = Source(name=name, format="ninjs", receivedat=NOON)
            times = {"versioncreated": at(minute), "firstcreated": at(minute)}
            stories.append(make_story(uri=name, source=source, body=body, **times))
        for uri, fields in derived(*stories).items():
            made.stories[uri] |= fields
        assert [made.lines(uri) for uri in bodies] == [[("A", "match", None)], [("B", "match", line)], [], []]


class TestWebhooks:
    @pytest.mark.parametrize("address", ["http://127.0.0.1:9200/", "http://[::1]/hook", "http://localhost:22"])
    def test_addresses_of_this_network_are_not_disclosed(self, address):
        async def notify():
            client = webhook.connect(private=False)
            try:
                await webhook.post(client, address, "1", b"{}", None)
            finally:
                await client.aclose()

        with pytest.raises(DeliveryFailed, match="an address of this network"):
            asyncio.run(notify())

    def test_the_signature_is_that_of_the_specification(self):
        """Standard Webhooks' own example."""
        key = webhook.decode_secret("whsec_plJ3nmyCDGBKInavdOK15jsl")
        body = json.dumps({"event_type": "ping", "data": {"success": True}}, separators=(",", ":")).encode()
        headers = webhook.signature_headers("msg_loFOjxBNrRLzqYUf", body, key, 1731705121.0)
        expected = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
        assert headers["webhook-signature"] == expected
        assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_loFOjxBNrRLzqYUf", "1731705121")

    def test_a_secret_that_is_none_is_refused(self):
        with pytest.raises(ConfigurationError, match="webhook_secret"):
            webhook.decode_secret("whsec_???")

    @given(st.binary(min_size=24, max_size=64))
    def test_any_secret_is_read(self, key):
        assert webhook.decode_secret("whsec_" + base64.b64encode(key).decode()) == key


@given(headline=st.text(), text=st.text(max_size=200), speaker=st.none() | st.text(min_size=1))
def test_whatever_a_story_says_is_one_mail_to_one_person(headline, text, speaker):
    match = Match(
        id="0" * 32, alert="gas", kind="match", uri=URI, version=1, versioncreated=NOON, firstcreated=NOON, at=NOON,
        headline=headline, source="Test", speaker=speaker, text=text,
    )  # fmt: skip
    mail = compose(match, "desk@example.org", "ann@example.org")
    assert mail.get_all("To") == ["ann@example.org"]
    assert mail["Bcc"] is mail["Cc"] is None
    assert "\n" not in mail["Subject"]
    assert mail["Subject"].startswith("[gas]")


@pytest.mark.parametrize(("given_", "reason"), [({"name": "a b"}, "name"), ({"query": '"'}, "not closed")])
def test_an_alert_that_cannot_be_is_refused(given_, reason):
    with pytest.raises(ConfigurationError, match=reason):
        new(**{"name": "x", "query": "y", "quotes": False, "events": False, "webhook": None, "email": ()} | given_)
