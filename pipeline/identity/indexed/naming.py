"""Keep the names of the indexed stories in agreement with what all of them teach.

For each word of a period, a document in ``wire-names`` has the stories that teach it and the lesson that follows. A
story that arrives, changes or goes is put into the documents of its words, or taken from them. Where a lesson then
differs, it is spread: the stories that it concerns are written anew. Everything is written with compare-and-set, and
whoever has written looks whether what it had read has changed meanwhile. Before a story is put into samples, its own
document in ``wire-names`` lists these words, so that whoever finds it gone knows where to take it from. A word stays
listed: another worker may be about to add the story to it, having read it before.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import structlog

from pipeline.identity.indexed.name_store import Change, Kept, Names, Token, Using, word_key
from pipeline.identity.indexed.spreading import PAGE, PAGES, Spreading, bounds
from pipeline.identity.indexed.word_store import Lessons, Words
from pipeline.identity.name_usage import SEPARATOR
from pipeline.identity.word import MOST, Sample, Word, WordPlace, learned, period_of, short_id, usages_by_word
from pipeline.index.derived import Run, Stories
from pipeline.index.indices import Indices
from pipeline.story import story_id

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two ticks."""
_FIELDS = ("uri", "firstcreated", "name_usage")
_PERIODS, _PROGRESS = "periods", "progress"
"""The keys of the documents that list all periods, and tell how far the stories before the start were read."""


class Naming:
    """Learns names from stories, and spreads what it learned. It keeps nothing that could not be read again."""

    def __init__(
        self,
        names: Names,
        stories: Stories,
        indices: Indices,
        lessons: Lessons,
        now: Callable[[], datetime],
        run: Run = asyncio.to_thread,
        most: int = MOST,
    ) -> None:
        """So many stories of a period teach a word as ``most`` says; ``now`` returns the time in UTC."""
        self._names, self._stories, self._lessons = names, stories, lessons
        self._now, self._run, self._most = now, run, most
        self._words = Words(names, run)
        self._spreading = Spreading(names, stories, indices, lessons, self._words, now)
        self._lock = asyncio.Lock()
        self._is_new = True
        self._doubtful: set[str] = set()
        self._periods: set[int] = set()

    async def arrived(self, stories: Mapping[str, datetime]) -> None:
        """Learn from these stories (uri: firstcreated), or forget those that have gone, and spread what that changes.

        Raises ElasticsearchUnavailable; it is then to be repeated.
        """
        async with self._lock:
            # A request of an earlier attempt may still be carried out: it must find its document changed.
            anew = self._is_new or not self._doubtful.isdisjoint(stories)
            self._doubtful |= stories.keys()
            # One that is made later finds these stories by itself.
            await self._spreading.read_corrections()
            waiting = dict(stories)
            while waiting:
                waiting = await self._learn(waiting, anew=anew)
            self._doubtful -= stories.keys()
            self._is_new = False

    async def tick(self) -> None:
        """Continue what a batch has left or another worker abandoned, apply corrections, and read older stories.

        Raises ElasticsearchUnavailable; the next tick continues.
        """
        async with self._lock:
            await self._spreading.proceed()
            await self._spreading.finish()
        for _ in range(PAGES):
            if not await self._read_older():
                break

    async def _read_older(self) -> bool:
        """Learn from the next stories that were indexed before this began. Return whether there may be more."""
        kept = (await self._names.read([_PROGRESS])).get(_PROGRESS)
        if kept and kept.content["done"]:
            return False
        after = kept.content["after"] if kept else ""
        page = await self._names.all_stories(after, PAGE)
        stories = {each.uri: each.firstcreated for each in page}
        # Whoever goes on after a crash must take back what this one has learned from stories that have gone since.
        begun = {**(kept.content["begun"] if kept else {}), **{uri: at.isoformat() for uri, at in stories.items()}}
        content = {"after": after, "done": False, "begun": begun}
        token = (await self._names.write({_PROGRESS: Change(content, kept.token if kept else None)}))[_PROGRESS]
        if token is None:
            return True
        await self.arrived({uri: datetime.fromisoformat(at) for uri, at in begun.items()})
        content = {"after": page[-1].uri if page else after, "done": len(page) < PAGE, "begun": {}}
        await self._names.write({_PROGRESS: Change(content, token)})
        return True

    async def _learn(self, stories: Mapping[str, datetime], *, anew: bool) -> dict[str, datetime]:
        """Put these stories into the samples of their words. Return those that have changed meanwhile."""
        found = {uri: each.document for uri, each in (await self._stories.read(stories, _FIELDS)).items()}
        kept = await self._names.read([_PERIODS, *map(story_id, stories)])
        self._periods = _periods_in(kept)
        own = {uri: usages_by_word(found[uri].get("name_usage", ())) if uri in found else {} for uri in stories}
        listed = {uri: _listed(kept.get(story_id(uri))) for uri in stories}
        tokens = {uri: kept[story_id(uri)].token if story_id(uri) in kept else None for uri in stories}
        noted = {uri: listed[uri] | own[uri].keys() for uri in stories if anew or own[uri].keys() - listed[uri]}
        overtaken = await self._note(noted, tokens)
        touched: dict[WordPlace, dict[str, frozenset[str]]] = defaultdict(dict)
        for uri in stories.keys() - overtaken:
            period = self._period(stories[uri])
            for word in listed[uri] | own[uri].keys():
                touched[WordPlace(period, word)][short_id(uri)] = own[uri].get(word, frozenset())
        words, spread = await self._teach(touched, anew=anew)
        again = {uri: each.document for uri, each in (await self._stories.read(stories, _FIELDS)).items()}
        changed = {uri for uri in stories if _usage(again, uri) != _usage(found, uri)}
        known = {place: word.lesson for place, word in words.items()}
        outdated = await self._spreading.outdated(again, stories, known, anew=anew)
        if anew or not spread:
            await self._spreading.identify(outdated, known, anew=anew)
        if spread:
            await self._spreading.begin(spread, {} if anew else outdated, known)
        return {uri: stories[uri] for uri in overtaken | changed}

    async def _note(self, noted: Mapping[str, set[str]], tokens: Mapping[str, Token | None]) -> set[str]:
        """Write which words these stories may teach; return those of which somebody else has written it meanwhile."""
        some = {uri: words for uri, words in noted.items() if words}
        changes = {story_id(uri): Change({"words": sorted(words)}, tokens[uri]) for uri, words in some.items()}
        written = await self._names.write(changes)
        return {uri for uri in some if written[story_id(uri)] is None}

    async def _teach(
        self, touched: Mapping[WordPlace, Mapping[str, frozenset[str]]], *, anew: bool
    ) -> tuple[dict[WordPlace, Word], dict[WordPlace, Word]]:
        """Put stories into the samples of words, by id, with how they use each, and learn.

        Return the words as they are then, and those of them whose lesson is to be spread.
        """
        words: dict[WordPlace, Word] = {}
        spread: dict[WordPlace, Word] = {}
        waiting = set(touched)
        is_first = not anew
        await self._add_periods({place.period for place in touched})
        while waiting:
            read = await self._words.read(waiting | self._neighbours(waiting))
            samples = {}
            for place in waiting:
                sample = read[place][0].sample.with_stories(touched.get(place, {}), self._most)
                samples[place] = await self._filled(place, touched) if sample.is_short(self._most) else sample
            # Whoever changes the sample of a period learns the lesson of the next one too.
            alike = {place for place in waiting if samples[place] == read[place][0].sample}
            same = {place for place in alike if is_first and place.before not in waiting}
            changed: dict[WordPlace, Word] = await self._run(self._taught, read, samples, same, self._now())
            changes = {
                place: (each, read[place][1])
                for place, each in changed.items()
                if each != read[place][0] or (anew and place in waiting)
            }
            tokens = await self._words.write(changes)
            written = {place for place, token in tokens.items() if token}
            spread |= {place: changed[place] for place in written if changed[place].is_newer(read[place][0])}
            words |= {place: each for place, each in changed.items() if tokens.get(place, True)}
            known = {place: tokens.get(place, token) for place, (_, token) in read.items()}
            waiting = (tokens.keys() - written) | await self._overtaken(written, known)
            anew = is_first = False
        return words, spread

    def _neighbours(self, places: Collection[WordPlace]) -> set[WordPlace]:
        both = {near for place in places for near in (place.before, place.after)}
        return {near for near in both if near.period in self._periods}

    async def _overtaken(
        self, places: Collection[WordPlace], known: Mapping[WordPlace, Token | None]
    ) -> set[WordPlace]:
        """Return which of these words were learned from what has changed meanwhile."""
        if not places:
            return set()
        near = self._neighbours(places)
        read = await self._names.read([_PERIODS, *map(word_key, near)], lesson_only=True)
        if not _periods_in(read) <= self._periods:
            await self._add_periods(set())
            return set(places)
        now = {place: read[word_key(place)].token if word_key(place) in read else None for place in near}
        return {
            place
            for place in places
            if any(now[each] != known.get(each) for each in (place.before, place.after) if each in now)
        }

    def _taught(
        self,
        read: Mapping[WordPlace, tuple[Word, Token | None]],
        samples: Mapping[WordPlace, Sample],
        same: Collection[WordPlace],
        now: datetime,
    ) -> dict[WordPlace, Word]:
        """Return the words with these samples, and those of the next period that learn from them.

        The ``same`` are as they were.
        """

        def sample(place: WordPlace) -> Sample:
            return samples.get(place) or (read[place][0].sample if place in read else Sample())

        found = {place: read[place][0] for place in same}
        for place in {*samples, *(each.after for each in samples if each.after in read)} - found.keys():
            lesson = learned(place.word, sample(place), sample(place.before), self._most)
            found[place] = read[place][0].taught(sample(place), lesson, now)
        return found

    async def _filled(self, place: WordPlace, touched: Mapping[WordPlace, Mapping[str, frozenset[str]]]) -> Sample:
        """Return the sample of a word from all stories, since too many of those that were in it have gone."""
        using_word = Using(frozenset({place.word + SEPARATOR}), *bounds(place.period, self._lessons.window))
        sample = Sample()
        ids: dict[str, str] = {}
        after = ""
        while True:
            page = await self._names.stories([using_word], after, PAGE)
            ids |= {short_id(each.uri): story_id(each.uri) for each in page}
            found = {short_id(each.uri): usages_by_word(each.name_usage)[place.word] for each in page}
            sample = sample.with_stories(found, self._most)
            if len(page) < PAGE:
                break
            after = page[-1].uri
        # One that is not listed yet will be put into the sample when it is.
        kept = await self._names.read(ids[id_] for id_ in sample.ids)
        unlisted = {id_: frozenset[str]() for id_ in sample.ids if place.word not in _listed(kept.get(ids[id_]))}
        return sample.with_stories(unlisted | dict(touched.get(place, {})), self._most)

    async def _add_periods(self, periods: set[int]) -> None:
        """Read which periods there are, unless it is known that these are among them, and add these."""
        while not periods or not periods <= self._periods:
            read = await self._names.read([_PERIODS])
            self._periods = _periods_in(read)
            if periods <= self._periods:
                return
            content = {"periods": sorted(self._periods | periods)}
            await self._names.write({_PERIODS: Change(content, read[_PERIODS].token if _PERIODS in read else None)})

    def _period(self, created: datetime) -> int:
        return period_of(created, self._lessons.window)


def _periods_in(read: Mapping[str, Kept]) -> set[int]:
    return set(read[_PERIODS].content["periods"]) if _PERIODS in read else set()


def _listed(kept: Kept | None) -> set[str]:
    return set(kept.content["words"]) if kept else set()


def _usage(found: Mapping[str, Mapping[str, Any]], uri: str) -> Any:
    return found[uri].get("name_usage") if uri in found else None
