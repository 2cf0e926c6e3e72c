"""Fold names as the analyzers of the indices do, to compare them here."""

import re
import unicodedata

_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u2032\u00b4\u0060\uff07']")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b", re.I)
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that have no accent to lose."""


def folded(text: str) -> str:
    """Return a text in small letters without accents, apostrophes and possessives."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(each for each in parts if not unicodedata.combining(each)).translate(_LETTERS)
    return _APOSTROPHES.sub("", _POSSESSIVE.sub("", letters))


def begins(name: str, words: list[str]) -> bool:
    """Return whether each of the words, folded, begins a word of the name."""
    parts = folded(name).split()
    return all(any(part.startswith(word) for part in parts) for word in words)
