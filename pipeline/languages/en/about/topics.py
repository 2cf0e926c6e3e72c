"""Which of the seventeen top concepts of IPTC Media Topics a story is about.

Logistic regressions over the story's words, weighted by how rare they are, and the sum of their vectors.
``training/about.py`` learned them from labelled stories.
"""

import re
from collections import Counter
from typing import Any

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
    words, vector = features(counted(headline, body), model.vocabulary)
    scores: NDArray[Any] = model.bias + VECTOR_SCALE * vector @ model.of_vectors
    for number, value in words:
        scores = scores + value * model.of_words[number]
    return np.asarray(1 / (1 + np.exp(-scores)), dtype=np.float32)


def counted(headline: str, body: str) -> Counter[str]:
    """Return how often a story has each word; those of its headline and lead count more."""
    words = Counter(word.lower() for word in _WORD.findall(body[:_READ]))
    words.update(word.lower() for word in _WORD.findall(body[:_LEAD]))
    for word in _WORD.findall(headline):
        words[word.lower()] += 2
    return words


def features(words: Counter[str], known: Vocabulary) -> tuple[list[tuple[int, float]], NDArray[Any]]:
    """Return the weight of each known word by its number, and the sum of the vectors of all; both have length 1."""
    kept = [word for word in words if word not in known.frequent]
    numbers = [known.numbers.get(word) for word in kept]
    values = np.log1p(np.array([words[word] for word in kept], dtype=np.float32))
    values *= np.array([_RARE if number is None else known.rarity[number] for number in numbers], dtype=np.float32)
    keys = np.array([hash_string(word) for word in kept], dtype=np.uint64)
    vector: NDArray[Any] = (word_vectors().of(keys) * values[:, None]).sum(axis=0)
    found = [(number, value) for number, value in zip(numbers, values.tolist(), strict=True) if number is not None]
    length = np.sqrt(sum(value * value for _, value in found)) or 1.0
    return [(number, value / length) for number, value in found], vector / (np.linalg.norm(vector) or 1.0)
