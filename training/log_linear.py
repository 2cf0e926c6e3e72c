"""Learn log-linear models: multinomial logistic regression over named features and the vectors of words.

Source: Berger, Della Pietra and Della Pietra, Computational Linguistics 22(1), 1996; fitted by L-BFGS.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipeline.languages.en.log_linear import Features


class Shape(NamedTuple):
    """How a model learns: the L2 penalty, how many examples a feature needs, and its slots with their scales.

    ``context`` is the scale of the encoder's rows, each of whose numbers varies by 1 before.
    """

    penalty: float
    least: int = 2
    slots: tuple[tuple[str, float], ...] = ()
    context: float = 0.3


class Learned(NamedTuple):
    """The weights of a model, and of what its outcomes share."""

    weights: dict[str, Any]
    shared: Any


def certain(outcomes: Sequence[int], number: int) -> Any:
    """Return the probabilities of outcomes that are known, each below ``number``."""
    return np.eye(number)[np.array(outcomes)]


def learn(
    shape: Shape,
    examples: Sequence[Features],
    targets: Any,
    vectors: Any,
    counts: Sequence[float] | None = None,
    shared: Any = None,
    contexts: Any = None,
) -> Learned:
    """Return the weights for examples with the probability of each outcome, a row each.

    An example counts as ``counts`` says. ``shared`` has, for each example and outcome, values whose weights are the
    same for all outcomes. ``contexts`` are rows of the encoder: (example, place, width).
    """
    number = targets.shape[1]
    named = Counter(name for example in examples for name in set(example.names))
    index = {name: row for row, name in enumerate(sorted(name for name, n in named.items() if n >= shape.least))}
    sparse, dense = _matrices(examples, index, shape.slots, vectors)
    places, scale, mean = _scaled(contexts, len(examples), shape.context)
    if contexts is not None:
        dense = np.hstack([dense, places])
    weight = np.ones(len(examples)) if counts is None else np.array(counts)
    values = np.zeros((len(examples), number, 0)) if shared is None else np.asarray(shared)
    rows, size = sparse.shape[1] + dense.shape[1] + 1, values.shape[2]
    penalty = np.full((rows, 1), shape.penalty)
    penalty[-1] = 0.001
    transposed = sparse.T.tocsr()

    def loss(flat: Any) -> tuple[float, Any]:
        of, together = flat[: rows * number].reshape(rows, number), flat[rows * number :]
        scores = sparse @ of[: sparse.shape[1]] + dense @ of[sparse.shape[1] : -1] + of[-1] + values @ together
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        error = (np.exp(logs) - targets) * weight[:, None]
        gradient = np.vstack([transposed @ error, dense.T @ error, error.sum(axis=0)[None]]) + penalty * of
        lost = -(weight[:, None] * targets * logs).sum() + (penalty * of * of).sum() / 2
        lost += _SHARED_PENALTY * (together @ together) / 2
        of_shared = np.einsum("nk,nkm->m", error, values) + _SHARED_PENALTY * together
        return float(lost), np.concatenate([gradient.ravel(), of_shared])

    found = minimize(loss, np.zeros(rows * number + size), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    of = found[: rows * number].reshape(rows, number)
    size_of_vector = vectors.shape[1]
    scales = np.array([scale for _, scale in shape.slots])
    of_slots = of[len(index) : len(index) + len(shape.slots) * size_of_vector]
    matrices = of_slots.reshape(len(shape.slots), size_of_vector, number) * scales[:, None, None]
    of_context = of[len(index) + len(of_slots) : -1] * scale[:, None]
    kept = np.abs(of[: len(index)]).max(axis=1) > _SMALLEST
    weights = {
        "features": np.array([name for name, is_kept in zip(index, kept, strict=True) if is_kept]),
        "weights": of[: len(index)][kept].astype(np.float16),
        "bias": of[-1].astype(np.float32),
        "slots": np.array([name for name, _ in shape.slots], dtype=str),
        "matrices": matrices.astype(np.float16),
    }
    if contexts is not None:
        weights["context"] = of_context.reshape(*contexts.shape[1:], number).astype(np.float16)
        weights["average"] = (mean @ of_context).astype(np.float32)
    return Learned(weights, found[rows * number :].astype(np.float32))


def _scaled(contexts: Any, examples: int, scale: float) -> tuple[Any, Any, Any]:
    """Return the rows as one of each example, scaled; and the scale and the mean of each of their numbers."""
    flat = np.zeros((examples, 0)) if contexts is None else np.asarray(contexts, np.float32).reshape(examples, -1)
    mean, factor = flat.mean(axis=0), scale / (flat.std(axis=0) + 1e-6)
    return (flat - mean) * factor, factor, mean


_SHARED_PENALTY = 0.1
_SMALLEST = 0.003
"""The smallest weight that is kept."""


def _matrices(
    examples: Iterable[Features], index: dict[str, int], slots: Sequence[tuple[str, float]], vectors: Any
) -> tuple[Any, Any]:
    """Return the features as a sparse matrix of names and a dense one of mean vectors, slot beside slot."""
    pointers, columns = [0], list[int]()
    rows = []
    for example in examples:
        columns.extend(index[name] for name in example.names if name in index)
        pointers.append(len(columns))
        rows.append(np.concatenate([np.zeros(0), *(_mean(example, slot, scale, vectors) for slot, scale in slots)]))
    values = np.ones(len(columns))
    return csr_matrix((values, columns, pointers), shape=(len(rows), len(index))), np.array(rows)


def _mean(example: Features, slot: str, scale: float, vectors: Any) -> Any:
    known = [row for row in example.slots.get(slot, ()) if row >= 0]
    return vectors[known].mean(axis=0) * scale if known else np.zeros(vectors.shape[1])
