"""Each stage as a function from envelopes to outcomes, on simulated servers."""

import asyncio
import json
from datetime import timedelta

import pytest
from pipeline.desk.decision import Policy
from pydantic import ValidationError

from pipeline import topics
from pipeline.annotations import Annotations, Quote, Span
from pipeline.desk.pending import CONFIRMATION, unconfirmed
from pipeline.desk.record import Replacement
from pipeline.envelope import Coordinate, Headers
from pipeline.errors import AnnotationFailed, ElasticsearchUnavailable, PermanentError
from pipeline.index.quotes import QUOTES
from pipeline.story import AnnotatedStory, Indexed, Story, story_id
from pipeline.workers import comparison
from pipeline.workers.contract import Done, Send
from pipeline.workers.stages import annotate, desk, index, parse
from tests.conftest import NOON, UPI, make_story
from tests.simulation.calm import Calm
from tests.simulation.kafka import EPOCH
from tests.simulation.system import SimulatedParser, SimulatedSignatures

POLICY = Policy(keep=timedelta(days=7))
HARBOUR = (
    "The harbour of Porto Velho reopened on Tuesday after 14 days, said Maria Lopes of the port authority. "
    "Some 300 ships had waited off the coast of Rondonia while crews repaired the quay that the Madeira had "
    "damaged in the flood of 3 March."
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

    def __init__(self, policy: Policy = POLICY, seed: int = 0) -> None:
        self.calm = Calm(seed)
        self.now = NOON
        signatures = SimulatedSignatures(self.calm.broker, self.calm.log)
        self.desk = desk.Desk(self.calm.store, signatures, self.calm.broker, policy, now=lambda: self.now)

    def give(self, *stories: Story, **headers: str):
        """Return the outcomes of a batch."""
        batch = [
            self.calm.envelope(topics.STORIES, story.model_dump_json().encode(), story.uri, Headers(**headers))
            for story in stories
        ]
        return self.calm.run(self.desk.work(batch))

    def pass_on(self, *stories: Story, **headers: str) -> list[Story]:
        """Return what goes to the next stage, after the desk has worked on all that it sends to itself."""
        outcomes, passed = self.give(*stories, **headers), []
        while outcomes:
            sends = [s for o in outcomes for s in (o if isinstance(o, tuple) else (o,)) if isinstance(s, Send)]
            passed += [Story.model_validate_json(send.value) for send in sends if send.topic is None]
            back = [
                self.calm.envelope(topics.STORIES, send.value, send.key, send.headers) for send in sends if send.topic
            ]
            outcomes = self.calm.run(self.desk.work(back)) if back else []
        return passed

    def release(self):
        """Return the messages that are sent again once a version took too long to be indexed."""
        read = len(self.calm.held(topics.STORIES))
        self.now += CONFIRMATION
        self.calm.run(self.desk.release())
        return self.calm.held(topics.STORIES)[read:]

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

    def test_an_older_version_is_dropped_and_the_newer_one_passed_on_with_its_history(self):
        at = Desk()
        at.give(make_story(version=2))
        (outcome,) = at.give(make_story(version=1))
        assert sent(outcome) == [(None, "urn:test:1", 2)]

    def test_where_the_newer_text_is_gone_nothing_is_passed_on(self):
        at = Desk()
        at.give(make_story(version=2))
        at.calm.log.get, get = lambda place: None, at.calm.log.get
        batch = [get(at.calm.log.append(topics.STORIES, b"", make_story(version=1).model_dump_json().encode(), ()))]
        (outcome,) = at.calm.run(at.desk.work(batch))
        assert outcome == Done("version 1 after version 2")

    def test_who_changed_the_record_first_wins_and_the_other_decides_again(self):
        at, other = Desk(), Desk()
        other.calm = at.calm
        other.desk = desk.Desk(at.calm.store, SimulatedSignatures(at.calm.broker, at.calm.log), at.calm.broker, POLICY)
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
            await asyncio.gather(at.desk.release(), at.desk.work(batch))

        at.calm.run(both())
        released = [envelope for envelope in at.calm.held(topics.STORIES) if envelope.headers.trace]
        assert all(isinstance(outcome, Done) for outcome in at.calm.run(at.desk.work(released)))
        assert at.record().pubstatus == "canceled"
        assert at.record().held is None
        return released

    def test_an_embargo_is_released_once_by_two_desks(self):
        at = Desk()
        at.give(make_story(embargoed=NOON + timedelta(hours=1)))
        at.now = NOON + timedelta(hours=2)

        async def both():
            await asyncio.gather(at.desk.release(), at.desk.release())

        at.calm.run(both())
        again = [envelope for envelope in at.calm.held(topics.STORIES) if envelope.headers.trace]
        assert len(again) == 1
        (outcome,) = at.calm.run(at.desk.work(again))
        assert sent(outcome) == [(None, "urn:test:1", 1)]

    def test_a_forged_copy_of_an_unknown_story_keeps_its_embargo(self):
        (outcome,) = Desk().give(make_story(embargoed=NOON + timedelta(hours=1)), relates_to="urn:unknown")
        assert outcome == Done("embargoed")

    def test_a_forged_copy_of_a_known_story_is_not_believed(self):
        at = Desk()
        at.give(make_story())
        waiting = make_story(uri="urn:test:2", headline="Not yet", embargoed=NOON + timedelta(hours=1))
        at.give(waiting, relates_to="urn:test:1")
        assert not at.record().alsoin

    def test_a_copy_is_reported_to_its_original_which_lists_it(self):
        at = Desk()
        copy = make_story(uri="urn:test:2", body=HARBOUR, headline="The same")
        at.give(make_story(body=HARBOUR), source="one", feed="one")
        (outcome,) = at.give(copy, source="two", feed="two")
        (report,) = outcome
        assert (report.topic, report.key, report.headers.relates_to) == (topics.STORIES, "urn:test:1", "urn:test:1")
        envelope = at.calm.envelope(topics.STORIES, report.value, report.key, report.headers)
        (renewed,) = at.calm.run(at.desk.work([envelope]))
        assert sent(renewed) == [(None, "urn:test:1", 1)]
        assert [each.uri for each in at.record().alsoin] == ["urn:test:2"]

    def with_copy(self, **fields) -> Desk:
        """Return a desk with a story and its copy, whose record gets these fields."""
        at = Desk()
        at.pass_on(make_story(body=HARBOUR), source="one", feed="one")
        at.pass_on(make_story(uri="urn:test:2", body=HARBOUR, headline="The same"), source="two", feed="two")
        record, sequence = at.calm.documents.records["urn:test:2"]
        at.calm.documents.records["urn:test:2"] = (record.model_copy(update=fields), sequence)
        return at

    def test_what_is_no_copy_any_more_is_taken_off_the_list_also_if_the_message_comes_twice(self):
        at = self.with_copy(duplicateof=None)
        copy = make_story(uri="urn:test:2", body=HARBOUR, headline="The same")
        for _ in range(2):
            (outcome,) = at.give(copy, source="two", feed="two", relates_to="urn:test:1")
            assert sent(outcome) == [(None, "urn:test:1", 1)]
            assert not at.record().alsoin

    def test_a_copy_lists_its_own_copies_in_case_that_it_becomes_a_story_of_its_own(self):
        at = self.with_copy()
        record, sequence = at.calm.documents.records["urn:test:2"]
        further = record.model_copy(update={"uri": "urn:test:3", "duplicateof": "urn:test:2"})
        at.calm.documents.records["urn:test:3"] = (further, sequence)
        at.give(make_story(uri="urn:test:3", body=HARBOUR), source="three", feed="three", relates_to="urn:test:2")
        assert [each.uri for each in at.record("urn:test:2").alsoin] == ["urn:test:3"]

    def test_a_copy_of_a_copy_is_held_no_longer_once_that_one_lists_it(self):
        at = self.with_copy()
        record, sequence = at.calm.documents.records["urn:test:2"]
        further = record.model_copy(update={"uri": "urn:test:3", "duplicateof": "urn:test:2"})
        at.calm.documents.records["urn:test:3"] = (unconfirmed(further, at.now, POLICY), sequence)
        assert at.record("urn:test:3").held
        at.give(make_story(uri="urn:test:3", body=HARBOUR), source="three", feed="three", relates_to="urn:test:2")
        assert at.record("urn:test:3").held is None

    def test_a_copy_that_becomes_a_story_of_its_own_is_sent_again_if_its_worker_dies(self):
        at = self.with_copy(earlier=("urn:test:1",))
        copy = make_story(uri="urn:test:2", body=HARBOUR, headline="The same")
        at.give(copy, source="two", feed="two")  # The worker dies before it sends the outcome.
        (outcome,) = at.calm.run(at.desk.work(at.release()))
        assert (None, "urn:test:2", 1) in sent(outcome)
        assert at.record("urn:test:2").held
        indexing = index.Indexing(at.calm.store, at.calm.indices, POLICY, lambda: at.now)
        story = AnnotatedStory.model_validate_json(outcome[0].value).model_dump_json().encode()
        at.calm.run(indexing.work([at.calm.envelope(topics.ANNOTATED, story, "urn:test:2", outcome[0].headers)]))
        assert at.record("urn:test:2").held is None

    def test_a_copy_whose_message_comes_again_beside_another_version_stays_a_copy(self):
        at = self.with_copy()
        copy = make_story(uri="urn:test:2", version=2, body=HARBOUR, headline="The same")
        at.pass_on(copy, source="two", feed="two")
        older = make_story(uri="urn:test:2", body="The harbour is closed.", headline="The same")
        at.give(copy, older, source="two", feed="two")
        assert at.record("urn:test:2").duplicateof == "urn:test:1"

    def test_an_update_does_not_list_a_story_that_would_not_tell_it_of_its_kill(self):
        at = self.with_copy(earlier=("urn:test:1",))
        record, sequence = at.calm.documents.records["urn:test:1"]
        other = Replacement(uri="urn:test:3", versioncreated=NOON + timedelta(hours=1))
        at.calm.documents.records["urn:test:1"] = (record.model_copy(update={"replacedby": (other,)}), sequence)
        at.give(make_story(uri="urn:test:2", body=HARBOUR, headline="The same"), source="two", feed="two")
        assert not at.record("urn:test:2").replaces

    def test_an_update_s_message_to_a_story_that_waits_on_the_other_topic_is_sent_there(self):
        at = Desk()
        (update,) = [s for o in at.give(self.update(urgency=1)) for s in (o if isinstance(o, tuple) else (o,))]
        record, sequence = at.calm.documents.records["urn:test:2"]
        at.calm.documents.records["urn:test:2"] = (record.model_copy(update={"earlier": ("urn:test:1",)}), sequence)
        envelope = at.calm.envelope("wire.urgent.stories", update.value, headers=Headers(relates_to="urn:test:1"))
        (sent_on,) = at.calm.run(at.desk.work([envelope]))
        assert (sent_on.key, sent_on.urgent, sent_on.headers.relates_to) == ("urn:test:1", False, "urn:test:1")
        envelope = at.calm.envelope(topics.STORIES, sent_on.value, headers=sent_on.headers)
        at.calm.run(at.desk.work([envelope]))
        assert at.record("urn:test:2").earlier == ()

    def update(self, **fields):
        return make_story(
            **{"uri": "urn:test:2", "body": HARBOUR, "versioncreated": NOON + timedelta(hours=1)} | fields
        )

    @pytest.mark.parametrize("is_late", [False, True])
    def test_an_update_replaces_its_story_whichever_comes_first(self, is_late):
        at = Desk()
        stories = [make_story(body=HARBOUR), self.update()]
        passed = [one for story in (stories[::-1] if is_late else stories) for one in at.pass_on(story)]
        last = {each.uri: each for each in passed}
        assert last["urn:test:2"].replacedby is None
        assert "urn:test:1" not in last or last["urn:test:1"].replacedby == "urn:test:2"
        assert [each.uri for each in at.record("urn:test:2").replaces] == ["urn:test:1"]

    def test_an_update_that_comes_again_and_lists_more_is_sent_again_if_both_workers_die(self):
        at = Desk()
        at.give(make_story(body=HARBOUR))
        at.give(self.update())
        for _ in range(2):  # No worker sends what it has decided.
            at.give(self.update(), relates_to="urn:test:1")
            at.give(self.update())
        assert [each.uri for each in at.record("urn:test:2").replaces] == ["urn:test:1"]
        (outcome,) = at.give(self.update(), relates_to="urn:test:1")
        assert sent(outcome) == [(None, "urn:test:1", 1)], "nobody but the release sends the update again"
        (outcome,) = at.calm.run(at.desk.work(at.release()))
        assert (None, "urn:test:2", 1) in sent(outcome)

    def test_what_it_has_compared_itself_is_not_read_from_kafka_again_and_what_another_desk_has_is(self, monkeypatch):
        at, other, fetched = Desk(), Desk(), []
        other.calm = at.calm
        other.desk = desk.Desk(at.calm.store, SimulatedSignatures(at.calm.broker, at.calm.log), at.calm.broker, POLICY)
        fetch = at.calm.broker.fetch
        monkeypatch.setattr(at.calm.broker, "fetch", lambda places: fetched.extend(places) or fetch(places))
        for uri in ("urn:test:1", "urn:test:2"):
            at.give(self.update(uri=uri))
        assert at.record("urn:test:2").earlier == ("urn:test:1",)
        assert fetched == []
        other.give(self.update(uri="urn:test:3"))
        assert set(at.record("urn:test:3").earlier) == {"urn:test:1", "urn:test:2"}
        assert len(fetched) == 2

    def test_what_it_remembers_is_bounded_and_what_it_has_forgotten_is_read_from_kafka(self, monkeypatch):
        at, fetched = Desk(), []
        fetch = at.calm.broker.fetch
        monkeypatch.setattr(at.calm.broker, "fetch", lambda places: fetched.extend(places) or fetch(places))
        monkeypatch.setattr(comparison, "_MOST_REMEMBERED", 2_000)
        at.give(make_story(body=HARBOUR))
        at.give(self.update(headline="long " * 1_000))
        assert at.record("urn:test:2").earlier == ("urn:test:1",)
        assert [place.offset for place in fetched] == [0]

    def test_a_killed_update_leaves_its_story_hidden_and_a_killed_story_its_update_shown(self):
        at = Desk()
        at.pass_on(make_story(body=HARBOUR))
        at.pass_on(self.update())
        passed = at.pass_on(make_story(version=2, pubstatus="canceled", body=""))
        assert {each.uri: each.pubstatus for each in passed} == {"urn:test:1": "canceled", "urn:test:2": "usable"}
        assert not at.record("urn:test:2").replaces
        assert not any(each.uri == "urn:test:1" for each in at.pass_on(self.update(version=2, pubstatus="canceled")))

    def test_what_an_editor_keeps_beside_its_update_is_passed_on_and_no_longer_listed(self):
        at = Desk()
        at.pass_on(make_story(body=HARBOUR))
        at.pass_on(self.update())
        for is_separate, replaced in ((True, None), (False, "urn:test:2")):
            record, sequence = at.calm.documents.records["urn:test:1"]
            at.calm.documents.records["urn:test:1"] = (record.model_copy(update={"separate": is_separate}), sequence)
            last = {each.uri: each for each in at.pass_on(make_story(body=HARBOUR))}
            assert last["urn:test:1"].replacedby == replaced
            assert bool(at.record("urn:test:2").replaces) is not is_separate

    def test_an_update_of_another_feed_is_none(self):
        at = Desk()
        at.pass_on(make_story(body=HARBOUR), feed="one")
        (passed,) = at.pass_on(self.update(signal="update"), feed="two")
        assert (passed.uri, at.record().replacedby) == ("urn:test:2", ())

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
        Quote(id=f"q{n}", kind="indirect", start=0, end=3, text="The", quoted=(Span(start=0, end=3),))
        for n in range(1, quotes + 1)
    ]
    return make_story(**fields).annotated(Annotations(quotes=tuple(found)))


class Index:
    """The index stage on simulated servers, after a desk stage that knows the stories."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.calm = self.desk.calm
        self.indexing = index.Indexing(self.calm.store, self.calm.indices, POLICY, now=lambda: self.desk.now)

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
        late = [index.documents.actions(annotated(2), 2)[number] for number in (1, 2)]
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

    def test_what_waited_for_its_embargo_is_confirmed(self):
        at = Index()
        waiting = make_story(embargoed=NOON + timedelta(hours=1))
        at.desk.give(waiting)
        at.desk.now = NOON + timedelta(hours=2)
        at.desk.give(waiting)
        assert at.desk.record().held
        at.give((annotated(embargoed=waiting.embargoed), at.desk.record().revision))
        assert at.desk.record().held is None

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


def test_ids_and_places_are_those_that_the_simulation_believes_in():
    assert QUOTES.id("urn:a", 1).startswith(story_id("urn:a"))
    assert Coordinate.parse("wire.raw/0/1") == Coordinate(topics.RAW, 0, 1)
    assert NOON.timestamp() == EPOCH
