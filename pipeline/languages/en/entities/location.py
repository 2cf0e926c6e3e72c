"""Tell where the places of a story lie: by their names, by what stands beside them, and by what the story is about."""

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from pipeline.annotations import Place
from pipeline.knowledge.gazetteer import PlaceCandidate, PlaceContext, gazetteer, plain
from pipeline.knowledge.place_names import SIGNS
from pipeline.languages.en.entities.coreference import side_by_side
from pipeline.languages.en.entities.place_shapes import readings
from pipeline.languages.en.entities.recognised_names import Name

_PLACES = ("GPE", "LOC", "FAC")
_SIGNS = [(code, re.compile(rf"\b(?:{words})")) for code, words in SIGNS.items()]
_LIES_IN = re.compile(r"(?:,| in| of| at| near| outside)(?: the)? ")
_SURE = 0.4
"""The share of a story's places from which a place that no list knows is taken to lie in their country."""
_DATELINE = 2
"""The weight of the dateline's country, in mentions."""


class Location(NamedTuple):
    """Where a place of a story lies. ``known`` is the place of the gazetteer that it is, if it is one."""

    place: Place
    known: PlaceCandidate | None = None


def locations(
    text: str, groups: Sequence[Sequence[Name]], located: str, home: Collection[str] = ()
) -> list[Location | None]:
    """Return where each group's place lies, in their order; None for what is no place, or may lie anywhere.

    ``located`` is what the story says of where it was written, its parts separated by commas; ``home`` are countries
    that the rest of the story speaks of.
    """
    story = _Story(text, groups, located, home)
    found = [story.known(number) for number in range(len(groups))]
    countries = story.countries(found)
    for number, each in enumerate(found):
        if each is None:
            found[number] = story.container(number, found, countries)
    return found


class _Story:
    """The places of a story, with what it says of where it takes place."""

    def __init__(self, text: str, groups: Sequence[Sequence[Name]], located: str, home: Collection[str]) -> None:
        self._text, self._groups = text, groups
        self._stated = _parts(located)
        self._filed = dateline_country(located)
        self._places = {number: group for number, group in enumerate(groups) if group[0].label in _PLACES}
        self._named = {name.text: number for number, group in self._places.items() for name in group}
        known = gazetteer()
        self._context = {each: known.context([each]) for each in {*self._named, *self._stated}} if self._places else {}
        doubtful = any(known.is_country(name) and known.country(name) is None for name in self._named)
        signs = frozenset(code for code, sign in _SIGNS if doubtful and sign.search(text))
        self._signs = PlaceContext(meant=signs, home=frozenset(self._home()) | frozenset(home))
        self._after = side_by_side(text, [name for group in self._places.values() for name in group])

    def known(self, group_number: int) -> Location | None:
        """Return where the place of a group lies that the gazetteer knows."""
        group = self._places.get(group_number)
        if group is None:
            return None
        known, starts = gazetteer(), {name.start for name in group}
        before = [one.text for one, two in self._after if two.start in starts]
        elsewhere = (context for text, context in self._context.items() if self._named.get(text) != group_number)
        within = PlaceContext.of([*elsewhere, self._signs, known.around(before)])
        texts = {plain(name.text) for name in group}
        beside = [two.text for one, two in self._after if one.start in starts]
        beside += [two for one, two in pairwise(self._stated) if plain(one) in texts and plain(two) not in texts]
        near = known.context(beside)
        for text in sorted({name.text for name in group}, key=lambda text: (-len(text), text)):
            for number, each in enumerate(readings(text)):
                if place := known.resolve(each.name, within, near, each.kinds):
                    if each.part:
                        return Location(place.place.model_copy(update={"geonameid": None, "kind": "region"}))
                    # "Norwich City" may be a club.
                    return Location(place.place, place if number == 0 or "city" not in each.kinds else None)
        return None

    def countries(self, found: Sequence[Location | None]) -> Counter[str]:
        """Return how often the story speaks of each country."""
        counted: Counter[str] = Counter()
        for number, each in enumerate(found):
            if each and each.place.country:
                counted[each.place.country] += len(self._groups[number])
        for group in self._groups:
            if group[0].label == "NORP" and (code := demonyms().get(group[0].text)):
                counted[code] += len(group)
        if self._filed:
            counted[self._filed] += _DATELINE
        return counted

    def container(self, number: int, found: Sequence[Location | None], countries: Mapping[str, int]) -> Location | None:
        """Return where a place lies that no list knows: in what the text puts it in, or in the story's country."""
        group = self._places.get(number)
        if group is None:
            return None
        starts = {name.start: other for other, names in self._places.items() for name in names if other != number}
        for name in group:
            between = _LIES_IN.match(self._text, name.end)
            outer = found[starts[between.end()]] if between and between.end() in starts else None
            if outer and outer.place.kind != "landmark":
                return _inside(outer.place, group[0].label)
        total = sum(countries.values())
        code = max(countries, key=lambda code: (countries[code], code), default=None)
        if code is None or countries[code] < _SURE * total:
            return None
        return _inside(gazetteer().nation(code).place, group[0].label)

    def _home(self) -> Iterator[str]:
        """Yield the countries that the story speaks from, or whose people it speaks of."""
        if self._filed:
            yield self._filed
        for group in self._groups:
            if group[0].label == "NORP" and (code := demonyms().get(group[0].text)):
                yield code


def dateline_country(located: str) -> str | None:
    """Return the ISO code of the country of the first place that a dateline names, None if it names none."""
    known, parts = gazetteer(), _parts(located)
    for part in parts:
        beside = known.context([other for other in parts if other != part])
        if (place := known.resolve(part, beside, beside)) and place.country:
            return place.country
    return None


def _parts(located: str) -> list[str]:
    return [part for part in map(str.strip, re.split(r"[,(—–]|-+ ", located)) if part]


def _inside(outer: Place, label: str) -> Location:
    kind = "landmark" if label == "FAC" else "city" if label == "GPE" else "region"
    return Location(outer.model_copy(update={"geonameid": None, "kind": kind}))


@cache
def demonyms() -> dict[str, str]:
    """Return the country of each demonym, in the singular and the plural."""
    read = files(__package__).joinpath("demonyms.toml").read_text(encoding="utf-8")
    pairs = [(word, code) for code, words in tomllib.loads(read).items() for word in words.split("|")]
    return {word + ending: code for word, code in pairs for ending in ("", "s")}
