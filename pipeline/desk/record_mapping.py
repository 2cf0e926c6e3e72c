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
    "apart": _WORD,
    "said": _WORD,
    "names": _WORD,
    "sender": _WORD,
    "order": {
        "properties": {"kind": _WORD, "text": {"type": "keyword", "index": False, "doc_values": False}, "names": _WORD}
    },
    "settled": {"type": "boolean"},
    "withdrawn": {
        "properties": {
            "source": _WORD,
            "origin": _WORD,
            "version": {"type": "long"},
            "versioncreated": _DATE,
            "digest": _WORD,
            "signature": _KEPT,
        }
    },
    # Written by earlier versions.
    "at": {"type": "keyword", "index": False, "doc_values": False},
    **dict.fromkeys(("texts", "alsoin", "replaces", "replacedby"), _KEPT),
    **dict.fromkeys(("duplicateof", "originals", "storyline", "earlier"), _WORD),
    "separate": {"type": "boolean"},
}
