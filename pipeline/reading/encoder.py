"""The encoder: one row of numbers a word, read by the parser and by the names.

A word is embedded by its form, prefix, suffix and shape, by whether it is known as a place or a name, and by its
GloVe vector; four convolutions then let it see four words on either side. What is embedded depends on the word alone,
so it is computed once a word and kept.
"""

from collections.abc import Sequence

import numpy as np
from spacy.attrs import NORM, ORTH, SPACY  # type: ignore[import-not-found]
from spacy.tokens import Doc, Token
from thinc.api import NumpyOps

from pipeline.reading.layers import Floats, Layer, beside
from pipeline.reading.word_features import word_features
from pipeline.reading.word_vectors import WordVectors

KEPT_WORDS = 50_000
"""More than a day's news uses; when so many are kept, all are forgotten."""
_SEED = 8
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Encoder:
    """Reads documents, none of which sees another."""

    def __init__(self, weights: dict[str, Floats], vectors: WordVectors) -> None:
        """Read the arrays that ``training/reading.py`` wrote."""
        self._tables = [weights[f"table.{n}"].astype(np.float32) for n in range(int(weights["tables"]))]
        self._project = np.ascontiguousarray(weights["static.W"].astype(np.float32).T)
        self._mix = Layer(weights, "mix")
        self._layers = [Layer(weights, f"layer.{n}") for n in range(int(weights["depth"]))]
        self._vectors, self._ops = vectors, NumpyOps()
        self._known: dict[int, int] = {}
        self._rows = np.zeros((KEPT_WORDS, self.width), np.float32)

    @property
    def width(self) -> int:
        """How many numbers a word has."""
        return self._mix.outputs

    def __call__(self, docs: Sequence[Doc]) -> list[Floats]:
        """Return (words, width) of each document."""
        pad = len(self._layers)
        rows = np.zeros((sum(len(doc) + pad for doc in docs) + pad, self.width), np.float32)
        starts, at = [], pad
        for doc in docs:
            starts.append(at)
            at += len(doc) + pad
        embedded = self._embedded(docs)
        at = 0
        for doc, start in zip(docs, starts, strict=True):
            rows[start : start + len(doc)] = embedded[at : at + len(doc)]
            at += len(doc)
        for layer in self._layers:
            rows += layer(beside(rows))
        return [rows[start : start + len(doc)] for doc, start in zip(docs, starts, strict=True)]

    def _embedded(self, docs: Sequence[Doc]) -> Floats:
        words = np.concatenate([doc.to_array([ORTH, NORM, SPACY]) for doc in docs])
        keys = words[:, 0] ^ (words[:, 1] * _MIX) ^ words[:, 2]
        distinct, first, place = np.unique(keys, return_index=True, return_inverse=True)
        missing = [n for n, key in enumerate(distinct.tolist()) if key not in self._known]
        if len(self._known) + len(missing) > KEPT_WORDS:
            self._known.clear()
            missing = list(range(len(distinct)))
        if missing:
            ends = np.cumsum([len(doc) for doc in docs])
            places = first[missing]
            within = np.searchsorted(ends, places, side="right")
            tokens = [docs[n][p - int(ends[n])] for n, p in zip(within.tolist(), places.tolist(), strict=True)]
            self._learn(tokens, distinct[missing].tolist())
        return self._rows[[self._known[key] for key in distinct.tolist()]][place.ravel()]

    def _learn(self, tokens: Sequence[Token], keys: Sequence[int]) -> None:
        """Embed words that are not known yet, and keep them. Fewer than ``KEPT_WORDS`` at once."""
        features = np.array(
            [
                (t.norm, t.prefix, t.suffix, t.shape, bool(t.whitespace_), t.is_space, word_features(t.text), t.lower)
                for t in tokens
            ],
            dtype=np.uint64,
        )
        parts = [
            self._ops.gather_add(table, self._ops.hash(np.ascontiguousarray(features[:, n]), _SEED + n) % len(table))
            for n, table in enumerate(self._tables)
        ]
        parts.append(self._vectors.of(features[:, -1]) @ self._project)
        at = len(self._known)
        self._rows[at : at + len(keys)] = self._mix(np.hstack(parts))
        self._known.update(zip(keys, range(at, at + len(keys)), strict=True))
