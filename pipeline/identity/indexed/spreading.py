"""Spread what is learned or corrected: write the stories anew that do not agree with it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from pipeline.documents.story import identified_again
from pipeline.errors import ElasticsearchUnavailable
from pipeline.identity.corrections import Correction, Corrections
from pipeline.identity.indexed.name_store import Names, NamingStory, Using, using
from pipeline.identity.indexed.word_store import Lessons, Registries, Words, word_in
from pipeline.identity.learning import Id
from pipeline.identity.lesson import Lesson
from pipeline.identity.name_usage import OWN, SEPARATOR, NameUsage
from pipeline.identity.registry import Registry
from pipeline.identity.word import Word, WordPlace, period_of
from pipeline.index.derived import Found, Stories, write_anew
from pipeline.index.indices import Indices

log = structlog.get_logger()

ABANDONED = timedelta(seconds=60)
"""A lesson that is not spread by then is taken over by another worker."""
PAGE = 500
"""How many stories are looked at together."""
PAGES = 4
"""How many pages a batch, or a tick, goes through of what it spreads; the next tick continues."""
_MOST_WRITTEN = 100
"""How many stories are read as a whole and written together."""
_NONE: Mapping[str, datetime] = {}
_UNKNOWN: Mapping[WordPlace, Lesson] = {}


def bounds(period: int, window: timedelta) -> tuple[datetime, datetime]:
    """Return when a period begins, and when the next one does."""
    begin = datetime.fromtimestamp(0, UTC) + period * window
    return begin, begin + window


@dataclass
class _Spread:
    """What remains to be done so that the stories follow what was learned or corrected.

    ``words`` are those whose lesson is spread, ``correction`` the id of one. With ``anew`` all stories are written,
    whatever they say, since a request of somebody who has begun may still be carried out.
    """

    wanted: list[Using]
    words: dict[WordPlace, Word] = field(default_factory=dict)
    correction: str = ""
    anew: bool = False
    after: str = ""


class Spreading:
    """Writes stories anew. All methods raise ElasticsearchUnavailable."""

    def __init__(
        self,
        names: Names,
        stories: Stories,
        indices: Indices,
        lessons: Lessons,
        words: Words,
        now: Callable[[], datetime],
    ) -> None:
        """Take what it reads and writes with."""
        self._names, self._stories, self._indices, self._lessons = names, stories, indices, lessons
        self._words, self._now = words, now
        self._corrected = Corrections()
        self._left: list[_Spread] = []
        self._unfinished: set[str] = set()

    async def read_corrections(self) -> None:
        """Read what people corrected."""
        self._corrected = await self._names.corrections()

    async def proceed(self) -> None:
        """Continue what is left or another worker abandoned, and apply corrections."""
        left, self._left = self._left, []
        try:
            unapplied = await self._names.unapplied()
            # They must hold before they count as applied.
            await self.read_corrections()
            left += await self._abandoned([place for each in left for place in each.words])
            busy = {each.correction for each in left}
            left += [await self._to_apply(id_, each) for id_, each in unapplied if id_ not in busy]
            while left:
                await self._spread(left[0])
                left.pop(0)
        finally:
            self._left += left

    async def _abandoned(self, own: Collection[WordPlace]) -> list[_Spread]:
        """Take over what other workers have begun to spread and not finished."""
        now = self._now()
        found = {
            WordPlace(kept.content["period"], kept.content["word"]): word_in(kept)
            for kept in (await self._names.unspread(now - ABANDONED)).values()
        }
        others = {place: word for place, word in found.items() if place not in own}
        taken = await self._words.rewrite(others, lambda word: word.taken_over(now))
        return [_Spread(await self._concerned(taken), taken, anew=True)] if taken else []

    async def _to_apply(self, id_: str, correction: Correction) -> _Spread:
        """Return what a correction changes."""
        found = await self._leading_to(correction.concerned)
        wanted = [Using(using(ids), *(self._bounds(at) if at is not None else ())) for at, ids in found.items()]
        return _Spread(wanted, correction=id_)

    async def finish(self) -> None:
        """Finish the stories with whose parts some worker began before the last tick, and died."""
        unfinished = {each.uri: each.firstcreated for each in await self._names.unfinished()}
        await self.identify({uri: at for uri, at in unfinished.items() if uri in self._unfinished}, anew=False)
        self._unfinished = unfinished.keys() - self._unfinished

    async def begin(
        self, words: Mapping[WordPlace, Word], outdated: Mapping[str, datetime], known: Mapping[WordPlace, Lesson]
    ) -> None:
        """Spread what these words say, and write the stories (uri: firstcreated) that are known not to agree."""
        spread = _Spread(await self._concerned(words), dict(words))
        try:
            await self._spread(spread, outdated, known)
        except Exception:
            # Whoever repeats the batch finds the lessons learned, and nothing to do.
            self._left.append(spread)
            raise

    async def _concerned(self, words: Mapping[WordPlace, Word]) -> list[Using]:
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

    async def _spread(
        self, spread: _Spread, outdated: Mapping[str, datetime] = _NONE, known: Mapping[WordPlace, Lesson] = _UNKNOWN
    ) -> None:
        """Write the stories anew that are concerned and do not agree, and those that are known not to.

        What remains is left to the next tick.
        """
        try:
            for _ in range(PAGES):
                stories = await self._names.stories(spread.wanted, spread.after, PAGE) if spread.wanted else []
                found = {each.uri: _document(each, is_whole=not spread.correction) for each in stories}
                created = {each.uri: each.firstcreated for each in stories}
                more = await self.outdated(found, created, known, anew=spread.anew)
                await self.identify({**outdated, **more}, known, anew=spread.anew)
                outdated = _NONE
                if len(stories) < PAGE:
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
        await self._words.rewrite(spread.words, lambda word: word.spread())

    async def _keep_on(self, spread: _Spread) -> None:
        """Say that this worker is still spreading."""
        now = self._now()
        spread.words = await self._words.rewrite(spread.words, lambda word: word.taken_over(now))

    async def outdated(
        self,
        found: Mapping[str, Mapping[str, Any]],
        created: Mapping[str, datetime],
        known: Mapping[WordPlace, Lesson],
        *,
        anew: bool,
    ) -> dict[str, datetime]:
        """Return those of these stories whose names do not agree with what is learned, or all."""
        periods = {uri: self._period(created[uri]) for uri in found}

        def is_outdated(registries: Registries) -> list[str]:
            return [uri for uri in found if anew or _is_outdated(found[uri], registries[periods[uri]])]

        uris, _ = await self._lessons.identify(_words_of(found, periods), is_outdated, known, self._corrected)
        return {uri: created[uri] for uri in uris}

    async def identify(
        self, stories: Mapping[str, datetime], known: Mapping[WordPlace, Lesson] = _UNKNOWN, *, anew: bool
    ) -> None:
        """Give these stories (uri: firstcreated) the identities that are learned, also if somebody else writes them.

        The ``known`` lessons were just read or written.
        """
        uris = sorted(stories)
        for begin in range(0, len(uris), _MOST_WRITTEN):
            some = {uri: stories[uri] for uri in uris[begin : begin + _MOST_WRITTEN]}
            await self._identify_some(some, known, anew=anew)

    async def _identify_some(
        self, stories: Mapping[str, datetime], known: Mapping[WordPlace, Lesson], *, anew: bool
    ) -> None:
        periods = {uri: self._period(created) for uri, created in stories.items()}
        waiting = dict(stories)
        while waiting:
            found = await self._stories.read(waiting)

            def identified(registries: Registries, found: Mapping[str, Found] = found) -> dict[str, Found]:
                return {uri: _identified(each, registries[periods[uri]]) for uri, each in found.items()}

            documents = {uri: each.document for uri, each in found.items()}
            words = _words_of(documents, periods)
            new, knowledge = await self._lessons.identify(words, identified, known, self._corrected)
            known = _UNKNOWN
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

    def _bounds(self, period: int) -> tuple[datetime, datetime]:
        return bounds(period, self._lessons.window)


def _document(story: NamingStory, *, is_whole: bool) -> dict[str, Any]:
    unfinished = {"unfinished": True} if story.is_unfinished and not is_whole else {}
    return {"name_usage": story.name_usage, **unfinished}


def _words_of(found: Mapping[str, Mapping[str, Any]], periods: Mapping[str, int]) -> dict[int, set[str]]:
    words: dict[int, set[str]] = {}
    for uri, document in found.items():
        some = words.setdefault(periods[uri], set())
        parts = (text.split(SEPARATOR, 2) for text in document.get("name_usage", ()))
        some.update(word for word, how, _ in parts if how in OWN)
    return words


def _is_outdated(document: Mapping[str, Any], registry: Registry) -> bool:
    usages = map(NameUsage.parse, document.get("name_usage", ()))
    return "unfinished" in document or not all(map(registry.is_current, usages))


def _identified(story: Found, registry: Registry) -> Found:
    return Found(identified_again(story.document, registry), story.version)
