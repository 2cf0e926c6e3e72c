"""BILOU tags of the words of a document, from names and back."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from spacy.training import biluo_tags_to_spans

from pipeline.reading.name_tagger import TAGS, viterbi


def tags_of(doc: Doc, names: Iterable[tuple[int, int, str]]) -> list[int]:
    """Return the tag of each word, -1 where a name ends inside a word."""
    tags = [0] * len(doc)
    for start, end, label in sorted(names):
        exact = doc.char_span(start, end, label=label)
        span = exact or doc.char_span(start, end, label=label, alignment_mode="expand")
        if span is None:
            continue
        for token in span:
            part = "U" if len(span) == 1 else "B" if token.i == span.start else "L" if token.i == span.end - 1 else "I"
            tags[token.i] = TAGS.index(f"{part}-{label}") if exact else -1
    return tags


def names_of(doc: Doc, scores: NDArray[np.float32]) -> list[tuple[int, int, str]]:
    """Return the names of the best sequence of tags: start, end, label."""
    words = [token.i for token in doc if not token.is_space]
    tags = ["O"] * len(doc)
    if words:
        for index, tag in zip(words, viterbi(scores[words]), strict=True):
            tags[index] = TAGS[tag]
        for index in range(1, len(doc)):
            if doc[index].is_space and tags[index - 1][0] in "BI":
                tags[index] = "I" + tags[index - 1][1:]
    return [(span.start_char, span.end_char, span.label_) for span in biluo_tags_to_spans(doc, tags)]
