"""One entity for each person, organization or place of a story: recognised, corrected, grouped, located."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pipeline.annotations import Entity, EntityMention
from pipeline.knowledge.known_organizations import known_organizations
from pipeline.knowledge.teams import Team
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.entities.classification import classify
from pipeline.languages.en.entities.contenders import contenders
from pipeline.languages.en.entities.coreference import group_mentions
from pipeline.languages.en.entities.entity_keys import key_of
from pipeline.languages.en.entities.lineups import players
from pipeline.languages.en.entities.location import Location, locations
from pipeline.languages.en.entities.name_shapes import corrected
from pipeline.languages.en.entities.recognised_names import Name, recognised_names, without_rank
from pipeline.languages.en.entities.roles import roles
from pipeline.languages.en.entities.sports import sport_of
from pipeline.reading.tree import Tree

_LONGEST_ADDRESS = 300
_WORD = re.compile(r"\w+")


def entities(tree: Tree, about: AnnotationInput) -> tuple[Entity, ...]:
    """Return the entities of a story in the order of their first mentions."""
    text = tree.text
    names = corrected(text, list(recognised_names(tree)))
    sport = sport_of(text)
    if sport:
        names = sorted([*names, *players(text, sport, names)])
    teams = contenders(text, sport, names) if sport else []
    playing = {name for each in teams for name in each.names}
    groups = [classify(tree, group) for group in group_mentions(text, [n for n in names if n not in playing])]
    groups += [[name._replace(label=each.label) for name in each.names] for each in teams]
    team_of = {each.names[0].start: each.team for each in teams}
    found = sorted(add_missed(text, groups), key=lambda names: names[0].start)
    located = locations(text, found, about.located)
    return tuple(
        entity_of(text, number, names, location, next((team_of[n.start] for n in names if n.start in team_of), None))
        for number, (names, location) in enumerate(zip(found, located, strict=True), 1)
    )


def add_missed(text: str, groups: list[list[Name]]) -> list[list[Name]]:
    """Return the groups with mentions added where the recogniser missed a name's words.

    Only unambiguous ones: capitalised words that are inside no other name, and in no address ("…/news/Iran-to-…").
    """
    taken = {n for group in groups for name in group for n in range(name.start, name.end)}
    owners = {
        name.text: number
        for number, group in enumerate(groups)
        for name in group
        if name.label in ("PERSON", "ORG", "GPE") and name.text[0].isupper() and len(name.text) > 1
    }
    for start, end in occurrences(text, owners):
        if taken.isdisjoint(range(start, end)) and not _is_in_address(text, start):
            group = groups[owners[text[start:end]]]
            group.append(Name(start, end, text[start:end], group[0].label))
    return [sorted(group) for group in groups if group[0].label != "MISC"]


def occurrences(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield where one of these names stands as whole words, the longest at each place; none overlaps another.

    A regular expression of the names would have to be compiled for each story.
    """
    by_letter: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=len, reverse=True):
        by_letter[name[0]].append(name)
    done = 0
    for word in _WORD.finditer(text):
        start = word.start()
        if start < done or text[start] not in by_letter:
            continue
        for name in by_letter[text[start]]:
            if text.startswith(name, start) and not _WORD.match(text, start + len(name)):
                done = start + len(name)
                yield start, done
                break


def _is_in_address(text: str, at: int) -> bool:
    """Return whether a position is inside a web address."""
    before = text[max(0, at - _LONGEST_ADDRESS) : at]
    return "://" in before[max(map(before.rfind, " \n\t")) + 1 :]


def entity_of(text: str, number: int, names: list[Name], location: Location | None, team: Team | None = None) -> Entity:
    """Return the entity that these names of a text are, the ``number``-th of its story."""
    label = names[0].label
    fullest = max(names, key=lambda n: (len(without_rank(n.text, label).split()), len(n.text), -n.start))
    name = without_rank(fullest.text, label)
    usual: str | None
    if team is not None:
        key, usual = team.key, team.usual
    elif location is not None and (place := location.known) is not None:
        key, usual = place.key, place.usual
    else:
        key, usual = key_of(name, label), known_organizations().usual(name) if label == "ORG" else None
    return Entity(
        id=f"e{number}",
        key=key,
        name=name,
        usual=usual if usual != name else None,
        type=label,
        aliases=tuple(text for text in dict.fromkeys(n.text for n in names) if text != name),
        mentions=tuple(EntityMention(start=n.start, end=n.end, text=n.text) for n in names),
        place=location.place if location is not None else None,
        roles=roles(text, names) if label == "PERSON" else (),
    )
