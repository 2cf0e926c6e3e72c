"""Which version of a story counts."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.desk.rules import counts, decide
from tests.conftest import NOON, make_story

AT = "wire.stories/0/1"


def run(*stories, now=NOON):
    """The decisions about stories that arrive one after the other, and the record at the end."""
    known, decisions = None, []
    for story in stories:
        decision = decide(story, known, now, AT)
        known = decision.record or known
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
    assert decisions[1].record is None


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
    assert not counts(1, known)


def test_a_newer_version_may_bring_a_killed_story_back():
    decisions, _ = run(make_story(version=2, pubstatus="withheld"), make_story(version=3))
    assert decisions[1].story


def test_before_its_embargo_a_story_is_remembered_and_not_passed_on():
    waiting = make_story(embargoed=NOON + timedelta(hours=1))
    (decision,), known = run(waiting)
    assert decision.story is None
    assert (known.held, known.embargoed) == (AT, waiting.embargoed)


def test_after_its_embargo_it_passes():
    (decision,), known = run(make_story(embargoed=NOON - timedelta(hours=1)))
    assert decision.story
    assert known.held is None


def test_a_kill_goes_through_during_the_embargo_and_forgets_what_waits():
    waiting = make_story(embargoed=NOON + timedelta(hours=1))
    decisions, known = run(waiting, make_story(version=2, pubstatus="canceled", embargoed=waiting.embargoed))
    assert decisions[1].story
    assert known.held is None


versions = st.builds(
    lambda version, pubstatus: make_story(version=version, pubstatus=pubstatus),
    st.integers(1, 4),
    st.sampled_from(["usable", "canceled"]),
)


@given(st.lists(versions, min_size=1, max_size=8).flatmap(lambda vs: st.tuples(st.just(vs), st.permutations(vs))))
def test_any_order_and_duplication_ends_with_the_same_version_that_counts(orders):
    inorder, shuffled = orders
    ends = []
    for arriving in (inorder, shuffled, shuffled + inorder):
        _, known = run(*arriving)
        ends.append(known.version)
    newest = max(story.version for story in inorder)
    assert ends == [newest] * 3
