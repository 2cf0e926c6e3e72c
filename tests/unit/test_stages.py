"""Each stage as a function from envelopes to outcomes, on simulated servers."""

import asyncio
import json
from datetime import timedelta
from random import Random

import pytest
from pydantic import ValidationError

from pipeline import topics
from pipeline.annotations import Annotations, Quote
from pipeline.derive.decisions import Decision
from pipeline.derive.relating import Relating
from pipeline.documents.quote import QUOTE
from pipeline.envelope import Coordinate, Headers
from pipeline.errors import AnnotationFailed, ElasticsearchUnavailable, PermanentError
from pipeline.identity.indexed.naming import Naming
from pipeline.identity.indexed.word_store import Lessons
from pipeline.index.actions import actions, first_version
from pipeline.span import Span
from pipeline.story import AnnotatedStory, Indexed, Source, Story, story_id
from pipeline.workers.contract import Done, Send
from pipeline.workers.stages import annotate, derive, desk, index, parse
from tests.conftest import NOON, UPI, make_story
from tests.simulation.calm import Calm
from tests.simulation.elasticsearch import SimulatedNames, SimulatedStories
from tests.simulation.kafka import EPOCH
from tests.simulation.system import SPAN, SimulatedAnnouncements, SimulatedParser, call

HARBOUR = (
    "The harbour of Porto Velho reopened on Tuesday after 14 days, said Maria Lopes of the port authority. "
    "Some 300 ships had waited off the coast of Rondonia while crews repaired the quay that the Madeira had "
    "damaged in the flood of 3 March."
)

UNLIKE = (
    "Striking teachers in Lisbon went back to work after the cabinet of Ana Duarte offered them 4.5 per cent more pay. "
    "Two unions, FENPROF and STOP, will vote on the offer on 9 May, and the minister expects a yes."
)


class TestParse:
    def outcome(self, value: bytes, **headers: str):
        calm = Calm()
        envelope = calm.envelope(topics.RAW, value, headers=Headers(uri="urn:raw:1", **headers))
        (outcome,) = calm.run(parse.Parsing(SimulatedParser()).work([envelope]))
        return outcome

    def test_an_item_becomes_a_clean_story_under_its_uri(self):
        sent = self.outcome(UPI.read_bytes(), format="text", source="UPI")
        story = Story.model_validate_json(sent.value)
        assert (sent.key, story.uri, story.source.name) == ("urn:raw:1", "urn:raw:1", "UPI")
        assert story.body.startswith("President Vladimir Putin of Russia met")

    @pytest.mark.parametrize(
        ("fields", "urgent"),
        [({"urgency": 1}, True), ({"urgency": 2}, True), ({"urgency": 3}, False), ({"pubstatus": "canceled"}, True)],
    )
    def test_flashes_bulletins_and_kills_are_urgent_wherever_they_came(self, fields, urgent):
        story = {"uri": "urn:1", "versioncreated": NOON.isoformat(), "body_text": "Told.", "headline": "H"} | fields
        assert self.outcome(json.dumps(story).encode(), format="ninjs").urgent is urgent

    def test_what_is_no_story_is_an_error(self):
        assert isinstance(self.outcome(b"{", format="ninjs"), PermanentError)

    def test_one_that_fails_leaves_the_others_alone(self):
        calm = Calm()
        batch = [calm.envelope(topics.RAW, each, headers=Headers(format="ninjs")) for each in (b"{", b"\xff")]
        good = calm.envelope(topics.RAW, UPI.read_bytes(), headers=Headers(format="text"))
        outcomes = calm.run(parse.Parsing(SimulatedParser()).work([*batch, good]))
        assert [isinstance(outcome, Send) for outcome in outcomes] == [False, False, True]


class Desk:
    """A desk stage on simulated servers; the test sets its clock."""

    def __init__(self, seed: int = 0) -> None:
        self.calm = Calm(seed)
        self.now = NOON
        self.desk = desk.Desk(self.calm.store, self.calm.broker, now=lambda: self.now)

    def give(self, *stories: Story, **headers: str):
        """Return the outcomes of a batch."""
        batch = [
            self.calm.envelope(topics.STORIES, story.model_dump_json().encode(), story.uri, Headers(**headers))
            for story in stories
        ]
        return self.calm.run(self.desk.work(batch))

    def pass_on(self, *stories: Story, **headers: str) -> list[Story]:
        """Return what goes to the next stage."""
        outcomes = [each for each in self.give(*stories, **headers) if isinstance(each, tuple)]
        sends = [send for outcome in outcomes for send in outcome if send.topic is None]
        return [Story.model_validate_json(send.value) for send in sends]

    def record(self, uri: str = "urn:test:1"):
        return self.calm.documents.records[uri][0]


def sent(outcome) -> list[tuple[str | None, str, int]]:
    """Return the topic (None: the next stage's), key and version of each message sent."""
    sends = outcome if isinstance(outcome, tuple) else (outcome,)
    return [(send.topic, send.key, Story.model_validate_json(send.value).version) for send in sends]


class TestDesk:
    def test_passes_on_what_counts_with_rising_revisions(self):
        at = Desk()
        first, second = at.give(make_story(), make_story(version=2))
        assert [sent(first), sent(second)] == [[(None, "urn:test:1", 1)], [(None, "urn:test:1", 2)]]
        assert first[0].headers.revision < second[0].headers.revision == at.record().revision

    def test_an_older_version_is_dropped_and_said_to_change_what_the_document_lists(self):
        at = Desk()
        at.give(make_story(version=2))
        ((send,),) = at.give(make_story(version=1))
        assert (send.topic, Indexed.model_validate_json(send.value).ishistory) == (topics.INDEXED, True)

    def test_whatever_a_story_resembles_it_is_passed_on_and_sent_nowhere_else(self):
        at = Desk()
        outcomes = at.give(make_story(body=HARBOUR), make_story(uri="urn:test:2", body=HARBOUR), feed="one")
        assert [sent(each) for each in outcomes] == [[(None, "urn:test:1", 1)], [(None, "urn:test:2", 1)]]

    def test_who_changed_the_record_first_wins_and_the_other_decides_again(self):
        at, other = Desk(), Desk()
        other.calm = at.calm
        other.desk = desk.Desk(at.calm.store, at.calm.broker)
        stories = [make_story(version=1), make_story(version=2, pubstatus="canceled")]
        batches = [[at.calm.envelope(topics.STORIES, s.model_dump_json().encode(), s.uri)] for s in stories]

        async def both():
            return await asyncio.gather(at.desk.work(batches[0]), other.desk.work(batches[1]))

        at.calm.run(both())
        assert at.record().pubstatus == "canceled"
        assert [each.version for each in at.record().versions] == [1, 2]

    def test_a_kill_that_comes_while_an_embargo_is_released_is_not_overwritten(self):
        released = [self.released_beside_a_kill(seed) for seed in range(20)]
        assert {bool(each) for each in released} == {True, False}, "every seed is the same order of events"

    @staticmethod
    def released_beside_a_kill(seed: int):
        """Return what the release sent again; the story must stay killed."""
        at = Desk(seed=seed)
        at.give(make_story(embargoed=NOON + timedelta(hours=1)))
        at.now = NOON + timedelta(hours=2)
        kill = make_story(version=2, pubstatus="canceled", body="")
        batch = [at.calm.envelope(topics.STORIES, kill.model_dump_json().encode(), kill.uri)]

        async def both():
            await asyncio.gather(at.desk.tick(), at.desk.work(batch))

        at.calm.run(both())
        released = [envelope for envelope in at.calm.held(topics.STORIES) if envelope.headers.trace]
        passed = [send for outcome in at.calm.run(at.desk.work(released)) for send in outcome if send.topic is None]
        assert not passed
        assert at.record().pubstatus == "canceled"
        assert at.record().held is None
        return released

    def test_an_embargo_is_released_once_by_two_desks(self):
        at = Desk()
        at.give(make_story(embargoed=NOON + timedelta(hours=1)))
        at.now = NOON + timedelta(hours=2)

        async def both():
            await asyncio.gather(at.desk.tick(), at.desk.tick())

        at.calm.run(both())
        again = [envelope for envelope in at.calm.held(topics.STORIES) if envelope.headers.trace]
        assert len(again) == 1
        (outcome,) = at.calm.run(at.desk.work(again))
        assert sent(outcome) == [(None, "urn:test:1", 1)]

    def test_a_different_story_under_the_same_uri_gets_one_of_its_own(self):
        at = Desk()
        teachers = "Striking teachers in Lisbon went back to work after Ana Duarte offered them 4.5 per cent more pay."
        other = make_story(headline="Teachers end strike", body=teachers)
        passed = at.pass_on(make_story(headline="Harbour reopens", body=HARBOUR), other)
        assert [each.receivedas for each in passed] == [None, "urn:test:1"]
        assert at.record().apart == (passed[1].uri,)
        killed = at.pass_on(make_story(version=2, pubstatus="canceled", body=""))
        assert {each.uri for each in killed} == {each.uri for each in passed}

    def test_a_server_that_is_away_is_said_and_nothing_is_passed_on(self, monkeypatch):
        at = Desk()

        async def away(changes):
            raise ElasticsearchUnavailable("away")

        monkeypatch.setattr(at.calm.store, "write", away)
        with pytest.raises(ElasticsearchUnavailable):
            at.give(make_story())


class TestAnnotate:
    def test_results_go_on_under_the_story_s_key_and_failures_are_errors(self):
        class Annotator:
            async def run(self, values, *, urgent=False):
                return [b"annotated", AnnotationFailed("it stalled")]

        calm = Calm()
        story = make_story().model_dump_json().encode()
        values = {"urn:a": story, "urn:none": b"{nonsense", "urn:b": story}
        batch = [calm.envelope(topics.EDITED, value, uri) for uri, value in values.items()]
        good, none, bad = calm.run(annotate.Annotation(Annotator()).work(batch))
        assert good == Send("urn:a", b"annotated")
        assert isinstance(none, ValidationError)
        assert isinstance(bad, AnnotationFailed)


def annotated(quotes: int = 1, **fields) -> AnnotatedStory:
    found = [
        Quote(id=f"q{n}", kind="indirect", confidence=1, start=0, end=3, text="The", quoted=(Span(start=0, end=3),))
        for n in range(1, quotes + 1)
    ]
    return make_story(**fields).annotated(Annotations(quotes=tuple(found)))


class Index:
    """The index stage on simulated servers, after a desk stage that knows the stories."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.calm = self.desk.calm
        self.indexing = index.Indexing(self.calm.store, self.calm.indices, now=lambda: self.desk.now)

    def give(self, *stories: tuple[AnnotatedStory, int | None]):
        """Return the outcomes of a batch of stories with their revisions."""
        batch = [
            self.calm.envelope(topics.ANNOTATED, s.model_dump_json().encode(), s.uri, Headers(revision=revision))
            for s, revision in stories
        ]
        return self.calm.run(self.indexing.work(batch))

    def found(self, alias: str = "stories"):
        return self.calm.documents.visible(alias)


class TestIndex:
    def test_a_story_is_indexed_with_its_quotes_and_announced(self):
        at = Index()
        (outcome,) = at.give((annotated(2), 5))
        assert Indexed.model_validate_json(outcome.value) == Indexed.of(make_story())
        assert (len(at.found()), len(at.found("quotes"))) == (1, 2)

    def test_of_several_versions_in_a_batch_the_last_is_written_and_none_of_their_quotes_stays(self):
        at = Index()
        outcomes = at.give((annotated(3), 2), (annotated(1, version=2), 3))
        assert outcomes[0] == Done("indexed")
        assert [quote["version"] for quote in at.found("quotes")] == [2]

    def test_what_arrives_late_changes_nothing(self):
        at = Index()
        at.desk.give(make_story(), make_story(version=2))
        at.give((annotated(1, version=2), 4))
        at.give((annotated(3), 3))
        assert [story["version"] for story in at.found()] == [2]
        assert [quote["version"] for quote in at.found("quotes")] == [2]

    def test_what_the_desk_knows_as_killed_stays_out_and_its_quotes_are_taken_back(self):
        at = Index()
        at.desk.give(make_story(), make_story(version=2, pubstatus="canceled"))
        late = [actions(annotated(2), first_version(2))[number] for number in (1, 2)]
        at.calm.run(at.calm.indices.write(late))
        assert at.give((annotated(2), 2)) == [Done("indexed")]
        assert (at.found(), at.found("quotes")) == ([], [])

    def test_a_kill_takes_all_quotes_along(self):
        at = Index()
        at.give((annotated(3), 2))
        at.give((annotated(0, version=2, pubstatus="canceled"), 3))
        assert (at.found(), at.found("quotes")) == ([], [])

    def test_a_message_that_is_not_from_the_desk_counts_by_its_version(self):
        at = Index()
        at.give((annotated(version=7), None))
        at.give((annotated(version=6), None))
        assert [story["version"] for story in at.found()] == [7]

    def test_a_message_that_is_indexed_already_is_announced_and_not_written_again(self):
        at = Index()
        for _ in range(2):
            (outcome,) = at.give((annotated(2), 5))
            assert isinstance(outcome, Send)
        assert [version for version, _ in at.calm.documents.indexed.values()] == [5 << 20] * 3

    def test_a_replay_writes_what_the_language_pass_finds_now_and_keeps_what_was_derived(self):
        at = Index()
        at.give((annotated(2), 5))
        (story,) = at.found()
        story["copyof"] = "urn:test:0"
        at.give((annotated(3), 5))
        (story,) = at.found()
        assert (len(story["quotes"]), story["copyof"]) == (3, "urn:test:0")

    def test_a_rejected_document_is_an_error_of_its_story_alone(self, monkeypatch):
        at = Index()
        write = at.calm.indices.write

        async def strict(actions, *, refresh):
            results = await write(actions)
            return ["400 no" if "bad" in action.id or action.id == story_id("urn:bad") else r
                    for action, r in zip(actions, results, strict=True)]  # fmt: skip

        monkeypatch.setattr(at.calm.indices, "write", strict)
        good, bad = at.give((annotated(), 1), (annotated(uri="urn:bad"), 1))
        assert isinstance(good, Send)
        assert "400 no" in str(bad)

    def test_an_index_that_must_be_waited_for_is_said(self, monkeypatch):
        at = Index()

        async def busy(actions, *, refresh):
            return [ElasticsearchUnavailable("busy")] * len(actions)

        monkeypatch.setattr(at.calm.indices, "write", busy)
        with pytest.raises(ElasticsearchUnavailable):
            at.give((annotated(), 1))


class GivenDecisions:
    """See derive.decision_store.Decisions."""

    def __init__(self) -> None:
        self.made: list[Decision] = []

    async def about(self, uris):
        return [each for each in self.made if {each.uri, each.other} & set(uris)]


class Derive:
    """The derive stage on simulated servers, after an index stage."""

    def __init__(self, after: Index | None = None) -> None:
        self.index = after or Index()
        calm = self.calm = self.index.calm
        stories = SimulatedStories(calm.documents, calm.network)
        announcements = SimulatedAnnouncements(calm.log, calm.network)
        self.decisions = GivenDecisions()
        relating = Relating(stories, calm.indices, calm.store, self.decisions, announcements, SPAN, call)
        names = SimulatedNames(calm.documents, calm.network)
        naming = Naming(names, stories, calm.indices, Lessons(names, timedelta(days=90)), lambda: NOON, call)
        self.deriving = derive.Deriving(relating, naming)

    def give(self, *stories: AnnotatedStory) -> None:
        """Index these stories, and derive what follows."""
        for number, story in enumerate(stories):
            (outcome,) = self.index.give((story, number + 1))
            self.calm.run(self.deriving.work([self.calm.envelope(topics.INDEXED, outcome.value, outcome.key)]))

    def kill(self, uri: str, revision: int = 99) -> None:
        (outcome,) = self.index.give((annotated(0, uri=uri, version=9, pubstatus="canceled"), revision))
        self.calm.run(self.deriving.work([self.calm.envelope(topics.INDEXED, outcome.value, outcome.key)]))

    def decide(self, kind: str, uri: str, other: str | None, minutes: int) -> None:
        more = {"other": other, "otherfirstcreated": NOON} if other else {}
        at = NOON + timedelta(minutes=minutes)
        self.decisions.made.append(Decision(decision=kind, uri=uri, firstcreated=NOON, by="ann", at=at, **more))
        for each in filter(None, (uri, other)):
            self.notice(each)

    def notice(self, uri: str) -> None:
        value = Indexed.of(make_story(uri=uri), ishistory=True).model_dump_json().encode()
        self.calm.run(self.deriving.work([self.calm.envelope(topics.INDEXED, value, uri)]))

    def says(self, *fields: str) -> dict[str, tuple[object, ...]]:
        """Return these fields of each story, by uri."""
        return {doc["uri"]: tuple(doc.get(field) for field in fields) for doc in self.index.found()}


def agency(number: int, body: str = HARBOUR, **fields: object) -> AnnotatedStory:
    """Return a story of an agency of its own, written so many hours after noon."""
    source = Source(name=f"Agency {number}", format="text", receivedat=NOON)
    plain = {"uri": f"urn:{number}", "source": source, "versioncreated": NOON + timedelta(hours=number), "body": body}
    return annotated(1, **plain | fields)


class TestDerive:
    def test_copies_say_so_and_share_the_group_of_their_original_whichever_comes_first(self):
        for order in ((1, 2, 3), (3, 2, 1), (2, 3, 1)):
            at = Derive()
            at.give(*map(agency, order))
            group = story_id("urn:1")
            assert at.says("copyof", "group") == {
                "urn:1": (None, group),
                "urn:2": ("urn:1", group),
                "urn:3": ("urn:1", group),
            }

    def test_what_says_otherwise_is_a_variant_with_what_differs(self):
        at = Derive()
        at.give(agency(1), agency(2, HARBOUR.replace("300", "450")))
        differs = [{"kind": "number", "here": ["450"], "there": ["300"]}]
        assert at.says("variantof", "differs")["urn:2"] == ("urn:1", differs)

    def test_when_the_original_is_killed_the_next_takes_its_place(self):
        at = Derive()
        at.give(*map(agency, (1, 2, 3)))
        at.kill("urn:1")
        group = story_id("urn:2")
        assert at.says("copyof", "group") == {"urn:2": (None, group), "urn:3": ("urn:2", group)}

    def test_a_group_is_followed_to_its_root(self):
        feed = Source(name="Agency 2", format="text", receivedat=NOON)
        longer = HARBOUR + " Dockers of the union SINDPORTO return on Friday, its chairman Paulo Nunes said."
        at = Derive()
        at.give(agency(3, longer, source=feed), agency(2))
        assert at.says("updateof", "group")["urn:3"] == ("urn:2", story_id("urn:2"))
        at.give(agency(1))
        assert {group for (group,) in at.says("group").values()} == {story_id("urn:1")}

    def test_quotes_take_over_the_storyline(self):
        at = Derive()
        at.give(agency(2), agency(1))
        assert {quote["story"]["storyline"] for quote in at.index.found("quotes")} == {story_id("urn:1")}
        assert not any("unfinished" in story for story in at.index.found())

    def test_the_history_that_comes_late_is_added(self):
        at = Derive()
        for version in (2, 1):
            ((send,),) = at.index.desk.give(make_story(version=version))
            if version == 2:
                at.give(annotated(version=2))
        at.calm.run(at.deriving.work([at.calm.envelope(topics.INDEXED, send.value, send.key)]))
        ((versions,),) = at.says("versions").values()
        assert [each["version"] for each in versions] == [1, 2]

    def test_a_worker_that_starts_anew_finds_what_was_indexed_before(self):
        at = Derive()
        at.give(agency(1))
        Derive(at.index).give(agency(2))
        assert at.says("copyof")["urn:2"] == ("urn:1",)

    @pytest.mark.parametrize("seed", [None, 1, 2])
    def test_what_a_stuck_sender_repeats_costs_a_few_writes_each_in_any_order(self, seed):
        """In the order of their times each story is written with what is derived, and its quotes; in another order,
        again for each new earliest one.
        """
        at, writes = Derive(), []
        at.calm.documents.watch.append(lambda action: writes.append(action) if "stories" in action.index else None)
        feed = Source(name="Stuck", format="text", receivedat=NOON)
        numbers = list(range(120))
        if seed is not None:
            Random(seed).shuffle(numbers)
        at.give(*(agency(n / 60, f"{HARBOUR} Line {n}.", uri=f"urn:{n}", source=feed) for n in numbers))
        assert {group for (group,) in at.says("group").values()} == {story_id("urn:0")}
        assert len(writes) <= (3 if seed is None else 8) * len(numbers)

    def test_a_chain_of_copies_is_one_group_though_its_ends_have_little_in_common(self):
        words = [f"W{n}" for n in range(400)]
        bodies = [" ".join(f"He met {word} there." for word in words[20 * n : 20 * n + 80]) for n in range(8)]
        for order in (range(8), reversed(range(8)), (4, 0, 7, 2, 5, 1, 6, 3)):
            at = Derive()
            at.give(*(agency(n, bodies[n]) for n in order))
            assert len(set(at.says("group").values())) == 1

    def test_people_decide_and_take_it_back(self):
        at = Derive()
        at.give(agency(1), agency(2), agency(3, HARBOUR.replace("300", "450")), agency(4, UNLIKE))
        decided = {
            ("separate", "urn:2", None): (None, story_id("urn:2")),
            ("undo", "urn:2", None): ("urn:1", story_id("urn:1")),
            ("join", "urn:2", "urn:4"): ("urn:1", story_id("urn:1")),
        }
        for number, ((kind, uri, other), expected) in enumerate(decided.items()):
            at.decide(kind, uri, other, number)
            assert at.says("copyof", "group")[uri] == expected, kind
        assert at.says("variantof", "group")["urn:4"] == ("urn:2", story_id("urn:1")), "the later joins the earlier"
        at.decide("undo", "urn:2", None, 9)
        at.notice("urn:4")
        assert at.says("group")["urn:4"] == (story_id("urn:4"),)


def test_ids_and_places_are_those_that_the_simulation_believes_in():
    assert QUOTE.id("urn:a", 1).startswith(story_id("urn:a"))
    assert Coordinate.parse("wire.raw/0/1") == Coordinate(topics.RAW, 0, 1)
    assert NOON.timestamp() == EPOCH
