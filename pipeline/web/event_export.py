"""Events as rows of a table and as GeoJSON.

The columns have the names of POLECAT's data dictionary (Halterman et al., 2023), so that scripts written for it work.
What POLECAT does not have comes last.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

COLUMNS = (
    "Event ID", "Event Date", "Event Type", "Event Mode", "Quad Code", "Actor Name", "Actor Name Raw",
    "Recipient Name", "Recipient Name Raw", "Placename", "Country", "Latitude", "Longitude", "Source",
    "Publication Date", "Story People", "Story Organizations", "Story Locations", "Headline", "Language", "Version",
    "Status", "Trigger", "Claimed By", "Dead", "Injured", "Size", "URI", "Happening",
)  # fmt: skip


def row(hit: dict[str, Any]) -> list[Any]:
    """Return an event's cells; several names are a list."""
    story, place, date = hit["story"], hit.get("place", {}), hit.get("date", {})
    point = place.get("point", {})
    return [
        event_id(hit),
        date.get("value", ""),
        hit.get("type", ""),
        hit.get("mode", ""),
        hit.get("quad_class", ""),
        [each["name"] for each in hit["actors"]],
        [each["text"] for each in hit["actors"]],
        [each["name"] for each in hit["recipients"]],
        [each["text"] for each in hit["recipients"]],
        place.get("name", ""),
        place.get("country", ""),
        point.get("lat", ""),
        point.get("lon", ""),
        story["source"]["name"],
        story["versioncreated"],
        story.get("people", []),
        story.get("organizations", []),
        story.get("places", []),
        story.get("headline", ""),
        story.get("language", ""),
        hit["version"],
        hit["status"],
        hit["text"],
        hit.get("claimed_by", ""),
        hit.get("dead", ""),
        hit.get("injured", ""),
        hit.get("size", ""),
        story["uri"],
        hit.get("happening", ""),
    ]


def event_id(hit: dict[str, Any]) -> str:
    """Return an id of the event that no other story has."""
    return f"{hit['story']['uri']}#{hit['id']}"


def geojson(hits: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a FeatureCollection (RFC 7946) of the events with a known point, a feature per line."""
    yield '{"type": "FeatureCollection", "features": ['
    separator = "\n"
    for hit in hits:
        if point := hit.get("place", {}).get("point"):
            feature = {
                "type": "Feature",
                "id": event_id(hit),
                "geometry": {"type": "Point", "coordinates": [point["lon"], point["lat"]]},
                "properties": dict(zip(COLUMNS, row(hit), strict=True)),
            }
            yield separator + json.dumps(feature, ensure_ascii=False)
            separator = ",\n"
    yield "\n]}\n"
