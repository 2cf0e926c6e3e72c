"""Draw a map of the world in Vega: from shapes of our own, since Kibana's maps load theirs from the internet."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.kibana.contents import WorldMap

SCHEMA = "https://vega.github.io/schema/vega/v5.json"
_WIDTH, _HEIGHT = 720, 300
"""The map in halves of degrees from the top left, without Antarctica."""
_PRECISION = 4
"""The zoom of the tiles in which points are put together: cells of 22 degrees or less."""
_MOST = 250


def spec(panel: WorldMap, pattern: str) -> dict[str, Any]:
    """Return the Vega specification; ``pattern`` are the indices.

    Kibana adds the dashboard's time and filters to the request (``%context%``), and a click on a country filters by
    it.
    """
    click = f"datum.id ? kibanaAddFilter({{term: {{'{panel.countries}': datum.id}}}}, '{pattern}', datum.id) : null"
    return {
        "$schema": SCHEMA,
        "padding": 4,
        "config": {"kibana": {"hideWarnings": True}},
        "signals": [
            {"name": "unit", "update": f"min(width / {_WIDTH}, height / {_HEIGHT})"},
            {"name": "chosen", "on": [{"events": "@country:click", "update": click}]},
        ],
        "data": [
            _asked(
                "counts",
                panel,
                pattern,
                {"terms": {"field": panel.countries, "size": _MOST}},
            ),
            {
                "name": "countries",
                "values": [{"id": id, "path": path} for id, path in _shapes()],
                "transform": [
                    {
                        "type": "lookup",
                        "from": "counts",
                        "key": "key",
                        "fields": ["id"],
                        "values": ["doc_count"],
                        "as": ["count"],
                        "default": 0,
                    }
                ],
            },
            {
                **_asked(
                    "points",
                    panel,
                    pattern,
                    {"geotile_grid": {"field": panel.points, "precision": _PRECISION, "size": 1_000}},
                    {"centre": {"geo_centroid": {"field": panel.points}}},
                ),
                "transform": [
                    {"type": "formula", "as": "x", "expr": "(datum.centre.location.lon + 180) * 2"},
                    {"type": "formula", "as": "y", "expr": "(90 - datum.centre.location.lat) * 2"},
                ],
            },
        ],
        "scales": [
            {
                "name": "shade",
                "type": "pow",
                "exponent": 0.5,
                "domain": {"data": "counts", "field": "doc_count"},
                "domainMin": 0,
                "range": {"scheme": "blues"},
            },
            {
                "name": "size",
                "type": "linear",
                "domain": {"data": "points", "field": "doc_count"},
                "domainMin": 0,
                "range": [20, 500],
            },
        ],
        "marks": [
            {
                "type": "path",
                "name": "country",
                "from": {"data": "countries"},
                "encode": {
                    "enter": {"path": {"field": "path"}, "stroke": {"value": "#fff"}, "strokeWidth": {"value": 0.5}},
                    "update": {
                        "scaleX": {"signal": "unit"},
                        "scaleY": {"signal": "unit"},
                        "fill": [
                            {"test": "datum.count > 0", "scale": "shade", "field": "count"},
                            {"value": "#d6d9de"},
                        ],
                        "tooltip": {"signal": "datum.count > 0 ? datum.id + ': ' + datum.count : null"},
                        "cursor": {"value": "pointer"},
                    },
                },
            },
            {
                "type": "symbol",
                "from": {"data": "points"},
                "encode": {
                    "update": {
                        "x": {"signal": "datum.x * unit"},
                        "y": {"signal": "datum.y * unit"},
                        "size": {"scale": "size", "field": "doc_count"},
                        "fill": {"value": "#c0392b"},
                        "fillOpacity": {"value": 0.6},
                        "stroke": {"value": "#fff"},
                        "tooltip": {"field": "doc_count"},
                    }
                },
            },
        ],
    }


def _asked(
    name: str, panel: WorldMap, pattern: str, buckets: dict[str, Any], inner: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return data that Kibana asks Elasticsearch for: the buckets of one aggregation."""
    wanted = buckets | ({"aggs": inner} if inner else {})
    return {
        "name": name,
        "url": {
            "index": pattern,
            "%context%": True,
            "%timefield%": panel.view.time,
            "body": {"size": 0, "aggs": {"found": wanted}},
        },
        "format": {"property": "aggregations.found.buckets"},
    }


@cache
def _shapes() -> list[tuple[str, str]]:
    """Return the countries' codes and outlines as SVG paths; what has no code of its own has an empty one."""
    text = (files("pipeline") / "web" / "static" / "world.svg").read_text(encoding="utf-8")
    return re.findall(r'<path(?: id="([A-Z]{2})")? d="([^"]+)"', text)


def text_of(panel: WorldMap, pattern: str) -> str:
    """Return the specification as Kibana stores it."""
    return json.dumps(spec(panel, pattern), separators=(",", ":"))
