"""Learn from all stories which names mean one thing.

Everything here is a function of counts, so that neither the order of stories nor a restart changes it, and a story
that is killed no longer counts.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from pipeline.identity.name_usage import NameUsage
from pipeline.knowledge.person_names import people

Id = tuple[str, str]
"""A type and a key."""
Counts = Mapping[str, int]

_DOMINANT = 0.8
"""The share of stories that one bearer of a name needs, so that its name alone means nobody else."""
_MAJORITY = 0.75
_FEWEST = 3
"""How many stories must agree on what a name is, before the others are overruled."""
_FAMOUS, _ALMOST_ALL = 5, 0.95
"""How many stories, and which share of them, a person needs to be called by a common given name."""
_LONG_GIVEN_NAME = 5
_RANK_OF_TYPE = ("ORG", "GPE", "LOC", "FAC")
"""Which type a name has that as many stories call one as the other."""


def learn(usages: Sequence[tuple[NameUsage, int]]) -> Iterator[tuple[Id, Id]]:
    """Yield who else is meant by a type and key, from all usages of one word, each with its number of stories."""
    persons, things, first, short = Counter[str](), Counter[Id](), Counter[str](), Counter[str]()
    located: set[Id] = set()
    for usage, stories in usages:
        if usage.how == "first":
            first[usage.key] += stories
        elif usage.how == "short":
            short[usage.key] += stories
        elif usage.type == "PERSON":
            persons[usage.key] += stories
        else:
            things[usage.type, usage.key] += stories
            if usage.how == "located":
                located.add((usage.type, usage.key))
    full = {key: stories for key, stories in persons.items() if _is_full(key)}
    variants = dict(_variants(full))
    yield from ((("PERSON", key), ("PERSON", meant)) for key, meant in variants.items())
    bearers: Counter[str] = Counter()
    for key, stories in [*full.items(), *first.items()]:
        bearers[variants.get(key, key)] += stories
    for key in persons.keys() - full.keys():
        if meant := _bearer(key, bearers):
            yield ("PERSON", key), ("PERSON", meant)
        elif thing := _thing(persons[key], things, located):
            yield ("PERSON", key), thing
    yield from _things(things, located, short, bearers)


def usual_names(usages: Sequence[tuple[NameUsage, int]]) -> Iterator[tuple[Id, str]]:
    """Yield the most frequent name of each type and key, from usages of one word and of one kind."""
    names: dict[Id, Counter[str]] = defaultdict(Counter)
    for usage, stories in usages:
        names[usage.type, usage.key][usage.name] += stories
    for identity, counted in names.items():
        yield identity, max(counted, key=lambda name: (not name.isupper(), counted[name], name))


def _bearer(key: str, bearers: Counts) -> str | None:
    """Return the one person who is called so in short, or None."""
    *initials, last = key.split(" ")
    meant = _dominant({full: stories for full, stories in bearers.items() if _fits(full, initials, last)})
    if meant and meant.split(" ")[0] == key and _is_given_name(key):
        return meant if bearers[meant] >= _FAMOUS and _dominant(bearers, _ALMOST_ALL) == meant else None
    return meant


def _thing(stories: int, things: Mapping[Id, int], located: Collection[Id]) -> Id | None:
    """Return the team or the place that a name is, which some stories take for a person's."""
    known = {each: count for each, count in things.items() if each in located or _is_team(each[1])}
    best = _usual(known)
    if best is None or known[best] < max(_MAJORITY * sum(known.values()), stories):
        return None
    return best


def _is_full(key: str) -> bool:
    given, space, _ = key.partition(" ")
    return bool(space) and len(given) > 1


def _fits(full: str, initials: Sequence[str], last: str) -> bool:
    """Return whether a full name can be shortened so: "g mcgrath", "de silva", "saddam"."""
    words = full.split(" ")
    if initials and len(initials[0]) == 1:
        return words[0].startswith(initials[0]) and words[-1] == last
    tail = [*initials, last]
    return words[-len(tail) :] == tail or [words[0]] == tail


def _is_given_name(word: str) -> bool:
    known, name = people(), word.capitalize()
    return name in known.female or name in known.male or name in known.both


def _variants(full: Counts) -> Iterator[tuple[str, str]]:
    """Yield names that spell another one differently or leave out its middle name, and that one.

    "Yasir Arafat" and "Yasser Arafat"; "Carlos Menem" and "Carlos Saul Menem".
    """
    by_spelling: dict[tuple[str, ...], list[str]] = defaultdict(list)
    by_ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in sorted(full, key=lambda key: (-full[key], key)):
        given, *rest = key.split(" ")
        by_spelling[(_spelling(given), *rest)].append(key)
        by_ends[given, rest[-1]].append(key)
    for usual, *others in by_spelling.values():
        yield from ((other, usual) for other in others)
    for usual, *others in by_ends.values():
        if len(others) == 1 and _is_within(usual, others[0]):
            yield others[0], usual


def _spelling(given: str) -> str:
    """Return what the spellings of one name share: its consonants, first and last letter. Short names have one."""
    if len(given) < _LONG_GIVEN_NAME:
        return given
    kept = [letter for letter in given[1:-1] if letter not in "aeiouyh"]
    single = (letter for at, letter in enumerate(kept) if at == 0 or kept[at - 1] != letter)
    return f"{given[0]}{''.join(single)}{given[-1]}"


def _is_within(one: str, other: str) -> bool:
    ours, theirs = set(one.split(" ")), set(other.split(" "))
    return ours < theirs or theirs < ours


def _dominant(bearers: Counts, share: float = _DOMINANT) -> str | None:
    """Return the one that almost all stories mean, or None."""
    best = max(bearers, key=lambda key: (bearers[key], key), default=None)
    return best if best is not None and bearers[best] >= share * sum(bearers.values()) else None


def _things(
    counted: Mapping[Id, int], located: Collection[Id], short: Counts, bearers: Counts
) -> Iterator[tuple[Id, Id]]:
    """Yield what else is meant by organizations and places."""
    teams = [each for each in counted if _is_team(each[1])]
    unlike = {each: stories for each, stories in counted.items() if not _is_team(each[1])}
    usual = _usual(unlike)
    for each in unlike.keys() - located:
        if len(teams) == 1 and teams[0][0] == "ORG":
            yield each, teams[0]
        elif each[0] == "ORG" and (meant := _dominant({key: n for key, n in short.items() if key != each[1]})):
            yield each, ("ORG", meant)
        elif not located and (person := _bearer(each[1], bearers)) and bearers[person] > counted[each]:
            yield each, ("PERSON", person)
        elif usual is not None and each != usual and _is_meant(each, usual, unlike):
            yield each, usual


def _is_team(key: str) -> bool:
    return key.endswith(")")


def _usual(things: Mapping[Id, int]) -> Id | None:
    """Return what most stories say that a name is: an organization, or which place."""
    return max(things, key=lambda each: (things[each], -_RANK_OF_TYPE.index(each[0]), each[1]), default=None)


def _is_meant(each: Id, usual: Id, things: Mapping[Id, int]) -> bool:
    """Return whether a name that a story types otherwise is what most stories say.

    If only the type differs, it is. An organization that is called like a city is the city only if almost nobody else
    means it.
    """
    if each[1] == usual[1]:
        return True
    return things[usual] >= max(_MAJORITY * sum(things.values()), _FEWEST)
