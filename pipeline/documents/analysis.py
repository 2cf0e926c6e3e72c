"""How texts and names become words in Elasticsearch: as people spell them, with or without accents and apostrophes.

Fields, filters, completion, alerts and highlights share one folding: apostrophes of all kinds are one and vanish, a
possessive is its name, "U.S." is "US" (and not the word "us"), accents fold. Texts lose their endings and the most
common words besides. ``exact`` keeps accents, so that what is spelled as it was typed ranks first.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.languages.words import words

TEXT = "wire_text"
NAMES = "wire_names"
EXACT = "wire_exact"
_FOLDING = ("wire_possessive", "wire_dotted", "wire_us", "asciifolding", "lowercase", "wire_apostrophe")
_APOSTROPHES = "['\u2018\u2019\u02bc\uff07]"


def _replace(pattern: str, replacement: str = "") -> dict[str, str]:
    return {"type": "pattern_replace", "pattern": pattern, "replacement": replacement}


def _analyzer(*filters: str) -> dict[str, Any]:
    return {"type": "custom", "tokenizer": "standard", "filter": [*filters]}


ANALYSIS: dict[str, Any] = {
    "filter": {
        "wire_possessive": _replace(rf"(?<=\w){_APOSTROPHES}[sS]$"),
        # The tokenizer leaves "U.S" of "U.S.".
        "wire_dotted": _replace(r"(?<=^\p{L}|\.\p{L})\.(?=\p{L}(?:\.|$))|(?<=\.\p{L})\.$"),
        "wire_us": _replace("^USA?$", "usa"),
        "wire_apostrophe": _replace(_APOSTROPHES),
        "wire_stop": {"type": "stop", "stopwords": words("index", "stopwords")[0]},
    },
    "analyzer": {
        TEXT: _analyzer(*_FOLDING, "wire_stop", *words("index", "stemmer")),
        NAMES: _analyzer(*_FOLDING),
        EXACT: _analyzer("lowercase", "wire_apostrophe"),
    },
}


def without_analysis(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping for an index of an earlier version, which lacks these analyzers until it is rebuilt."""
    earlier = {TEXT: "english", NAMES: "standard"}
    found: dict[str, Any] = {}
    for name, value in properties.items():
        if value == {"type": "text", "analyzer": NAMES}:
            found[name] = {"type": "text"}
        elif value == {"type": "text", "analyzer": EXACT}:
            continue
        elif isinstance(value, dict):
            found[name] = without_analysis(value)
        else:
            found[name] = earlier.get(value, value) if name == "analyzer" else value
    return found
