"""The language model that ships: the encoder, the parser and the names, in ``weights`` beside this file.

``training/reading.py`` trains it; ``docs/explanation/accuracy.md`` is its model card.
"""

from importlib.resources import as_file, files
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model

from pipeline.annotate.reading.encoder import Encoder
from pipeline.annotate.reading.names import NamesTagger
from pipeline.annotate.reading.paragraph_reader import ParagraphReader
from pipeline.annotate.reading.word_vectors import word_vectors

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


def paragraph_reader(nlp: Language, kept: int) -> ParagraphReader:
    """Add our parser to ``nlp``, which has none, and return what reads bodies with it and with our names.

    ``kept`` is how many characters of paragraphs are kept.
    """
    parser: Any = nlp.add_pipe("parser", config=PARSER)
    with as_file(files("pipeline.annotate.reading").joinpath("weights")) as folder:
        parser.from_disk(folder / "parser", exclude=["vocab"])
        with np.load(folder / "encoder.npz", allow_pickle=False) as file:
            weights = dict(file)
    return ParagraphReader(nlp, Encoder(weights, word_vectors()), NamesTagger(weights), kept)
