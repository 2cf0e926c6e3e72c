"""Read English: the encoder, the parser and the names that ship, in ``weights``.

``training/reading.py`` trains them; ``docs/explanation/accuracy.md`` is their model card.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model

from pipeline.errors import ConfigurationError
from pipeline.knowledge.gazetteer import gazetteer
from pipeline.knowledge.person_names import people
from pipeline.reading.encoder import Encoder
from pipeline.reading.name_tagger import NamesTagger
from pipeline.reading.paragraph_reader import ParagraphReader
from pipeline.reading.spacy_patches import multiply_with_numpy
from pipeline.reading.word_vectors import WordVectors

WEIGHTS = Path(__file__).parent / "weights"
READ_BY_OURS = ("tok2vec", "transformer", "parser", "ner")
"""Components of the installed pipeline in whose place our model stands."""
UNUSED_COMPONENTS = ("tagger", "morphologizer", "attribute_ruler", "lemmatizer", "senter")
"""Components of the installed pipeline whose output is not used here."""
_FOREIGN_MARKS = re.compile(r"(?P<opens>(?<![^\s(\[])[«»„](?=\S))|[«»„]|(?<=[^\s(\[])“")
_ELISION = re.compile(r"(?<=\b[dDlL])’(?=[^\W\d_a-z])")
PARSER: dict[str, Any] = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "parser",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {"@architectures": "wire.EncodedRows.v1"},
    },
}
"""The stock small model's parser, over our encoder."""


@registry.architectures("wire.EncodedRows.v1")  # type: ignore[untyped-decorator]
def encoded_rows() -> Model[list[Doc], list[Any]]:
    """Return the layer that hands the parser what the encoder left in ``doc.tensor``."""

    def forward(model: Model[list[Doc], list[Any]], docs: list[Doc], is_train: bool) -> tuple[list[Any], Any]:
        return [doc.tensor for doc in docs], lambda slopes: []

    return Model("tok2vec-listener", forward, dims={"nO": None})


def load(model: str, kept: int) -> ParagraphReader:
    """Return the reader of English, over the words of the installed spaCy model of this name.

    ``kept`` is how many characters of paragraphs it keeps. Raises ConfigurationError if no such model is installed.
    """
    try:
        nlp = spacy.load(model, exclude=[*UNUSED_COMPONENTS, *READ_BY_OURS])
    except OSError:
        raise ConfigurationError(
            f"spacy.model: no model {model!r} is installed; install it in this environment, or name another"
        ) from None
    parser: Any = nlp.add_pipe("parser", config=PARSER)
    parser.from_disk(WEIGHTS / "parser", exclude=["vocab"])
    multiply_with_numpy(nlp)
    with np.load(WEIGHTS / "encoder.npz", allow_pickle=False) as file:
        weights = dict(file)
    # What features of words look at is loaded now, and not with the first story.
    gazetteer(), people()
    encoder = Encoder(weights, word_vectors())
    return ParagraphReader(nlp, encoder, NamesTagger(weights), kept, _normalise_marks)


@cache
def word_vectors() -> WordVectors:
    """Return the vectors of English words, read once per process."""
    return WordVectors(WEIGHTS / "vectors.npz")


def _normalise_marks(text: str) -> str:
    """Return the text with marks the model was trained on; every character keeps its position.

    «so», »so« and „so“ become “so”, d’Ivoire becomes d'Ivoire. A guillemet looks like a noun to English models, and
    becomes a speaker. A curly apostrophe after a single letter takes the name apart.
    """
    text = _ELISION.sub("'", text) if "’" in text else text
    if not any(mark in text for mark in "«»„"):
        return text
    return _FOREIGN_MARKS.sub(lambda mark: "“" if mark["opens"] else "”", text)
