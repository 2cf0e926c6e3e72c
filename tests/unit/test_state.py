"""The record of a story, and the decision about each version."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.desk.pending import CLAIM, claim
from pipeline.desk.record import Record
from pipeline.desk.version_rules import KEEP, decide, is_current, with_revision
from tests.conftest import NOON, make_story
from tests.simulation.calm import Calm
from tests.store_contract import CONTRACT

AT = "wire.stories/0/1"


def run(*stories, now=NOON):
    """Decide about stories that arrive one after the other; return the decisions and the final record."""
    known, decisions = None, []
    for story in stories:
        decision = decide(story, known, now, AT)
        known = decision.record
        decisions.append(decision)
    return decisions, known


def test_the_first_version_is_passed_on_and_remembered():
    (decision,), known = run(make_story(version=2))
    assert decision.story.version == known.version == 2


def test_an_older_version_is_dropped_with_its_reason():
    decisions, known = run(make_story(version=3), make_story(version=2))
    assert decisions[1].story is None
    assert decisions[1].dropped == "version 2 after version 3"
    assert known.version == 3


def test_the_same_version_again_is_passed_on_since_the_first_may_not_have_arrived():
    decisions, _ = run(make_story(), make_story())
    assert decisions[1].story
    assert decisions[1].record == decisions[0].record


def test_without_version_numbers_the_later_creation_counts():
    decisions, _ = run(make_story(versioncreated=NOON), make_story(versioncreated=NOON - timedelta(hours=1)))
    assert decisions[1].dropped


def test_a_story_stays_in_the_month_it_was_first_put_in():
    moved = make_story(version=2, firstcreated=NOON + timedelta(days=40))
    decisions, _ = run(make_story(), moved)
    assert decisions[1].story.firstcreated == NOON


def test_no_story_opens_a_month_in_the_future():
    (decision,), _ = run(make_story(firstcreated=NOON + timedelta(days=4000)))
    assert decision.story.firstcreated == NOON


def test_a_kill_is_passed_on_and_holds_against_late_copies():
    kill = make_story(version=2, pubstatus="canceled", body="")
    decisions, known = run(make_story(), kill, make_story(version=1), make_story(version=2))
    assert [bool(d.story) for d in decisions] == [True, True, False, False]
    assert known.pubstatus == "canceled"
    assert not is_current(make_story(version=2), known, NOON)


def test_a_newer_version_may_bring_a_killed_story_back():
    decisions, _ = run(make_story(version=2, pubstatus="withheld"), make_story(version=3))
    assert decisions[1].story


def test_before_its_embargo_a_story_is_remembered_and_not_passed_on():
    waiting = make_story(embargoed=NOON + timedelta(hours=1))
    (decision,), known = run(waiting)
    assert decision.story is None
    assert (known.held, known.embargoed, known.sendagain) == (AT, waiting.embargoed, waiting.embargoed)


def test_what_waits_longer_than_its_topic_keeps_it_is_sent_again_in_time():
    _, known = run(make_story(embargoed=NOON + timedelta(days=300)))
    assert known.sendagain == NOON + KEEP / 2


def test_the_version_before_stays_while_a_newer_one_waits():
    waiting = make_story(version=2, embargoed=NOON + timedelta(hours=1))
    decisions, known = run(make_story(), waiting, make_story())
    assert [bool(d.story) for d in decisions] == [True, False, True]
    assert [each["version"] for each in known.history((1, NOON))] == [1]


def test_of_several_that_wait_each_has_its_hour():
    first = make_story(version=2, embargoed=NOON + timedelta(hours=1))
    second = make_story(version=3, embargoed=NOON + timedelta(hours=2))
    _, known = run(second, first)
    assert known.embargoed == first.embargoed
    later = NOON + timedelta(minutes=90)
    decision = decide(first, known, later, AT)
    assert decision.story.version == 2
    assert (decision.record.embargoed, decision.record.sendagain) == (second.embargoed, second.embargoed)


def test_what_waited_is_held_until_it_arrives_after_its_embargo():
    waiting = make_story(embargoed=NOON + timedelta(hours=1))
    _, known = run(waiting)
    later = NOON + timedelta(hours=2)
    older = decide(make_story(version=1, versioncreated=NOON - timedelta(hours=1)), known, later, AT).record
    assert (older.held, older.sendagain) == (AT, later)
    assert decide(waiting, known, later, AT).record.held is None


def test_a_worker_that_is_late_with_an_older_message_releases_nothing_for_good():
    waiting = make_story(embargoed=NOON + timedelta(hours=1))
    _, known = run(waiting)
    later = NOON + timedelta(hours=2)
    again = decide(waiting, known, later, AT, sent=NOON)
    assert (again.story.uri, again.record.held, again.record.sendagain) == (waiting.uri, AT, later)


class TestClaims:
    held = run(make_story(embargoed=NOON + timedelta(hours=1)))[1]

    def test_are_made_when_it_is_time(self):
        assert claim(self.held, NOON) is None
        assert claim(self.held, self.held.sendagain).sendagain == self.held.sendagain + CLAIM

    def test_keep_others_away_until_they_end(self):
        claimed = claim(self.held, self.held.sendagain)
        assert claim(claimed, self.held.sendagain + CLAIM / 2) is None
        assert claim(claimed, self.held.sendagain + CLAIM)


def test_what_is_passed_on_has_a_revision_above_all_versions_and_all_before():
    _, known = run(make_story(version=7))
    first = with_revision(known)
    assert with_revision(first).revision > first.revision > 7


def test_a_record_of_version_0_6_is_understood():
    old = {
        "uri": "urn:test:1", "version": 2, "versioncreated": NOON, "firstcreated": NOON, "pubstatus": "usable",
        "embargoed": NOON + timedelta(hours=1), "held": "wire.stories/0/9", "at": "wire.stories/0/9",
        "texts": {"1": "wire.stories/0/1", "2": "wire.stories/0/9"},
        "versions": [{"version": 1, "versioncreated": NOON}, {"version": 2, "versioncreated": NOON}],
    }  # fmt: skip
    record = Record.model_validate(old)
    assert [record.place_of(1), record.place_of(2)] == ["wire.stories/0/1", "wire.stories/0/9"]
    assert record.sendagain == record.embargoed == record.versions[-1].embargoed
    assert Record.model_validate(record.model_dump(mode="json")) == record


def test_a_record_that_says_how_its_story_relates_is_understood():
    _, known = run(make_story())
    former = {"duplicateof": "urn:a", "alsoin": [], "replacedby": [{"uri": "urn:b"}], "separate": True}
    assert Record.model_validate(known.model_dump(mode="json") | former) == known


def test_after_its_embargo_it_passes():
    (decision,), known = run(make_story(embargoed=NOON - timedelta(hours=1)))
    assert decision.story
    assert known.held is None


def test_a_kill_goes_through_during_the_embargo_and_forgets_what_waits():
    waiting = make_story(embargoed=NOON + timedelta(hours=1))
    decisions, known = run(waiting, make_story(version=2, pubstatus="canceled", embargoed=waiting.embargoed))
    assert decisions[1].story
    assert known.held is None


def test_a_notice_without_a_number_kills_what_was_there_before_it():
    kill = make_story(pubstatus="canceled", versioncreated=NOON + timedelta(hours=1), body="")
    decisions, known = run(make_story(version=3), kill, make_story(version=2))
    assert decisions[1].story.version == 3
    assert decisions[2].dropped == "version 2 was canceled"
    later = make_story(version=4, versioncreated=NOON + timedelta(hours=2))
    assert decide(later, known, NOON, AT).story


def test_a_correction_keeps_the_history():
    decisions, known = run(
        make_story(headline="Ten dead"), make_story(version=2, headline="Two dead", signal="correction")
    )
    assert decisions[1].story.headline == "Two dead"
    assert [(v.version, v.headline, v.signal) for v in known.versions] == [
        (1, "Ten dead", None),
        (2, "Two dead", "correction"),
    ]


def test_a_version_that_comes_late_joins_the_history_that_the_document_lists():
    decisions, known = run(make_story(version=2), make_story(version=1))
    assert [v.version for v in known.versions] == [1, 2]
    assert decisions[1].listed


def test_before_anything_is_shown_no_document_lists_a_version():
    (decision,), _ = run(make_story(embargoed=NOON + timedelta(hours=1)))
    assert not decision.listed


class TestTheFinalIndex:
    """Versions, kills and corrections in any order, with duplicates, end in the same index."""

    versions = st.builds(
        lambda version, minutes, pubstatus, signal: make_story(
            version=version,
            versioncreated=NOON + timedelta(minutes=minutes),
            firstcreated=NOON - timedelta(days=1),
            pubstatus=pubstatus,
            signal=signal,
            body=f"{version} {minutes}",
        ),
        st.integers(1, 4),
        st.integers(0, 3),
        st.sampled_from(["usable", "usable", "canceled", "withheld"]),
        st.sampled_from([None, "correction"]),
    )
    sets = st.lists(versions, max_size=8, unique_by=lambda s: (s.version, s.versioncreated, s.pubstatus)).filter(bool)

    @staticmethod
    def index(arriving):
        """Return the final index: the story or nothing, and its history."""
        known, indexed = None, None
        for number, story in enumerate(arriving):
            decision = decide(story, known, NOON, str(number))
            known = decision.record
            if passed := decision.story:
                known = with_revision(known)
                indexed = passed.body if passed.pubstatus == "usable" else None
        history = [(each.version, each.versioncreated, each.pubstatus) for each in known.versions]
        return indexed, history, known.pubstatus, known.version

    @given(sets.flatmap(lambda s: st.tuples(st.just(s), st.permutations(s), st.lists(st.sampled_from(s), max_size=6))))
    def test_is_the_same(self, orders):
        inorder, shuffled, again = orders
        expected = self.index(sorted(inorder, key=lambda s: (s.version, s.versioncreated)))
        assert self.index(shuffled) == expected
        assert self.index([*again, *shuffled]) == expected
        assert self.index([*shuffled, *again]) == expected


@pytest.mark.parametrize("law", CONTRACT, ids=lambda law: law.__name__)
def test_the_simulated_store_keeps_the_contract(law):
    calm = Calm()
    calm.run(law(calm.store, lambda: asyncio.sleep(5)))
