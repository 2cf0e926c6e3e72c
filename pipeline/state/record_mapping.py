"""Map records in Elasticsearch: read by id, searched for embargoes that have passed and for what was said."""

from typing import Any

INDEX = "wire-desk"
"""The index of the records."""
_WORD = {"type": "keyword", "ignore_above": 1_024}
_DATE = {"type": "date"}
_KEPT = {"type": "object", "enabled": False}

RECORD: dict[str, Any] = {
    "uri": _WORD,
    "version": {"type": "long"},
    "versioncreated": _DATE,
    "firstcreated": _DATE,
    "pubstatus": _WORD,
    "revision": {"type": "long"},
    "embargoed": _DATE,
    "held": _WORD,
    "sendagain": _DATE,
    "versions": _KEPT,
    "alsoin": _KEPT,
    "duplicateof": _WORD,
    "originals": _WORD,
    "storyline": _WORD,
    "replaces": _KEPT,
    "earlier": _WORD,
    "replacedby": _KEPT,
    "separate": {"type": "boolean"},
    "apart": _WORD,
    "said": _WORD,
    "names": _WORD,
    "sender": _WORD,
    "order": {
        "properties": {"kind": _WORD, "text": {"type": "keyword", "index": False, "doc_values": False}, "names": _WORD}
    },
    "settled": {"type": "boolean"},
    # Written by version 0.6.
    "at": {"type": "keyword", "index": False, "doc_values": False},
    "texts": _KEPT,
}
