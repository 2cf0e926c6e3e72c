"""Detect a story's language if its source does not state it."""

import re
from functools import cache
from typing import Any

from pipeline.languages.words import words

ENOUGH_LETTERS = 40
"""With fewer letters a guess is worthless."""
_LOOKED_AT = 1_000
CANDIDATES = (
    "ar az bg bn bs ca cs da de el en es et fa fi fr ga gl he hi hr hu hy id is it ja ka kk ko lt lv mk ms mt nl no"
    " pl pt ro ru sk sl sq sr sv sw ta th tr uk ur vi zh"
).split()
"""The languages that news agencies write in. The identifier knows more, and takes tables of results for them."""

_ENGLISH = frozenset(words("common", "news"))
"""Words of news in English that hardly stand in other languages."""
_ANYWHERE = frozenset(words("common", "anywhere"))
"""Words that stand in names, or in several languages."""
_LOWER_CASE = re.compile(r"(?<![\w'’-])[^\W\d_]+(?!\w)")


def normalise_tag(tag: str | None) -> str | None:
    """Return a language tag in BCP 47's usual case: ``en``, ``nl-NL``."""
    if not tag:
        return None
    first, *rest = tag.replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of the text's language, or None if there is too little text.

    A text full of foreign names is English if its words in lower case are.
    """
    text = text.strip()[:_LOOKED_AT]
    if sum(map(str.isalpha, text)) < ENOUGH_LETTERS:
        return None
    # Capitals mislead the language identifier.
    code = _identified(text.lower() if text.isupper() else text)
    small = [word for word in _LOWER_CASE.findall(text) if word.islower()]
    return "en" if code != "en" and small and _are_english(small) else code


def _are_english(small: list[str]) -> bool:
    english = sum(word in _ENGLISH for word in small)
    others = sum(word not in _ENGLISH and word not in _ANYWHERE for word in small)
    return others <= english > 0 or _identified(" ".join(small)) == "en"


def _identified(text: str) -> str:
    code: str = _identifier().classify(text)[0]
    return code


@cache
def _identifier() -> Any:
    # Its tables take 100 MB, and stories whose sources state their language need none.
    import py3langid  # noqa: PLC0415

    py3langid.set_languages(CANDIDATES)
    return py3langid
