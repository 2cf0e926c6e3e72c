"""How likely a pair of arguments takes part in an event of each type: a log-linear model over ``features``.

``training/events.py`` learned its weights; ``docs/explanation/accuracy.md`` says from what.
"""

import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.languages.en.events.event_features import Features
from pipeline.languages.en.events.word_classes import WordClasses, word_classes

_FILE = Path(__file__).parent / "weights.npz"
Types = NDArray[np.float32]
"""A score or a probability for each type."""


class Classifier:
    """The weights of all features, as scores that add up."""

    def __init__(self, words: WordClasses, path: Path = _FILE) -> None:
        """Read the weights, and multiply them with the vectors of all known words."""
        with np.load(path, allow_pickle=False) as file:
            self.types: tuple[str, ...] = tuple(file["types"].tolist())
            names: list[str] = file["features"].tolist()
            weights = file["weights"].astype(np.float32)
            slots = {
                str(name): words.vectors @ matrix.astype(np.float32)
                for name, matrix in zip(file["slots"].tolist(), file["matrices"], strict=True)
            }
            bias = file["bias"].astype(np.float32)
        # The first column is the score for being an event at all. Python adds a few floats faster than numpy.
        self._event: dict[str, float] = dict(zip(names, weights[:, 0].tolist(), strict=True))
        self._event_slots: dict[str, list[float]] = {name: table[:, 0].tolist() for name, table in slots.items()}
        self.event_bias = float(bias[0])
        self._rows = {name: row for row, name in enumerate(names)}
        self._weights: Types = np.ascontiguousarray(weights[:, 1:])
        self._slots: dict[str, Types] = {name: np.ascontiguousarray(table[:, 1:]) for name, table in slots.items()}
        self._bias: Types = bias[1:]

    def event_score(self, features: Features) -> float:
        """Return the sum of the features' weights for being an event at all."""
        weights = self._event
        total = sum([weights.get(name, 0.0) for name in features.names])
        for name, words in features.slots:
            known = [row for row in words if row >= 0]
            if known:
                table = self._event_slots[name]
                total += sum([table[row] for row in known]) / len(known)
        return total

    def types_of(self, parts: Iterable[Features]) -> Types:
        """Return the probability of each type, for the features of an event's predicate, arguments and pair."""
        parts = tuple(parts)
        rows = [row for features in parts for name in features.names if (row := self._rows.get(name)) is not None]
        total = self._bias + self._weights[rows].sum(axis=0)
        for features in parts:
            for name, words in features.slots:
                known = [row for row in words if row >= 0]
                if len(known) == 1:
                    total += self._slots[name][known[0]]
                elif known:
                    total += self._slots[name][known].mean(axis=0)
        odds: Types = np.exp(total - total.max())
        odds /= odds.sum()
        return odds


def probability(score: float) -> float:
    """Return the probability for a sum of scores, the bias included."""
    return 1 / (1 + math.exp(-score))


@cache
def classifier() -> Classifier:
    """Return the classifier, read once a process."""
    return Classifier(word_classes())
