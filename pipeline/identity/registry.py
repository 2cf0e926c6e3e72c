"""Hold what was learned and what people corrected, and give an entity its identity."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.annotations import Entity, InStory
from pipeline.identity.corrections import Corrections
from pipeline.identity.learning import Id
from pipeline.identity.lesson import NOTHING, Lesson, lesson_of
from pipeline.identity.name_usage import OWN, TYPES, Identity, NameUsage, usages, word_of
from pipeline.identity.wikidata import wikidata_of


@dataclass
class Registry:
    """Who is meant by a type and key: by the ``lessons`` of words, unless ``corrected`` by a person.

    ``missing`` are the words to which a merge leads, and whose lessons are not here.
    """

    lessons: dict[str, Lesson] = field(default_factory=dict)
    corrected: Corrections = field(default_factory=Corrections)
    missing: set[str] = field(default_factory=set)

    def identity(self, type_: str, key: str, name: str) -> Identity:
        """Return the identity of what a story alone calls so."""
        at, usual = self._meant((type_, key))
        merged_name = self.corrected.names_of_merged.get(at)
        return Identity(*at, self.corrected.names.get(at) or usual or merged_name or name)

    def identify(self, entity: Entity) -> Entity:
        """Return the entity with the identity that all stories give it; what its own says is kept beside."""
        alone = _alone(entity)
        if alone.type not in TYPES:
            return entity
        type_, key, name = self.identity(alone.type, alone.key, alone.usual or entity.name)
        usual = name if name != entity.name else None
        is_same = (type_, key, usual) == (alone.type, alone.key, alone.usual)
        return entity.model_copy(
            update={
                "type": type_,
                "key": key,
                "usual": usual,
                "wikidata": wikidata_of(key, entity.place, entity.roles),
                "instory": None if is_same else alone,
            }
        )

    def name_before_rename(self, entity: Entity) -> str | None:
        """Return by which name an identified entity would be listed if nobody had renamed it, if somebody has."""
        alone = _alone(entity)
        at, usual = self._meant((alone.type, alone.key))
        return usual if at in self.corrected.names else None

    def is_current(self, usage: NameUsage) -> bool:
        """Return whether the story with this usage gives the name the identity that it has here."""
        alone = Identity(usage.type, usage.key, usage.name)
        return usage.how not in OWN or (usage.given or alone) == self.identity(*alone)

    def _meant(self, at: Id) -> tuple[Id, str | None]:
        """Return who is meant in the end, and by which name most stories call them, if they do not agree."""
        lesson = self.lessons.get(word_of(*at), NOTHING)
        passed = {at}
        while True:
            if at in self.corrected.merged:
                further: Id | None = self.corrected.merged[at]
                lesson = self._lesson(word_of(*self.corrected.merged[at]))
            else:
                further = None if at in self.corrected.split else lesson.learned.get(at)
            if further is None or further in passed:
                return at, lesson.names.get(at)
            at = further
            passed.add(at)

    def _lesson(self, word: str) -> Lesson:
        if word not in self.lessons:
            self.missing.add(word)
        return self.lessons.get(word, NOTHING)


def learn_from(stories: Iterable[Iterable[Entity]]) -> Registry:
    """Return what the entities of these stories teach."""
    counts = Counter(text for entities in stories for text in name_usage(entities))
    counted = ((NameUsage.parse(text), number) for text, number in sorted(counts.items()))
    words = groupby(counted, lambda each: each[0].word)
    lessons = {word: lesson for word, of_word in words if (lesson := lesson_of(list(of_word))) != NOTHING}
    return Registry(lessons)


def name_usage(entities: Iterable[Entity]) -> list[str]:
    """Return how a story uses names, as an index counts it."""
    return sorted({str(usage) for usage in usages(entities)})


def _alone(entity: Entity) -> InStory:
    return entity.instory or InStory(type=entity.type, key=entity.key, usual=entity.usual)
