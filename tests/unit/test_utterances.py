"""Quotes of the same words are one utterance, in whatever order and wording."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.utterances.grouping import QuoteUse, grouped, is_same
from pipeline.utterances.quoted_words import common_words, differences, fingerprints, said_in, words_of

HARBOUR = "The harbour pays for itself, and whoever says otherwise has not read the accounts."


def quote(text: str, story: int = 1, speaker: str | None = "ann lee", day: int = 1, number: int = 1) -> QuoteUse:
    said: dict[str, Any] = {"text": speaker or "a minister", "name": speaker or "a minister"}
    if speaker:
        said |= {"key": speaker, "listed": speaker.title()}
    return QuoteUse(
        {
            "id": f"q{number}",
            "start": 10,
            "text": f"“{text}” she said",
            "quoted": [{"start": 11, "end": 11 + len(text)}],
            "speaker": said,
            "story": {
                "uri": f"urn:s:{story}",
                "versioncreated": f"2024-05-{day:02}T12:00:00+00:00",
                "headline": f"Story {story}",
                "source": {"name": f"agency {story}"},
            },
        }
    )


class TestWords:
    def test_marks_case_insertions_and_spelling_do_not_count(self):
        one = words_of("We recognise (the party’s) labour, and we organise.")
        assert one == words_of("we recognize labor -- and we organize")

    @given(
        words=st.lists(st.sampled_from("one two three four five six seven".split()), min_size=5, max_size=30),
        cut=st.data(),
    )
    def test_five_words_in_a_row_share_a_fingerprint(self, words, cut):
        start = cut.draw(st.integers(0, len(words) - 5))
        assert set(fingerprints(words)) & set(fingerprints(words[start : start + 5]))

    def test_fewer_words_have_none(self):
        assert fingerprints(words_of("a great gesture of")) == []

    def test_only_stretches_of_three_words_are_common(self):
        assert common_words("a b c d e f".split(), "a b c x e y".split()) == 3

    @given(old=st.text("ab c", max_size=30), new=st.text("ab c", max_size=30))
    def test_the_differences_make_up_both_wordings(self, old, new):
        parts = list(differences(old, new))
        assert " ".join(text for kind, text in parts if kind != "removed").split() == new.split()
        assert len(" ".join(text for kind, text in parts if kind != "added").split()) == len(old.split())


class TestPairs:
    @pytest.mark.parametrize(
        ("other", "same"),
        [
            (quote(HARBOUR, 2), True),
            (quote(HARBOUR.replace("accounts", "account"), 2), True),
            (quote("whoever says otherwise has not read the accounts", 2), True),
            (quote(HARBOUR, 2, speaker=None), True),
            (quote(HARBOUR, 2, speaker="bo yang"), True),
            (quote("The harbour pays for itself, and that is all I know about it.", 2, speaker="bo yang"), False),
            (quote("The harbour pays for itself", 2), True),
            (quote("The harbour pays for itself", 2, speaker="bo yang"), False),
            (quote("pays for itself", 2), False),
            (quote(HARBOUR, 2, day=20), False),
            (quote("Whoever reads the accounts says that the harbour needs more money.", 2), False),
        ],
    )
    def test_words_speaker_and_time_decide(self, other, same):
        assert is_same(quote(HARBOUR), other) is is_same(other, quote(HARBOUR)) is same

    def test_a_slogan_without_speakers_is_no_utterance(self):
        assert not is_same(
            quote("peace, friendship, cooperation and development", speaker=None),
            quote("peace, friendship, cooperation and development", 2, speaker=None),
        )


class TestGroups:
    SPLIT = (
        quote("The harbour pays for itself, and whoever says otherwise", 2, day=2),
        quote("whoever says otherwise has not read the accounts.", 2, day=2, number=2),
        quote(HARBOUR, 1),
        quote(HARBOUR, 3, speaker="bo yang", day=3),
        quote("The tolls are the lowest of the whole coast.", 3, day=3, number=2),
    )

    def test_what_one_story_splits_another_has_in_one(self):
        first, other = grouped(self.SPLIT)
        assert first.stories == ["urn:s:1", "urn:s:2", "urn:s:3"]
        assert first.longest == HARBOUR
        assert (first.speaker, first.others) == ("Ann Lee", ("Bo Yang",))
        assert [len(wording.quotes) for wording in first.wordings] == [2, 1, 1]
        assert ("removed", "has not read the accounts.") in first.wordings[1].differences
        assert other.sources == ["agency 3"]

    @given(seed=st.integers())
    def test_the_order_of_quotes_makes_no_difference(self, seed):
        assert grouped(Random(seed).sample(self.SPLIT, len(self.SPLIT))) == grouped(self.SPLIT)


class TestVersions:
    def test_what_stands_between_marks_is_known_by_its_fingerprints(self):
        body = f'She spoke. "{HARBOUR}" Others left.\n“Go,” said Bo.'
        assert set(said_in(body)) == set(fingerprints(words_of(HARBOUR)))

    def test_an_unclosed_mark_ends_with_its_paragraph(self):
        assert said_in(f'She said: "The harbour\n{HARBOUR}') == ()

    def test_their_number_is_bounded(self):
        words = " ".join(f"word{number}" for number in range(200))
        assert len(said_in("\n".join(f'"{words} {number}"' for number in range(40)))) <= 300
