"""How likely a pair of arguments takes part in an event of each type: a log-linear model over ``features``.

``training/events.py`` learned its weights; ``docs/explanation/accuracy.md`` says from what.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.annotate.events.features import Features
from pipeline.annotate.events.word_classes import WordClasses, word_classes

_FILE = Path(__file__).parent / "weights.npz"
Scores = NDArray[np.float32]
"""The score for being an event at all, then one for each type."""


class Judgement(NamedTuple):
    """The probability of an event, and of each type if it is one."""

    event: float
    types: NDArray[np.float32]


class Classifier:
    """The weights of all features, as scores that add up."""

    def __init__(self, words: WordClasses, path: Path = _FILE) -> None:
        """Read the weights, and multiply them with the vectors of all known words."""
        with np.load(path, allow_pickle=False) as file:
            self.types: tuple[str, ...] = tuple(file["types"].tolist())
            self._weights: Scores = file["weights"].astype(np.float32)
            self._rows: dict[str, int] = {name: row for row, name in enumerate(file["features"].tolist())}
            self._slots: dict[str, Scores] = {
                str(name): words.vectors @ matrix.astype(np.float32)
                for name, matrix in zip(file["slots"].tolist(), file["matrices"], strict=True)
            }
            self.bias: Scores = file["bias"].astype(np.float32)

    def scores(self, features: Features) -> Scores:
        """Return the sum of the features' weights."""
        rows = [row for name in features.names if (row := self._rows.get(name)) is not None]
        total: Scores = self._weights[rows].sum(axis=0)
        for name, words in features.slots:
            known = [row for row in words if row >= 0]
            if known:
                total += self._slots[name][known].sum(axis=0) / len(known)
        return total

    def judge(self, parts: Iterable[Scores]) -> Judgement:
        """Return the probabilities for the sum of the scores of a predicate, its arguments and their pair."""
        total = sum(parts, self.bias)
        odds = np.exp(total[1:] - total[1:].max())
        return Judgement(float(1 / (1 + np.exp(-total[0]))), odds / odds.sum())


@cache
def classifier() -> Classifier:
    """Return the classifier, read once a process."""
    return Classifier(word_classes())
