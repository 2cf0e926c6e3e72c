"""Look up given names and surnames: the gender of a given name, and whether a word is a name at all.

``training/people.py`` makes ``people.json`` from the lists of Faker (MIT licence).
"""

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class People(NamedTuple):
    """Given names that only women, only men, or both have; and surnames."""

    female: frozenset[str]
    male: frozenset[str]
    both: frozenset[str]
    surnames: frozenset[str]


@cache
def people() -> People:
    """Return the lists that ship with the project."""
    read = json.loads(files("pipeline.knowledge").joinpath("people.json").read_text(encoding="utf-8"))
    return People(**{kind: frozenset(names) for kind, names in read.items()})


@cache
def gender_of(name: str) -> str | None:
    """Return m or f for a person's full name, or None if its given name is ambiguous."""
    given, _, rest = name.partition(" ")
    if not rest:
        return None
    known = people()
    return "f" if given in known.female else "m" if given in known.male else None
