"""What changed from one text to another, in words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_WORDS = 4_000
_MOST_PARAGRAPHS = 1_000
"""Comparing takes time with the product of two lengths, and what is compared is anybody's."""
Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True)
class Part:
    """A paragraph as it was, is, or became: stretches of words, each the same, gone or new."""

    kind: Literal["same", "changed"]
    words: tuple[tuple[Kind, str], ...]


def changed(before: Sequence[str], after: Sequence[str]) -> list[Part]:
    """The paragraphs of both, in order; nothing where they are the same."""
    before, after = before[:_MOST_PARAGRAPHS], after[:_MOST_PARAGRAPHS]
    found: list[Part] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Part("same", (("same", text),)) for text in before[i:j] if text]
            continue
        pairs = min(j - i, m - k)
        found += [Part("changed", tuple(_words(before[i + n], after[k + n]))) for n in range(pairs)]
        found += [Part("changed", (("gone", text),)) for text in before[i + pairs : j] if text]
        found += [Part("changed", (("new", text),)) for text in after[k + pairs : m] if text]
    return found if any(part.kind == "changed" for part in found) else []


def _words(before: str, after: str) -> Iterator[tuple[Kind, str]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MOST_WORDS:
        yield "gone", before
        yield "new", after
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(old[i:j])
            continue
        if i < j:
            yield "gone", "".join(old[i:j])
        if k < m:
            yield "new", "".join(new[k:m])
