"""Name an entity in lists of all stories, and keep the other forms and the roles that its story gives it."""

from collections.abc import Mapping
from typing import Any

_BETWEEN = "\x1f"


def listed_name(entity: Mapping[str, Any]) -> str:
    """Return the usual name of an entity, or the fullest of its story if none is known."""
    return str(entity.get("usual") or entity["name"])


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
