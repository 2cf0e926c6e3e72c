"""Normalise names, so that the same person or organization has the same key in all stories."""

import re

from pipeline.knowledge.gazetteer import bare
from pipeline.knowledge.known_organizations import known_organizations
from pipeline.languages.en.entities.coreference import LEGAL_FORM
from pipeline.languages.en.entities.recognised_names import without_rank

_LINEAGE = re.compile(r",?\s+(?:jr|sr|ii|iii|iv)\.?$", re.I)
_INITIALS = re.compile(r"(?<=\w)\s+(?:[A-Z]\.?(?=\s)\s*)+(?=\w\w)")
_NICKNAME = re.compile(r"\s*(?:[“\"‘'(][^”\"’')]+[”\"’')])(?=\s)")
_DIVISION = re.compile(r"\s+(?:province|prefecture|governorate|region|oblast)$", re.I)
_MARKS = re.compile(r"[^\w&+/ -]")


def key_of(name: str, label: str) -> str:
    """Return a name without case, accents and marks; a person's also without rank, initials, nickname and "Jr."."""
    if label == "PERSON":
        name = _NICKNAME.sub("", _LINEAGE.sub("", without_rank(name, label)))
        name = _INITIALS.sub(" ", name)
    elif label == "ORG":
        name = known_organizations().usual(name) or LEGAL_FORM.sub("", name) or name
    elif label == "LOC":
        name = _DIVISION.sub("", name) or name
    folded = " ".join(_MARKS.sub("", bare(name).casefold()).split())
    return folded or name.casefold()
