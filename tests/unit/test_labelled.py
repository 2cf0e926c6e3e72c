"""The labelled stories, their score, and corrupted stories."""

import random
import re
import sys
from collections import Counter

import pytest

from pipeline.languages.contract import AnnotationInput
from scoring import own
from scoring.__main__ import as_json, scored
from scoring.gold import Labels, NameLabel, QuoteLabel, kind_of, mention_of
from scoring.measure import Score
from tests.mutations import MUTATIONS, WRITTEN, check, endless, mutants

FILES = sorted(own.FOLDER.glob("*.txt"))


class TestLabels:
    def test_there_are_enough(self):
        assert len(FILES) >= 30

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_offsets_give_the_words_that_are_labelled(self, path):
        text, spans = own.read(path)
        marked = path.read_text().split("\n\n", 1)[1]
        kept = re.sub(r"\[\w+\||[{<(]\d+(?:,\d+)*(?:=[^|]+)?\|", "", marked)
        assert re.sub(r"[\[\]{}<>()]", "", kept) == re.sub(r"[\[\]{}<>()]", "", text)
        assert all(text[s.start : s.end].strip() == text[s.start : s.end] != "" for s in spans)

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_every_quote_has_its_words_and_every_entity_is_there(self, path):
        text, spans = own.read(path)
        contents = {span.name for span in spans if span.mark == "{"}
        assert contents >= {span.name for span in spans if span.mark in "(<"}
        entities = set(own.header(path)) - {"shows"}
        assert entities == {span.name for span in spans if span.mark == "["}
        assert all(span.who is None or span.who in entities or span.who in text for span in spans)

    def test_every_phenomenon_is_shown_twice(self):
        shown = Counter(word for path in FILES for word in own.header(path)["shows"].split())
        assert min(shown.values()) >= 2
        assert len(shown) > 40

    def test_an_unclosed_label_is_an_error(self, tmp_path):
        path = tmp_path / "open.txt"
        path.write_text("shows: x\n\n{1|Never closed.\n")
        with pytest.raises(ValueError, match=r"open.txt: \{1\|"):
            own.read(path)

    def test_kinds_and_mentions_follow_from_the_words(self):
        text = "“Yes,” he said, “a little” was much."
        assert [kind_of(text, [part]) for part in ((1, 5), (16, 35), (26, 35))] == ["direct", "mixed", "indirect"]
        assert [mention_of(words) for words in ("he", "Ann Lee", "the spokesman", "")] == [
            "pronoun",
            "name",
            "noun",
            "none",
        ]


class TestMeasure:
    def labels(self, *quotes: QuoteLabel, names: tuple[NameLabel, ...] = ()) -> Labels:
        return Labels("s", "x" * 100, names, quotes, {}, {})

    def quote(
        self, start: int, end: int, speaker: tuple[int, int] | None = (50, 55), said_by: str = "Ann"
    ) -> QuoteLabel:
        return QuoteLabel(((start, end),), "direct", (speaker,) if speaker else (), "name", said_by)

    def score(self, labelled: Labels, seen: Labels) -> dict:
        score = Score()
        score.add(labelled, seen)
        return as_json(score, 5)

    def test_half_of_the_union_is_found_and_less_is_not(self):
        labelled = self.labels(self.quote(0, 10))
        assert self.score(labelled, self.labels(self.quote(0, 20)))["quotes"]["f1"] == 1
        assert self.score(labelled, self.labels(self.quote(0, 21)))["quotes"]["f1"] == 0

    def test_a_wrong_mention_and_a_wrong_person_are_different_errors(self):
        labelled = self.labels(self.quote(0, 10))
        elsewhere = self.score(labelled, self.labels(self.quote(0, 10, speaker=(60, 65))))
        other = self.score(labelled, self.labels(self.quote(0, 10, said_by="Bob")))
        assert (elsewhere["speaker mention"]["name"], elsewhere["speaker"]["name"]) == (0, 1)
        assert (other["speaker mention"]["name"], other["speaker"]["name"]) == (1, 0)

    def test_a_name_of_another_kind_is_wrong_twice(self):
        labelled = self.labels(names=(NameLabel((0, 5), "people", ""),))
        seen = self.labels(names=(NameLabel((0, 5), "places", ""),))
        score = self.score(labelled, seen)
        assert (score["names"]["precision"], score["names"]["recall"]) == (0, 0)
        assert score["errors"][0]["what"] == "people: as places"


def test_the_language_pass_keeps_what_it_can_do(models):
    score = as_json(scored(models, own.stories()), 0)
    assert score["quotes"]["f1"] > 0.9
    assert score["names"]["f1"] > 0.88
    assert score["places"] > 0.9
    assert score["entities"] > 0.85
    assert min(score["speaker"][kind] for kind in ("name", "pronoun", "noun")) > 0.88


class TestMutants:
    def test_whatever_is_done_to_a_story_offsets_give_their_text(self, english):
        bodies = list(mutants(120, seed=2))
        for body, found in zip(
            bodies, english.annotate([AnnotationInput(body, "Lima", WRITTEN) for body in bodies]), strict=True
        ):
            check(body, found)

    @pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
    def test_a_mutation_changes_the_story(self, mutate):
        text = "“One two,” Ann Lee said.\n“Three four,” she said.\n“Five,” he said.\n“Six,” she said."
        assert any(mutate(text, random.Random(seed)) != text for seed in range(5))

    def test_a_wrong_offset_would_be_noticed(self, annotate):
        found = annotate("Ann Lee said the bridge was safe.")
        with pytest.raises(AssertionError):
            check("Bob Ray said the bridge was safe.", found)

    def test_work_grows_no_faster_than_a_sentence(self, english):
        calls = [self.calls(english, endless(words)) / words for words in (500, 4_000)]
        assert calls[1] < 1.5 * calls[0]

    def calls(self, english, body: str) -> int:
        """Count the calls of our functions, which is proportional to their time."""
        (tree,) = english.reader([body])
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(counted)
        try:
            found = english.language.annotations(tree, AnnotationInput(body))
        finally:
            sys.setprofile(None)
        check(body, found)
        return count
