"""A map of the world with points and shaded countries, as much of it as they need.

The map has 720 by 360 units of half a degree, from the top left; ``static/world.svg`` has the countries by code.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pipeline.search.countries import country_middle, country_name
from pipeline.web.templating import STATIC

_WIDTH, _HEIGHT = 720.0, 360.0
_MARGIN, _NARROWEST = 30.0, 140.0
"""Units around what is shown, and of the narrowest map."""
_WIDE = 420.0
"""Of this width on, the whole world is shown, but for Antarctica."""
_AREAS = ("country", "region", "water")
"""What is too large to be a point."""
_DRAWN = frozenset(re.findall(r'id="([A-Z]{2})"', (STATIC / "world.svg").read_text(encoding="utf-8")))


class Marked(NamedTuple):
    """A place to mark: its name, its place in an index, an address to lead to, and how much it matters, from 1."""

    name: str
    place: Mapping[str, Any]
    link: str | None = None
    weight: int = 1


class MapPoint(NamedTuple):
    """A circle, in units of the map."""

    name: str
    x: float
    y: float
    radius: float
    link: str | None


class Area(NamedTuple):
    """A shaded country."""

    code: str
    name: str


class WorldMap(NamedTuple):
    """What a map shows; ``view`` is the viewBox of its SVG."""

    points: list[MapPoint]
    areas: list[Area]
    view: str

    @property
    def names(self) -> list[str]:
        """The names of all that is marked."""
        return list(dict.fromkeys([*(point.name for point in self.points), *(area.name for area in self.areas)]))


def world_map(places: Iterable[Marked]) -> WorldMap | None:
    """Return the map of these places, None if there is nothing to show: towns are circles, countries are shaded.

    A country too small to be drawn is a circle.
    """
    circles: list[tuple[Marked, float, float]] = []
    middles: dict[str, tuple[float, float]] = {}
    for each in places:
        code = each.place.get("country", "")
        if "lat" in each.place and each.place.get("precision", "city") not in _AREAS:
            circles.append((each, *_position(each.place["lat"], each.place["lon"])))
        elif code and (middle := country_middle(code)):
            middles[code] = _position(*middle)
            if code not in _DRAWN:
                circles.append((each, *middles[code]))
    at = [(x, y) for _, x, y in circles] + list(middles.values())
    if not at:
        return None
    left, top, width, height = _view([x for x, _ in at], [y for _, y in at])
    unit = width / _WIDTH
    points = [MapPoint(each.name, x, y, min(4 + 1.5 * each.weight, 11) * unit, each.link) for each, x, y in circles]
    areas = [Area(code, country_name(code)) for code in sorted(middles) if code in _DRAWN]
    return WorldMap(points, areas, f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}")


def _position(lat: float, lon: float) -> tuple[float, float]:
    return (lon + 180) * 2, (90 - lat) * 2


def _view(xs: list[float], ys: list[float]) -> tuple[float, float, float, float]:
    """Return left, top, width and height of a map twice as wide as high that has these positions with a margin."""
    width = max(max(xs) - min(xs) + 2 * _MARGIN, 2 * (max(ys) - min(ys) + 2 * _MARGIN), _NARROWEST)
    if width >= _WIDE:
        return 0.0, 0.0, _WIDTH, 300.0
    left = min(max((max(xs) + min(xs) - width) / 2, 0), _WIDTH - width)
    top = min(max((max(ys) + min(ys) - width / 2) / 2, 0), _HEIGHT - width / 2)
    return left, top, width, width / 2
