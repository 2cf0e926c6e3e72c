"""Write ``pipeline/web/static/world.svg``: the countries by their ISO 3166 codes, from Natural Earth (public domain).

python -m training.world --natural-earth ne_110m_admin_0_countries.shp
"""

import argparse
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from training.places import dbase

OUT = Path(__file__).parent.parent / "pipeline" / "web" / "static" / "world.svg"
Ring = list[tuple[int, int]]


def main() -> None:
    """Read the shapes with their table, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--natural-earth", type=Path, required=True, help="Natural Earth's countries, a shapefile")
    path = parser.parse_args().natural_earth
    rows = zip(dbase(path.with_suffix(".dbf")), _shapes(path), strict=True)
    paths = [f'<path{_named(row["ISO_A2_EH"])} d="{"".join(map(_path, rings))}"/>' for row, rings in rows]
    note = "<!-- Natural Earth, 1:110m countries, public domain; one unit is half a degree -->"
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 360">'
    OUT.write_text(f'{head}{note}<g id="land">{"".join(sorted(paths))}</g></svg>\n')
    print(OUT.name, len(paths), OUT.stat().st_size)


def _named(code: str) -> str:
    """Return the attribute that names a country; what has no code of its own has none."""
    return f' id="{code}"' if code.isalpha() else ""


def _shapes(path: Path) -> Iterator[list[Ring]]:
    """Yield the rings of each polygon of a shapefile, in halves of degrees from the top left."""
    table, at = path.read_bytes(), 100
    while at < len(table):
        (size,) = struct.unpack_from(">i", table, at + 4)
        parts, points = struct.unpack_from("<2i", table, at + 8 + 36)
        starts = [*struct.unpack_from(f"<{parts}i", table, at + 8 + 44), points]
        degrees = struct.unpack_from(f"<{2 * points}d", table, at + 8 + 44 + 4 * parts)
        flat = [
            (round((lon + 180) * 2), round((90 - lat) * 2))
            for lon, lat in zip(degrees[::2], degrees[1::2], strict=True)
        ]
        rings = [flat[first:last] for first, last in pairwise(starts)]
        yield [ring for each in rings if len(ring := list(dict.fromkeys(each))) > 2]
        at += 8 + 2 * size


def _path(ring: Ring) -> str:
    """Return a ring as relative moves."""
    moves = [f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(ring)]
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(moves).replace(' -', '-')}z"


if __name__ == "__main__":
    main()
