"""The words that stories and desks use, of all languages: each folder of ``languages`` may have a ``words.toml``.

Texts are cleaned, ordered and compared before anybody knows their language, so the words of all languages count.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

_FOLDERS = Path(__file__).parent


@cache
def words(section: str, part: str) -> tuple[str, ...]:
    """Return the words of a part, of each language that has it, the languages in the order of their codes."""
    return tuple(each for sections in _languages().values() for each in sections.get(section, {}).get(part, ()))


@cache
def patterns(section: str, part: str) -> tuple[str, ...]:
    """Return the words of a part as regular expressions: a blank is white space, a noun in braces its own pattern."""
    found = words(section, part)
    nouns = _nouns()
    while any(f"{{{noun}}}" in pattern for pattern in found for noun in nouns):
        found = tuple(_NOUN.sub(lambda noun: nouns[noun[1]], pattern) for pattern in found)
    return tuple(pattern.replace(" ", r"\s") for pattern in found)


def any_of(section: str, *parts: str) -> str:
    """Return a regular expression for any of the words in these parts."""
    return "|".join(pattern for part in parts for pattern in patterns(section, part))


def names_in_order(section: str, part: str) -> dict[str, int]:
    """Return the number of each name where every language lists its names in the same order, counted from 0."""
    return {
        name: number
        for sections in _languages().values()
        for number, names in enumerate(sections.get(section, {}).get(part, ()))
        for name in names.split()
    }


def spellings(code: str, section: str, part: str) -> list[list[str]]:
    """Return the names of one language in their order, each in its spellings."""
    return [names.split() for names in _languages()[code][section][part]]


def any_name(names: Iterable[str]) -> str:
    """Return a regular expression for any of these names, the longest first."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_NOUN = re.compile(r"\{([a-z]+)\}")


@cache
def _nouns() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for sections in _languages().values():
        for noun, pattern in sections.get("nouns", {}).items():
            found.setdefault(noun, []).append(pattern)
    return {noun: each[0] if len(each) == 1 else f"(?:{'|'.join(each)})" for noun, each in found.items()}


@cache
def _languages() -> dict[str, dict[str, Any]]:
    paths = sorted(_FOLDERS.glob("*/words.toml"))
    return {path.parent.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}
