"""Quotation marks that the model was not taught, read as those it was: «so», »so« and „so“ as “so”.

English models know curly and straight marks from their corpora; to them a guillemet is a noun, and may speak.
"""

import re
from typing import Any

from spacy.tokens import Doc

_FOREIGN_MARKS = re.compile(r"(?P<opens>(?<![^\s(\[])[«»„](?=\S))|[«»„]|(?<=[^\s(\[])“")
_NORMALISED: list[int | str] = ["HEAD", "DEP", "ENT_IOB", "ENT_TYPE"]


def normalise_marks(text: str) -> str:
    """The text, each character in its place, with marks the model knows."""
    if not any(mark in text for mark in "«»„"):
        return text
    return _FOREIGN_MARKS.sub(lambda mark: "“" if mark["opens"] else "”", text)


def restore_marks(doc: Doc, text: str) -> Doc:
    """What was read of ``familiar(text)``, told of the text itself."""
    if doc.text == text:
        return doc
    words = [text[token.idx : token.idx + len(token)] for token in doc]
    written = Doc(doc.vocab, words=words, spaces=[bool(token.whitespace_) for token in doc])
    read: Any = doc
    return written.from_array(_NORMALISED, read.to_array(_NORMALISED))
