"""List what the stories name, each thing once with all of its names, and find the one that a person means."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

from pipeline.errors import ConfigurationError
from pipeline.identity.corrections import Corrections
from pipeline.identity.learning import Id
from pipeline.identity.name_usage import OWN, Identity, NameUsage

ThingKind = Literal["person", "organization", "place"]
Why = Literal["same", "learned", "merged"]
KIND_OF: dict[str, ThingKind] = {
    "PERSON": "person", "ORG": "organization", "GPE": "place", "LOC": "place", "FAC": "place"
}  # fmt: skip


@dataclass(frozen=True)
class Alias:
    """A name that stories use, what they alone would take it for, and in how many of them it stands.

    ``why`` is "same" if it is the thing's own key, "learned" if other stories teach it, "merged" if a person did.
    """

    name: str
    type: str
    key: str
    stories: int
    why: Why


@dataclass(frozen=True)
class Thing:
    """A person, organization or place with the names that stand for it, the most frequent first."""

    kind: ThingKind
    type: str
    key: str
    name: str
    stories: int
    aliases: tuple[Alias, ...]


Entry = TypeVar("Entry", Alias, Thing)


def things(counts: Iterable[tuple[str, int]], corrected: Corrections) -> list[Thing]:
    """Return all things, the most frequent first, from how stories use names and identify them."""
    used: dict[tuple[Identity, Identity], int] = defaultdict(int)
    for text, stories in counts:
        usage = NameUsage.parse(text)
        if usage.how in OWN:
            alone = Identity(usage.type, usage.key, usage.name)
            used[alone, usage.given or alone] += stories
    aliases: dict[Id, list[Alias]] = defaultdict(list)
    names: dict[Id, Counter[str]] = defaultdict(Counter)
    for (alone, identity), stories in used.items():
        at, own = identity[:2], alone[:2]
        names[at][identity.name] += stories
        why: Why = "same" if at == own else "merged" if own in corrected.merged else "learned"
        aliases[at].append(Alias(alone.name, *own, stories, why))
    found = [
        Thing(KIND_OF[at[0]], *at, _most_frequent(names[at]), sum(each.stories for each in of_one), _sorted(of_one))
        for at, of_one in aliases.items()
    ]
    return sorted(found, key=lambda thing: (-thing.stories, thing.type, thing.key))


def _most_frequent(names: Counter[str]) -> str:
    return max(names, key=lambda name: (names[name], name))


def find_used(all_things: Iterable[Thing], name: str, kind: ThingKind | None) -> Alias:
    """Return what stories alone call so, for a correction. Raises ConfigurationError if it is none or several."""
    wanted = name.casefold()
    found = {
        (alias.type, alias.key): alias
        for thing in all_things
        for alias in thing.aliases
        if wanted in (alias.name.casefold(), alias.key) and kind in (None, KIND_OF[alias.type])
    }
    return _one(list(found.values()), name)


def find_thing(all_things: Iterable[Thing], name: str, kind: ThingKind | None) -> Thing:
    """Return the thing with this name or key. Raises ConfigurationError if it is none or several."""
    wanted = name.casefold()
    of_kind = [thing for thing in all_things if kind in (None, thing.kind)]
    listed = [thing for thing in of_kind if wanted in (thing.name.casefold(), thing.key)]
    return _one(listed or [t for t in of_kind if any(wanted == alias.name.casefold() for alias in t.aliases)], name)


def _one(found: list[Entry], name: str) -> Entry:
    if not found:
        raise ConfigurationError(f"no story names {name!r}; see `wire entity list`")
    if len(found) > 1:
        several = ", ".join(f"{KIND_OF[each.type]} {each.key!r} ({each.stories})" for each in found)
        raise ConfigurationError(f"{name!r} may be several: {several}; give --type, or the key instead of the name")
    return found[0]


def _sorted(aliases: list[Alias]) -> tuple[Alias, ...]:
    return tuple(sorted(aliases, key=lambda alias: (-alias.stories, alias.name, alias.type)))
