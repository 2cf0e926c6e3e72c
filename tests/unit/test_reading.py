"""The language model: the same sums as in training, each paragraph read once, and only sequences of tags that are."""

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.annotate.model import LanguageModels
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.quotes import reported_speech
from pipeline.languages.en.quotes.candidates import candidates
from pipeline.languages.en.reading import READ_BY_OURS, UNUSED_COMPONENTS, WEIGHTS, load
from pipeline.reading import chunk_tokenizer, paragraph_reader
from pipeline.reading.chunk_tokenizer import ChunkTokenizer
from pipeline.reading.encoder import Encoder
from pipeline.reading.names import TAGS, NamesTagger, best_tags
from pipeline.reading.paragraph_reader import paragraphs
from pipeline.reading.word_vectors import WordVectors
from pipeline.settings import Spacy
from training import reading
from training.paragraph_breaks import paragraph_starts

STORY = (
    "GENEVA (AFP) - Kofi Annan said on Tuesday that the UN would send “more help” to Sudan.\n\n",
    "The minister, Maria Lopez, denied the report.\n\n",
    "Troops killed 12 rebels near Kandahar, police said.\n\n",
    "“We will rebuild the bridge,” Lopez told reporters in Lima last week.\n",
    "Chelsea 2 Arsenal 1\n",
    "   Annan met President Jacques Chirac in Paris.\n \n",
    "\n",
    "It was not clear who was behind the attack",
)
BODIES = st.lists(st.sampled_from(STORY), max_size=6).map("".join)


class TestKeptParagraphs:
    """Whatever is kept, and in whichever order stories come, each is annotated as if it were the only one."""

    @pytest.fixture(scope="class")
    @classmethod
    def alone(cls):
        language = LanguageModels(Spacy().model, kept=0).of("en")
        known: dict[str, object] = {}

        def annotated(body: str) -> object:
            if body not in known:
                (known[body],) = language.annotate([AnnotationInput(body)])
            return known[body]

        return annotated

    @pytest.fixture(scope="class")
    @classmethod
    def readers(cls):
        return {kept: LanguageModels(Spacy().model, kept).of("en") for kept in (60, 250, 100_000)}

    @settings(max_examples=30)
    @given(st.lists(BODIES, min_size=1, max_size=6), st.integers(1, 3), st.sampled_from([60, 250, 100_000]))
    def test_annotations_do_not_depend_on_what_was_read_before(self, alone, readers, bodies, together, kept):
        found: list[object] = []
        for start in range(0, len(bodies), together):
            inputs = [AnnotationInput(body) for body in bodies[start : start + together]]
            found += readers[kept].annotate(inputs)
        assert found == [alone(body) for body in bodies]

    def test_a_paragraph_that_comes_again_is_not_read_again(self):
        reader = load(Spacy().model, kept=10_000)
        list(reader(["".join(STORY)]))
        seen = []
        encode = reader._encoder
        reader._encoder = lambda docs: seen.extend(docs) or encode(docs)
        list(reader([STORY[1] + STORY[0], "New words.\n" + STORY[2]]))
        assert [doc.text for doc in seen] == ["New words.\n"]

    def test_a_cue_that_cannot_reach_the_changed_quotation_is_not_read_again(self, monkeypatch):
        language = LanguageModels(Spacy().model, kept=10_000).of("en")
        first = f"Ann Lee said on Monday that the port was closed. {'The sea was high and the wind was strong. ' * 5}\n"
        changing = ["“We will wait until the wind drops,” Bo Khan announced.\n", "“Nobody has asked us,” he warned.\n"]
        weighed = []
        monkeypatch.setattr(
            reported_speech,
            "candidates",
            lambda tree, quotations, cue: weighed.append(tree.word[cue]) or candidates(tree, quotations, cue),
        )
        for last in changing:
            list(language.annotate([AnnotationInput(first + last)]))
        assert weighed.count("said") == 1
        assert {"announced", "warned"} <= set(weighed)

    def test_what_is_kept_stays_within_its_size(self):
        reader = load(Spacy().model, kept=150)
        for number in range(20):
            list(reader([f"Story {number} has a line.\nAnd the same second line.\n"]))
            assert sum(map(len, reader._kept)) <= 150

    @given(st.text(alphabet="ab \n\t", max_size=200), st.integers(1, 20))
    def test_paragraphs_put_together_are_the_body(self, body, size):
        before, paragraph_reader.LONGEST = paragraph_reader.LONGEST, size
        try:
            found = list(paragraphs(body))
        finally:
            paragraph_reader.LONGEST = before
        assert "".join(found) == body
        assert all(len(text) <= size for text in found)

    @given(st.text(alphabet="Aa1. -“”'\n\t«é́", max_size=60))
    def test_the_tree_has_the_words_of_the_body(self, english, body):
        (tree,) = english.reader([body])
        assert tree.text == body


def words(doc):
    return [(word.text, word.whitespace_, word.norm_, word.shape_, word.idx) for word in doc]


class TestSameAsSpacy:
    """What is done faster than spaCy does it gives the same."""

    @pytest.fixture(scope="class")
    @classmethod
    def tokenizer(cls, english):
        return ChunkTokenizer(english.reader.nlp)

    @given(
        st.lists(
            st.sampled_from(["can't", "U.S.", "(AFP)", "“we’ll", "…", "é", "1,200", " ", "  ", "\n", "\t", "\xa0"])
        )
    )
    def test_the_words_are_those_of_the_tokenizer(self, english, tokenizer, parts):
        text = "".join(parts)
        assert words(tokenizer(text)) == words(english.reader.nlp.make_doc(text))

    def test_chunks_that_were_forgotten_are_read_again(self, english, monkeypatch):
        monkeypatch.setattr(chunk_tokenizer, "KEPT_CHUNKS", 3)
        tokenizer = ChunkTokenizer(english.reader.nlp)
        for text in STORY * 2:
            assert words(tokenizer(text)) == words(english.reader.nlp.make_doc(text))
            assert len(tokenizer._kept) <= 3


class TestSums:
    """What ships does with numpy what training does with thinc, up to the rounding of its weights."""

    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls, tmp_path_factory):
        layers = reading.model(1.0)
        folder = tmp_path_factory.mktemp("weights")
        reading.save(folder, *layers[1:])
        with np.load(folder / "encoder.npz") as file:
            return *layers, dict(file)

    def test_rows_and_scores_are_those_of_training(self, trained):
        nlp, encode, _, names, weights = trained
        doc = nlp.make_doc("".join(STORY))
        (rows,) = encode.predict([doc])
        encode.set_annotations([doc], [rows])
        (scores,) = names.model.predict([doc])
        cuts = [0, *paragraph_starts(doc), len(doc)]
        parts = [doc[a:b].as_doc() for a, b in zip(cuts, cuts[1:], strict=False)]
        ours = np.concatenate(Encoder(weights, WordVectors(WEIGHTS / "vectors.npz"))(parts))
        assert np.abs(ours - rows).max() < 0.01 * np.abs(rows).max()
        assert np.abs(NamesTagger(weights).scores(doc, rows) - scores).max() < 0.01 * np.abs(scores).max()

    def test_a_word_does_not_depend_on_what_is_read_beside_it(self, trained):
        nlp, *_, weights = trained
        docs = [nlp.make_doc(text) for text in STORY]
        together = Encoder(weights, WordVectors(WEIGHTS / "vectors.npz"))(docs)
        for doc, rows in zip(docs, together, strict=True):
            (alone,) = Encoder(weights, WordVectors(WEIGHTS / "vectors.npz"))([doc])
            assert np.allclose(alone, rows, atol=1e-4)

    def test_words_are_forgotten_when_too_many_are_kept(self, trained, monkeypatch):
        monkeypatch.setattr("pipeline.reading.encoder.KEPT_WORDS", 40)
        nlp, *_, weights = trained
        encoder = Encoder(weights, WordVectors(WEIGHTS / "vectors.npz"))
        first = [encoder([nlp.make_doc(text)])[0] for text in STORY]
        again = [encoder([nlp.make_doc(text)])[0] for text in STORY]
        assert all(np.allclose(one, two, atol=1e-4) for one, two in zip(first, again, strict=True))


class TestTags:
    @given(arrays(np.float32, st.tuples(st.integers(1, 12), st.just(len(TAGS))), elements=st.floats(-5, 5, width=32)))
    def test_every_sequence_is_one_that_names_can_have(self, scores):
        tags = ["O", *(TAGS[n] for n in best_tags(scores)), "O"]
        for one, two in zip(tags, tags[1:], strict=False):
            if one[0] in "BI":
                assert two in (f"I{one[1:]}", f"L{one[1:]}")
            else:
                assert two[0] in "BUO"

    def test_the_best_tags_stand_where_they_may_follow_each_other(self):
        scores = np.zeros((3, len(TAGS)), np.float32)
        for row, tag in enumerate(("B-ORG", "L-ORG", "O")):
            scores[row, TAGS.index(tag)] = 1
        assert [TAGS[n] for n in best_tags(scores)] == ["B-ORG", "L-ORG", "O"]

    def test_a_stretch_that_names_cannot_have_becomes_the_nearest_that_they_can(self):
        scores = np.zeros((3, len(TAGS)), np.float32)
        for row, tag in enumerate(("B-ORG", "L-PERSON", "O")):
            scores[row, TAGS.index(tag)] = 1 + row
        scores[0, TAGS.index("B-PERSON")] = 0.9
        assert [TAGS[n] for n in best_tags(scores)] == ["B-PERSON", "L-PERSON", "O"]


def test_the_words_are_those_of_the_installed_model(english):
    text = "".join(STORY)
    stock = spacy.load(Spacy().model, exclude=[*READ_BY_OURS, *UNUSED_COMPONENTS])
    (tree,) = english.reader([text])
    assert tree.word == [token.text for token in stock(text)]
