"""Turn a text into the sets that comparisons of stories work on: its words, and its facts."""

import re
from collections.abc import Iterator
from itertools import islice, pairwise

MOST_TOKENS = 5_000
"""What comes later in a text is not compared."""
_TOKEN = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?:;”\"])\s+|\n")
_COMMON = frozenset(
    "the a an of to in and that is was for on it with as at by be he she they his her their its from has have had "
    "were are this which will not but said say says would been or who more than also after".split()
)


def tokens(text: str) -> list[str]:
    """Return the words and numbers of a text, as written."""
    return [match[0] for match in islice(_TOKEN.finditer(text), MOST_TOKENS)]


def content_words(text: str) -> set[str]:
    """Return the words of a text in small letters, without the most common ones."""
    return {token.lower() for token in tokens(text)} - _COMMON


def word_features(text: str) -> set[str]:
    """Return the content words and all pairs of neighbouring words, in small letters."""
    words = [token.lower() for token in tokens(text)]
    return {word for word in words if word not in _COMMON} | {f"{a} {b}" for a, b in pairwise(words)}


def facts(text: str) -> set[str]:
    """Return numbers, and capitalised words that do not start a sentence, in small letters."""
    return set(_facts(text))


def _facts(text: str) -> Iterator[str]:
    seen = 0
    for sentence in _SENTENCE.split(text):
        found = _TOKEN.findall(sentence)
        yield from (t.lower() for n, t in enumerate(found) if t[0].isdigit() or (n and t[0].isupper()))
        seen += len(found)
        if seen > MOST_TOKENS:
            return
