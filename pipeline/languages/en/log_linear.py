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
        self._bias: Scores = weights["bias"].astype(np.float32)
        self._none = len(self._rows)
        # A last row of zeros stands for features that nothing is known of.
        zeros = np.zeros((1, len(self._bias)), dtype=np.float32)
        self._weights: Scores = np.vstack([weights["weights"].astype(np.float32), zeros])
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

    def all_scores(self, examples: Sequence[Features]) -> Scores:
        """Return the scores of several examples without vectors, a row each."""
        rows: list[int] = []
        starts: list[int] = []
        for each in examples:
            starts.append(len(rows))
            rows += [self._rows.get(name, self._none) for name in each.names]
        found: Scores = self._bias + np.add.reduceat(self._weights[rows], starts, axis=0)
        return found


class YesOrNo:
    """A model of a question with two outcomes, whose scores Python adds faster than numpy.

    It may also look at the encoder's rows of tokens (``contexts``).
    """

    def __init__(self, weights: Mapping[str, Any], vectors: NDArray[np.float32]) -> None:
        """Take the same as ``LogLinear``."""
        odds = weights["weights"].astype(np.float32)
        self._weights: dict[str, float] = dict(
            zip(weights["features"].tolist(), (odds[:, 1] - odds[:, 0]).tolist(), strict=True)
        )
        self._bias = float(weights["bias"][1] - weights["bias"][0])
        self._slots: dict[str, list[float]] = {
            name: (vectors @ (matrix[:, 1] - matrix[:, 0]).astype(np.float32)).tolist()
            for name, matrix in zip(weights["slots"].tolist(), weights["matrices"], strict=True)
        }
        self._context: Scores | None = None
        if "context" in weights:
            context, average = weights["context"].astype(np.float32), weights["average"]
            self._context, self._average = context[..., 1] - context[..., 0], float(average[1] - average[0])

    def contexts(self, rows: Scores, places: NDArray[np.int64]) -> list[float]:
        """Return what the encoder's rows add to the score for each token, compared with average ones.

        ``rows`` are (token, width), ``places`` (place, token) the tokens that count for each.
        """
        if self._context is None:
            return [0.0] * len(rows)
        seen = np.take_along_axis(self._context @ rows.T, places, axis=1).sum(axis=0)
        found: list[float] = (seen - self._average).tolist()
        return found

    def probability(self, features: Features, context: float = 0) -> float:
        """Return the probability of yes; ``context`` is what the rows of the encoder add."""
        weights = self._weights
        score = self._bias + context + sum([weights.get(name, 0.0) for name in features.names])
        for name, words in features.slots.items():
            known = [row for row in words if row >= 0]
            if known:
                table = self._slots[name]
                score += sum([table[row] for row in known]) / len(known)
        return 1 / (1 + math.exp(-score))


def probabilities(scores: Scores) -> Scores:
    """Return the probability of each outcome; of several rows of scores each is apart."""
    odds: Scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    odds /= odds.sum(axis=-1, keepdims=True)
    return odds


def log_odds(probability: float) -> float:
    """Return the logarithm of the odds, at most 7 either way."""
    bounded = min(max(probability, 0.001), 0.999)
    return math.log(bounded / (1 - bounded))
