"""Signatures, and what two stories that resemble each other say differently."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.derive.claims import Claims, contradict, differences
from pipeline.derive.relations import Relation, relation
from pipeline.derive.signatures import SignatureWindow
from pipeline.derive.updates import Comparable
from pipeline.desk.text_features import TextFeatures
from pipeline.desk.text_signature import signature_of
from pipeline.story import SignedStory
from scoring.duplicates import measure
from tests.conftest import NOON, make_story


def signed(uri, body, origin="a", **fields):
    times = {"versioncreated": NOON, "firstcreated": NOON} | fields
    return SignedStory(uri=uri, origin=origin, signature=signature_of(TextFeatures.of(body)), **times)


class TestNearDuplicates:
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
        """Return what the last of these stories may be a copy of, and the closest in topic; the first is number 0."""
        window = SignatureWindow(timedelta(hours=48), most)
        for number, body in enumerate(bodies):
            created = NOON + timedelta(hours=hours * number)
            window.put(signed(str(number), body, origins[number % len(origins)], versioncreated=created))
        found = window.resemblance(str(len(bodies) - 1))
        return next(iter(found.copied), None), found.topic

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
        assert signature_of(TextFeatures.of("Markets closed.")) is None

    def test_a_signature_stays_what_it_was_since_those_on_the_topic_outlive_an_update(self):
        signature = signature_of(TextFeatures.of(self.story))
        assert (signature.wordcount, signature.factcount) == (113, 17)
        assert signature.words.startswith("jhF+0mtfODT25Xpic9dI9GP6dF7WaztaDIVQ/x7ME3MN5/dxgwwltPZUc64SsIGX")
        assert signature.facts.startswith("lkHJItdfrB2+5TgZ8LEv9IJ/VowGJimGH7W1eSXME0PN+9NxBuVTkrjfc65UaqpiPLaLsA")

    def test_what_a_story_says_now_replaces_what_it_said(self):
        window = SignatureWindow(timedelta(hours=48))
        for uri, body in (("1", self.story), ("2", self.copy), ("1", self.pattern)):
            window.put(signed(uri, body, origin=uri))
        assert window.resemblance("2").copied == ()

    @given(st.permutations(["1", "2", "3", "4"]))
    def test_the_order_of_arrival_makes_no_difference(self, order):
        bodies = {"1": self.story, "2": self.copy, "3": self.story + " More.", "4": self.pattern}
        window = SignatureWindow(timedelta(hours=48))
        for uri in order:
            window.put(signed(uri, bodies[uri], origin=uri))
        assert [window.resemblance(uri).copied for uri in "1234"] == [(), ("1",), ("1", "2"), ()]

    def test_a_story_that_is_gone_resembles_nothing_and_nothing_resembles_it(self):
        window = SignatureWindow(timedelta(hours=48))
        for uri in "123":
            window.put(signed(uri, self.story, origin=uri))
        window.remove("1")
        assert "1" not in window
        assert [window.resemblance(uri).copied for uri in "123"] == [(), (), ("2",)]

    def test_an_earlier_story_that_comes_late_affects_those_that_it_may_be_the_original_of(self):
        window = SignatureWindow(timedelta(hours=48))
        for uri, hours in (("2", 2), ("3", 3), ("1", 1)):
            window.put(signed(uri, self.story, origin=uri, versioncreated=NOON + timedelta(hours=hours)))
        assert set(window.affected("1")) == {"2", "3"}
        assert set(window.affected("3")) == set()
        found = window.resemblance("3")
        window.settle("3", found, "1")
        assert set(window.affected("2")) == set(), "the original of 3 comes before 2"
        window.remove("1")
        assert set(window.affected("2")) == {"3"}, "3 must find another original"

    @given(st.text(min_size=40, max_size=400).filter(lambda text: signature_of(TextFeatures.of(text)) is not None))
    def test_a_story_word_for_word_is_a_copy(self, text):
        assert self.judged(text, text)[0] == "0"


def test_copies_in_a_generated_stream_are_distinguished_from_other_stories():
    rates = measure(number=400)
    assert rates.copies > 100
    assert rates.precision >= 0.99
    assert rates.recall >= 0.95


class TestContradictions:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("A magnitude 6.1 earthquake struck off Honshu.", "A magnitude 5.4 earthquake struck off Honshu."),
            ("At least 12 people died when a bus fell.", "At least 27 people died when a bus fell."),
            ("Twelve miners died in the shaft.", "Fourteen miners died in the shaft."),
            ("The minister will resign over the files.", "The minister will not resign over the files."),
            ("The minister will resign over the files.", "The minister won't resign over the files."),
            ("The bank left its rate unchanged at 4 percent.", "The bank raised its rate to 4 percent."),
            ("Lopez wins the vote, the court said.", "Lopez loses the vote, the court said."),
            ("France denies sending arms to Chad.", "France admits sending arms to Chad."),
            ("Police released the three men.", "Police arrested the three men."),
        ],
    )
    def test_a_story_with_another_number_a_not_or_the_opposite_says_something_else(self, one, other):
        claims = [Claims.of(make_story(body=body)) for body in (one, other)]
        assert contradict(differences(*claims))
        assert contradict(differences(*reversed(claims)))

    def test_an_edited_copy_with_a_line_of_its_agency_says_the_same(self):
        body = (
            "Dock workers closed the port of Sund on Thursday. Some 240 joined the walkout."
            + " They want a raise." * 15
        )
        copy = body.replace("Dock workers closed the port of Sund", "Workers closed Sund's port") + " Our desk: 4411."
        assert not contradict(differences(*(Claims.of(make_story(body=each)) for each in (body, copy))))

    def test_what_differs_is_said_with_what_the_other_has_instead(self):
        bodies = (
            "A bus fell in northern Peru, and 27 people died. “Nobody could have seen it,” Rosa Diaz said.",
            "A bus fell in northern Peru, and 12 people died. “Nobody could have seen it,” Rosa Gomez said.",
        )
        found = differences(*(Claims.of(make_story(body=body)) for body in bodies))
        assert [tuple(each) for each in found] == [("number", ("27",), ("12",)), ("name", ("Diaz",), ("Gomez",))]


class TestRelations:
    """A story relates to one earlier story at most."""

    body = TestNearDuplicates.story

    def related(self, *stories):
        """Return how the last of these stories relates to the others, which all have sources of their own."""
        window = SignatureWindow(timedelta(hours=48))
        texts = {}
        for number, story in enumerate(stories):
            texts[story.uri] = Comparable.of(story)
            at = {"versioncreated": story.versioncreated}
            window.put(signed(story.uri, story.body, origin=story.extra.get("feed", str(number)), **at))
        return relation(texts[stories[-1].uri], window.resemblance(stories[-1].uri), texts)

    def story(self, number, body=None, **fields):
        plain = {"uri": f"urn:{number}", "body": body or self.body, "versioncreated": NOON + timedelta(hours=number)}
        return make_story(**plain | fields)

    def test_a_story_that_says_nothing_of_its_own_is_a_copy_of_the_earliest(self):
        found = self.related(self.story(1), self.story(2), self.story(3))
        assert found == Relation("copyof", "urn:1", follows="urn:1")

    def test_one_with_another_number_in_its_lead_is_a_variant(self):
        found = self.related(self.story(1), self.story(2, self.body.replace("300", "450")))
        assert (found.kind, found.to) == ("variantof", "urn:1")
        assert [tuple(each) for each in found.differs] == [("number", ("450",), ("300",))]

    def test_it_is_a_copy_of_a_later_one_that_says_the_same(self):
        other = self.body.replace("300", "450")
        assert self.related(self.story(1), self.story(2, other), self.story(3, other)).to == "urn:2"

    def test_the_same_feed_updates_its_story(self):
        feed = {"extra": {"feed": "a"}}
        found = self.related(self.story(1, **feed), self.story(2, self.body + " Dockers cheered.", **feed))
        assert (found.kind, found.to) == ("updateof", "urn:1")
