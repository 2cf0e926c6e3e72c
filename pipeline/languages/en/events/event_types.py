"""Which words suggest which type of event: the table ``event_types.toml``, turned around."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from pipeline.annotations import EVENT_TYPES

_TABLE: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "event_types.toml").read_text("utf-8"))


VIOLENCE = frozenset(("ASSAULT", "COERCE", "CRIME"))
"""Types in which somebody does harm, and nothing else does."""
_MISHAPS = frozenset(("ACCIDENT", "DISASTER", "HEALTH"))
MISHAPS = frozenset("fire blaze crash collision accident".split())
"""Words for what somebody comes to harm in that nobody meant, though they may stand for violence elsewhere."""
RELEASES = frozenset("lift ease free release pardon drop waive acquit unfreeze".split())
"""Lemmas of acts that end what harms somebody, whatever stands beside them: "lifted the sanctions"."""


def _inverted(column: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for number, kind in enumerate(EVENT_TYPES):
        for word in dict.fromkeys(_TABLE[kind][column].split()):
            found.setdefault(word, []).append(number)
    return {word: tuple(numbers) for word, numbers in found.items()}


NAMED_BY = _inverted("names")
"""The types that a lemma may name, as indices of ``EVENT_TYPES``."""
AROUND = _inverted("around")
"""The types in whose stories a lower-case word stands, as indices of ``EVENT_TYPES``."""


def is_mishap(word: str) -> bool:
    """Return whether a lower-case word is of accidents, disasters or diseases, and not of violence: "cholera"."""
    kinds = {EVENT_TYPES[kind] for kind in (*AROUND.get(word, ()), *NAMED_BY.get(word, ()))}
    return not kinds.isdisjoint(_MISHAPS) and kinds.isdisjoint(VIOLENCE)


def counted(words: Iterable[tuple[str, int]]) -> list[int]:
    """Return for each type how many of these words, given with their numbers, stand in stories that tell of it."""
    counts = [0] * len(EVENT_TYPES)
    for word, number in words:
        for kind in AROUND.get(word, ()):
            counts[kind] += number
    return counts
