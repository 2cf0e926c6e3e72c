"""The names model: our own spaCy entity recogniser, in ``weights`` beside this file.

``training/names.py`` trains it; ``docs/explanation/accuracy.md`` is its model card.
"""

from importlib.resources import as_file, files
from typing import Any

from spacy.language import Language

from pipeline.annotate.entities import word_features

LABELS = ("PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "MISC")
_WIDTH = 96
_EMBEDDED = {"NORM": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 2500, word_features.ATTRIBUTE: word_features.ROWS}
CONFIG: dict[str, Any] = {
    "update_with_oracle_cut_size": 100,
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": _WIDTH,
                "attrs": list(_EMBEDDED),
                "rows": list(_EMBEDDED.values()),
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": _WIDTH,
                "depth": 4,
                "window_size": 1,
                "maxout_pieces": 3,
            },
        },
    },
}
"""The stock small model's recogniser, extended by our word features."""


def add(nlp: Language) -> None:
    """Add the trained recogniser at the end of ``nlp``."""
    word_features.add_features(nlp.vocab)
    with as_file(files("pipeline.annotate.entities").joinpath("weights")) as folder:
        nlp.add_pipe("ner", config=CONFIG).from_disk(folder, exclude=["vocab"])  # type: ignore[attr-defined]
