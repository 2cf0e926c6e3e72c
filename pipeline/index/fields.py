"""The types of fields in Elasticsearch, and the fields that quotes and events take over from their story."""

from typing import Any

from pipeline.index import analysis

KEYWORD = {"type": "keyword", "ignore_above": 1_024}
NAME = {**KEYWORD, "fields": {"text": {"type": "text", "analyzer": analysis.NAMES}}}
TEXT = {
    "type": "text",
    "analyzer": analysis.TEXT,
    "fields": {"exact": {"type": "text", "analyzer": analysis.EXACT}},
}
DATE = {"type": "date"}
LONG = {"type": "long"}
STORED_KEYWORD = {"type": "keyword", "index": False, "doc_values": False}
STORED_ONLY = {"type": "object", "enabled": False}
"""Stored in the document, neither searched nor counted."""

PLACE = {
    "properties": {
        "geonameid": LONG,
        "country": KEYWORD,
        "lat": {"type": "float"},
        "lon": {"type": "float"},
    }
}
SOURCE = {"properties": {"name": NAME, "format": KEYWORD, "receivedat": DATE}}
WITHDRAWN = {"properties": {"uri": KEYWORD, "source": NAME, "versioncreated": DATE}}
"""The report of another agency, which that agency has withdrawn."""
SUBJECT = {"properties": {"code": KEYWORD, "name": NAME}}
POINT = {"type": "geo_point"}
BOOLEAN = {"type": "boolean"}

STORY_CONTEXT: dict[str, Any] = {
    "uri": KEYWORD,
    "headline": TEXT,
    "source": SOURCE,
    "versioncreated": DATE,
    "firstcreated": DATE,
    "urgency": LONG,
    "language": KEYWORD,
    "subject": SUBJECT,
    "keyword": NAME,
    "slugline": NAME,
    "storyline": KEYWORD,
    "people": NAME,
    "people_keys": KEYWORD,
    "people_forms": NAME,
    "organizations": NAME,
    "organizations_keys": KEYWORD,
    "organizations_forms": NAME,
    "places": NAME,
    "places_keys": KEYWORD,
    "places_forms": NAME,
}
"""What dashboards and searches need of the story: Kibana cannot join."""
