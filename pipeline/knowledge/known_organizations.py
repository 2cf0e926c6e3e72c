"""Look up organizations that wires call by several names: "UN", "U.N." and "United Nations" are one."""

import re
import tomllib
from collections import defaultdict
from functools import cache
from importlib.resources import files

from pipeline.knowledge.gazetteer import plain

_POSSESSIVE = re.compile(r"\w+'s(?!\w)")
_SHORTEST_FOLDED = 6
"""Shorter names count only as written: "WHO" is an organization, "who" is none."""


class KnownOrganizations:
    """The usual name of each organization, by all of its names."""

    def __init__(self, lines: list[str]) -> None:
        """``lines`` have the usual name first, then the others, between bars."""
        self._usual: dict[str, str] = {}
        self._possessive: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            usual, *others = line.split("|")
            for name in (usual, *others):
                self._usual[name] = usual
                if len(name) >= _SHORTEST_FOLDED:
                    self._usual.setdefault(plain(name), usual)
                for word in _POSSESSIVE.findall(name):
                    self._possessive[plain(word)].append(plain(name))

    def usual(self, name: str) -> str | None:
        """Return the usual name of the organization called so, or None if it is not known."""
        return self._usual.get(name) or self._usual.get(plain(name))

    def possessive(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Return where the longest name stands that has this possessive ("Lloyd's" of London), or None."""
        word = plain(text[start:end])
        for name in sorted(self._possessive.get(word, ()), key=len, reverse=True):
            first = start - name.index(word)
            if first >= 0 and plain(text[first : first + len(name)]) == name:
                return first, first + len(name)
        return None


@cache
def known_organizations() -> KnownOrganizations:
    """Return the list that ships with the project, loaded once per process."""
    path = files("pipeline.knowledge").joinpath("organizations.toml")
    return KnownOrganizations(tomllib.loads(path.read_text(encoding="utf-8"))["names"])
