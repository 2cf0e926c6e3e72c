"""Replace marks that the model was not trained on by those it was: «so», »so« and „so“ by “so”, d’Ivoire by d'Ivoire.

English models know curly and straight quotation marks from their corpora. A guillemet looks like a noun to them, and
becomes a speaker. A curly apostrophe after a single letter takes the name apart.
"""

import re

_FOREIGN_MARKS = re.compile(r"(?P<opens>(?<![^\s(\[])[«»„](?=\S))|[«»„]|(?<=[^\s(\[])“")
_ELISION = re.compile(r"(?<=\b[dDlL])’(?=[^\W\d_a-z])")


def normalise_marks(text: str) -> str:
    """Return the text with marks the model knows; every character keeps its position."""
    text = _ELISION.sub("'", text) if "’" in text else text
    if not any(mark in text for mark in "«»„"):
        return text
    return _FOREIGN_MARKS.sub(lambda mark: "“" if mark["opens"] else "”", text)
