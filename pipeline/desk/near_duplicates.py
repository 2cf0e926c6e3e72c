"""Detect near-duplicates, from signatures of a few hundred bytes.

A signature has two MinHashes (Broder 1997, by datasketch) with eight bits kept per value (Li and König 2010): one
over the words (unigrams and bigrams), one over the facts (names and numbers). Copies that agencies re-edit keep
most of both. Stories from the same template (results, markets, weather) share words but not facts; different
stories on the same topic share facts but not words.
"""

import base64
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
from datasketch import MinHash

from pipeline.annotations import Value
from pipeline.desk import updates
from pipeline.desk.text_features import Hashes, TextFeatures
from pipeline.story import Time

_FEWEST_TOKENS = 12
_FEWEST_FACTS = 4
_VALUES = 128
_MOST_RELATED = 8
_MAY_UPDATE = 0.4
"""How much of the shorter text and of its facts an update has, by the estimate of two MinHashes.

Updates have 0.65 and more; where one text is ten times the other, the estimate is off by up to 0.25.
"""


class Signature(Value):
    """The signature of a story's text: two MinHashes (base64), and the numbers of words and facts in them.

    Before version 0.9 the words were not counted.
    """

    words: str
    facts: str
    wordcount: int = 0
    factcount: int


class SignedStory(Value):
    """A story's signature with its uri, origin and time, and the coordinate of its text."""

    uri: str
    origin: str
    versioncreated: Time
    signature: Signature
    at: str = ""


@dataclass(frozen=True)
class Similarity:
    """The stories that arrived before one and resemble it.

    ``copies`` are those from other feeds that it is a copy of by their signatures, in order of arrival. ``topic`` is
    the uri of the one closest in topic. ``candidates`` are those of its own feed that it may be an update of, or they
    of it, the most similar first; only their texts can tell.
    """

    copies: tuple[SignedStory, ...] = ()
    topic: str | None = None
    candidates: tuple[SignedStory, ...] = ()


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
        self._numbers = np.zeros((0, 4))

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
        sizes = signed.signature.wordcount, signed.signature.factcount
        self._numbers[place] = self._position, signed.versioncreated.timestamp(), *sizes
        self._position += 1

    def compare(self, uri: str) -> Similarity:
        """Return what a story resembles among those before it.

        A feed does not copy itself: if it sends the same text under two uris, the later one is an update.
        """
        place = self._places.get(uri)
        if place is None:
            return Similarity()
        signed = self._signed[place]
        order, created, size, number = self._numbers[place]
        numbers = self._numbers[: len(self._signed)]
        apart = np.abs(numbers[:, 1] - created)
        before = np.flatnonzero((numbers[:, 0] < order) & (apart <= self._span))
        words = np.mean(self._words[before] == self._words[place], axis=1)
        known = np.mean(self._facts[before] == self._facts[place], axis=1)
        enough = np.minimum(numbers[before, 3], number) >= _FEWEST_FACTS
        same = _is_copy(words, known, enough)
        close = same | _is_same_topic(words, known, enough)
        kept = np.minimum(_contained(words, numbers[before, 2], size), _contained(known, numbers[before, 3], number))
        may_update = (kept >= _MAY_UPDATE) & (apart[before] <= updates.SPAN.total_seconds())

        def story(index: Any) -> SignedStory:
            found: SignedStory = self._signed[before[index]]
            return found

        in_order = sorted(np.flatnonzero(same), key=lambda index: numbers[before[index], 0])
        nearest = max(np.flatnonzero(close), key=lambda index: words[index] + known[index], default=None)
        fullest = sorted(np.flatnonzero(may_update), key=lambda index: -kept[index])
        return Similarity(
            copies=tuple(story(n) for n in in_order if story(n).origin != signed.origin)[:_MOST_RELATED],
            topic=None if nearest is None else story(nearest).uri,
            candidates=tuple(story(n) for n in fullest if story(n).origin == signed.origin)[:_MOST_RELATED],
        )

    def _grow(self) -> None:
        size = len(self._words)
        if len(self._signed) > size:
            more = max(1_024, size)
            self._words = np.vstack([self._words, np.zeros((more, _VALUES), np.uint8)])
            self._facts = np.vstack([self._facts, np.zeros((more, _VALUES), np.uint8)])
            self._numbers = np.vstack([self._numbers, np.zeros((more, 4))])


def signature_of(text: TextFeatures) -> Signature | None:
    """Return the signature of a text, or None if it is too short."""
    if text.length < _FEWEST_TOKENS:
        return None
    return Signature(
        words=_minhash(text.words), facts=_minhash(text.facts), wordcount=len(text.words), factcount=len(text.facts)
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


def _contained(index: Any, sizes: Any, size: float) -> Any:
    """Return how much of the smaller set is in the larger one, from their Jaccard index and their sizes."""
    return index * (sizes + size) / (1 + index) / np.maximum(np.minimum(sizes, size), 1)


@cache
def _empty() -> MinHash:
    # The scheme is named because signatures outlive an update of the library on their topic.
    return MinHash(_VALUES, hashfunc=int, scheme="affine32")


def _minhash(hashes: Hashes) -> str:
    signature = _empty().copy()
    signature.update_batch(hashes.tolist())
    return base64.b64encode((signature.hashvalues & 0xFF).astype(np.uint8).tobytes()).decode()


def _values(signature: str) -> Any:
    return np.frombuffer(base64.b64decode(signature), dtype=np.uint8)
