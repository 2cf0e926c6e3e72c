"""Name an entity in lists of all stories, and keep the other forms that its story uses, so that both are found."""

from collections.abc import Mapping
from typing import Any


def listed_name(entity: Mapping[str, Any]) -> str:
    """Return the usual name of an entity, or the fullest of its story if none is known."""
    return str(entity.get("usual") or entity["name"])


def other_forms(entity: Mapping[str, Any]) -> list[str]:
    """Return the names that the story uses instead of the usual one."""
    if "usual" not in entity:
        return []
    return [form for form in (entity["name"], *entity["aliases"]) if form != entity["usual"]]
