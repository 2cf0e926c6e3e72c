"""Detect a story's language if its source does not state it."""

import py3langid

ENOUGH_LETTERS = 40
"""With fewer letters a guess is worthless."""
_LOOKED_AT = 1_000


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of the text's language, or None if there is too little text."""
    text = text.strip()[:_LOOKED_AT]
    if sum(map(str.isalpha, text)) < ENOUGH_LETTERS:
        return None
    # Capitals mislead the language identifier.
    code: str = py3langid.classify(text.lower() if text.isupper() else text)[0]
    return code
