"""Entities, quotation marks, quotes with cue and speaker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotate.model import LanguageModels
from pipeline.annotate.story_annotation import annotate_stories
from pipeline.clean import clean
from pipeline.errors import ConfigurationError
from pipeline.formats import parse
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.quotes.quotation_marks import stretches
from pipeline.story import RawStory
from tests.conftest import NOON, UPI, load_models, make_story


@pytest.fixture(scope="module")
def story(models):
    raw = RawStory(uri=UPI.name, value=UPI.read_bytes(), format="text", source="UPI", receivedat=NOON)
    return next(annotate_stories(models, [clean(parse(raw))], 100_000))


class TestSample:
    def test_each_leader_is_one_entity_with_all_mentions(self, story):
        people = {e.name: e for e in story.entities if e.type == "PERSON"}
        assert len(people["Vladimir Putin"].mentions) == story.body.count("Putin")
        assert len(people["Xi Jinping"].mentions) == story.body.count("Xi")
        assert "Putin" not in people
        assert "Xi" not in people

    def test_the_photographer_is_none(self, story):
        assert not any("Bobylev" in e.name for e in story.entities)

    def test_all_nine_quoted_stretches_are_in_quotes(self, story):
        stretches = dict.fromkeys((s.start, s.end) for q in story.quotes for s in q.quoted)
        assert [story.body[start : start + 12] for start, end in stretches] == [
            "political se", "The Chinese ", "the great im", "Both countri", "consider it ",
            "very harmful", "grateful to ", "We have a go", "And this is ",
        ]  # fmt: skip

    def test_they_are_said_by_whom_the_text_says(self, story):
        said = [(s.start, q.speaker.name) for q in story.quotes for s in q.quoted]
        assert [name for _, name in dict.fromkeys(said)] == ["Xi Jinping"] * 2 + ["Vladimir Putin"] * 7

    def test_a_relative_word_is_no_quote(self, story):
        assert not {"which", "as", "that"} & {q.text for q in story.quotes}

    def test_what_is_only_reported_has_its_speaker_too(self, story):
        reported = {q.text[:20]: q.speaker.name for q in story.quotes if q.kind == "indirect"}
        assert reported["it was Putin’s first"] == "Xi Jinping"
        assert reported["Xi’s visit to Moscow"] == "Vladimir Putin"
        assert reported["the growing strength"] == "Vladimir Putin"
        assert reported["there would be conse"] == "Antony Blinken"
        assert reported["supporting Russia’s "] == "Antony Blinken"

    def test_a_quote_in_a_reported_clause_is_mixed(self, story):
        assert story.quotes[0].kind == "mixed"
        assert story.quotes[0].text.startswith("he and Putin saw a “political settlement”")
        assert story.quotes[0].cue.text == "said"

    def test_offsets_are_those_of_the_texts(self, story):
        for entity in story.entities:
            assert all(story.body[m.start : m.end] == m.text for m in entity.mentions)
        for quote in story.quotes:
            assert story.body[quote.start : quote.end] == quote.text
            for part in (quote.cue, quote.speaker):
                assert part is None or story.body[part.start : part.end] == part.text
            assert all(quote.start <= s.start < s.end <= quote.end for s in quote.quoted)


class TestMarks:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("“One two,” he said.", ["One two,"]),
            ('"One two," he said.', ["One two,"]),
            ("``One two,'' he said.", ["One two,"]),
            ("''One two,'' he said. ''Three.''", ["One two,", "Three."]),
            ("Two apostrophes'' he said end nothing.'' Nothing.", []),
            ("Il dit : « Un deux » hier.", ["Un deux"]),
            ("‘We will not go there,’ he said.", ["We will not go there,"]),
            ("'We don't want that now,' he said.", ["We don't want that now,"]),
            ("„Eins zwei“, sagte er.", ["Eins zwei"]),
            ("»Eins zwei«, sagte er.", ["Eins zwei"]),
            ("The dogs' owners’ plans won't do.", []),
            ("“One,” he said. “Two.”", ["One,", "Two."]),
            ("He said ‘yes’.", []),
            ("“He told me ‘no way at all’ twice,” she said.", ["He told me ‘no way at all’ twice,"]),
        ],
    )
    def test_every_style(self, text, expected):
        assert [text[s.start : s.end] for s in stretches(text)] == expected

    def test_a_quotation_over_paragraphs_reopens_its_marks(self):
        text = "“One begins.\n“Two goes on.\n“Three ends,” he said."
        assert [text[s.start : s.end] for s in stretches(text)] == ["One begins.", "Two goes on.", "Three ends,"]

    def test_a_mark_that_never_closes_takes_nothing_from_later_paragraphs(self):
        text = "He called it “bad.\nThen she said “good” twice."
        assert [text[s.start : s.end] for s in stretches(text)] == ["good"]

    @given(st.lists(st.sampled_from([*"“”„«»‘’'\"` \n.,", "``", "''", "word"]), max_size=40).map("".join))
    def test_stretches_are_in_order_apart_and_within_a_paragraph(self, text):
        found = stretches(text)
        assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
        assert all("\n" not in text[s.start : s.end] and s.start < s.end for s in found)


class TestQuotes:
    @pytest.mark.parametrize(
        ("body", "cue", "speaker"),
        [
            ("“We will rebuild the bridge before winter,” Maria Lopez said on Monday.", "said", "Maria Lopez"),
            ("“We will rebuild the bridge before winter,” said Maria Lopez, the mayor.", "said", "Maria Lopez"),
            ("Maria Lopez told reporters: “We will rebuild the bridge before winter.”", "told", "Maria Lopez"),
            ("Maria Lopez arrived late. “We will rebuild the bridge,” she said.", "said", "Maria Lopez"),
            ("“We will rebuild the bridge before winter,” the spokesman said.", "said", "the spokesman"),
        ],
    )
    def test_the_cue_names_the_speaker(self, annotate, body, cue, speaker):
        (quote,) = annotate(body).quotes
        assert (quote.cue.text, quote.speaker.name, quote.kind) == (cue, speaker, "direct")

    def test_a_quote_broken_by_its_cue_is_two_with_one_speaker(self, annotate):
        quotes = annotate("“We will rebuild it,” Maria Lopez said, “and we will do so before winter comes.”").quotes
        assert [q.speaker.name for q in quotes] == ["Maria Lopez"] * 2

    def test_scare_quotes_and_nicknames_are_none(self, annotate):
        assert (
            annotate("The so-called “green wall” runs through the city. Joe “Mad Dog” Smith walks there.").quotes == ()
        )

    def test_a_long_quote_that_nobody_is_named_for_has_no_speaker(self, annotate):
        (quote,) = annotate(
            "“There was nothing left of our house when we came back.”\nThe river fell on Friday."
        ).quotes
        assert quote.speaker is None

    def test_a_cue_inside_the_marks_is_not_the_one(self, annotate):
        (quote,) = annotate("“My father said it would never happen here in our town,” Maria Lopez recalled.").quotes
        assert quote.speaker.name == "Maria Lopez"


class TestEntities:
    def names(self, annotations, type):
        return [e.name for e in annotations.entities if e.type == type]

    def test_surnames_belong_to_the_full_name(self, annotate):
        found = annotate("Angela Merkel spoke in Berlin. Later Merkel left. Merkel’s office said nothing.")
        (merkel,) = [e for e in found.entities if e.type == "PERSON"]
        assert [m.text for m in merkel.mentions] == ["Angela Merkel", "Merkel", "Merkel"]
        assert merkel.aliases == ("Merkel",)

    def test_an_acronym_introduced_in_brackets_is_the_same_organization(self, annotate):
        found = annotate("The World Health Organization (WHO) met in Geneva. The WHO said it was ready.")
        (who,) = [e for e in found.entities if e.type == "ORG"]
        assert who.name == "World Health Organization"
        assert "WHO" in who.aliases

    def test_ids_count_in_the_order_of_the_text(self, annotate):
        found = annotate("Paris and Berlin agreed. Madrid did not.").entities
        assert [e.id for e in found] == [f"e{n}" for n in range(1, len(found) + 1)]
        assert [e.mentions[0].start for e in found] == sorted(e.mentions[0].start for e in found)


class TestModel:
    def test_components_nobody_reads_do_not_run(self, english):
        assert english.reader.nlp.pipe_names == ["parser"]

    def test_a_missing_model_is_an_error(self):
        with pytest.raises(ConfigurationError, match="en_core_web_none"):
            LanguageModels("en_core_web_none")

    def test_a_story_in_another_language_is_left_without_annotations(self, models):
        stories = [make_story(language="de", body="Der Kanzler sprach in Berlin."), make_story(language="en-GB")]
        german, english = annotate_stories(models, stories, 1_000)
        assert german.entities == ()
        assert english.entities != ()

    def test_a_story_that_is_too_long_is_left_without_annotations(self, models):
        (story,) = annotate_stories(models, [make_story(body="Geneva is large. " * 100)], 1_000)
        assert story.entities == ()

    def test_a_long_story_is_read_in_pieces_as_if_in_one(self, english):
        paragraph = "“We will rebuild the bridge,” Maria Lopez said in Lima.\n"
        body = paragraph * 600
        found = next(english.annotate([AnnotationInput(body)]))
        assert len(found.quotes) == 600
        assert all(body[q.start : q.end] == q.text for q in found.quotes)

    @given(
        st.lists(
            st.sampled_from(
                [
                    "“",
                    "”",
                    "\n",
                    "Xi said",
                    " that ",
                    "Paris",
                    ". ",
                    '"',
                    "’s",
                    "😀",
                    "\u202e",
                    "he ",
                    "told",
                    "\t",
                    "(",
                ]
            ),
            max_size=30,
        ).map("".join)
    )
    def test_offsets_fit_whatever_the_text(self, body):
        found = next(load_models().of("en").annotate([AnnotationInput(body)]))
        for entity in found.entities:
            assert all(body[m.start : m.end] == m.text for m in entity.mentions)
        assert all(body[q.start : q.end] == q.text for q in found.quotes)
