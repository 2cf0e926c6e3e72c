"""Keep the names of the indexed stories in agreement with what all of them teach.

For each word of a period, a document in ``wire-names`` has the stories that teach it and the lesson that follows. A
story that arrives, changes or goes is put into the documents of its words, or taken from them. Where a lesson then
differs, it is spread: the stories that it concerns are written anew. Everything is written with compare-and-set, and
whoever has written looks whether what it had read has changed meanwhile. Before a story is put into samples, its own
document in ``wire-names`` lists these words, so that whoever finds it gone knows where to take it from.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from pipeline.errors import ElasticsearchUnavailable
from pipeline.identity.corrections import Correction, Corrections
from pipeline.identity.learning import Id
from pipeline.identity.lesson import Lesson
from pipeline.identity.name_usage import SEPARATOR, NameUsage
from pipeline.identity.registry import Registry
from pipeline.identity.word import MOST, Place, Sample, Word, learned, period_of, short_id, usages_by_word
from pipeline.index.derived import Found, Stories, write_anew
from pipeline.index.documents import identified_again
from pipeline.index.indices import Indices
from pipeline.index.names import Change, Kept, Names, NamingStory, Token, Using, using, word_key
from pipeline.story import story_id
from pipeline.workers.contract import Clock
from pipeline.workers.lessons import Lessons, Registries

log = structlog.get_logger()

Run = Callable[..., Awaitable[Any]]
EVERY = 5.0
"""Seconds between two ticks."""
ABANDONED = timedelta(seconds=60)
"""A lesson that is not spread by then is taken over by another worker."""
_FIELDS = ("uri", "firstcreated", "name_usage")
NOTHING: Mapping[str, datetime] = {}
_PERIODS, _PROGRESS = "periods", "progress"
"""The keys of the documents that list all periods, and tell how far the stories before the start were read."""
_PAGE = 500
"""How many stories are looked at together."""
_MOST_WRITTEN = 100
"""How many stories are read as a whole and written together."""
_PAGES = 4
"""How many pages a batch, or a tick, goes through of what it spreads; the next tick continues."""


@dataclass
class _Spread:
    """What remains to be done so that the stories follow what was learned or corrected.

    ``words`` are those whose lesson is spread, ``correction`` the id of one. With ``anew`` all stories are written,
    whatever they say, since a request of somebody who has begun may still be carried out.
    """

    wanted: list[Using]
    words: dict[Place, Word] = field(default_factory=dict)
    correction: str = ""
    anew: bool = False
    after: str = ""


class Naming:
    """Learns names from stories, and spreads what it learned. It keeps nothing that could not be read again."""

    def __init__(
        self,
        names: Names,
        stories: Stories,
        indices: Indices,
        lessons: Lessons,
        now: Clock,
        run: Run = asyncio.to_thread,
        most: int = MOST,
    ) -> None:
        """So many stories of a period teach a word as ``most`` says.

        ``run`` calls a function beside the event loop, which has Kafka's heartbeats to send.
        """
        self._names, self._stories, self._indices, self._lessons = names, stories, indices, lessons
        self._now, self._run, self._most = now, run, most
        self._lock = asyncio.Lock()
        self._is_new = True
        self._doubtful: set[str] = set()
        self._periods: set[int] = set()
        self._corrected = Corrections()
        self._left: list[_Spread] = []
        self._unfinished: set[str] = set()

    async def arrived(self, stories: Mapping[str, datetime]) -> None:
        """Learn from these stories (uri: firstcreated), or forget those that have gone, and spread what that changes.

        Raises ElasticsearchUnavailable; it is then to be repeated.
        """
        async with self._lock:
            # A request of an earlier attempt may still be carried out: it must find its document changed.
            anew = self._is_new or not self._doubtful.isdisjoint(stories)
            self._doubtful |= stories.keys()
            # One that is made later finds these stories by itself.
            self._corrected = await self._names.corrections()
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
            await self._continue()
            await self._finish()
        for _ in range(_PAGES):
            if not await self._read_older():
                break

    async def _continue(self) -> None:
        left, self._left = self._left, []
        try:
            unapplied = await self._names.unapplied()
            # They must hold before they count as applied.
            self._corrected = await self._names.corrections()
            left += await self._abandoned([place for each in left for place in each.words])
            busy = {each.correction for each in left}
            left += [await self._to_apply(id_, each) for id_, each in unapplied if id_ not in busy]
            while left:
                await self._spread(left[0])
                left.pop(0)
        finally:
            self._left += left

    async def _abandoned(self, own: Collection[Place]) -> list[_Spread]:
        """Take over what other workers have begun to spread and not finished."""
        now = self._now()
        found = {
            Place(kept.content["period"], kept.content["word"]): _word(kept)
            for kept in (await self._names.unspread(now - ABANDONED)).values()
        }
        others = {place: word for place, word in found.items() if place not in own}
        taken = await self._rewrite(others, lambda word: word.taken_over(now))
        return [_Spread(await self._concerned(taken), taken, anew=True)] if taken else []

    async def _to_apply(self, id_: str, correction: Correction) -> _Spread:
        """Return what a correction changes."""
        found = await self._leading_to(correction.concerned)
        wanted = [Using(using(ids), *(self._bounds(at) if at is not None else ())) for at, ids in found.items()]
        return _Spread(wanted, correction=id_)

    async def _finish(self) -> None:
        """Finish the stories with whose parts some worker began before the last tick, and died."""
        unfinished = {each.uri: each.firstcreated for each in await self._names.unfinished()}
        await self._identify({uri: at for uri, at in unfinished.items() if uri in self._unfinished}, anew=False)
        self._unfinished = unfinished.keys() - self._unfinished

    async def _read_older(self) -> bool:
        """Learn from the next stories that were indexed before this began. Return whether there may be more."""
        kept = (await self._names.read([_PROGRESS])).get(_PROGRESS)
        if kept and kept.content["done"]:
            return False
        after = kept.content["after"] if kept else ""
        page = await self._names.all_stories(after, _PAGE)
        await self.arrived({each.uri: each.firstcreated for each in page})
        content = {"after": page[-1].uri if page else after, "done": len(page) < _PAGE}
        await self._names.write({_PROGRESS: Change(content, kept.token if kept else None)})
        return True

    # Learning

    async def _learn(self, stories: Mapping[str, datetime], *, anew: bool) -> dict[str, datetime]:
        """Put these stories into the samples of their words. Return those that have changed meanwhile."""
        found = {uri: each.document for uri, each in (await self._stories.read(stories, _FIELDS)).items()}
        kept = await self._names.read([_PERIODS, *map(story_id, stories)])
        self._periods = _periods_in(kept)
        own = {uri: usages_by_word(found[uri].get("name_usage", ())) if uri in found else {} for uri in stories}
        listed = {uri: _listed(kept.get(story_id(uri))) for uri in stories}
        tokens = {uri: kept[story_id(uri)].token if story_id(uri) in kept else None for uri in stories}
        noted = {uri: listed[uri] | own[uri].keys() for uri in stories if anew or own[uri].keys() - listed[uri]}
        written = await self._note(noted, tokens)
        overtaken = {uri for uri, token in written.items() if token is None}
        tokens |= written
        touched: dict[Place, dict[str, frozenset[str]]] = defaultdict(dict)
        for uri in stories.keys() - overtaken:
            period = self._period(stories[uri])
            for word in listed[uri] | own[uri].keys():
                touched[Place(period, word)][short_id(uri)] = own[uri].get(word, frozenset())
        words, spread = await self._teach(touched, anew=anew)
        # Whoever comes between has to list its words again.
        fewer = {uri: {*own[uri]} for uri in stories.keys() - overtaken if listed[uri] - own[uri].keys()}
        await self._note(fewer, tokens)
        again = {uri: each.document for uri, each in (await self._stories.read(stories, _FIELDS)).items()}
        changed = {uri for uri in stories if _usage(again, uri) != _usage(found, uri)}
        known = {place: word.lesson for place, word in words.items()}
        outdated = await self._outdated(again, stories, known, anew=anew)
        if anew or not spread:
            await self._identify(outdated, anew=anew)
        if spread:
            await self._begin_to_spread(spread, {} if anew else outdated)
        return {uri: stories[uri] for uri in overtaken | changed}

    async def _note(self, noted: Mapping[str, set[str]], tokens: Mapping[str, Token | None]) -> dict[str, Token | None]:
        """Write which words these stories may teach; return the new tokens, None for what somebody else has written."""
        changes = {
            story_id(uri): Change({"words": sorted(words)} if words else None, tokens[uri])
            for uri, words in noted.items()
            if words or tokens[uri]
        }
        written = await self._names.write(changes)
        return {uri: written[story_id(uri)] for uri in noted if story_id(uri) in written}

    async def _teach(
        self, touched: Mapping[Place, Mapping[str, frozenset[str]]], *, anew: bool
    ) -> tuple[dict[Place, Word], dict[Place, Word]]:
        """Put stories into the samples of words, by id, with how they use each, and learn.

        Return the words as they are then, and those of them whose lesson is to be spread.
        """
        words: dict[Place, Word] = {}
        spread: dict[Place, Word] = {}
        waiting = set(touched)
        is_first = not anew
        await self._add_periods({place.period for place in touched})
        while waiting:
            read = await self._read(waiting | self._neighbours(waiting))
            samples = {}
            for place in waiting:
                sample = read[place][0].sample.with_stories(touched.get(place, {}), self._most)
                samples[place] = await self._filled(place, touched) if sample.is_short(self._most) else sample
            # Whoever changes the sample of a period learns the lesson of the next one too.
            alike = {place for place in waiting if samples[place] == read[place][0].sample}
            same = {place for place in alike if is_first and place.before not in waiting}
            changed: dict[Place, Word] = await self._run(self._taught, read, samples, same, self._now())
            changes = {
                place: (each, read[place][1])
                for place, each in changed.items()
                if each != read[place][0] or (anew and place in waiting)
            }
            tokens = await self._write(changes)
            written = {place for place, token in tokens.items() if token}
            spread |= {place: changed[place] for place in written if changed[place].is_newer(read[place][0])}
            words |= {place: each for place, each in changed.items() if tokens.get(place, True)}
            known = {place: tokens.get(place, token) for place, (_, token) in read.items()}
            waiting = (tokens.keys() - written) | await self._overtaken(written, known)
            anew = is_first = False
        return words, spread

    def _neighbours(self, places: Collection[Place]) -> set[Place]:
        both = {near for place in places for near in (place.before, place.after)}
        return {near for near in both if near.period in self._periods}

    async def _overtaken(self, places: Collection[Place], known: Mapping[Place, Token | None]) -> set[Place]:
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
        read: Mapping[Place, tuple[Word, Token | None]],
        samples: Mapping[Place, Sample],
        same: Collection[Place],
        now: datetime,
    ) -> dict[Place, Word]:
        """Return the words with these samples, and those of the next period that learn from them.

        The ``same`` are as they were.
        """

        def sample(place: Place) -> Sample:
            return samples.get(place) or (read[place][0].sample if place in read else Sample())

        found = {place: read[place][0] for place in same}
        for place in {*samples, *(each.after for each in samples if each.after in read)} - found.keys():
            lesson = learned(place.word, sample(place), sample(place.before), self._most)
            found[place] = read[place][0].taught(sample(place), lesson, now)
        return found

    async def _filled(self, place: Place, touched: Mapping[Place, Mapping[str, frozenset[str]]]) -> Sample:
        """Return the sample of a word from all stories, since too many of those that were in it have gone."""
        using_word = Using(frozenset({place.word + SEPARATOR}), *self._bounds(place.period))
        sample = Sample()
        ids: dict[str, str] = {}
        after = ""
        while True:
            page = await self._names.stories([using_word], after, _PAGE)
            ids |= {short_id(each.uri): story_id(each.uri) for each in page}
            found = {short_id(each.uri): usages_by_word(each.name_usage)[place.word] for each in page}
            sample = sample.with_stories(found, self._most)
            if len(page) < _PAGE:
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

    async def _read(self, places: Collection[Place]) -> dict[Place, tuple[Word, Token | None]]:
        kept = await self._names.read(map(word_key, places))
        found: dict[Place, tuple[Word, Token | None]] = await self._run(_words, places, kept)
        return found

    async def _write(self, words: Mapping[Place, tuple[Word, Token | None]]) -> dict[Place, Token | None]:
        """Write these words. Return their new tokens, None for those that somebody else has written meanwhile."""
        changes = await self._run(_changes, words)
        tokens = await self._names.write(changes)
        return {place: tokens[word_key(place)] for place in words if word_key(place) in tokens}

    def _bounds(self, period: int) -> tuple[datetime, datetime]:
        window = self._lessons.window
        begin = datetime.fromtimestamp(0, UTC) + period * window
        return begin, begin + window

    # Spreading

    async def _begin_to_spread(self, words: Mapping[Place, Word], outdated: Mapping[str, datetime]) -> None:
        """Spread what these words say, and write the stories (uri: firstcreated) that are known not to agree."""
        spread = _Spread(await self._concerned(words), dict(words))
        try:
            await self._spread(spread, outdated)
        except Exception:
            # Whoever repeats the batch finds the lessons learned, and nothing to do.
            self._left.append(spread)
            raise

    async def _concerned(self, words: Mapping[Place, Word]) -> list[Using]:
        """Return which stories are concerned by what these words have to spread."""
        ids: dict[int, set[Id]] = defaultdict(set)
        for place, word in words.items():
            ids[place.period] |= word.unspread
        if merged := {at for some in ids.values() for at in some} & set(self._corrected.merged.values()):
            for period, some in (await self._leading_to(merged)).items():
                for each in ids.keys() if period is None else {period} & ids.keys():
                    ids[each] |= some
        return [Using(using(some), *self._bounds(period)) for period, some in ids.items()]

    async def _leading_to(self, targets: set[Id]) -> dict[int | None, set[Id]]:
        """Return these types and keys with all that lead to them, by lessons in a period or, for None, by merges."""
        merged = self._corrected.merged
        found: dict[int | None, set[Id]] = {None: set(targets)}
        new = set(targets)
        while new:
            known = {at for some in found.values() for at in some}
            led = {at for at, into in merged.items() if into in new}
            found[None] |= led
            for kept in await self._names.leading_to(new):
                word = Word.of(kept.content)
                ids = {at for at in word.lesson.learned if new & {*word.lesson.route(at)[0]}}
                found.setdefault(kept.content["period"], set()).update(ids)
                led |= ids
            new = led - known
        return found

    async def _spread(self, spread: _Spread, outdated: Mapping[str, datetime] = NOTHING) -> None:
        """Write the stories anew that are concerned and do not agree, and those that are known not to.

        What remains is left to the next tick.
        """
        try:
            for _ in range(_PAGES):
                stories = await self._names.stories(spread.wanted, spread.after, _PAGE) if spread.wanted else []
                found = {each.uri: _document(each, is_whole=not spread.correction) for each in stories}
                created = {each.uri: each.firstcreated for each in stories}
                more = await self._outdated(found, created, {}, anew=spread.anew)
                await self._identify({**outdated, **more}, anew=spread.anew)
                outdated = NOTHING
                if len(stories) < _PAGE:
                    await self._end(spread)
                    return
                spread.after = stories[-1].uri
            await self._keep_on(spread)
        except ElasticsearchUnavailable:
            spread.anew, spread.after = True, ""
            raise
        self._left.append(spread)

    async def _end(self, spread: _Spread) -> None:
        if spread.correction:
            await self._names.applied(spread.correction)
        await self._rewrite(spread.words, lambda word: word.spread())

    async def _keep_on(self, spread: _Spread) -> None:
        """Say that this worker is still spreading."""
        now = self._now()
        spread.words = await self._rewrite(spread.words, lambda word: word.taken_over(now))

    async def _rewrite(self, words: Mapping[Place, Word], change: Callable[[Word], Word]) -> dict[Place, Word]:
        """Change those of these words whose lesson nobody has spread or changed meanwhile. Return them as they are."""
        changed: dict[Place, Word] = {}
        waiting = dict(words)
        while waiting:
            read = await self._read(waiting)
            same = {place: each for place, each in read.items() if each[0].is_same(waiting[place])}
            new = {place: (change(word), token) for place, (word, token) in same.items()}
            tokens = await self._write(new)
            changed |= {place: new[place][0] for place, token in tokens.items() if token}
            waiting = {place: waiting[place] for place, token in tokens.items() if token is None}
        return changed

    async def _outdated(
        self,
        found: Mapping[str, Mapping[str, Any]],
        created: Mapping[str, datetime],
        known: Mapping[Place, Lesson],
        *,
        anew: bool,
    ) -> dict[str, datetime]:
        """Return those of these stories whose names do not agree with what is learned, or all."""
        periods = {uri: self._period(created[uri]) for uri in found}

        def outdated(registries: Registries) -> list[str]:
            return [uri for uri in found if anew or _is_outdated(found[uri], registries[periods[uri]])]

        uris, _ = await self._lessons.identify(_words_of(found, periods), outdated, known, self._corrected)
        return {uri: created[uri] for uri in uris}

    async def _identify(self, stories: Mapping[str, datetime], *, anew: bool) -> None:
        """Give these stories (uri: firstcreated) the identities that are learned, also if somebody else writes them."""
        uris = sorted(stories)
        for begin in range(0, len(uris), _MOST_WRITTEN):
            await self._identify_some({uri: stories[uri] for uri in uris[begin : begin + _MOST_WRITTEN]}, anew=anew)

    async def _identify_some(self, stories: Mapping[str, datetime], *, anew: bool) -> None:
        periods = {uri: self._period(created) for uri, created in stories.items()}
        waiting = dict(stories)
        while waiting:
            found = await self._stories.read(waiting)

            def identified(registries: Registries, found: Mapping[str, Found] = found) -> dict[str, Found]:
                return {uri: _identified(each, registries[periods[uri]]) for uri, each in found.items()}

            documents = {uri: each.document for uri, each in found.items()}
            words = _words_of(documents, periods)
            new, knowledge = await self._lessons.identify(words, identified, corrected=self._corrected)
            differing = {uri for uri in new if new[uri] != found[uri] or "unfinished" in documents[uri]}
            written = [new[uri] for uri in sorted(new) if anew or uri in differing]
            if not written:
                return

            def is_differing(document: Mapping[str, Any], uris: Collection[str] = differing) -> bool:
                return document["uri"] in uris

            overtaken = await write_anew(self._indices, written, with_parts=is_differing)
            self._corrected = await self._names.corrections()
            if not await self._lessons.is_current(knowledge, self._corrected):
                overtaken = {each.document["uri"] for each in written}
            waiting = {uri: stories[uri] for uri in overtaken}
            log.info("stories_identified_again", stories=len(written) - len(overtaken))

    def _period(self, created: datetime) -> int:
        return period_of(created, self._lessons.window)


def _periods_in(read: Mapping[str, Kept]) -> set[int]:
    return set(read[_PERIODS].content["periods"]) if _PERIODS in read else set()


def _listed(kept: Kept | None) -> set[str]:
    return set(kept.content["words"]) if kept else set()


def _usage(found: Mapping[str, Mapping[str, Any]], uri: str) -> Any:
    return found[uri].get("name_usage") if uri in found else None


def _word(kept: Kept) -> Word:
    since = kept.content.get("since")
    return Word.of(kept.content, datetime.fromisoformat(since) if since else None)


def _words(places: Collection[Place], kept: Mapping[str, Kept]) -> dict[Place, tuple[Word, Token | None]]:
    found: dict[Place, tuple[Word, Token | None]] = {}
    for place in places:
        each = kept.get(word_key(place))
        found[place] = (_word(each), each.token) if each else (Word(), None)
    return found


def _changes(words: Mapping[Place, tuple[Word, Token | None]]) -> dict[str, Change]:
    """Return the writes of these words. One without stories is deleted, or kept empty where it may still be written."""
    found = {}
    for place, (word, token) in words.items():
        content = None if word.is_empty and token else {"period": place.period, "word": place.word, **word.document()}
        found[word_key(place)] = Change(content, token, word.since, {*word.lesson.learned.values()})
    return found


def _document(story: NamingStory, *, is_whole: bool) -> dict[str, Any]:
    unfinished = {"unfinished": True} if story.is_unfinished and not is_whole else {}
    return {"name_usage": story.name_usage, **unfinished}


def _words_of(found: Mapping[str, Mapping[str, Any]], periods: Mapping[str, int]) -> dict[int, set[str]]:
    words: dict[int, set[str]] = {}
    for uri, document in found.items():
        some = words.setdefault(periods[uri], set())
        some.update(text.partition(SEPARATOR)[0] for text in document.get("name_usage", ()))
    return words


def _is_outdated(document: Mapping[str, Any], registry: Registry) -> bool:
    usages = map(NameUsage.parse, document.get("name_usage", ()))
    return "unfinished" in document or not all(map(registry.is_current, usages))


def _identified(story: Found, registry: Registry) -> Found:
    return Found(identified_again(story.document, registry), story.version)
