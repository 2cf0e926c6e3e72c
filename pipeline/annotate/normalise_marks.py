"""Replace marks that the model was not trained on by those it was: «so», »so« and „so“ by “so”, d’Ivoire by d'Ivoire.

English models know curly and straight quotation marks from their corpora. A guillemet looks like a noun to them, and
becomes a speaker. A curly apostrophe after a single letter takes the name apart.
"""

import re
from typing import Any

from spacy.tokens import Doc

_FOREIGN_MARKS = re.compile(r"(?P<opens>(?<![^\s(\[])[«»„](?=\S))|[«»„]|(?<=[^\s(\[])“")
_ELISION = re.compile(r"(?<=\b[dDlL])’(?=[^\W\d_a-z])")
_NORMALISED: list[int | str] = ["HEAD", "DEP", "ENT_IOB", "ENT_TYPE"]


def normalise_marks(text: str) -> str:
    """Return the text with marks the model knows; every character keeps its position."""
    text = _ELISION.sub("'", text) if "’" in text else text
    if not any(mark in text for mark in "«»„"):
        return text
    return _FOREIGN_MARKS.sub(lambda mark: "“" if mark["opens"] else "”", text)


def restore_marks(doc: Doc, text: str) -> Doc:
    """Return the annotations of ``normalise_marks(text)`` with the texts of the original."""
    if doc.text == text:
        return doc
    words = [text[token.idx : token.idx + len(token)] for token in doc]
    written = Doc(doc.vocab, words=words, spaces=[bool(token.whitespace_) for token in doc])
    read: Any = doc
    return written.from_array(_NORMALISED, read.to_array(_NORMALISED))
