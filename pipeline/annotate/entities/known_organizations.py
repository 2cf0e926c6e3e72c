"""Look up organizations that wires call by several names: "UN", "U.N." and "United Nations" are one."""

import tomllib
from functools import cache
from importlib.resources import files

from pipeline.annotate.entities.gazetteer import plain

_SHORTEST_FOLDED = 6
"""Shorter names count only as written: "WHO" is an organization, "who" is none."""


class KnownOrganizations:
    """The usual name of each organization, by all of its names."""

    def __init__(self, lines: list[str]) -> None:
        """``lines`` have the usual name first, then the others, between bars."""
        self._usual: dict[str, str] = {}
        for line in lines:
            usual, *others = line.split("|")
            for name in (usual, *others):
                self._usual[name] = usual
                if len(name) >= _SHORTEST_FOLDED:
                    self._usual.setdefault(plain(name), usual)

    def usual(self, name: str) -> str | None:
        """Return the usual name of the organization called so, or None if it is not known."""
        return self._usual.get(name) or self._usual.get(plain(name))


@cache
def known_organizations() -> KnownOrganizations:
    """Return the list that ships with the project, loaded once per process."""
    path = files("pipeline.annotate.entities").joinpath("organizations.toml")
    return KnownOrganizations(tomllib.loads(path.read_text(encoding="utf-8"))["names"])
