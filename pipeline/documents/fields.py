"""The types of fields in Elasticsearch."""

from typing import Any

from pipeline.documents import analysis

KEYWORD = {"type": "keyword", "ignore_above": 1_024}
NAME = {**KEYWORD, "fields": {"text": {"type": "text", "analyzer": analysis.NAMES}}}
LINE = {**KEYWORD, "fields": {"text": {"type": "text", "analyzer": analysis.TEXT}}}
"""A short text that is also listed and counted as a whole."""
TEXT: dict[str, Any] = {
    "type": "text",
    "analyzer": analysis.TEXT,
    "fields": {"exact": {"type": "text", "analyzer": analysis.EXACT}},
}
DATE = {"type": "date"}
LONG = {"type": "long"}
SECONDS = {"type": "double"}
SHARE = {"type": "half_float"}
"""A number from 0 to 1."""
STORED_KEYWORD = {"type": "keyword", "index": False, "doc_values": False}
STORED_ONLY = {"type": "object", "enabled": False}
"""Stored in the document, neither searched nor counted."""

POINT = {"type": "geo_point"}
BOOLEAN = {"type": "boolean"}
