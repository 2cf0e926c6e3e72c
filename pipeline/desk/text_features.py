"""Turn a text into the sets that comparisons of stories work on: its words, and its facts.

The sets are arrays of hashes, so that those of many stories fit in memory.
"""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.languages.words import words

Hashes = NDArray[np.uint32]
"""The hashes of a set's members, in no order."""

MOST_TOKENS = 5_000
"""What comes later in a text is not compared."""
_TOKEN = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?:;”\"])\s+|\n")
_COMMON = frozenset(words("common", "function"))


@dataclass(frozen=True)
class TextFeatures:
    """The number of words and numbers of a text, and the hashes of its words and facts.

    ``words`` are the content words and all pairs of neighbouring words, ``facts`` the numbers and the capitalised
    words that do not start a sentence; all in small letters.
    """

    length: int
    words: Hashes
    facts: Hashes

    @classmethod
    def of(cls, text: str) -> "TextFeatures":
        """Return those of a text."""
        tokens: list[str] = []
        facts: set[str] = set()
        for sentence in _SENTENCE.split(text):
            found = _TOKEN.findall(sentence)
            small = [token.lower() for token in found]
            facts.update(
                lower
                for place, (token, lower) in enumerate(zip(found, small, strict=True))
                if token[0].isdigit() or (place and token[0].isupper())
            )
            tokens += small
            if len(tokens) > MOST_TOKENS:
                del tokens[MOST_TOKENS:]
                break
        content = {token for token in tokens if token not in _COMMON} | {f"{a} {b}" for a, b in pairwise(tokens)}
        return cls(len(tokens), hashes(content), hashes(facts))


def content_words(text: str) -> set[str]:
    """Return the words of a text in small letters, without the most common ones."""
    return {token[0].lower() for token in islice(_TOKEN.finditer(text), MOST_TOKENS)} - _COMMON


def number_in_common(one: Hashes, other: Hashes) -> int:
    """Return how many hashes are in both."""
    return len(np.intersect1d(one, other, assume_unique=True))


def share(these: Hashes, those: Hashes) -> float:
    """Return how much of ``these`` is among ``those``, from 0 to 1."""
    return number_in_common(these, those) / len(these) if len(these) else 0.0


def hashes(features: Iterable[str]) -> Hashes:
    """Return the hashes of these words or pairs of words, each once."""
    found = {zlib.crc32(feature.encode("utf-8", "replace")) for feature in features}
    return np.fromiter(found, np.uint32, len(found))
