"""Compare two texts word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_WORDS = 4_000
_MOST_PARAGRAPHS = 1_000
ChangeKind = Literal["same", "gone", "new"]


@dataclass(frozen=True)
class Part:
    """A paragraph that stayed, changed, came or went: spans of words, each the same, gone or new."""

    kind: Literal["same", "changed"]
    words: tuple[tuple[ChangeKind, str], ...]


@dataclass(frozen=True)
class _Stretch:
    """What both have, or what one has in place of the other."""

    same: Sequence[str] = ()
    gone: Sequence[str] = ()
    new: Sequence[str] = ()


def changed(before: Sequence[str], after: Sequence[str]) -> list[Part]:
    """Return the paragraphs of both, in order; nothing if they are equal."""
    found: list[Part] = []
    for stretch in _stretches(before[:_MOST_PARAGRAPHS], after[:_MOST_PARAGRAPHS]):
        found += [Part("same", (("same", text),)) for text in stretch.same if text]
        pairs = min(len(stretch.gone), len(stretch.new))
        together = zip(stretch.gone[:pairs], stretch.new[:pairs], strict=True)
        found += [Part("changed", tuple(_words(gone, new))) for gone, new in together]
        found += [Part("changed", (("gone", text),)) for text in stretch.gone[pairs:] if text]
        found += [Part("changed", (("new", text),)) for text in stretch.new[pairs:] if text]
    return found if any(part.kind == "changed" for part in found) else []


def _words(before: str, after: str) -> Iterator[tuple[ChangeKind, str]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MOST_WORDS:
        yield "gone", before
        yield "new", after
        return
    for stretch in _stretches(old, new):
        kinds: tuple[tuple[ChangeKind, Sequence[str]], ...] = (
            ("same", stretch.same),
            ("gone", stretch.gone),
            ("new", stretch.new),
        )
        yield from ((kind, "".join(words)) for kind, words in kinds if words)


def _stretches(before: Sequence[str], after: Sequence[str]) -> Iterator[_Stretch]:
    """Align both sequences by their longest common subsequence.

    The time of rapidfuzz grows with the product of the lengths, but it does 64 steps at once; difflib takes minutes
    where many words are equal, and anybody may send such texts.
    """
    gone: list[str] = []
    new: list[str] = []
    for step in Indel.opcodes(before, after):
        old = before[step.src_start : step.src_end]
        if step.tag != "equal":
            gone += old
            new += after[step.dest_start : step.dest_end]
            continue
        if gone or new:
            yield _Stretch(gone=gone, new=new)
            gone, new = [], []
        yield _Stretch(same=old)
    if gone or new:
        yield _Stretch(gone=gone, new=new)
