"""Cleaning: boilerplate removed, dateline and byline in their fields, one paragraph per line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clean import clean
from pipeline.clean.boilerplate import remove_boilerplate
from pipeline.clean.dateline import extract_dateline
from pipeline.clean.paragraphs import normalise_line, paragraphs_of
from pipeline.formats import parse
from pipeline.story import RawStory
from tests.conftest import NOON, UPI, make_story

STORY = "Ministers met in Geneva to talk about the flood, officials said."


@pytest.fixture(scope="module")
def story():
    raw = RawStory(uri=UPI.name, value=UPI.read_bytes(), format="text", source="UPI", receivedat=NOON)
    return clean(parse(raw))


class TestSample:
    def test_caption_and_credit_are_removed(self, story):
        assert [(r.kind, r.text[:20]) for r in story.removed[:2]] == [
            ("caption", "Russian President Vl"),
            ("credit", "Photo by Sergey Boby"),
        ]
        assert "Bobylev" not in story.body

    def test_adverts_inside_last_lines_are_removed(self, story):
        assert "Advertisement" not in story.body
        assert [r.text for r in story.removed if r.kind == "advertisement"] == ["Advertisement"] * 3

    def test_nothing_else_is(self, story):
        assert len(story.body.split("\n")) == 16
        assert story.body.startswith("President Vladimir Putin of Russia met")
        assert story.body.endswith("scheduled for Friday.")

    def test_its_language_is_recognised(self, story):
        assert story.language == "en"


class TestBoilerplate:
    @pytest.mark.parametrize(
        "boilerplate",
        [
            "A crowd greets the minister in Lima on Monday. Photo by Jane Doe/NWA",
            "A crowd greets the minister in Lima on Monday. (AP Photo/Jane Doe)",
            "A crowd greets the minister in Lima on Monday. REUTERS/Jane Doe",
            "A crowd greets the minister in Lima on Monday. Jane Doe/Getty Images",
            "A crowd greets the minister in Lima on Monday. [Photo/Xinhua]",
            "A crowd greets the minister in Lima on Monday. File photo by Jane Doe/UPI | License Photo",
            "A crowd greets the minister in Lima on Monday. Image: Handout via Coastal Wire",
            "A crowd greets the minister in Lima on Monday. | Photo Credit: The Evening Post",
            "A crowd greets the minister in Lima on Monday. Photo courtesy of the Ministry of Water",
        ],
    )
    def test_a_credit_takes_its_caption_along_whatever_the_wording(self, boilerplate):
        kept, removed = remove_boilerplate([boilerplate, STORY], None)
        assert kept == [STORY]
        assert [r.kind for r in removed] == ["caption", "credit"]
        assert " ".join(r.text for r in removed) == boilerplate

    @pytest.mark.parametrize("position", ["(L)", "(right)"])
    def test_a_caption_of_several_sentences_tells_who_stands_where(self, position):
        caption = f"Jane Doe {position} speaks. John Roe listens. Others wait. Photo: NWA"
        assert remove_boilerplate([caption, STORY], None)[0] == [STORY]

    def test_a_credit_after_speech_leaves_the_speech(self):
        kept, removed = remove_boilerplate(["“We are done,” she said on Monday. Photo: AFP", STORY], None)
        assert kept[0] == "“We are done,” she said on Monday."
        assert [r.kind for r in removed] == ["credit"]

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("Advertisement", "advertisement"),
            ("ADVERTISEMENT", "advertisement"),
            ("Read more: Floods in pictures", "promotion"),
            ("Sign up for our morning newsletter", "promotion"),
            ("Copyright 2024 Northern Wire. All rights reserved.", "notice"),
            ("(Reporting by Jane Doe; editing by John Roe)", "credit"),
            ("FILE - Jane Doe speaks in Lima, May 3, 2024.", "caption"),
        ],
    )
    def test_whole_paragraphs(self, text, kind):
        kept, removed = remove_boilerplate([STORY, text], None)
        assert kept == [STORY]
        assert [(r.kind, r.text) for r in removed] == [(kind, text)]

    def test_the_headline_repeated_at_the_top_is_removed(self):
        kept, removed = remove_boilerplate(["Floods in Lima", STORY], "Floods in Lima")
        assert kept == [STORY]
        assert removed[0].kind == "headline"

    @pytest.mark.parametrize(
        "text",
        [
            "The Photo by the sea was lovely, he wrote.",
            "He won 3/4 of the vote. The rest went to Jones/Smith.",
            "The Advertisement Standards Board ruled on Monday.",
            "The picture shows the bridge. Photo taken on Friday shows more damage.",
            "Copyright law is to change, the minister said.",
            "“Read the letter,” he said.",
        ],
    )
    def test_similar_sentences_stay(self, text):
        assert remove_boilerplate([text, STORY], None) == ([text, STORY], ())

    def test_a_picture_item_keeps_its_caption_as_its_text(self):
        caption = "A crowd in Lima. (AP Photo/Jane Doe)"
        assert remove_boilerplate([caption], None) == ([caption], ())


class TestDateline:
    @pytest.mark.parametrize(
        ("text", "place", "day"),
        [
            ("BEIJING, May 16 (UPI) -- Talks", "Beijing", "2024-05-16"),
            ("NEW YORK (AP) — Talks", "New York", None),
            ("DAKAR, Senegal, Jul 25 2022 (IPS) - Talks", "Dakar", "2022-07-25"),
            ("PARIS, 14 May 2024 (AFP) - Talks", "Paris", "2024-05-14"),
            ("ANAHEIM, Calif. -- Talks", "Anaheim", None),
            ("Nairobi — Talks", "Nairobi", None),
            ("BANDAR SERI BEGAWAN, July 25 (Bulletin/ANN): Talks", "Bandar Seri Begawan", "2023-07-25"),
            ("CAIRO- Talks", "Cairo", None),
            ("LONDON (Reuters) - “Talks", "London", None),
        ],
    )
    def test_is_taken_with_its_place_and_day(self, text, place, day):
        (first,), dateline = extract_dateline([text], NOON)
        assert first.lstrip("“") == "Talks"
        assert (dateline.place, dateline.date) == (place, day)
        assert text.startswith(dateline.text)

    @pytest.mark.parametrize(
        "text",
        [
            "Putin — the Russian leader — spoke.",
            "WARNING: graphic images follow.",
            "Talks went on - slowly.",
            "The president said: “No.”",
            "In Beijing, May 16 (a Thursday) was quiet.",
        ],
    )
    def test_what_is_none_stays(self, text):
        assert extract_dateline([text], NOON) == ([text], None)

    def test_a_stated_dateline_wins(self):
        story = clean(make_story(located="Rome", body="PARIS (AP) — Talks."))
        assert (story.located, story.dateline.place) == ("Rome", "Paris")


class TestParagraphs:
    def test_wrapped_lines_are_joined(self):
        first = "The ministers of twelve countries met in the city on\nMonday to talk."
        text = f"{first}\n\nThey left early in the morning, without having come\nto an end."
        assert paragraphs_of(text) == [
            "The ministers of twelve countries met in the city on Monday to talk.",
            "They left early in the morning, without having come to an end.",
        ]

    def test_tables_are_left_alone(self):
        assert paragraphs_of("Results:\n\nA 1 2\nB 0 0\n\nThe end came late.") == [
            "Results:",
            "A 1 2",
            "B 0 0",
            "The end came late.",
        ]

    def test_indents_begin_paragraphs(self):
        text = "   The first paragraph is wrapped at a column and goes\non here.\n   The second is not."
        assert paragraphs_of(text) == [
            "The first paragraph is wrapped at a column and goes on here.",
            "The second is not.",
        ]

    def test_invisible_characters_go_and_joiners_stay(self):
        assert normalise_line("a\u200bb\u00adc\x00 \u00a0d\u200ce") == "abc d\u200ce"

    def test_byline_goes_into_its_field(self):
        story = clean(make_story(body="By Jane Doe and John Roe\nThe minister spoke."))
        assert (story.byline, story.body) == ("Jane Doe and John Roe", "The minister spoke.")

    def test_a_sentence_that_begins_with_by_stays(self):
        assert clean(make_story(body="By noon everyone had left\nIt rained.")).byline is None


WORDS = st.sampled_from(
    [
        "PARIS (AP) —",
        "By Jane Doe",
        "Advertisement",
        "Photo by J. Doe/AFP",
        "He spoke.",
        "“Yes,” she said.",
        "\n",
        "\n\n",
        "Read more: x",
        " ",
        "BEIJING, May 16 (UPI) --",
        "   ",
        "\u200b",
        "é",
        "(L)",
    ]
)


@given(st.lists(WORDS | st.text(max_size=12), max_size=12).map("".join))
def test_cleaning_twice_is_cleaning_once(body):
    once = clean(make_story(body=body))
    assert clean(once) == once


def test_a_paragraph_of_nothing_but_adverts_is_cleaned_to_an_end():
    paragraphs, removed = remove_boilerplate(["Rain fell. " + "Advertisement. " * 20_000, "The port is closed."], None)
    assert paragraphs[-1] == "The port is closed."
    assert {each.kind for each in removed} == {"advertisement"}
