"""Index templates with strict mappings for stories, quotes, events, metrics, matches, records and alerts."""

from typing import Any

from pipeline.desk.record_mapping import INDEX as RECORDS
from pipeline.desk.record_mapping import RECORD
from pipeline.documents.analysis import ANALYSIS
from pipeline.documents.fields import BOOLEAN, DATE, KEYWORD, LONG, NAME, STORED_KEYWORD, STORED_ONLY, TEXT
from pipeline.documents.kinds import KINDS
from pipeline.index.index_names import ALERTS, DECISIONS, IDENTITIES, MATCHES, METRICS, NAMES
from pipeline.settings import Elasticsearch

KEEP_DELETES = "1h"
"""How long a deletion outranks a late write: longer than any worker can be paused between reading and writing."""
DOUBLE = {"type": "double"}
METRICS_MAPPING: dict[str, Any] = {
    "@timestamp": DATE,
    "stage": KEYWORD,
    "process": KEYWORD,
    "waiting": KEYWORD,
    "story_seconds": {"properties": {"p50": DOUBLE, "p95": DOUBLE, "p99": DOUBLE}},
    **dict.fromkeys(("lag", "partitions", "events", "dead_letters", "waits", "rebalances", "language_restarts"), LONG),
    **dict.fromkeys(("events_per_second", "batch_events"), DOUBLE),
    "resident_bytes": LONG,
}


MATCH: dict[str, Any] = {
    "id": KEYWORD,
    "alert": KEYWORD,
    "kind": KEYWORD,
    "uri": KEYWORD,
    "version": LONG,
    "versioncreated": DATE,
    "firstcreated": DATE,
    "at": DATE,
    "headline": TEXT,
    "source": NAME,
    "speaker": NAME,
    "differs": TEXT,
    "text": TEXT,
    "matched": STORED_KEYWORD,
    "same": STORED_ONLY,
    "delivered": KEYWORD,
}

ALERT: dict[str, Any] = {
    "name": KEYWORD,
    "query": STORED_KEYWORD,
    "quotes": BOOLEAN,
    "events": BOOLEAN,
    "utterances": BOOLEAN,
    "webhook": STORED_KEYWORD,
    "email": STORED_KEYWORD,
    "created": DATE,
}


IDENTITY: dict[str, Any] = {
    "correction": KEYWORD,
    "type": KEYWORD,
    "key": KEYWORD,
    "into_type": KEYWORD,
    "into_key": KEYWORD,
    "name": KEYWORD,
    "by": KEYWORD,
    "at": DATE,
    "applied": BOOLEAN,
}

NAMES_MAPPING: dict[str, Any] = {
    "content": STORED_ONLY,
    "since": DATE,
    "targets": KEYWORD,
}


DECISION: dict[str, Any] = {
    "decision": KEYWORD,
    "uri": KEYWORD,
    "firstcreated": DATE,
    "other": KEYWORD,
    "otherfirstcreated": DATE,
    "by": KEYWORD,
    "at": DATE,
    "why": STORED_KEYWORD,
}


def templates(settings: Elasticsearch) -> dict[str, dict[str, Any]]:
    """Return the index templates by name, as Elasticsearch takes them."""
    shape = {"number_of_shards": settings.shards, "number_of_replicas": settings.replicas, "analysis": ANALYSIS}
    return {
        settings.named(f"wire-{alias}"): {
            "index_patterns": [settings.named(f"wire-{alias}-*")],
            "priority": 200,
            "template": {
                "settings": shape | {"index.mapping.nested_objects.limit": 50_000, "index.gc_deletes": KEEP_DELETES},
                "aliases": {settings.named(alias): {}},
                "mappings": {"dynamic": "strict", "properties": properties},
            },
        }
        for alias, properties in (
            *((kind.alias, kind.mapping) for kind in KINDS),
            (METRICS, METRICS_MAPPING),
            (MATCHES, MATCH),
        )
    } | {
        settings.named(index): {
            "index_patterns": [settings.named(index)],
            "priority": 200,
            "template": {"settings": shape, "mappings": {"dynamic": "strict", "properties": properties}},
        }
        for index, properties in (
            (RECORDS, RECORD),
            (ALERTS, ALERT),
            (IDENTITIES, IDENTITY),
            (DECISIONS, DECISION),
            (NAMES, NAMES_MAPPING),
        )
    }
