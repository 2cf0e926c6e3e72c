"""Find stories that resemble one another, by signatures of a few hundred bytes.

A signature has two MinHashes (Broder 1997, by datasketch) with eight bits kept per value (Li and König 2010): one
over the words (unigrams and bigrams), one over the facts (names and numbers). Copies that agencies re-edit keep
most of both. Stories from the same template (results, markets, weather) share words but not facts; different
stories on the same topic share facts but not words.

Whatever is found is a function of the stories that are there. Stories are ordered by when they were written, then by
uri, whenever they arrive.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from pipeline.derive import updates
from pipeline.desk.text_features import Hashes, TextFeatures
from pipeline.story import Signature, SignedStory

_FEWEST_TOKENS = 12
_FEWEST_FACTS = 4
_VALUES = 128
_MOST_COMPARED = 8
"""The texts of so many stories are compared at most, the earliest first."""
_KEPT = 0.4
"""How much of the shorter text and of its facts an update has, by the estimate of two MinHashes.

Updates have 0.65 and more; where one text is ten times the other, the estimate is off by up to 0.25.
"""
_UPDATING = updates.SPAN.total_seconds()
_TOPIC = (0.09, 0.2)
"""The least Jaccard indices of words and facts on one topic."""
_FEW = 2_000
"""So many signatures are faster gathered than compared with all others."""
_NEVER = np.inf


@dataclass(frozen=True)
class Resemblance:
    """What the signatures say a story resembles among those written before it, as uris.

    ``copied`` are stories of other feeds that it may retell, ``updated`` those of its own feed that it may be an update
    of, both the earliest first; only their texts can tell. ``topic`` is the one closest in topic.
    """

    copied: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    topic: str | None = None


class SignatureWindow:
    """The signatures of recent stories.

    Stories further apart than ``span`` are not compared. Of more than ``most``, the oldest are dropped.
    """

    def __init__(self, span: timedelta, most: int = 50_000) -> None:
        """Start empty."""
        self._span, self._most = span.total_seconds(), most
        self._places: dict[str, int] = {}
        self._uris: list[str] = []
        self._origins: dict[str, int] = {}
        self._free: list[int] = []
        self._words = np.zeros((_VALUES, 0), np.uint8)
        self._facts = np.zeros((_VALUES, 0), np.uint8)
        # When it was written and first created, its numbers of words and facts.
        self._numbers = np.zeros((4, 0))
        self._feeds = np.zeros(0, np.int32)
        self._settled = np.full((3, 0), _NEVER)

    def __contains__(self, uri: str) -> bool:
        """Return whether the story is there."""
        return uri in self._places

    def put(self, signed: SignedStory) -> None:
        """Add a story, or what it says now."""
        if signed.uri in self._places and self._is_same(signed):
            return
        self.remove(signed.uri)
        if len(self._places) >= self._most:
            self.remove(self._uris[int(np.argmin(self._numbers[0, : len(self._uris)]))])
        if self._free:
            place = self._free.pop()
            self._uris[place] = signed.uri
        else:
            place = len(self._uris)
            self._uris.append(signed.uri)
            self._grow()
        self._places[signed.uri] = place
        self._words[:, place] = _values(signed.signature.words)
        self._facts[:, place] = _values(signed.signature.facts)
        sizes = signed.signature.wordcount, signed.signature.factcount
        self._numbers[:, place] = signed.versioncreated.timestamp(), signed.firstcreated.timestamp(), *sizes
        self._feeds[place] = self._origins.setdefault(signed.origin, len(self._origins))
        self._settled[:, place] = _NEVER

    def _is_same(self, signed: SignedStory) -> bool:
        place, signature = self._places[signed.uri], signed.signature
        return (
            self._numbers[0, place] == signed.versioncreated.timestamp()
            and np.array_equal(self._words[:, place], _values(signature.words))
            and np.array_equal(self._facts[:, place], _values(signature.facts))
        )

    def remove(self, uri: str) -> None:
        """Remove a story, if it is there. What it was compared with is to be compared again."""
        place = self._places.pop(uri, None)
        if place is None:
            return
        near = self._near(place, after=True)
        self._settled[:, near.stories] = _NEVER
        self._numbers[0, place] = _NEVER
        self._free.append(place)

    def resemblance(self, uri: str) -> Resemblance:
        """Return what a story resembles. A feed does not copy itself; it updates."""
        place = self._places.get(uri)
        if place is None:
            return Resemblance()
        near = self._near(place, after=False)
        closest = max(np.flatnonzero(near.same_topic), key=lambda n: (near.closeness[n], -n), default=None)
        if closest is not None:
            self._settled[2, place] = -near.closeness[closest]
        return Resemblance(
            copied=tuple(self._uris[near.stories[n]] for n in np.flatnonzero(near.copies)[:_MOST_COMPARED]),
            updated=tuple(self._uris[near.stories[n]] for n in np.flatnonzero(near.updates)[:_MOST_COMPARED]),
            topic=None if closest is None else self._uris[near.stories[closest]],
        )

    def settle(self, uri: str, resemblance: Resemblance, found: str | None) -> None:
        """Remember that a story was compared with what it resembles, and ``found`` to retell or update one of these.

        An earlier story changes that only if it was written before it, or before the last one compared.
        """
        place = self._places.get(uri)
        if place is None:
            return
        for row, uris in ((0, resemblance.copied), (1, resemblance.updated)):
            compared = found if found in uris else uris[-1] if len(uris) == _MOST_COMPARED else None
            last = self._places.get(compared) if compared else None
            self._settled[row, place] = _NEVER if last is None else self._numbers[0, last]

    def affected(self, uri: str) -> Iterator[str]:
        """Yield the later stories that may relate to this one, unless what they were compared with comes before it."""
        place = self._places.get(uri)
        if place is None:
            return
        near = self._near(place, after=True)
        created = self._numbers[0, place]
        copied, updated, topic = self._settled[:, near.stories]
        may_be = (near.copies & (created <= copied)) | (near.updates & (created <= updated))
        for n in np.flatnonzero(may_be | (near.same_topic & (-near.closeness <= topic))):
            yield self._uris[near.stories[n]]

    def firstcreated(self, uri: str) -> datetime:
        """Return when a story that is there was first created."""
        return datetime.fromtimestamp(self._numbers[1, self._places[uri]], UTC)

    def position(self, uri: str) -> tuple[float, str]:
        """Return what orders the stories that are there."""
        return float(self._numbers[0, self._places[uri]]), uri

    def _near(self, place: int, *, after: bool) -> "_Near":
        """Return the stories within the span that resemble this one and were written before it, or ``after`` it."""
        created, _, size, number = self._numbers[:, place]
        times = self._numbers[0, : len(self._uris)]
        apart = times - created if after else created - times
        near = np.flatnonzero((apart >= 0) & (apart <= self._span))
        if len(near) == 0:
            return _NOTHING
        same_time = near[times[near] == created]
        uri = self._uris[place]
        wrong = [n for n in same_time if (self._uris[n] <= uri if after else self._uris[n] >= uri)]
        near = near[~np.isin(near, wrong)]
        known = self._alike(self._facts, near, place)
        is_own = self._feeds[near] == self._feeds[place]
        enough = np.minimum(self._numbers[3, near], number) >= _FEWEST_FACTS
        may_update = is_own & (apart[near] <= _UPDATING) & (_contained(known, self._numbers[3, near], number) >= _KEPT)
        # Most stories have nothing in common; only of the others are the words compared.
        possible = may_update | ~enough | (known >= _TOPIC[1])
        near, known, is_own, enough, may_update = (each[possible] for each in (near, known, is_own, enough, may_update))
        words = self._alike(self._words, near, place)
        same = _is_copy(words, known, enough)
        found = _Near(
            stories=near,
            copies=same & ~is_own,
            updates=may_update & (_contained(words, self._numbers[2, near], size) >= _KEPT),
            same_topic=same | _is_same_topic(words, known, enough),
            closeness=words + known,
        )
        return found.in_order([(times[n], self._uris[n]) for n in near])

    def _alike(self, values: Any, near: Any, place: int) -> Any:
        """Return the estimated Jaccard index of each of these with this one."""
        if len(near) < _FEW:
            return np.mean(values[:, near] == values[:, [place]], axis=0) if len(near) else np.zeros(0)
        same = np.zeros(len(self._uris), np.uint8)
        for row in values[:, : len(self._uris)]:
            same += row == row[place]
        return same[near] / _VALUES

    def _grow(self) -> None:
        size = self._feeds.size
        if len(self._uris) > size:
            more = max(1_024, size)
            self._words = np.hstack([self._words, np.zeros((_VALUES, more), np.uint8)])
            self._facts = np.hstack([self._facts, np.zeros((_VALUES, more), np.uint8)])
            self._numbers = np.hstack([self._numbers, np.full((4, more), _NEVER)])
            self._feeds = np.hstack([self._feeds, np.zeros(more, np.int32)])
            self._settled = np.hstack([self._settled, np.full((3, more), _NEVER)])


@dataclass(frozen=True)
class _Near:
    """The places of stories near one, and for each whether it may be a copy, an update, and on the same topic."""

    stories: Any
    copies: Any
    updates: Any
    same_topic: Any
    closeness: Any

    def in_order(self, positions: Sequence[tuple[float, str]]) -> "_Near":
        """Return those that are related in some way, in the order of these positions."""
        related = np.flatnonzero(self.copies | self.updates | self.same_topic)
        order = np.array(sorted(map(int, related), key=positions.__getitem__), int)
        return _Near(*(getattr(self, each.name)[order] for each in fields(self)))


_NO_PLACES, _NONE = np.zeros(0, int), np.zeros(0, bool)
_NOTHING = _Near(_NO_PLACES, _NONE, _NONE, _NONE, np.zeros(0))


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
    return enough & (words >= _TOPIC[0]) & (facts >= _TOPIC[1])


def _contained(index: Any, sizes: Any, size: float) -> Any:
    """Return how much of the smaller set is in the larger one, from their Jaccard index and their sizes."""
    return index * (sizes + size) / (1 + index) / np.maximum(np.minimum(sizes, size), 1)


@cache
def _empty() -> Any:
    # It loads scipy, 40 MB, which only those need who make signatures.
    from datasketch import MinHash  # noqa: PLC0415

    # The scheme is named because signatures outlive an update of the library on their topic.
    return MinHash(_VALUES, hashfunc=int, scheme="affine32")


def _minhash(hashes: Hashes) -> str:
    signature = _empty().copy()
    signature.update_batch(hashes.tolist())
    return base64.b64encode((signature.hashvalues & 0xFF).astype(np.uint8).tobytes()).decode()


def _values(signature: str) -> Any:
    return np.frombuffer(base64.b64decode(signature), dtype=np.uint8)
