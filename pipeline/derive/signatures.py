"""Find stories that resemble one another, by signatures of a few hundred bytes.

Copies that agencies re-edit keep most of their words and of their facts. Stories from the same template (results,
markets, weather) share words but not facts; different stories on the same topic share facts but not words.

Whatever is found is a function of the stories that are there. Stories are ordered by when they were written, then by
uri, whenever they arrive.
"""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from pipeline.derive import updates
from pipeline.desk.text_signature import VALUES
from pipeline.story import SignedStory

_FEWEST_FACTS = 4
_MOST_COMPARED = 8
"""The texts of so many stories are compared at most, the earliest first."""
_KEPT = 0.4
"""How much of the shorter text and of its facts an update has, by the estimate of two MinHashes.

Updates have 0.65 and more; where one text is ten times the other, the estimate is off by up to 0.25.
"""
_UPDATING = updates.SPAN.total_seconds()
_TOPIC = (0.09, 0.2)
"""The least Jaccard indices of words and facts on one topic."""
_FEW = 0.05
"""Up to such a share of all signatures is faster gathered than compared together with the others."""
_MOST_SHARED = 200
"""Of so many stories it is remembered what they share with all others, 50 kB each; a batch has as many."""
_HOUR = 3_600
_NEVER = np.inf


@dataclass(frozen=True)
class Resemblance:
    """What the signatures say a story resembles among those written before it, as uris.

    ``copied`` are stories of other feeds that it may retell, ``updated`` those of its own feed that it may be an update
    of, both the earliest first; only their texts can tell. ``topic`` is the one closest in topic. ``withdrawn`` are
    texts that were withdrawn and that it resembles, whichever was written first.
    """

    copied: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    topic: str | None = None
    withdrawn: tuple[str, ...] = ()


class SignatureWindow:
    """The signatures of the stories around those that are looked at.

    Stories further apart than ``span`` are not compared. What was written in an hour is either all there, or
    ``missing``. Of more than ``most`` signatures, the hours that were looked at least recently are dropped; of more
    within one span, the oldest.
    """

    def __init__(self, span: timedelta, most: int = 50_000) -> None:
        """Start empty."""
        self._span, self._most = span.total_seconds(), most
        self._hours_apart = int(self._span) // _HOUR + 1
        self._places: dict[str, int] = {}
        self._uris: list[str] = []
        # The hours that are there, those looked at least recently first.
        self._hours: dict[int, None] = {}
        self._origins: dict[str, int] = {}
        self._free: list[int] = []
        self._words = np.zeros((VALUES, 0), np.uint8)
        self._facts = np.zeros((VALUES, 0), np.uint8)
        # How many values of the facts each story shares with the one at this place, until a story is put.
        self._shared: dict[int, Any] = {}
        # When it was written and first created, its numbers of words and facts.
        self._numbers = np.zeros((4, 0))
        self._feeds = np.zeros(0, np.int32)
        self._withdrawn = np.zeros(0, bool)
        # Of what it was compared with: when the last possible original and the last possible earlier form were written,
        # how close the story on its topic is (negative), and when that was written.
        self._settled = np.full((4, 0), _NEVER)

    def __contains__(self, uri: str) -> bool:
        """Return whether the story is there."""
        return uri in self._places

    def missing(self, times: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
        """Return the spans of time (from, before) whose stories must be ``put`` before stories of these times are
        looked at. They count as put from now on.
        """
        wanted: set[int] = set()
        for at in {int(at.timestamp()) // _HOUR for at in times}:
            wanted.update(range(at - self._hours_apart, at + self._hours_apart + 1))
        missing = sorted(wanted - self._hours.keys())
        for hour in sorted(wanted):
            self._hours.pop(hour, None)
            self._hours[hour] = None
        spans: list[tuple[int, int]] = []
        for hour in missing:
            if spans and spans[-1][1] == hour:
                spans[-1] = spans[-1][0], hour + 1
            else:
                spans.append((hour, hour + 1))
        return [(_moment(first), _moment(last)) for first, last in spans]

    def forget(self, spans: Iterable[tuple[datetime, datetime]]) -> None:
        """Let these spans count as missing again, since their stories could not be read."""
        for first, last in spans:
            for hour in range(int(first.timestamp()) // _HOUR, int(last.timestamp()) // _HOUR):
                self._hours.pop(hour, None)

    def put(self, signed: SignedStory, *, withdrawn: bool = False) -> None:
        """Add a story, or what it says now; or a text that was ``withdrawn``, under a uri of its own."""
        if signed.uri in self._places and self._is_same(signed):
            return
        self.remove(signed.uri)
        if len(self._places) >= self._most:
            self._make_room(signed.versioncreated.timestamp())
        if self._free:
            place = self._free.pop()
            self._uris[place] = signed.uri
        else:
            place = len(self._uris)
            self._uris.append(signed.uri)
            self._grow()
        self._places[signed.uri] = place
        self._shared.clear()
        self._words[:, place] = _values(signed.signature.words)
        self._facts[:, place] = _values(signed.signature.facts)
        sizes = signed.signature.wordcount, signed.signature.factcount
        self._numbers[:, place] = signed.versioncreated.timestamp(), signed.firstcreated.timestamp(), *sizes
        self._feeds[place] = self._origins.setdefault(signed.origin, len(self._origins))
        self._withdrawn[place] = withdrawn
        self._settled[:, place] = _NEVER

    def _make_room(self, now: float) -> None:
        """Drop an hour that is not needed for stories of this time, or else the oldest story."""
        times = self._numbers[0, : len(self._uris)]
        for hour in list(self._hours):
            if abs(hour - now // _HOUR) > self._hours_apart:
                del self._hours[hour]
                dropped = np.flatnonzero((times >= hour * _HOUR) & (times < (hour + 1) * _HOUR))
                if len(dropped):
                    for place in dropped:
                        self.remove(self._uris[place])
                    return
        self.remove(self._uris[int(np.argmin(times))])

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
        topic = None
        if near.same_topic.any():
            closest = near.closeness == np.max(near.closeness[near.same_topic])
            (first,) = self._earliest(near.stories[near.same_topic & closest], 1)
            self._settled[2:, place] = -np.max(near.closeness[near.same_topic]), self._numbers[0, first]
            topic = self._uris[first]
        return Resemblance(
            copied=self._uris_of(self._earliest(near.stories[near.copies], _MOST_COMPARED)),
            updated=self._uris_of(self._earliest(near.stories[near.updates], _MOST_COMPARED)),
            topic=topic,
            withdrawn=self._uris_of(self._withdrawn_near(place)),
        )

    def _withdrawn_near(self, place: int) -> list[int]:
        if not self._withdrawn.any():
            return []
        near = (self._near(place, after=after, withdrawn=True) for after in (False, True))
        return self._earliest(np.concatenate([each.stories[each.copies] for each in near]), _MOST_COMPARED)

    def _earliest(self, places: Any, most: int) -> list[int]:
        """Return the earliest of these places, in order."""
        if len(places) > most:
            times = self._numbers[0, places]
            places = places[times <= np.partition(times, most - 1)[most - 1]]
        return sorted(map(int, places), key=lambda place: (self._numbers[0, place], self._uris[place]))[:most]

    def _uris_of(self, places: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._uris[place] for place in places)

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
        if self._withdrawn[place]:
            for after in (False, True):
                near = self._near(place, after=after)
                yield from self._uris_of(near.stories[near.copies])
            return
        near = self._near(place, after=True)
        created = self._numbers[0, place]
        copied, updated, closest, since = self._settled[:, near.stories]
        may_be = (near.copies & (created <= copied)) | (near.updates & (created <= updated))
        is_closer = (-near.closeness < closest) | ((-near.closeness == closest) & (created <= since))
        for n in np.flatnonzero(may_be | (near.same_topic & is_closer)):
            yield self._uris[near.stories[n]]

    def firstcreated(self, uri: str) -> datetime:
        """Return when a story that is there was first created."""
        return datetime.fromtimestamp(self._numbers[1, self._places[uri]], UTC)

    def position(self, uri: str) -> tuple[float, str]:
        """Return what orders the stories that are there."""
        return float(self._numbers[0, self._places[uri]]), uri

    def _near(self, place: int, *, after: bool, withdrawn: bool = False) -> "_Near":
        """Return the stories within the span that resemble this one and were written before it, or ``after`` it.

        Among texts that were ``withdrawn``, and for one of these, the feed makes no difference.
        """
        created, _, size, number = self._numbers[:, place]
        times = self._numbers[0, : len(self._uris)]
        apart = times - created if after else created - times
        there = self._withdrawn[: len(self._uris)] == withdrawn
        near = np.flatnonzero(there & (apart >= 0) & (apart <= self._span))
        if len(near) == 0:
            return _NOTHING
        uri = self._uris[place]
        is_there = np.ones(len(near), bool)
        for n in np.flatnonzero(times[near] == created):
            other = self._uris[near[n]]
            is_there[n] = other > uri if after else other < uri
        near = near[is_there]
        known = self._facts_alike(place)[near] / VALUES
        is_own = self._feeds[near] == self._feeds[place]
        enough = np.minimum(self._numbers[3, near], number) >= _FEWEST_FACTS
        may_update = is_own & (apart[near] <= _UPDATING) & (_contained(known, self._numbers[3, near], number) >= _KEPT)
        # Most stories have nothing in common; only of the others are the words compared.
        possible = may_update | ~enough | (known >= _TOPIC[1])
        near, known, is_own, enough, may_update = (each[possible] for each in (near, known, is_own, enough, may_update))
        words = self._words_alike(place, near) / VALUES
        same = _is_copy(words, known, enough)
        return _Near(
            stories=near,
            copies=same & (withdrawn | self._withdrawn[place] | ~is_own),
            updates=may_update & (_contained(words, self._numbers[2, near], size) >= _KEPT),
            same_topic=same | _is_same_topic(words, known, enough),
            closeness=words + known,
        )

    def _facts_alike(self, place: int) -> Any:
        """Return of each story how many values of its facts are those of this one."""
        if place not in self._shared:
            if len(self._shared) == _MOST_SHARED:
                self._shared.clear()
            self._shared[place] = _equal(self._facts[:, : len(self._uris)], self._facts[:, place])
        return self._shared[place]

    def _words_alike(self, place: int, near: Any) -> Any:
        """Return of each of these how many values of its words are those of this story."""
        mine = self._words[:, place]
        if len(near) < _FEW * len(self._uris):
            return _equal(self._words[:, near], mine)
        return _equal(self._words[:, : len(self._uris)], mine)[near]

    def _grow(self) -> None:
        size = self._feeds.size
        if len(self._uris) > size:
            more = max(1_024, size)
            self._words = np.hstack([self._words, np.zeros((VALUES, more), np.uint8)])
            self._facts = np.hstack([self._facts, np.zeros((VALUES, more), np.uint8)])
            self._numbers = np.hstack([self._numbers, np.full((4, more), _NEVER)])
            self._feeds = np.hstack([self._feeds, np.zeros(more, np.int32)])
            self._withdrawn = np.hstack([self._withdrawn, np.zeros(more, bool)])
            self._settled = np.hstack([self._settled, np.full((4, more), _NEVER)])


@dataclass(frozen=True)
class _Near:
    """The places of stories near one, in no order, and for each whether it may be a copy, an update, and on the same
    topic.
    """

    stories: Any
    copies: Any
    updates: Any
    same_topic: Any
    closeness: Any


_NONE = np.zeros(0, bool)
_NOTHING = _Near(np.zeros(0, int), _NONE, _NONE, _NONE, np.zeros(0))


def _equal(values: Any, column: Any) -> Any:
    """Return how many values each column has in common with one more."""
    return np.add.reduce((values == column[:, np.newaxis]).view(np.uint8), axis=0, dtype=np.uint8)


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * _HOUR, UTC)


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


def _values(signature: str) -> Any:
    return np.frombuffer(base64.b64decode(signature), dtype=np.uint8)
