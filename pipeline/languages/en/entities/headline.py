"""Find the names of a headline: those of its story, and those that only it has.

A headline leaves out words, and many have a capital on each, so that a recogniser takes anything for a name. What
the body does not name must be known: a place of the gazetteer, a listed organization, a given name with a surname.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.annotations import Entity, EntityMention
from pipeline.knowledge.gazetteer import LARGE, gazetteer, plain
from pipeline.knowledge.known_organizations import known_organizations
from pipeline.knowledge.person_names import people
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.entities.classification import classify, has_given_name
from pipeline.languages.en.entities.coreference import group_mentions
from pipeline.languages.en.entities.find import entity_of, occurrences
from pipeline.languages.en.entities.location import demonyms, locations
from pipeline.languages.en.entities.name_shapes import corrected
from pipeline.languages.en.entities.recognised_names import Name, recognised_names
from pipeline.languages.en.entities.sports import sport_of
from pipeline.reading.tree import Tree

_WORD = re.compile(r"[^\W\d_]{4,}")
_MOSTLY = 0.6
"""The share of capitalised words of a headline that has a capital on each."""


def with_headline(tree: Tree, about: AnnotationInput, entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Return a body's entities with their mentions in the headline, then those that only the headline names."""
    text = tree.text
    if not text.strip():
        return tuple(entities)
    found = list(_named_before(text, entities))
    taken = {at for name, _ in found for at in range(name.start, name.end)}
    own = [_with_mentions(entity, [name for name, of in found if of is entity]) for entity in entities]
    rest = [
        name for name in corrected(text, list(recognised_names(tree))) if taken.isdisjoint(range(name.start, name.end))
    ]
    groups = [classify(tree, group) for group in group_mentions(text, rest)]
    is_sport = sport_of(about.body) is not None
    groups = [group for group in groups if _is_known(text, group[0], is_sport)]
    home = {entity.place.country for entity in entities if entity.place and entity.place.country}
    places = locations(text, groups, about.located, home)
    for number, (group, place) in enumerate(zip(groups, places, strict=True), len(own) + 1):
        entity = entity_of(text, number, group, place)
        own.append(entity.model_copy(update={"mentions": _mentions(group)}))
    return tuple(own)


def _with_mentions(entity: Entity, names: Sequence[Name]) -> Entity:
    return entity.model_copy(update={"mentions": entity.mentions + _mentions(names)}) if names else entity


def is_titled(headline: str) -> bool:
    """Return whether a headline has a capital on each longer word: "Wildfires Rage Across California"."""
    words: list[str] = _WORD.findall(headline)
    return sum(word[0].isupper() for word in words) > _MOSTLY * len(words)


def _named_before(text: str, entities: Sequence[Entity]) -> Iterator[tuple[Name, Entity]]:
    """Yield the names of the headline that the body has, or whose bearer it names in full."""
    owners: dict[str, Entity | None] = {}
    for entity in entities:
        called = {entity.name, *entity.aliases, *(mention.text for mention in entity.mentions)}
        if entity.type == "PERSON" and len(entity.mentions) > 1:
            called.add(entity.name.rpartition(" ")[2])
        for name in called:
            # What two may be called is nobody's name.
            owners[name] = entity if owners.get(name, entity) is entity else None
    if text.isupper():
        owners = {name.upper(): entity for name, entity in owners.items()}
    known = {name: entity for name, entity in owners.items() if entity and len(name) > 1 and name[0].isupper()}
    for start, end in occurrences(text, known):
        entity = known[text[start:end]]
        yield Name(start, end, text[start:end], entity.type), entity


def _is_known(headline: str, name: Name, is_sport: bool) -> bool:
    """Return whether a name that only the headline has is one; who wrote the story is none of its names."""
    text, places, titled = name.text, gazetteer(), is_titled(headline)
    if name.label == "PERSON":
        if headline[: name.start].endswith(" by "):
            return False
        return bool(has_given_name(text) and (not titled or text.split()[-1] in people().surnames))
    if name.label == "NORP":
        return text in demonyms()
    if name.label in ("GPE", "LOC"):
        # A city of a sports story is a club.
        own = [each for each in places.candidates(text) if plain(each.name) == plain(text) and not each.is_small]
        return places.is_country(text) or any(
            each.kind != "city" or (each.population >= LARGE and not is_sport) for each in own
        )
    if name.label == "ORG":
        return known_organizations().usual(text) is not None or (not titled and len(text.split()) > 1)
    return not titled and name.label in ("EVENT", "FAC", "LAW")


def _mentions(names: Iterable[Name]) -> tuple[EntityMention, ...]:
    return tuple(EntityMention(start=n.start, end=n.end, text=n.text, field="headline") for n in names)
