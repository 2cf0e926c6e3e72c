"""Fold names as the analyzers of the indices do, to compare them here."""

import re
import unicodedata

_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u2032\u00b4\u0060\uff07']")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b", re.I)
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that have no accent to lose."""


def folded(text: str) -> str:
    """Return a text in small letters without accents, apostrophes and possessives."""
    plain = _APOSTROPHES.sub("", _POSSESSIVE.sub("", text))
    letters = (each for each in unicodedata.normalize("NFKD", plain.casefold()) if not unicodedata.combining(each))
    return "".join(letters).translate(_LETTERS)
