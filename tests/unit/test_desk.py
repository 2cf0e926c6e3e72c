"""Which version of a story counts."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.desk.likeness import Signed, Window, sign
from pipeline.desk.rules import Verdict, counts, decide, list_copy
from scoring.duplicates import measure
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
    assert not counts(1, NOON, "usable", known)


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


def test_a_version_that_comes_late_joins_the_history_and_the_story_is_indexed_again():
    decisions, known = run(make_story(version=2), make_story(version=1))
    assert [v.version for v in known.versions] == [1, 2]
    assert decisions[1].again == known.at


class TestCopies:
    copy = make_story(uri="urn:other:9", headline="The same")

    def test_a_copy_is_told_to_its_original_and_not_passed_on(self):
        decision = decide(self.copy, None, NOON, AT, Verdict(duplicateof="urn:test:1"))
        assert (decision.story, decision.copyof) == (None, "urn:test:1")

    def test_where_copies_are_marked_it_is_passed_on_as_well(self):
        decision = decide(self.copy, None, NOON, AT, Verdict(duplicateof="urn:test:1"), folds=False)
        assert decision.story
        assert decision.copyof == decision.record.duplicateof == "urn:test:1"

    def test_the_original_lists_it_once_and_is_indexed_again(self):
        _, known = run(make_story())
        listed = list_copy(known, self.copy)
        assert [(c.uri, c.source, c.headline) for c in listed.record.alsoin] == [("urn:other:9", "Test", "The same")]
        assert listed.again == AT
        assert list_copy(listed.record, self.copy).record is None

    def test_a_copy_that_is_killed_is_no_longer_listed(self):
        _, known = run(make_story())
        listed = list_copy(known, self.copy).record
        assert not list_copy(listed, self.copy.model_copy(update={"pubstatus": "canceled"})).record.alsoin

    def test_the_copy_of_a_killed_story_stays_out(self):
        _, known = run(make_story(version=2, pubstatus="canceled", body=""))
        assert list_copy(known, self.copy).again is None


class TestTheFinalIndex:
    """Any order and any duplication of versions, kills and corrections ends in the same index."""

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
        """What Elasticsearch holds in the end: the story, or nothing; and the history beside it."""
        known, indexed, version, log = None, None, 0, {}
        for number, story in enumerate(arriving):
            at = str(number)
            log[at] = story
            decision = decide(story, known, NOON, at)
            known = decision.record or known
            for passed in filter(None, (decision.story, log.get(decision.again))):
                if passed.version >= version and counts(passed.version, passed.versioncreated, passed.pubstatus, known):
                    version = passed.version
                    indexed = passed.body if passed.pubstatus == "usable" else None
        return indexed, known.versions, known.pubstatus, known.version

    @given(sets.flatmap(lambda s: st.tuples(st.just(s), st.permutations(s), st.lists(st.sampled_from(s), max_size=6))))
    def test_is_the_same(self, orders):
        inorder, shuffled, again = orders
        expected = self.index(sorted(inorder, key=lambda s: (s.version, s.versioncreated)))
        assert self.index(shuffled) == expected
        assert self.index([*again, *shuffled]) == expected
        assert self.index([*shuffled, *again]) == expected


class TestLikeness:
    story = (
        "The harbour of Porto Velho reopened on Tuesday after 14 days, said Maria Lopes of the port authority.\n"
        "Some 300 ships had waited off the coast of Rondonia while crews repaired the quay that the Madeira had "
        "damaged in the flood of 3 March.\n"
        "Lopes put the cost at 12 million reais. The governor, Carlos Brito, wants Brasilia to pay half of it.\n"
        "Dockers of the union SINDPORTO return on Friday."
    )
    copy = story.replace("reopened on Tuesday after 14 days, said", "opened again after two weeks, according to")
    pattern = (
        story.replace("Porto Velho", "Manaus").replace("Maria Lopes", "Joao Prado").replace("Lopes", "Prado")
        .replace("14", "9").replace("300", "45").replace("Rondonia", "Amazonas").replace("Madeira", "Negro")
        .replace("3 March", "20 May").replace("12", "7").replace("Carlos Brito", "Ana Reis").replace("Brasilia", "Rio")
        .replace("SINDPORTO", "FETRAN").replace("Friday", "Monday").replace("Tuesday", "Sunday")
    )  # fmt: skip

    @staticmethod
    def judged(*bodies, origins="ab", hours=0, most=1_000):
        """What the last of these stories is a copy of, and related to; the first is called 0."""
        window = Window(timedelta(hours=48), most)
        for number, body in enumerate(bodies):
            window.add(
                Signed(
                    uri=str(number),
                    origin=origins[number % len(origins)],
                    versioncreated=NOON + timedelta(hours=hours * number),
                    signature=sign(make_story(body=body)),
                )
            )
        return window.judge(str(len(bodies) - 1))

    def test_an_edited_copy_is_the_same_story(self):
        assert self.judged(self.story, self.copy) == ("0", "0")

    def test_the_first_of_several_is_the_original(self):
        assert self.judged(self.story, self.copy, self.copy, origins="abc")[0] == "0"

    def test_a_feed_does_not_copy_itself(self):
        assert self.judged(self.story, self.copy, origins="a") == (None, "0")

    def test_a_story_after_the_same_pattern_is_another(self):
        assert self.judged(self.story, self.pattern) == (None, None)

    def test_the_same_matter_in_other_words_is_one_storyline(self):
        other = (
            "Brasilia will not pay for the quay at Porto Velho, Carlos Brito was told on Friday. Maria Lopes, who runs "
            "the port authority in Rondonia, had asked for half of the 12 million reais that repairs after the flood "
            "of 3 March cost when the Madeira rose."
        )
        assert self.judged(self.story, other) == (None, "0")

    def test_what_is_further_apart_than_the_window_is_not_compared(self):
        assert self.judged(self.story, self.copy, hours=47)[0] == "0"
        assert self.judged(self.story, self.copy, hours=49) == (None, None)

    def test_the_oldest_of_too_many_are_forgotten(self):
        others = [self.pattern + f" Line {number} of {number}." for number in range(3)]
        assert self.judged(self.story, *others, self.copy, origins="abcde", most=5)[0] == "0"
        assert self.judged(self.story, *others, self.copy, origins="abcde", most=4)[0] is None

    def test_a_text_too_short_to_tell_has_no_signature(self):
        assert sign(make_story(body="Markets closed.")) is None

    def test_a_story_that_comes_again_keeps_its_place(self):
        assert self.judged(self.story, self.copy)[0] == "0"
        window = Window(timedelta(hours=48))
        signed = [
            Signed(uri=uri, origin=uri, versioncreated=NOON, signature=sign(make_story(body=self.story)))
            for uri in ("one", "two", "one")
        ]
        for each in signed:
            window.add(each)
        assert (window.judge("one")[0], window.judge("two")[0]) == (None, "one")

    @given(st.text(min_size=40, max_size=400).filter(lambda text: sign(make_story(body=text)) is not None))
    def test_a_story_word_for_word_is_a_copy(self, text):
        assert self.judged(text, text)[0] == "0"


def test_copies_on_a_generated_stream_are_told_from_other_stories():
    rates = measure(number=400)
    assert rates.copies > 100
    assert rates.precision >= 0.99
    assert rates.recall >= 0.95
