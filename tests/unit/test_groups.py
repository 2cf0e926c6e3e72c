"""What is shown of the stories of a group: who else has it, what each is, and what it says instead."""

from datetime import timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from rich.console import Console

from pipeline.cli import rendering
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.index.earlier_versions import completed
from pipeline.search.groups import also_text, change_text, difference_text, listed, relation, withdrawal_text
from pipeline.search.render import count_text, render
from pipeline.search.search_query import SearchQuery
from pipeline.search.stories import SearchResult
from pipeline.web.groups import in_order
from pipeline.web.templating import delay

NUMBER = {"kind": "number", "here": ["27"], "there": ["12"]}


def story(uri: str = "urn:a", source: str | None = "AFP", minute: int = 0, **fields: Any) -> dict[str, Any]:
    """Return the document of a story."""
    plain = {"uri": uri, "source": {"name": source}, "versioncreated": f"2024-05-16T12:{minute:02}:00Z", "group": "g"}
    return plain | {"headline": "Ship sinks", "body": "A ship sank.\nTwelve people died.", "quotes": []} | fields


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({}, ("original", None)),
        ({"copyof": "urn:b"}, ("copy", "urn:b")),
        ({"variantof": "urn:b"}, ("variant", "urn:b")),
        ({"updateof": "urn:b"}, ("update", "urn:b")),
    ],
)
def test_a_story_is_an_original_or_refers_to_an_earlier_one(field, expected):
    assert relation(story(**field)) == expected
    assert listed(story(**field))["relation"] == expected[0]


@pytest.mark.parametrize(
    ("differs", "text"),
    [
        ([NUMBER], "says otherwise: 27, not 12"),
        ([NUMBER, {"kind": "name", "here": ["Lima"], "there": []}], "says otherwise: 27, not 12; adds Lima"),
        ([{"kind": "name", "here": [], "there": ["Lima", "Oslo"]}], "lacks Lima, Oslo"),
        ([{"kind": "negation", "here": [], "there": []}], "says otherwise: negation"),
        ([{"kind": "negation", "here": ["not"], "there": []}], "adds “not”"),
        ([{"kind": "number", "here": list("123456"), "there": []}], "adds 1, 2, 3, 4 and 2 more"),
        ([], ""),
    ],
)
def test_what_a_story_says_instead_is_said_in_a_few_words(differs, text):
    assert difference_text(differs) == text


def test_somebody_who_knows_the_earlier_story_reads_what_was_before():
    assert change_text([NUMBER, {"kind": "name", "here": ["Lima"], "there": []}]) == "27, before 12; adds Lima"


def test_each_other_source_is_named_once_with_the_number_of_stories():
    others = [listed(story(f"urn:{n}", source)) for n, source in enumerate(("AFP", "dpa", "AFP", None))]
    assert also_text(others) == "also AFP, dpa, unknown (4)"


@pytest.mark.parametrize("source", ["Reuters", {"name": "Reuters"}])
def test_another_agency_s_withdrawal_is_named(source):
    assert withdrawal_text({"uri": "urn:r", "source": source}) == "Reuters withdrew its report"


class TestCounts:
    @pytest.mark.parametrize(
        ("total", "different", "text"),
        [
            (1212, 140, "1,212 stories, 140 different"),
            (212, 212, "212 stories"),
            (212, None, "212 stories"),
            (1, 1, "1 story"),
            (0, 0, "0 stories"),
        ],
    )
    def test_say_how_many_are_different(self, total, different, text):
        assert count_text(SearchResult(total, [], different), STORY) == text

    def test_are_in_the_json_of_a_collapsed_list(self):
        assert render(SearchResult(3, [], 2)) == {"total": 3, "different": 2, "hits": []}
        assert "different" not in render(SearchResult(3, []))


class TestTerminal:
    def shown(self, result: SearchResult) -> str:
        with patch.object(rendering, "output", Console(file=StringIO(), width=200)) as output:
            rendering.show_results(result, SearchQuery())
            return output.file.getvalue()

    def test_a_story_is_shown_with_who_else_has_it_and_who_says_otherwise(self):
        others = [listed(story("urn:b", "dpa", copyof="urn:a")),
                  listed(story("urn:c", "UPI", variantof="urn:a", differs=[NUMBER]))]  # fmt: skip
        text = self.shown(SearchResult(3, [story(also=others)], 1))
        assert "also dpa, UPI (2) · UPI says otherwise: 27, not 12" in text
        assert "3 stories, 1 different\n" in text

    def test_a_story_names_what_it_repeats_or_says_otherwise(self):
        text = self.shown(SearchResult(1, [story(variantof="urn:b", differs=[NUMBER])]))
        assert "variant of urn:b, says otherwise: 27, not 12" in text
        withdrawn = {"uri": "urn:r", "source": {"name": "Reuters"}}
        text = self.shown(SearchResult(1, [story(copyof="urn:b", withdrawn=withdrawn)]))
        assert "copy of urn:b" in text
        assert "Reuters withdrew its report" in text


class TestReport:
    def test_the_first_is_who_had_the_first_version(self):
        versions = [{"versioncreated": f"2024-05-16T12:{minute}:00Z", "pubstatus": "usable"} for minute in ("00", "30")]
        corrected = story("urn:a", minute=30, versions=versions)
        first, second = in_order([story("urn:b", minute=5, copyof="urn:a"), corrected])
        assert (first.document["uri"], first.after, first.of) == ("urn:a", timedelta(0), None)
        assert (second.document["uri"], second.after, second.of) == ("urn:b", timedelta(minutes=5), "urn:a")

    def test_what_differs_from_the_one_before_is_marked_word_by_word(self):
        other = story("urn:b", minute=1, body="A ship sank.\nTwenty people died.")
        first, second = in_order([story(), other])
        assert first.changes == ()
        (part,) = second.changes
        assert part.words == (("gone", "Twelve"), ("new", "Twenty"), ("same", " people died."))

    def test_the_same_text_has_no_changes(self):
        assert in_order([story(), story("urn:b", minute=1)])[1].changes == ()

    @pytest.mark.parametrize(
        ("seconds", "text"), [(0, "+0 s"), (40, "+40 s"), (7_500, "+2 h 5 min"), (90_061, "+1 d 1 h")]
    )
    def test_a_delay_is_said_in_its_largest_units(self, seconds, text):
        assert delay(timedelta(seconds=seconds)) == text


class TestOnce:
    """The field by which a list has a quote of two copies once."""

    def of(self, text: str, who: str | None = "Ann Lee", uri: str = "urn:a") -> str:
        said = {"text": who, "name": who} if who else None
        end = len(text) + 1
        quote = {"id": "q1", "kind": "direct", "start": 0, "end": end + 1, "text": f"“{text}”", "speaker": said,
                 "quoted": [{"start": 1, "end": end}]}  # fmt: skip
        (document,) = QUOTE.documents({"uri": uri, "quotes": [quote], "entities": [], "version": 1})
        return document["once"]

    def test_is_the_same_for_the_same_words_of_the_same_speaker_in_any_story(self):
        words = "We will not leave the harbour tonight"
        assert self.of(words) == self.of(f"{words},", uri="urn:b")
        assert self.of(words) != self.of(words, who="Tom Bradley")
        assert self.of(words) != self.of("We will leave the harbour tonight")

    def test_of_a_few_words_is_that_of_the_text(self):
        assert self.of("Go") == self.of("Go", uri="urn:b") != self.of("Stay")

    def test_is_there_without_a_speaker(self):
        assert self.of("Go", who=None) != self.of("Go")

    def test_is_in_the_mapping(self):
        assert QUOTE.mapping["once"]["type"] == "keyword"


class TestDocumentsOfAnEarlierVersion:
    """Without the field by which a list is collapsed, all of them would be one hit."""

    def test_a_story_is_alone_in_its_group_and_loses_the_fields_that_are_gone(self):
        old = {
            "uri": "urn:a",
            "storyline": "s",
            "alsoin": [],
            "duplicateof": "urn:b",
            "replaces": [],
            "replacedby": "c",
        }
        for index in ("wire-stories-1990s", "made-2-of-desk2-wire-stories-2024.05"):
            assert completed(index, "a1", old) == {"uri": "urn:a", "storyline": "s", "group": "a1"}
        assert completed("wire-stories-1990s", "a1", {"group": "g"})["group"] == "g"

    def test_a_quote_gets_what_makes_it_one_hit(self):
        document = {"text": "Go", "speaker": {"text": "Ann Lee", "name": "Ann Lee"}}
        assert completed("wire-quotes-2024.05", "q", document)["once"]
        assert completed("wire-quotes-2024.05", "q", document | {"once": "x"})["once"] == "x"

    def test_other_documents_stay_as_they_are(self):
        record = {"uri": "urn:a", "duplicateof": "urn:b"}
        assert completed("wire-desk", "a", record) == record
