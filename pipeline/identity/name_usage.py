"""Note how a story uses names, as strings that a search index can count.

A name's words alone say little: "Clinton" in one story is whoever the other stories call so in full. Usages sort by the
word that names of one thing share, so that what bears on one another stands together.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from pipeline.annotations import Entity

TYPES = ("PERSON", "ORG", "GPE", "LOC", "FAC")
"""The types of entities that have an identity across stories."""
OWN = ("own", "located")
"""How a story names a thing itself."""
_LONGEST = 200
"""Longer names are debris."""
SEPARATOR = "\x1f"
_ACRONYM = re.compile(r"[A-Z](?:\.?[A-Z]){1,7}\.?")


class Identity(NamedTuple):
    """What stands for one thing in all stories: its type, its key, and the name by which lists have it."""

    type: str
    key: str
    name: str


class NameUsage(NamedTuple):
    """One usage: ``word`` is what it sorts by, ``type``, ``key`` and ``name`` are what the story alone says.

    ``how`` is "own" if the story calls the thing so, and "located" if it also says where that is; "first" if the word
    is a person's first name, and "short" if it is an acronym that the story explains. ``given`` is the identity that
    other stories have given it, if any.
    """

    word: str
    how: str
    type: str
    key: str
    name: str
    given: Identity | None = None

    def __str__(self) -> str:
        """Return the usage as it is indexed."""
        return SEPARATOR.join((*self[:5], *(self.given or ())))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the usage that was indexed so."""
        word, how, type_, key, name, *given = text.split(SEPARATOR)
        return cls(word, how, type_, key, name, Identity(*given) if given else None)


def usages(entities: Iterable[Entity]) -> Iterator[NameUsage]:
    """Yield the usages of a story's people, organizations and places."""
    for entity in entities:
        alone = entity.instory or entity
        if alone.type in TYPES and all(map(_is_name, (entity.name, alone.key, alone.usual or entity.name))):
            yield from _of_one(entity, alone.type, alone.key, alone.usual or entity.name)


def _of_one(entity: Entity, type_: str, key: str, name: str) -> Iterator[NameUsage]:
    given = Identity(entity.type, entity.key, entity.usual or entity.name) if entity.instory else None
    yield NameUsage(word_of(type_, key), "located" if _is_known(entity, key) else "own", type_, key, name, given)
    if type_ == "PERSON":
        first, space, _ = key.partition(" ")
        if space and len(first) > 1:
            yield NameUsage(first, "first", type_, key, name)
    elif type_ == "ORG":
        for alias in entity.aliases:
            if _ACRONYM.fullmatch(alias) and (short := alias.replace(".", "").casefold()) != key:
                yield NameUsage(short, "short", type_, key, name)


def _is_known(entity: Entity, key: str) -> bool:
    """Return whether an entity is a country, state or city that the gazetteer knows by its name."""
    place = entity.place
    return place is not None and (place.kind == "country" or (place.kind in ("admin1", "city") and ", " in key))


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST and SEPARATOR not in text


def word_of(type_: str, key: str) -> str:
    """Return the word that names of one thing share: a person's last name, a place without its region."""
    return key.rpartition(" ")[2] if type_ == "PERSON" else key.partition(", ")[0].partition(" (")[0]
