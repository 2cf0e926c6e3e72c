"""Detect near-duplicates, from signatures of a few hundred bytes.

A signature has two MinHashes (Broder 1997, by datasketch) with eight bits kept per value (Li and König 2010): one
over the words (unigrams and bigrams), one over the facts (names and numbers). Copies that agencies re-edit keep
most of both. Stories from the same template (results, markets, weather) share words but not facts; different
stories on the same topic share facts but not words.
"""

import base64
import re
import zlib
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from datasketch import MinHash

from pipeline.annotations import Value
from pipeline.story import Story, Time

_TOKEN = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?:;”\"])\s+|\n")
_MOST_TOKENS = 5_000
_FEWEST_TOKENS = 12
_FEWEST_FACTS = 4
_VALUES = 128
_COMMON = frozenset(
    "the a an of to in and that is was for on it with as at by be he she they his her their its from has have had "
    "were are this which will not but said say says would been or who more than also after".split()
)


class Signature(Value):
    """The signature of a story's text: two MinHashes (base64), and the number of facts."""

    words: str
    facts: str
    factcount: int


class SignedStory(Value):
    """A story's signature with its uri, origin and time."""

    uri: str
    origin: str
    versioncreated: Time
    signature: Signature


class SignatureWindow:
    """The signatures of recent stories, in order of arrival.

    Stories further apart than ``span`` are not compared. Of more than ``most``, the oldest are dropped.
    """

    def __init__(self, span: timedelta, most: int = 50_000) -> None:
        """Start empty."""
        self._span = span.total_seconds()
        self._most = most
        self._signed: list[SignedStory] = []
        self._places: dict[str, int] = {}
        self._position = 0
        self._words = np.zeros((0, _VALUES), np.uint8)
        self._facts = np.zeros((0, _VALUES), np.uint8)
        self._numbers = np.zeros((0, 3))

    def add(self, signed: SignedStory) -> None:
        """Add a story; one that is already there keeps its position and signature."""
        if signed.uri in self._places:
            return
        place = self._position % self._most
        if place < len(self._signed):
            del self._places[self._signed[place].uri]
            self._signed[place] = signed
        else:
            self._signed.append(signed)
            self._grow()
        self._places[signed.uri] = place
        self._words[place] = _values(signed.signature.words)
        self._facts[place] = _values(signed.signature.facts)
        self._numbers[place] = self._position, signed.versioncreated.timestamp(), signed.signature.factcount
        self._position += 1

    def compare(self, uri: str) -> tuple[str | None, str | None]:
        """Return the uri of the earlier story that this is a copy of, and of the closest one on the same topic.

        A feed does not copy itself: if it sends two uris, it means two stories.
        """
        place = self._places.get(uri)
        if place is None:
            return None, None
        order, created, facts = self._numbers[place]
        numbers = self._numbers[: len(self._signed)]
        before = np.flatnonzero((numbers[:, 0] < order) & (np.abs(numbers[:, 1] - created) <= self._span))
        words = np.mean(self._words[before] == self._words[place], axis=1)
        known = np.mean(self._facts[before] == self._facts[place], axis=1)
        enough = np.minimum(numbers[before, 2], facts) >= _FEWEST_FACTS
        same = _is_copy(words, known, enough)
        origin = self._signed[place].origin
        copied = [n for n in np.flatnonzero(same) if self._signed[before[n]].origin != origin]
        original = min(copied, key=lambda n: numbers[before[n], 0], default=None)
        near = np.flatnonzero(same | _is_same_topic(words, known, enough))
        nearest = max(near, key=lambda n: words[n] + known[n], default=None)
        return (
            None if original is None else self._signed[before[original]].uri,
            None if nearest is None else self._signed[before[nearest]].uri,
        )

    def _grow(self) -> None:
        size = len(self._words)
        if len(self._signed) > size:
            more = max(1_024, size)
            self._words = np.vstack([self._words, np.zeros((more, _VALUES), np.uint8)])
            self._facts = np.vstack([self._facts, np.zeros((more, _VALUES), np.uint8)])
            self._numbers = np.vstack([self._numbers, np.zeros((more, 3))])


def signature_of(story: Story) -> Signature | None:
    """Return the signature of a story's body, or None if it is too short."""
    tokens = _TOKEN.findall(story.body)[:_MOST_TOKENS]
    if len(tokens) < _FEWEST_TOKENS:
        return None
    facts = set(_facts(story.body))
    return Signature(
        words=_minhash(_features([token.lower() for token in tokens])), facts=_minhash(facts), factcount=len(facts)
    )


def _is_copy(words: Any, facts: Any, enough: Any) -> Any:
    """Return which of these are copies, by the estimated Jaccard indices of words and facts.

    The thresholds come from real articles and edited copies of them. Copies with a third of their words replaced
    (lead and boilerplate) have a mean of both of 0.6 or more; different articles on the same topic are under 0.37,
    long stories from one template under 0.45. Few facts are no evidence.
    """
    by_both = (words >= 0.33) & (facts >= 0.44) & (words + facts >= 0.82)
    return np.where(enough, by_both, words >= 0.55)


def _is_same_topic(words: Any, facts: Any, enough: Any) -> Any:
    """Return which of these are on the same topic, whoever wrote them."""
    return enough & (facts >= 0.2) & (words >= 0.09)


def _features(words: list[str]) -> set[str]:
    return {word for word in words if word not in _COMMON} | {f"{a} {b}" for a, b in pairwise(words)}


def _facts(text: str) -> Iterator[str]:
    """Yield numbers, and capitalised words that do not start a sentence."""
    seen = 0
    for sentence in _SENTENCE.split(text):
        tokens = _TOKEN.findall(sentence)
        yield from (t.lower() for n, t in enumerate(tokens) if t[0].isdigit() or (n and t[0].isupper()))
        seen += len(tokens)
        if seen > _MOST_TOKENS:
            return


@cache
def _empty() -> MinHash:
    # The scheme is named because signatures outlive an update of the library on their topic.
    return MinHash(_VALUES, hashfunc=zlib.crc32, scheme="affine32")


def _minhash(features: set[str]) -> str:
    signature = _empty().copy()
    signature.update_batch([feature.encode("utf-8", "replace") for feature in features])
    return base64.b64encode((signature.hashvalues & 0xFF).astype(np.uint8).tobytes()).decode()


def _values(signature: str) -> Any:
    return np.frombuffer(base64.b64decode(signature), dtype=np.uint8)
