"""Desk instructions: they leave headlines and texts, stay in the ednote, and say what kind of version it is."""

from datetime import UTC, datetime

import pytest

from pipeline.clean import clean
from pipeline.formats.mapping import byline, dateline, identifier
from pipeline.story import Dateline, Source, Story
from tests.conftest import NOON

TEXT = "SUND, May 16 (EX) -- The port of Sund reopened on Thursday.\nShips had waited for two days."


def cleaned(headline: str | None = "Port reopens", body: str = TEXT, **fields: object) -> Story:
    """Return a cleaned story, which cleaning again does not change."""
    story = Story(
        uri="urn:x", versioncreated=NOON, firstcreated=NOON, headline=headline, body=body, language="en",
        source=Source(name="x", format="text", receivedat=NOON), **fields,
    )  # fmt: skip
    found = clean(story)
    assert clean(found) == found
    return found


class TestHeadlines:
    @pytest.mark.parametrize(
        ("headline", "kept", "note", "signal"),
        [
            ("ATTENTION - UPDATES toll, ADDS quotes ///", None, "ATTENTION - UPDATES toll, ADDS quotes", "update"),
            ("Herewith a corrected repetition ///", None, "Herewith a corrected repetition", "correction"),
            ("Port reopens (updated 2)", "Port reopens", "updated 2", "update"),
            ("(Recast) Port reopens", "Port reopens", "Recast", "update"),
            ("2nd Ld: Port reopens", "Port reopens", "2nd Ld", "update"),
            ("URGENT Port reopens", "Port reopens", "URGENT", None),
            ("=(PICTURE)=", None, None, None),
            ("Port reopens =(PICTURE)=", "Port reopens", None, None),
        ],
    )
    def test_lose_instructions(self, headline, kept, note, signal):
        story = cleaned(headline)
        assert (story.headline, story.ednote, story.signal) == (kept, note, signal)

    def test_a_byline_in_place_of_a_headline_is_a_byline(self):
        story = cleaned("by Anna Martin")
        assert (story.headline, story.byline) == (None, "Anna Martin")

    @pytest.mark.parametrize(
        "headline",
        ["Urgent care clinic opens", "Attention turns to Sund", "Court corrects itself", "Port (Sund) reopens",
         "By popular demand", "Updates on the port"],
    )  # fmt: skip
    def test_of_stories_stay_as_they_are(self, headline):
        story = cleaned(headline)
        assert (story.headline, story.ednote) == (headline, None)


class TestTexts:
    @pytest.mark.parametrize(
        ("note", "signal"),
        [
            ("(Adds governor's announcement, details on park closures)", "update"),
            ("(In third paragraph, “Lee” should be “Ray”)", "correction"),
            ("Eds: Updates with details", "update"),
            ("N i e u w bericht, vervangt: Haven van Sund open", "update"),
            ("Bitte beachten Sie die Sperrfrist 16 Uhr", None),
            ("Editors' note: corrects name in second paragraph", "correction"),
        ],
    )
    def test_lose_instructions_before_the_dateline(self, note, signal):
        story = cleaned(body=f"{note}\n{TEXT}")
        assert (story.ednote, story.signal) == (note, signal)
        assert story.dateline == Dateline(text="SUND, May 16 (EX) --", place="Sund", date="2024-05-16")
        assert story.body.startswith("The port of Sund")

    def test_lose_the_notepad_after_them(self):
        story = cleaned(body=f"{TEXT}\n# Notizblock\n## Ansprechpartner\nHafenamt, 0123")
        assert story.body.endswith("two days.")
        assert [each.kind for each in story.removed] == ["notice"]

    def test_a_bracket_that_tells_something_stays(self):
        story = cleaned(body="(The port is the largest of Sund.)\nIt reopened on Thursday.")
        assert story.body.startswith("(The port")


class TestDatelines:
    @pytest.mark.parametrize(
        ("opening", "place", "day"),
        [
            ("Nueva Delhi, 21 ene (EFE).- El puerto", "Nueva Delhi", "2024-01-21"),
            ("PARIS, 16 mai (AFP) - Le port", "Paris", "2024-05-16"),
            ("Paris (ats afp) Le port", "Paris", None),
            ("San Mateo (ANP) - De haven", "San Mateo", None),
            ("LOS ANGELES (Variety.com) - The port", "Los Angeles", None),
            ("Jan. 12 (BusinessDesk) - The port", None, "2024-01-12"),
            ("Berlin, 3. März (dpa) - Der Hafen", "Berlin", "2024-03-03"),
        ],
    )
    def test_are_those_of_many_languages(self, opening, place, day):
        story = cleaned(body=f"{opening} of Sund reopened.\nShips waited.")
        assert story.dateline is not None
        assert (story.dateline.place, story.dateline.date) == (place, day)

    def test_that_follow_a_byline_are_found(self):
        story = cleaned(body=f"by sportswriters Li Wei, Bob Ray\n{TEXT}")
        assert (story.byline, story.located) == ("Li Wei, Bob Ray", "Sund")

    def test_that_are_only_a_time_are_none(self):
        assert dateline("20190121T103600+0000") is None
        assert dateline("4/4/2018") is None

    def test_a_sentence_with_brackets_is_none(self):
        assert cleaned(body="Merkel (CDU) Kanzlerin war.\nMehr.").dateline is None


class TestIdentifiers:
    @pytest.mark.parametrize(
        "text",
        [
            "urn:newsml:www.example.be",
            "urn:newsml:x.be::n1",
            "urn:newsml:x.be:20240516",
            "http://www.example.be",
            "https://x.be/",
            "0",
            " ",
        ],
    )
    def test_that_many_stories_share_are_none(self, text):
        assert identifier(text) is None

    @pytest.mark.parametrize(
        "text",
        [
            "urn:newsml:x.be:20240516:n1",
            "http://www.example.be/story/7",
            "12345",
            "tag:x,2024:a",
            "BD-2016",
            "urn:newsml:localhost:5d385f31",
        ],
    )
    def test_of_one_story_stay(self, text):
        assert identifier(text) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Von Thomas Est", "Thomas Est"),
        ("Staff Reporter", None),
        ("desk@example.org", None),
        ("jdoe", None),
        ("VRG", None),
        ("AFP", "AFP"),
    ],
)
def test_a_byline_names_somebody(text, name):
    assert byline(text) == name


def test_the_moment_is_the_one_the_tests_assume():
    assert datetime(2024, 5, 16, 12, tzinfo=UTC) == NOON
