"""Log-linear models: scores for outcomes that add up over named features and the vectors of words."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
"""A score or a probability for each outcome."""


class Features(NamedTuple):
    """Named features, and for each slot the rows of the words whose mean vector counts."""

    names: Sequence[str]
    slots: Mapping[str, Sequence[int]] = {}


class LogLinear:
    """A model of one question with several outcomes."""

    def __init__(self, weights: Mapping[str, Any], vectors: NDArray[np.float32]) -> None:
        """Take the weights as ``training/log_linear.py`` wrote them, and multiply the vectors of all known words."""
        self._rows = {name: row for row, name in enumerate(weights["features"].tolist())}
        self._weights: Scores = weights["weights"].astype(np.float32)
        self._bias: Scores = weights["bias"].astype(np.float32)
        self._slots: dict[str, Scores] = {
            name: vectors @ matrix.astype(np.float32)
            for name, matrix in zip(weights["slots"].tolist(), weights["matrices"], strict=True)
        }

    def scores(self, features: Features) -> Scores:
        """Return the score of each outcome."""
        rows = [row for name in features.names if (row := self._rows.get(name)) is not None]
        total: Scores = self._bias + self._weights[rows].sum(axis=0)
        for name, words in features.slots.items():
            known = [row for row in words if row >= 0]
            if known:
                total += self._slots[name][known].mean(axis=0)
        return total


def probabilities(scores: Scores) -> Scores:
    """Return the probability of each outcome."""
    odds: Scores = np.exp(scores - scores.max())
    odds /= odds.sum()
    return odds


def log_odds(probability: float) -> float:
    """Return the logarithm of the odds, at most 7 either way."""
    bounded = min(max(probability, 0.001), 0.999)
    return math.log(bounded / (1 - bounded))
