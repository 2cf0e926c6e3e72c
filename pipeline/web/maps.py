"""Put places on the pages' map of the world."""

from collections.abc import Mapping
from typing import Any


def on_map(name: str, point: Mapping[str, float]) -> dict[str, Any]:
    """Return a place with its position on a map of 720 by 360, half a degree per unit."""
    return {"name": name, "x": (point["lon"] + 180) * 2, "y": (90 - point["lat"]) * 2}
