"""The weights of what tells topics, focus and salience, as ``training/about.py`` wrote them."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.languages.en.log_linear import Scores

FILE = Path(__file__).parent / "weights.npz"


class Vocabulary(NamedTuple):
    """The words that tell topics, with their numbers, by which their ``rarity`` goes; ``frequent`` ones say nothing."""

    numbers: dict[str, int]
    frequent: frozenset[str]
    rarity: Scores


class Weights(NamedTuple):
    """All weights; ``of_words`` is (word, topic), ``of_vectors`` (width, topic), ``salience`` and ``focus`` a row."""

    vocabulary: Vocabulary
    of_words: Scores
    of_vectors: Scores
    bias: Scores
    salience: Scores
    focus: Scores


@cache
def weights() -> Weights:
    """Return the weights, read once per process."""
    with np.load(FILE, allow_pickle=False) as file:
        numbers = {word: number for number, word in enumerate(file["words"].tolist())}
        vocabulary = Vocabulary(numbers, frozenset(file["frequent"].tolist()), file["rarity"].astype(np.float32))
        return Weights(vocabulary, *(file[name].astype(np.float32) for name in Weights._fields[1:]))
