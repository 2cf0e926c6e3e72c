"""What all stories teach about whom a name means."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.annotations import Annotations, Entity, Place
from pipeline.documents.story import identified_again
from pipeline.errors import ConfigurationError
from pipeline.identity.corrections import Correction, Corrections
from pipeline.identity.learning import learn
from pipeline.identity.name_usage import TYPES, NameUsage, usages
from pipeline.identity.registry import Registry, learn_from, name_usage
from pipeline.identity.things import find_thing, find_used, things
from pipeline.index.actions import actions
from tests.conftest import NOON, make_story

SOMEWHERE = Place(geonameid=1, country="RS", lat=44.8, lon=20.5)


def entity(name: str, type: str = "PERSON", key: str | None = None, place: Place | None = None, **fields) -> Entity:
    named = {} if key is None else {"key": key}
    return Entity(id="e1", name=name, type=type, aliases=fields.pop("aliases", ()), mentions=(), place=place, **named)


def stories(**counts: int) -> list[list[Entity]]:
    """Return so many stories with each person, underscores for spaces."""
    return [[entity(name.replace("_", " "))] for name, count in counts.items() for _ in range(count)]


def meant(registry: Registry, name: str, type: str = "PERSON") -> str:
    return registry.identity(type, name.casefold(), name).name


@given(
    how=st.sampled_from(["own", "located", "first", "short"]),
    type_=st.sampled_from(TYPES),
    name=st.sampled_from(["Lee", "Ann Lee", "J. Lee", "Michael", "Michael Jordan", "UN", "Oslo", "Lyn (football)"]),
    count=st.integers(1, 50),
)
def test_one_usage_alone_teaches_nothing(how, type_, name, count):
    """``survey`` leaves such words out, and most words are such."""
    usage = NameUsage(name.split()[-1].casefold(), how, type_, name.casefold(), name)
    assert list(learn([(usage, count)])) == []


class TestPeople:
    def test_a_surname_alone_is_who_the_other_stories_call_so_in_full(self):
        assert meant(learn_from(stories(Clinton=2, Bill_Clinton=3)), "Clinton") == "Bill Clinton"

    def test_a_surname_that_two_people_share_stays_open(self):
        assert meant(learn_from(stories(Clinton=2, Bill_Clinton=3, Hillary_Clinton=2)), "Clinton") == "Clinton"

    def test_a_surname_is_whom_four_of_five_stories_mean(self):
        assert meant(learn_from(stories(Clinton=2, Bill_Clinton=8, Hillary_Clinton=2)), "Clinton") == "Bill Clinton"

    def test_initials_must_fit(self):
        registry = learn_from(stories(Mark_Waugh=3, Steve_Waugh=3, S_Waugh=1, M_Waugh=1, X_Waugh=1))
        assert [meant(registry, f"{each} Waugh") for each in "SMX"] == ["Steve Waugh", "Mark Waugh", "X Waugh"]

    def test_a_first_name_that_hardly_anybody_has_is_enough(self):
        assert meant(learn_from(stories(Hu=1, Hu_Jintao=1)), "Hu") == "Hu Jintao"

    @pytest.mark.parametrize(("full", "found"), [(1, "Michael"), (6, "Michael Jordan")])
    def test_a_common_first_name_needs_somebody_famous(self, full, found):
        assert meant(learn_from(stories(Michael=1, Michael_Jordan=full)), "Michael") == found

    def test_spellings_of_one_given_name_are_one_person(self):
        registry = learn_from(stories(Yasser_Arafat=3, Yasir_Arafat=1, Arafat=1))
        assert {meant(registry, name) for name in ("Yasir Arafat", "Yasser Arafat", "Arafat")} == {"Yasser Arafat"}

    def test_maria_is_not_mario(self):
        assert meant(learn_from(stories(Maria_Costa=3, Mario_Costa=1)), "Mario Costa") == "Mario Costa"

    def test_a_middle_name_may_be_left_out_unless_two_people_differ_in_it(self):
        one = stories(Carlos_Menem=3, Carlos_Saul_Menem=1)
        assert meant(learn_from(one), "Carlos Saul Menem") == "Carlos Menem"
        two = [*one, *stories(Carlos_Pedro_Menem=1)]
        assert meant(learn_from(two), "Carlos Saul Menem") == "Carlos Saul Menem"

    def test_a_married_name_beside_the_one_before_is_one_person(self):
        registry = learn_from(stories(Hillary_Clinton=3, Hillary_Rodham_Clinton=1, Bill_Clinton=9))
        assert meant(registry, "Hillary Rodham Clinton") == "Hillary Clinton"

    def test_lists_have_the_most_frequent_of_several_names(self):
        told = [[entity("George W. Bush", key="george bush")]] * 2 + [[entity("George BUSH", key="george bush")]]
        assert learn_from(told).identity("PERSON", "george bush", "George BUSH").name == "George W. Bush"


class TestOtherNames:
    def test_what_only_differs_in_type_is_what_most_stories_say(self):
        told = [[entity("Fatah", "ORG")]] * 3 + [[entity("Fatah", "GPE")]]
        assert learn_from(told).identity("GPE", "fatah", "Fatah")[:2] == ("ORG", "fatah")

    def test_a_misread_city_is_the_city_where_most_stories_locate_it(self):
        located = [entity("Belgrade", "GPE", "belgrade, rs", SOMEWHERE)]
        registry = learn_from([located] * 4 + [[entity("BELGRADE", "PERSON", "belgrade")]])
        assert registry.identity("PERSON", "belgrade", "BELGRADE") == ("GPE", "belgrade, rs", "Belgrade")

    def test_a_city_is_nobody_who_is_called_like_it(self):
        located = [entity("Paris", "GPE", "paris, fr", SOMEWHERE)]
        registry = learn_from([located, *stories(Geoff_Paris=9)])
        assert registry.identity("GPE", "paris, fr", "Paris").key == "paris, fr"

    def test_a_club_is_the_only_one_of_its_name(self):
        told = [[entity("Orrell", "ORG", "orrell (rugby-union)")], [entity("Orrell", "ORG")], [entity("Orrell")]]
        registry = learn_from(told)
        assert {registry.identity(type, "orrell", "Orrell").key for type in ("ORG", "PERSON")} == {
            "orrell (rugby-union)"
        }

    def test_an_acronym_is_what_stories_explain_it_to_be(self):
        explained = [entity("Nordic Fishing Council", "ORG", aliases=("NFC",))]
        registry = learn_from([explained, [entity("NFC", "ORG")]])
        assert registry.identity("ORG", "nfc", "NFC").name == "Nordic Fishing Council"


NAMES = st.sampled_from(("Ann Lee", "Lee", "A. Lee", "Bo Lee", "LEE", "Lee Ann", "Annie Lee", "Ann Mary Lee"))
ENTITIES = st.builds(
    lambda name, label, located: entity(name, label, place=SOMEWHERE if located and label == "GPE" else None),
    NAMES,
    st.sampled_from(("PERSON", "ORG", "GPE", "NORP")),
    st.booleans(),
)
STREAM = st.lists(st.lists(ENTITIES, max_size=3), max_size=12)


class TestLaws:
    @given(stream=STREAM, seed=st.integers())
    def test_the_order_of_stories_makes_no_difference(self, stream, seed):
        shuffled = Random(seed).sample(stream, len(stream))
        assert learn_from(shuffled) == learn_from(stream)

    @given(stream=STREAM)
    def test_identification_is_complete_and_idempotent(self, stream):
        registry = learn_from(stream)
        once = [[registry.identify(each) for each in entities] for entities in stream]
        assert [[registry.identify(each) for each in entities] for entities in once] == once
        # Whoever reads these stories learns the same, and finds nothing to do.
        again = learn_from(once)
        assert again.lessons == registry.lessons
        assert all(again.is_current(usage) for entities in once for usage in usages(entities))

    @given(stream=STREAM, gone=st.lists(ENTITIES, max_size=3))
    def test_what_a_killed_story_taught_is_forgotten(self, stream, gone):
        learned = learn_from([*stream, gone])
        marked = [[learned.identify(each) for each in entities] for entities in stream]
        forgotten = learn_from(stream)
        back = [[forgotten.identify(each) for each in entities] for entities in marked]
        assert back == [[forgotten.identify(each) for each in entities] for entities in stream]

    @pytest.mark.parametrize("name", ["Ann\x1fLee", "Ann " * 100])
    def test_what_is_no_name_teaches_nothing(self, name):
        assert name_usage([entity(name)]) == []

    @given(entities=st.lists(ENTITIES, max_size=3))
    def test_a_usage_can_be_read_again(self, entities):
        assert [NameUsage.parse(str(each)) for each in usages(entities)] == list(usages(entities))

    @settings(max_examples=30)
    @given(stream=STREAM)
    def test_an_indexed_story_identified_again_is_the_one_indexed_with_that_knowledge(self, stream):
        registry = learn_from(stream)
        for entities in stream:
            numbered = tuple(each.model_copy(update={"id": f"e{n}"}) for n, each in enumerate(entities, 1))
            story = make_story(body="Ann Lee").annotated(Annotations(entities=numbered))
            untaught = actions(story, 3)[0].document
            assert identified_again(untaught, registry) == actions(story, 3, registry=registry)[0].document


class TestCorrections:
    def correction(self, what: str, minutes: int = 0, **fields) -> Correction:
        at = NOON + timedelta(minutes=minutes)
        return Correction(correction=what, type="PERSON", key="lee", by="ann", at=at, **fields)

    def test_a_person_overrules_the_stories(self):
        lessons = learn_from(stories(Lee=1, Ann_Lee=1, Bo_Lee=1)).lessons
        merge = self.correction("merge", into_type="PERSON", into_key="bo lee", name="Bo Lee")
        assert meant(Registry(lessons, Corrections.of([merge])), "Lee") == "Bo Lee"

    def test_what_is_split_stands_for_itself(self):
        lessons = learn_from(stories(Lee=1, Ann_Lee=1)).lessons
        assert meant(Registry(lessons), "Lee") == "Ann Lee"
        assert meant(Registry(lessons, Corrections.of([self.correction("split")])), "Lee") == "Lee"

    def test_the_last_correction_counts_in_whatever_order_they_are_read(self):
        merge = self.correction("merge", into_type="PERSON", into_key="bo lee", name="Bo Lee")
        later, renamed = self.correction("split", 1), self.correction("rename", 2, name="Lee Q.")
        assert Corrections.of([later, renamed, merge]) == Corrections.of([merge, later, renamed])
        assert not Corrections.of([later, merge]).merged

    def test_two_names_merged_into_each_other_end(self):
        circle = [
            self.correction("merge", into_type="PERSON", into_key=other, name=other).model_copy(update={"key": one})
            for one, other in (("lee", "bo lee"), ("bo lee", "lee"))
        ]
        assert meant(Registry(corrected=Corrections.of(circle)), "Lee") in ("lee", "bo lee")

    def test_a_name_that_several_have_needs_its_type(self):
        counts = sorted((text, 1) for told in [*stories(Lee=1), [entity("Lee", "ORG")]] for text in name_usage(told))
        found = things(counts, Corrections())
        with pytest.raises(ConfigurationError, match="may be several"):
            find_used(found, "Lee", None)
        assert find_used(found, "Lee", "organization").type == "ORG"
        with pytest.raises(ConfigurationError, match="no story names"):
            find_thing(found, "Nobody", None)

    @pytest.mark.parametrize(("corrected", "why"), [(False, "learned"), (True, "merged")])
    def test_a_thing_is_listed_once_with_all_of_its_names(self, corrected, why):
        merge = self.correction("merge", into_type="PERSON", into_key="ann lee", name="Ann Lee")
        corrections = Corrections.of([merge] if corrected else [])
        told = stories(Lee=1, Ann_Lee=1)
        registry = Registry(learn_from(told).lessons, corrections)
        counts = sorted({text: 2 for some in told for text in name_usage(map(registry.identify, some))}.items())
        (thing,) = things(counts, corrections)
        assert (thing.name, thing.stories) == ("Ann Lee", 4)
        assert [(alias.name, alias.why) for alias in thing.aliases] == [("Ann Lee", "same"), ("Lee", why)]
