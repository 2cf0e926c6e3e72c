"""What is kept of a word in a period: a sample of the stories with it, and the lesson that they teach."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.identity.lesson import NOTHING, Lesson
from pipeline.identity.registry import learn_from, name_usage
from pipeline.identity.word import Sample, Word, WordPlace, learned, period_of, short_id, usages_by_word
from tests.conftest import NOON
from tests.lessons import lessons_of
from tests.unit.test_learning import STREAM, stories

WINDOW = timedelta(days=90)
ID = st.integers(0, 40).map(lambda number: f"{number:012x}")
USAGES = st.frozensets(st.sampled_from(("own a", "own b", "first c")), max_size=2)
CHANGES = st.lists(st.dictionaries(ID, USAGES, max_size=8), max_size=12)


def lowest(there: dict[str, frozenset[str]], most: int) -> dict[str, int]:
    """Return how many of the stories with the lowest ids have each usage."""
    teaching = sorted(id_ for id_, usages in there.items() if usages)[:most]
    return dict(Counter(usage for id_ in teaching for usage in there[id_]))


class TestSample:
    @given(changes=CHANGES, most=st.integers(1, 6))
    def test_it_counts_the_stories_with_the_lowest_ids_in_whatever_order_they_come_and_go(self, changes, most):
        sample, there = Sample(), {}
        for changed in changes:
            there |= changed
            sample = sample.with_stories(changed, most)
            if sample.is_short(most):
                sample = Sample().with_stories(there, most)
            assert sample.counts(most) == lowest(there, most)
            assert len(sample.ids) <= 2 * most

    @given(changes=CHANGES)
    def test_a_story_that_comes_again_makes_no_difference(self, changes):
        sample = Sample()
        for changed in changes:
            sample = sample.with_stories(changed, 3)
            assert sample.with_stories(changed, 3) == sample

    def test_a_story_beyond_the_horizon_makes_no_difference(self):
        sample = Sample().with_stories({f"{n:012x}": frozenset({"own a"}) for n in range(9)}, 3)
        assert sample.horizon == f"{5:012x}"
        assert sample.with_stories({"f" * 12: frozenset({"own b"})}, 3) is sample


class TestWord:
    def test_what_a_lesson_changes_is_to_be_spread_until_somebody_has_done_so(self):
        lesson = Lesson({("PERSON", "lee"): ("PERSON", "ann lee")}, {("PERSON", "ann lee"): "Ann Lee"})
        word = Word().taught(Sample(), lesson, NOON)
        assert word.unspread == {("PERSON", "lee"), ("PERSON", "ann lee")}
        assert Word.of(word.document(), NOON) == word
        assert word.taught(Sample({"own": "1"}), lesson, NOON + WINDOW).since == NOON
        assert not word.spread().unspread
        assert word.taken_over(NOON + WINDOW).is_newer(word)

    def test_what_no_lesson_changes_needs_no_spreading(self):
        assert Word().taught(Sample({"own a": "0" * 12}), NOTHING, NOON).generation == 0

    @given(stream=STREAM)
    def test_it_is_what_was_written(self, stream):
        for place, word in words(stream).items():
            assert Word.of(word.document()) == word, place


def words(stream: list) -> dict[WordPlace, Word]:
    """Return the words of these stories, as stories that come one by one make them."""
    samples: dict[WordPlace, Sample] = {}
    for number, entities in enumerate(stream):
        for word, usages in usages_by_word(name_usage(entities)).items():
            place = WordPlace(0, word)
            samples[place] = samples.get(place, Sample()).with_stories({short_id(f"urn:{number}"): usages}, 100)
    return {place: Word(sample, learned(place.word, sample, Sample(), 100)) for place, sample in samples.items()}


class TestLessons:
    @given(stream=STREAM)
    def test_where_all_stories_teach_they_are_what_a_look_at_all_usages_teaches(self, stream):
        told = [(f"urn:{number}", NOON, name_usage(entities)) for number, entities in enumerate(stream)]
        found = lessons_of(told, WINDOW).get(period_of(NOON, WINDOW), {})
        assert {word: lesson for word, lesson in found.items() if lesson != NOTHING} == learn_from(stream).lessons
        assert {place.word: word.lesson for place, word in words(stream).items()} == found

    def test_a_story_learns_from_its_period_and_the_one_before_and_no_other(self):
        begin = datetime.fromtimestamp(0, UTC)
        taught = {}
        for at, told in ((0, stories(Ann_Lee=1)), (1, stories(Lee=1)), (2, stories(Lee=1))):
            taught[at] = [(f"urn:{at}", begin + at * WINDOW, name_usage(entities)) for entities in told]
        found = lessons_of([each for some in taught.values() for each in some], WINDOW)
        assert found[1]["lee"].learned == {("PERSON", "lee"): ("PERSON", "ann lee")}
        assert found[2]["lee"] == NOTHING

    def test_of_many_stories_a_few_decide_the_same_each_time(self):
        told = [
            (f"urn:{number}", NOON, name_usage(entities))
            for number, entities in enumerate(stories(Bill_Clinton=600, Hillary_Clinton=60, Clinton=90))
        ]
        found = lessons_of(told, WINDOW)[period_of(NOON, WINDOW)]["clinton"]
        assert found.learned == {("PERSON", "clinton"): ("PERSON", "bill clinton")}
        assert lessons_of(told[::-1], WINDOW)[period_of(NOON, WINDOW)]["clinton"] == found
