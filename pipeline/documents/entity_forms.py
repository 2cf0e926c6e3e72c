"""Name entities and speakers in lists of all stories, and keep the other forms and the roles that a story gives them.

Only names stand in lists of speakers; an unnamed source has a kind.
"""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.identity.seats import government_of
from pipeline.languages.words import words

_BETWEEN = "\x1f"
_KINDS = ("official", "police", "military", "document", "media", "analyst", "witness", "medic", "lawyer", "source")
_KIND_OF = {word: kind for kind in _KINDS for word in words("sources", kind)}


def listed_name(entity: Mapping[str, Any]) -> str:
    """Return the usual name of an entity, or the fullest of its story if none is known."""
    return str(entity.get("usual") or entity["name"])


def acting(entity: Mapping[str, Any]) -> tuple[str, str]:
    """Return key and listed name of who speaks or acts: of a capital, the country whose government is meant."""
    country = government_of(entity["key"])
    return (country.key, country.name) if country else (str(entity["key"]), listed_name(entity))


def other_forms(entity: Mapping[str, Any]) -> list[str]:
    """Return the names that the story uses instead of the usual one."""
    if "usual" not in entity:
        return []
    return [form for form in (entity["name"], *entity["aliases"]) if form != entity["usual"]]


def role_of(name: str, role: str) -> str:
    """Return a role with who has it, as a story's document lists it."""
    return f"{name}{_BETWEEN}{role}"


def roles_begin(name: str) -> str:
    """Return how all listed roles of this name begin."""
    return f"{name}{_BETWEEN}"


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
