"""Hold what was learned and what people corrected, and give an entity its identity."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.annotations import Entity, InStory
from pipeline.identity.corrections import Corrections
from pipeline.identity.learning import Id, learn, usual_names
from pipeline.identity.name_usage import OWN, TYPES, Identity, NameUsage, usages
from pipeline.identity.wikidata import wikidata_of


@dataclass
class Registry:
    """Who is meant by a type and key: ``learned`` from all stories, unless ``corrected`` by a person.

    ``names`` are the usual names of those whom stories name differently.
    """

    learned: dict[Id, Id] = field(default_factory=dict)
    names: dict[Id, str] = field(default_factory=dict)
    corrected: Corrections = field(default_factory=Corrections)

    def identity(self, type_: str, key: str, name: str) -> Identity:
        """Return the identity of what a story alone calls so."""
        at: Id = (type_, key)
        passed = {at}
        while (further := self._further(at)) is not None and further not in passed:
            at = further
            passed.add(at)
        merged_name = self.corrected.names_of_merged.get(at)
        return Identity(*at, self.corrected.names.get(at) or self.names.get(at) or merged_name or name)

    def identify(self, entity: Entity) -> Entity:
        """Return the entity with the identity that all stories give it; what its own says is kept beside."""
        alone = entity.instory or InStory(type=entity.type, key=entity.key, usual=entity.usual)
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
        at = (entity.type, entity.key)
        return self.names.get(at) if at in self.corrected.names else None

    def is_current(self, usage: NameUsage) -> bool:
        """Return whether the story with this usage gives the name the identity that it has here."""
        alone = Identity(usage.type, usage.key, usage.name)
        return (usage.given or alone) == self.identity(*alone)

    def may_change(self, usage: NameUsage) -> bool:
        """Return whether a name has another identity than its story says, or may have."""
        at = (usage.type, usage.key)
        return bool(usage.given) or at in self.names or at in self.corrected.names or self._further(at) is not None

    def _further(self, at: Id) -> Id | None:
        if at in self.corrected.merged:
            return self.corrected.merged[at]
        return None if at in self.corrected.split else self.learned.get(at)


def survey(counts: Iterable[tuple[str, int]], corrected: Corrections) -> tuple[Registry, list[str]]:
    """Learn from all usages of names, in order, each with its number of stories.

    Return the registry, and the usages whose stories do not have the identity that it gives. Of the usages of each
    word only those that may change are kept, so that memory grows with what was learned, not with the stories.
    """
    registry = Registry(corrected=corrected)
    in_question: list[NameUsage] = []
    parsed = ((NameUsage.parse(text), stories) for text, stories in counts)
    for _, group in groupby(parsed, lambda each: each[0].word):
        of_word = list(group)
        # One usage alone teaches nothing, and most words have no other.
        if len(of_word) > 1:
            _learn(registry, of_word)
        in_question += [each for each, _ in of_word if each.how in OWN and registry.may_change(each)]
    return registry, [str(each) for each in in_question if not registry.is_current(each)]


def _learn(registry: Registry, of_word: Sequence[tuple[NameUsage, int]]) -> None:
    """Add what all usages of one word teach."""
    learned = dict(learn(of_word))
    registry.learned |= learned
    meant = set(learned.values())
    variable = {(each.type, each.key) for each, _ in of_word if each.how in OWN}
    several = Counter((each.type, each.key) for each in {each._replace(given=None) for each, _ in of_word})
    names = dict(usual_names([each for each in of_word if each[0].how in OWN]))
    registry.names |= {at: names[at] for at in variable if at in meant or several[at] > 1}
    elsewhere = usual_names([each for each in of_word if each[0].how not in OWN])
    for at, name in elsewhere:
        if at in meant:
            registry.names.setdefault(at, name)


def learn_from(stories: Iterable[Iterable[Entity]]) -> Registry:
    """Return what the entities of these stories teach."""
    counts = Counter(text for entities in stories for text in name_usage(entities))
    return survey(sorted(counts.items()), Corrections())[0]


def name_usage(entities: Iterable[Entity]) -> list[str]:
    """Return how a story uses names, as an index counts it."""
    return sorted({str(usage) for usage in usages(entities)})
