"""Store what is kept of the words of stories, and look up their lessons."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from pipeline.identity.corrections import Corrections
from pipeline.identity.indexed.name_store import Change, Kept, Names, Token, word_key
from pipeline.identity.lesson import NOTHING, Lesson
from pipeline.identity.name_usage import OWN, usages
from pipeline.identity.registry import Registry
from pipeline.identity.word import Word, WordPlace, lesson_in, period_of
from pipeline.index.derived import Run
from pipeline.story import AnnotatedStory

Result = TypeVar("Result")
Registries = Mapping[int, Registry]
"""Who is meant by which names, by period."""


class Knowledge(NamedTuple):
    """The lessons by which stories were identified, and the corrections."""

    lessons: Mapping[WordPlace, Lesson]
    corrected: Corrections


class Lessons:
    """The lessons that are stored. ``window`` is the length of a period."""

    def __init__(self, names: Names, window: timedelta) -> None:
        """Read with ``names``."""
        self._names, self.window = names, window

    async def read(self, places: Collection[WordPlace]) -> dict[WordPlace, Lesson]:
        """Return the lessons of these words. Raises ElasticsearchUnavailable."""
        keys = {word_key(place): place for place in places}
        found = await self._names.read(keys, lesson_only=True)
        return {place: lesson_in(found[key].content) if key in found else NOTHING for key, place in keys.items()}

    async def identify(
        self,
        words: Mapping[int, Collection[str]],
        identify: Callable[[Registries], Result],
        known: Mapping[WordPlace, Lesson] | None = None,
        corrected: Corrections | None = None,
    ) -> tuple[Result, Knowledge]:
        """Return what ``identify`` returns when it has the lessons of these words by period, and what it was told.

        Lessons that are ``known`` are not read, nor is what is ``corrected`` if it is given. Where a merge leads to
        further words, it is called again with these too. Raises ElasticsearchUnavailable.
        """
        if corrected is None:
            corrected = await self._names.corrections()
        lessons: dict[WordPlace, Lesson] = {}
        more = {WordPlace(period, word) for period, some in words.items() for word in some}
        while True:
            unread = [place for place in more if not known or place not in known]
            lessons |= {place: known[place] for place in more if known and place in known}
            lessons |= await self.read(unread)
            registries = {period: Registry(corrected=corrected) for period in words}
            for place, lesson in lessons.items():
                registries[place.period].lessons[place.word] = lesson
            result = identify(registries)
            more = {WordPlace(period, word) for period, each in registries.items() for word in each.missing}
            if not more:
                return result, Knowledge(lessons, corrected)

    async def registries(self, stories: Collection[AnnotatedStory]) -> dict[str, Registry]:
        """Return whom the names of these stories mean by what is learned so far, by uri.

        Raises ElasticsearchUnavailable.
        """
        periods = {each.uri: period_of(each.firstcreated, self.window) for each in stories}
        words: dict[int, set[str]] = {}
        for each in stories:
            own = (usage.word for usage in usages(each.entities) if usage.how in OWN)
            words.setdefault(periods[each.uri], set()).update(own)
        found, _ = await self.identify(words, lambda registries: registries)
        return {uri: found[period] for uri, period in periods.items()}

    async def is_current(self, knowledge: Knowledge, corrected: Corrections) -> bool:
        """Return whether all of that still holds where this is ``corrected``. Raises ElasticsearchUnavailable."""
        return corrected == knowledge.corrected and await self.read(knowledge.lessons) == knowledge.lessons


class Words:
    """The words in a store of names. All methods raise ElasticsearchUnavailable."""

    def __init__(self, names: Names, run: Run) -> None:
        """``run`` calls a function beside the event loop."""
        self._names, self._run = names, run

    async def read(self, places: Collection[WordPlace]) -> dict[WordPlace, tuple[Word, Token | None]]:
        """Return these words; one that nothing is known of is empty and has no token."""
        kept = await self._names.read(map(word_key, places))
        found: dict[WordPlace, tuple[Word, Token | None]] = await self._run(_words, places, kept)
        return found

    async def write(self, words: Mapping[WordPlace, tuple[Word, Token | None]]) -> dict[WordPlace, Token | None]:
        """Write these words. Return their new tokens, None for those that somebody else has written meanwhile."""
        changes = await self._run(_changes, words)
        tokens = await self._names.write(changes)
        return {place: tokens[word_key(place)] for place in words if word_key(place) in tokens}

    async def rewrite(self, words: Mapping[WordPlace, Word], change: Callable[[Word], Word]) -> dict[WordPlace, Word]:
        """Change those of these words whose lesson nobody has spread or changed meanwhile. Return them as they are."""
        changed: dict[WordPlace, Word] = {}
        waiting = dict(words)
        while waiting:
            read = await self.read(waiting)
            same = {place: each for place, each in read.items() if each[0].is_same(waiting[place])}
            new = {place: (change(word), token) for place, (word, token) in same.items()}
            tokens = await self.write(new)
            changed |= {place: new[place][0] for place, token in tokens.items() if token}
            waiting = {place: waiting[place] for place, token in tokens.items() if token is None}
        return changed


def word_in(kept: Kept) -> Word:
    """Return the word in a document."""
    since = kept.content.get("since")
    return Word.of(kept.content, datetime.fromisoformat(since) if since else None)


def _words(places: Collection[WordPlace], kept: Mapping[str, Kept]) -> dict[WordPlace, tuple[Word, Token | None]]:
    found: dict[WordPlace, tuple[Word, Token | None]] = {}
    for place in places:
        each = kept.get(word_key(place))
        found[place] = (word_in(each), each.token) if each else (Word(), None)
    return found


def _changes(words: Mapping[WordPlace, tuple[Word, Token | None]]) -> dict[str, Change]:
    """Return the writes of these words. One without stories is deleted, or kept empty where it may still be written."""
    found = {}
    for place, (word, token) in words.items():
        content = None if word.is_empty and token else {"period": place.period, "word": place.word, **word.document()}
        found[word_key(place)] = Change(content, token, word.since, {*word.lesson.learned.values()})
    return found
