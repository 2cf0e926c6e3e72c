"""The parse of a story as plain lists, which Python reads many times faster than spaCy's objects."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from spacy.tokens import Doc

from pipeline.reading.layers import Floats
from pipeline.reading.paragraph_memory import Paragraph

SUBJECTS = ("nsubj", "nsubjpass", "csubj")
"""The relations of subjects."""
_READ = ["ORTH", "LOWER", "DEP", "HEAD", "ENT_TYPE", "IDX", "SENT_START", "SPACY"]


class Recognised(NamedTuple):
    """What the recogniser takes for a name: character offsets, half-open, and its label."""

    start: int
    end: int
    label: str


class Tree:
    """A parsed document; every list is indexed by token.

    ``kind`` is the recogniser's label of the name a token is in, or empty. ``start`` and ``end`` are character
    offsets into ``text``. ``left`` and ``right`` are the first and last token of the subtree. ``sentence`` indexes
    ``sentences``, which are half-open token ranges. ``names`` are what the recogniser found, in order.
    ``paragraphs`` are its paragraphs, with what is known of them. ``rows`` are the encoder's, one a token, or None if
    another encoder read the document.
    """

    def __init__(self, doc: Doc, paragraphs: Sequence[Paragraph] | None = None, rows: Floats | None = None) -> None:
        """Read everything out of ``doc`` once. Without ``paragraphs`` it is one, of which nothing is kept."""
        strings = doc.vocab.strings
        read: Any = doc
        array = read.to_array(_READ) if len(doc) else np.zeros((0, len(_READ)), dtype=np.uint64)
        table = array.T.tolist()
        words, lowers, deps, _, kinds, starts, borders, spaces = table
        named = {number: strings[number] for number in {*words, *lowers, *deps, *kinds}}
        self.word: list[str] = [named[number] for number in words]
        # Not doc.text, which makes an object of every token.
        self.text = "".join([word + " " if space else word for word, space in zip(self.word, spaces, strict=True)])
        self.lower: list[str] = [named[number] for number in lowers]
        self.dep: list[str] = [named[number] for number in deps]
        self.kind: list[str] = [named[number] for number in kinds]
        # spaCy stores heads as offsets in unsigned numbers, which wrap around.
        self.head: list[int] = (array[:, _READ.index("HEAD")].astype(np.int64) + np.arange(len(array))).tolist()
        self.start: list[int] = starts
        self.end = [start + len(word) for start, word in zip(self.start, self.word, strict=True)]
        self.children: list[list[int]] = [[] for _ in self.word]
        self.left = list(range(len(self.word)))
        self.right = list(range(len(self.word)))
        self.sentences = _sentences(borders)
        self.sentence = [n for n, (first, last) in enumerate(self.sentences) for _ in range(first, last)]
        self.names = [Recognised(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
        self.rows = rows
        self.paragraphs = [Paragraph(0, len(doc), {})] if paragraphs is None else paragraphs
        self._hang()

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.word)

    def _hang(self) -> None:
        for token, head in enumerate(self.head):
            if head != token:
                self.children[head].append(token)
        # Leaves first: a subtree's edges are final once all its dependents have been visited.
        for token in self._leaves_first():
            head = self.head[token]
            # min and max would take three times as long.
            if self.left[token] < self.left[head]:  # noqa: PLR1730
                self.left[head] = self.left[token]
            if self.right[token] > self.right[head]:  # noqa: PLR1730
                self.right[head] = self.right[token]

    def _leaves_first(self) -> Iterable[int]:
        order = [token for token, head in enumerate(self.head) if token == head]
        for token in order:
            order += self.children[token]
        return reversed(order)

    def token_at(self, offset: int) -> int:
        """Return the last token that starts at or before a character."""
        return max(0, bisect_right(self.start, offset) - 1)

    def child(self, token: int, *deps: str) -> int | None:
        """Return the first dependent of ``token`` with one of these relations."""
        return next((child for child in self.children[token] if self.dep[child] in deps), None)

    def ancestors(self, token: int) -> Iterable[int]:
        """Return the heads above a token, nearest first."""
        while self.head[token] != token:
            token = self.head[token]
            yield token


def _sentences(borders: list[int]) -> list[tuple[int, int]]:
    starts = [token for token, border in enumerate(borders) if border == 1 or token == 0]
    return list(pairwise([*starts, len(borders)]))
