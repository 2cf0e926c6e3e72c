"""Look up places: which names are places, and which place a name means in its story.

Countries, their divisions and cities of 500 people or more are those of GeoNames (CC BY 4.0); regions, seas and
landmarks those of ``regions.tsv``. ``training/places.py`` makes the database.
"""

import math
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.annotations import Place, PlaceKind

DATABASE = Path(__file__).parent / "places.sqlite"
LISTED = 15_000
"""The population of the smallest city that is looked up without a story that speaks of its country."""
LARGE = 300_000
"""The population of a large city; for those, alternative names count too."""
_AREAS = ("country", "admin1")
_DIVISIONS = ("admin1", "admin2")
_PRIOR: dict[PlaceKind, float] = {
    "country": 3.0, "admin1": 0.0, "admin2": -1.0, "city": 0.0, "region": 5.5, "water": 5.0, "landmark": 4.5
}  # fmt: skip
_STATE_PRIOR = 6.0
"""That of a state that is named like a country: its people do not count."""
_METROPOLIS = 500_000
"""A US city with this population is meant rather than the state of the same name."""
_NAMED_BONUS = 4.0
"""The weight, in powers of ten of people, of a story that names a city's country or state."""
_NEAR_BONUS = 1.0
"""The weight of a story that names a large city of the same region."""
_CAPITAL_BONUS = 1.0
_SMALL_MALUS = 3.0
"""How much less likely is a town or second division that is not listed."""
_OWN_NAME_BONUS = 1.5
"""The weight of a name that is the usual one of a place, and of others only an alternative."""
_KIND_BONUS = 4.0
"""The weight of a word that says of what kind a place is: "Kandahar province"."""
_KEPT = 20_000
"""How many names are kept with what they may mean."""


class PlaceCandidate(NamedTuple):
    """One place for a name, as the database has it; an ``id`` below 0 is not one of GeoNames.

    ``listed`` says whether it may be meant in any story. ``neighbours`` are the countries that a country borders on.
    """

    id: int
    kind: PlaceKind
    name: str
    country: str | None
    admin1: str | None
    admin2: str | None
    lat: float
    lon: float
    population: int
    capital: bool
    zone: str | None
    neighbours: str | None
    listed: bool

    @property
    def place(self) -> Place:
        """Where it lies."""
        return Place(
            geonameid=self.id if self.id > 0 else None,
            kind=self.kind,
            precision=self.kind,
            country=self.country,
            admin1=self.admin1,
            admin2=self.admin2,
            lat=self.lat,
            lon=self.lon,
        )

    @property
    def region(self) -> str:
        """Its country and first division: "US.TX"; a country's is its code."""
        return f"{self.country}.{self.admin1}" if self.kind != "country" else f"{self.country}"

    @property
    def key(self) -> str:
        """A key that no other place has: "russia", "paris, fr", "paris, us-tx", "black sea"."""
        name = plain(self.name)
        if self.kind == "country" or self.country is None:
            return name
        return f"{name}, {self.region.replace('.', '-') if self.country == 'US' else self.country}".lower()

    @property
    def usual(self) -> str | None:
        """The usual name of a country or state, which have several; of a city, wires use the one of their time."""
        return self.name if self.kind == "country" or self.is_major else None

    @property
    def is_area(self) -> bool:
        """Whether it is a country or one of its first divisions."""
        return self.kind in _AREAS

    @property
    def is_small(self) -> bool:
        """Whether it is meant only in a story that speaks of where it lies."""
        return not self.listed and self.kind in ("city", "admin2")

    @property
    def is_major(self) -> bool:
        """Whether it is a country, or a state or province that wires name as if it were one."""
        return self.listed and self.is_area


class PlaceContext(NamedTuple):
    """What a story or its dateline names: countries (ISO codes), states, the regions of large cities and of all.

    ``meant`` are states that no city and no country is called like, and countries that the words of the story are
    about; ``short`` are states that an abbreviation stands for. ``home`` are the countries that a story speaks from.
    """

    countries: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    meant: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    home: frozenset[str] = frozenset()

    @classmethod
    def of(cls, several: Iterable["PlaceContext"]) -> "PlaceContext":
        """Return the union of several contexts."""
        return cls(*(frozenset[str]().union(*sets) for sets in zip(cls(), *several, strict=True)))


_NOWHERE = PlaceContext()


class Gazetteer:
    """Places by name.

    ``words`` maps each word to its role in place names, as bits: 1 a country or a US state, 2 a large city, 4 a
    city, 8 part of a longer name.
    """

    def __init__(self) -> None:
        """Open the database; it is read where it lies."""
        address = f"{DATABASE.as_uri()}?immutable=1"
        self._database = sqlite3.connect(address, uri=True, check_same_thread=False)
        self.words: dict[str, int] = dict(self._database.execute("SELECT word, roles FROM word"))
        self._named = lru_cache(_KEPT)(self._look_up)
        self._told = lru_cache(_KEPT)(self._says)

    def candidates(self, name: str) -> tuple[PlaceCandidate, ...]:
        """Return all places with this name."""
        return self._named(plain(name))

    def __contains__(self, name: str) -> bool:
        """Return whether a place that is listed has this name."""
        return any(candidate.listed for candidate in self.candidates(name))

    def is_country(self, name: str) -> bool:
        """Return whether a country or a US state has this name."""
        return any(candidate.is_major for candidate in self.candidates(name))

    def population(self, name: str) -> int:
        """Return the population of the largest place of this name that is listed, 0 if there is none."""
        return max((candidate.population for candidate in self.candidates(name) if candidate.listed), default=0)

    def country(self, name: str) -> str | None:
        """Return the usual name of the only country or US state with this name, or None."""
        found = {c.id: c.name for c in self.candidates(name) if c.is_major}
        return next(iter(found.values())) if len(found) == 1 else None

    def nation(self, code: str) -> PlaceCandidate:
        """Return a country by its ISO code. Raises KeyError if there is none."""
        return self._nations[code]

    def context(self, names: Collection[str]) -> PlaceContext:
        """Return what a story that has these names says of where it takes place."""
        return PlaceContext.of(map(self._told, names))

    def _says(self, name: str) -> PlaceContext:
        """Return what one name says."""
        known = [candidate for candidate in self.candidates(name) if candidate.listed]
        if not known:
            return _NOWHERE
        largest = max(known, key=lambda candidate: candidate.population)
        town = frozenset([largest.region] if largest.kind == "city" else [])
        states = frozenset(candidate.region for candidate in known if candidate.kind == "admin1")
        meant = self._meant(name) if states else None
        state = frozenset([meant.region] if meant and meant.kind == "admin1" else [])
        return PlaceContext(
            countries=frozenset(each.country for each in known if each.kind == "country" and each.country),
            states=states,
            regions=town if largest.population >= LARGE else frozenset(),
            towns=town,
            meant=state,
            short=state if name.endswith(".") else frozenset(),
        )

    def around(self, names: Collection[str]) -> PlaceContext:
        """Return what the names of cities directly before a name say of it: "Athens, Georgia"."""
        known = (candidate for name in names for candidate in self.candidates(name) if candidate.listed)
        return PlaceContext(towns=frozenset(c.region for c in known if c.kind == "city"))

    def is_town(self, name: str, state: str) -> bool:
        """Return whether there is a city or smaller town of this name in a state, given by its own name."""
        return any(c.kind == "city" for c in self._near(name, self.context([state])))

    def resolve(
        self, name: str, within: PlaceContext, beside: PlaceContext, kinds: Collection[PlaceKind] = ()
    ) -> PlaceCandidate | None:
        """Return the place a name means, from what stands ``beside`` it ("Paris, Texas") or the story it is
        ``within``; its words may say of which ``kinds`` it is.
        """
        found = [c for c in self.candidates(name) if not c.is_small or c.kind in kinds or _is_in(c, within)]
        cities = {c.region for c in found if c.kind == "city" and c.listed}
        # "Hamburg" is the city, "the state of Hamburg" is not.
        found = [c for c in found if c.listed or c.kind not in _DIVISIONS or c.kind in kinds or c.region not in cities]
        if beside.short or beside.meant:
            # "Berlin, Conn." is neither the city nor the state of Germany.
            found = [c for c in found if c.is_major and (c.kind == "admin1" or not beside.short)]
        if any(c.country == "US" and c.kind == "city" and c.population >= _METROPOLIS for c in self.candidates(name)):
            found = [c for c in found if c.kind != "admin1" or c.country != "US"]

        def likely(candidate: PlaceCandidate) -> float:
            own = plain(candidate.name) == plain(name)
            return _likely(candidate, within) + _OWN_NAME_BONUS * own + _KIND_BONUS * (candidate.kind in kinds)

        near = self._near(name, beside) or found or [self._unlisted(name, region) for region in beside.short]
        return max(near, key=likely, default=None)

    def _unlisted(self, name: str, region: str) -> PlaceCandidate:
        """Return a town of which no more is known than its state: it is located where that is."""
        state = self._states[region]
        return state._replace(id=-state.id, kind="city", name=name, population=0, listed=False)

    def _meant(self, name: str) -> PlaceCandidate | None:
        """Return the place that a name means by itself."""
        return self.resolve(name, _NOWHERE, _NOWHERE)

    def _near(self, name: str, beside: PlaceContext) -> list[PlaceCandidate]:
        """Return the cities of this name in the states and countries beside it, else the smaller towns."""
        cities = [c for c in self.candidates(name) if c.kind == "city"]
        near = [c for c in cities if c.listed and (c.region in beside.states or c.country in beside.countries)]
        states = beside.short if self.is_country(name) else beside.meant
        return near or [c for c in cities if c.region in states]

    def _look_up(self, name: str) -> tuple[PlaceCandidate, ...]:
        """Return the places with a name that is ``plain``, the largest first."""
        having = "name JOIN place USING (id)", "plain = ? ORDER BY population DESC, id"
        # Half of a surrogate pair has no bytes.
        return tuple(self._select("listed", *having, name.encode(errors="replace").decode()))

    @property
    def _nations(self) -> dict[str, PlaceCandidate]:
        return self._of_kind("country")

    @property
    def _states(self) -> dict[str, PlaceCandidate]:
        return self._of_kind("admin1")

    @cache  # noqa: B019 - one gazetteer lives as long as the process
    def _of_kind(self, kind: PlaceKind) -> dict[str, PlaceCandidate]:
        """Return the largest place of a kind by its region."""
        return {each.region: each for each in self._select("1", "place", "kind = ? ORDER BY population", kind)}

    def _select(self, listed: str, table: str, where: str, value: str) -> Iterator[PlaceCandidate]:
        columns = "id, kind, name, country, admin1, admin2, lat, lon, population, capital, zone.zone, neighbours"
        found = self._database.execute(
            f"SELECT {columns}, {listed} FROM {table} LEFT JOIN zone ON place.zone = number WHERE {where}",  # noqa: S608
            [value],
        )
        return map(PlaceCandidate._make, found)


def _is_in(candidate: PlaceCandidate, within: PlaceContext) -> bool:
    """Return whether a story speaks of where a place that is not listed lies."""
    near = within.states | within.towns | within.meant
    return candidate.country in within.countries | within.home or candidate.region in near


def _likely(candidate: PlaceCandidate, within: PlaceContext) -> float:
    """Return how likely a story means a place, in powers of ten of people."""
    country, region = candidate.country, candidate.region
    if candidate.kind == "country":
        score = _people(candidate)
        score += _NAMED_BONUS * (
            country in within.meant or any(each.startswith(f"{country}.") for each in within.towns)
        )
        score += _NAMED_BONUS / 2 * (not within.countries.isdisjoint((candidate.neighbours or "").split(",")))
    elif candidate.is_major:
        score = _STATE_PRIOR
        score += _NAMED_BONUS * any(state.startswith(f"{country}") for state in within.meant)
        score += _NAMED_BONUS * (region in within.towns | within.states)
        score += _NAMED_BONUS / 2 * (country in within.countries)
    else:
        score = _people(candidate) + _CAPITAL_BONUS * candidate.capital - _SMALL_MALUS * candidate.is_small
        score += _NAMED_BONUS * (region in within.meant) or _NEAR_BONUS * (region in within.states)
        score += _NEAR_BONUS * (region in within.regions)
        score += _NAMED_BONUS / 2 * (country in within.countries) + _NAMED_BONUS / 2 * (country in within.home)
    return score


def _people(candidate: PlaceCandidate) -> float:
    return math.log10(candidate.population + 10) + _PRIOR[candidate.kind]


def plain(name: str) -> str:
    """Return a name without case, accents and typographic apostrophes, for lookups."""
    return (name if name.isascii() else bare(name).replace("’", "'")).casefold()


def bare(name: str) -> str:
    """Return a name without its accents."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer, opened once per process."""
    return Gazetteer()
