"""Look up what is learned of the words of stories."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import NamedTuple, TypeVar

from pipeline.identity.corrections import Corrections
from pipeline.identity.lesson import NOTHING, Lesson
from pipeline.identity.registry import Registry
from pipeline.identity.word import Place, lesson_in
from pipeline.index.names import Names, word_key

Result = TypeVar("Result")
Registries = Mapping[int, Registry]
"""Who is meant by which names, by period."""


class Knowledge(NamedTuple):
    """The lessons by which stories were identified, and the corrections."""

    lessons: Mapping[Place, Lesson]
    corrected: Corrections


class Lessons:
    """The lessons that are stored. ``window`` is the length of a period."""

    def __init__(self, names: Names, window: timedelta) -> None:
        """Read with ``names``."""
        self._names, self.window = names, window

    async def read(self, places: Collection[Place]) -> dict[Place, Lesson]:
        """Return the lessons of these words. Raises ElasticsearchUnavailable."""
        keys = {word_key(place): place for place in places}
        found = await self._names.read(keys, lesson_only=True)
        return {place: lesson_in(found[key].content) if key in found else NOTHING for key, place in keys.items()}

    async def identify(
        self,
        words: Mapping[int, Collection[str]],
        identify: Callable[[Registries], Result],
        known: Mapping[Place, Lesson] | None = None,
        corrected: Corrections | None = None,
    ) -> tuple[Result, Knowledge]:
        """Return what ``identify`` returns when it has the lessons of these words by period, and what it was told.

        Lessons that are ``known`` are not read, nor is what is ``corrected`` if it is given. Where a merge leads to
        further words, it is called again with these too. Raises ElasticsearchUnavailable.
        """
        if corrected is None:
            corrected = await self._names.corrections()
        lessons: dict[Place, Lesson] = {}
        more = {Place(period, word) for period, some in words.items() for word in some}
        while True:
            unread = [place for place in more if not known or place not in known]
            lessons |= {place: known[place] for place in more if known and place in known}
            lessons |= await self.read(unread)
            registries = {period: Registry(corrected=corrected) for period in words}
            for place, lesson in lessons.items():
                registries[place.period].lessons[place.word] = lesson
            result = identify(registries)
            more = {Place(period, word) for period, each in registries.items() for word in each.missing}
            if not more:
                return result, Knowledge(lessons, corrected)

    async def is_current(self, knowledge: Knowledge, corrected: Corrections) -> bool:
        """Return whether all of that still holds where this is ``corrected``. Raises ElasticsearchUnavailable."""
        return corrected == knowledge.corrected and await self.read(knowledge.lessons) == knowledge.lessons
