"""Which language a story is in, where its source does not say."""

import py3langid

ENOUGH_LETTERS = 40
"""Below this a guess is worth nothing."""
_LOOKED_AT = 1_000


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the text's language, None where there is too little of it."""
    text = text.strip()[:_LOOKED_AT]
    if sum(map(str.isalpha, text)) < ENOUGH_LETTERS:
        return None
    # Capitals mislead the identifier.
    code: str = py3langid.classify(text.lower() if text.isupper() else text)[0]
    return code
