"""Which of the seventeen top concepts of IPTC Media Topics a story is about.

Logistic regressions over the story's words, weighted by how rare they are, and the sum of their vectors.
``training/about.py`` learned them from labelled stories.
"""

import re
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.strings import hash_string  # type: ignore[attr-defined]

from pipeline.knowledge.media_topics import TOP
from pipeline.languages.en.about.weights import Vocabulary, weights
from pipeline.languages.en.log_linear import Scores
from pipeline.languages.en.reading import word_vectors
from pipeline.subject import Subject

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_READ, _LEAD = 3_000, 400
"""How many characters of a body are read, and how many of these count twice."""
_LEAST = 0.35
"""The probability from which a story has a topic."""
VECTOR_SCALE = 2.0
"""The weight of the words' vectors beside the words themselves."""
_RARE = 6.0
"""How rare a word is that no labelled story has."""


class TopicFeatures(NamedTuple):
    """What words tell: the weights of the known ones with their numbers, and the sum of the vectors of all.

    Weights and vector have length 1.
    """

    numbers: NDArray[Any]
    values: NDArray[Any]
    vector: NDArray[Any]


def topics(headline: str, body: str) -> tuple[Subject, ...]:
    """Return the topics of a story, the likeliest first."""
    found = probabilities(headline, body)
    order = [int(number) for number in np.argsort(-found, kind="stable") if found[number] >= _LEAST]
    return tuple(
        Subject(
            code=TOP[number].qcode, name=TOP[number].name, creator="wire", confidence=round(float(found[number]), 2)
        )
        for number in order
    )


def probabilities(headline: str, body: str) -> Scores:
    """Return the probability of each topic, in the order of ``TOP``."""
    model = weights()
    found = features(counted(headline, body), model.vocabulary)
    scores = model.bias + found.values @ model.of_words[found.numbers] + VECTOR_SCALE * found.vector @ model.of_vectors
    return np.asarray(1 / (1 + np.exp(-scores)), dtype=np.float32)


def counted(headline: str, body: str) -> Counter[str]:
    """Return how often a story has each word; those of its headline and lead count more."""
    words = Counter(word.lower() for word in _WORD.findall(body[:_READ]))
    words.update(word.lower() for word in _WORD.findall(body[:_LEAD]))
    for word in _WORD.findall(headline):
        words[word.lower()] += 2
    return words


def features(words: Counter[str], known: Vocabulary) -> TopicFeatures:
    """Return what a story's words tell."""
    kept = [word for word in words if word not in known.frequent]
    numbers = np.array([known.numbers.get(word, -1) for word in kept], dtype=np.int64)
    rarity = np.where(numbers < 0, _RARE, known.rarity[numbers]).astype(np.float32)
    values = np.log1p(np.array([words[word] for word in kept], dtype=np.float32)) * rarity
    keys = np.array([hash_string(word) for word in kept], dtype=np.uint64)
    vector = values @ word_vectors().of(keys)
    is_known = numbers >= 0
    return TopicFeatures(numbers[is_known], _of_length_1(values[is_known]), _of_length_1(vector))


def _of_length_1(values: NDArray[Any]) -> NDArray[Any]:
    return values / (np.linalg.norm(values) or 1.0)
