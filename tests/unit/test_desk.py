"""Near-duplicates: copies of a story and unrelated stories are told apart."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.derive.claims import Claims, contradict
from pipeline.derive.signatures import SignatureWindow, SignedStory, signature_of
from pipeline.desk.text_features import TextFeatures
from scoring.duplicates import measure
from tests.conftest import NOON, make_story


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
        """Return what the last of these stories is a copy of, and the closest in topic; the first is number 0."""
        window = SignatureWindow(timedelta(hours=48), most)
        for number, body in enumerate(bodies):
            window.add(
                SignedStory(
                    uri=str(number),
                    origin=origins[number % len(origins)],
                    versioncreated=NOON + timedelta(hours=hours * number),
                    signature=signature_of(TextFeatures.of(body)),
                )
            )
        found = window.compare(str(len(bodies) - 1))
        return next((each.uri for each in found.copies), None), found.topic

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

    def test_a_story_that_comes_again_keeps_its_place(self):
        assert self.judged(self.story, self.copy)[0] == "0"
        window = SignatureWindow(timedelta(hours=48))
        signed = [
            SignedStory(uri=uri, origin=uri, versioncreated=NOON, signature=signature_of(TextFeatures.of(self.story)))
            for uri in ("one", "two", "one")
        ]
        for each in signed:
            window.add(each)
        assert [[each.uri for each in window.compare(uri).copies] for uri in ("one", "two")] == [[], ["one"]]

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
        assert contradict(*claims)
        assert contradict(*reversed(claims))

    def test_an_edited_copy_with_a_line_of_its_agency_says_the_same(self):
        body = (
            "Dock workers closed the port of Sund on Thursday. Some 240 joined the walkout."
            + " They want a raise." * 15
        )
        copy = body.replace("Dock workers closed the port of Sund", "Workers closed Sund's port") + " Our desk: 4411."
        assert not contradict(*(Claims.of(make_story(body=each)) for each in (body, copy)))
