"""Map records in Elasticsearch: read by id, searched for embargoes that have passed and for what was said."""

from typing import Any

INDEX = "wire-desk"
"""The index of the records."""
_WORD = {"type": "keyword", "ignore_above": 1_024}
_DATE = {"type": "date"}
_LONG = {"type": "long"}
_STORED = {"type": "keyword", "index": False, "doc_values": False}
_KEPT = {"type": "object", "enabled": False}

RECORD: dict[str, Any] = {
    **dict.fromkeys(("uri", "pubstatus", "held", "apart", "said", "names", "sender"), _WORD),
    **dict.fromkeys(("version", "revision"), _LONG),
    **dict.fromkeys(("versioncreated", "firstcreated", "embargoed", "sendagain"), _DATE),
    "versions": _KEPT,
    "order": {"properties": {"kind": _WORD, "text": _STORED, "names": _WORD}},
    "settled": {"type": "boolean"},
    "withdrawn": {
        "properties": {
            **dict.fromkeys(("source", "origin", "digest"), _WORD),
            "version": _LONG,
            "versioncreated": _DATE,
            "signature": _KEPT,
        }
    },
    # Written by earlier versions.
    "at": _STORED,
    **dict.fromkeys(("texts", "alsoin", "replaces", "replacedby"), _KEPT),
    **dict.fromkeys(("duplicateof", "originals", "storyline", "earlier"), _WORD),
    "separate": {"type": "boolean"},
}
