"""Detect a story's language if its source does not state it."""

from functools import cache
from typing import Any

ENOUGH_LETTERS = 40
"""With fewer letters a guess is worthless."""
_LOOKED_AT = 1_000
CANDIDATES = (
    "ar az bg bn bs ca cs da de el en es et fa fi fr ga gl he hi hr hu hy id is it ja ka kk ko lt lv mk ms mt nl no"
    " pl pt ro ru sk sl sq sr sv sw ta th tr uk ur vi zh"
).split()
"""The languages that news agencies write in. The identifier knows more, and takes tables of results for them."""


def normalise_tag(tag: str | None) -> str | None:
    """Return a language tag in BCP 47's usual case: ``en``, ``nl-NL``."""
    if not tag:
        return None
    first, *rest = tag.replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of the text's language, or None if there is too little text."""
    text = text.strip()[:_LOOKED_AT]
    if sum(map(str.isalpha, text)) < ENOUGH_LETTERS:
        return None
    # Capitals mislead the language identifier.
    code: str = _identifier().classify(text.lower() if text.isupper() else text)[0]
    return code


@cache
def _identifier() -> Any:
    # Its tables take 100 MB, and stories whose sources state their language need none.
    import py3langid  # noqa: PLC0415

    py3langid.set_languages(CANDIDATES)
    return py3langid
