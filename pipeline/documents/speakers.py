"""Tell named speakers from unnamed sources: only names stand in lists of speakers, a source has a kind."""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.documents.entity_forms import acting
from pipeline.languages.words import words

_KINDS = ("official", "police", "military", "document", "media", "analyst", "witness", "medic", "lawyer", "source")
_KIND_OF = {word: kind for kind in _KINDS for word in words("sources", kind)}


def listed_speaker(speaker: Mapping[str, Any], entities: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the name of a speaker for lists of all stories, or None if nobody is named.

    ``entities`` are the story's, by id. "Washington said" is the United States.
    """
    entity = entities.get(speaker.get("entity", ""))
    return acting(entity)[1] if entity else None


def unnamed_kind(text: str) -> str:
    """Return the kind of an unnamed source, from the last word of its mention that tells one: "police officials"."""
    before, _, _ = text.lower().partition(" of ")
    kinds = [_KIND_OF[word] for word in re.findall(r"\w+", before) if word in _KIND_OF]
    return "police" if "police" in kinds else kinds[-1] if kinds else "other"
