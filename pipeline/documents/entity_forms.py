"""Name an entity in lists of all stories, and keep the other forms and the roles that its story gives it."""

from collections.abc import Mapping
from typing import Any

from pipeline.identity.seats import government_of

_BETWEEN = "\x1f"


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
