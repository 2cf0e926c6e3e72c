"""The layers of the language model, in numpy. ``training/layers.py`` trains the same sums with thinc."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BLOCK = 256
"""So many rows at once stay in the processor's cache."""


def maxout(rows: Floats, weight: Floats, bias: Floats, pieces: int) -> Floats:
    """Return for each output the greatest of its pieces: (n, outputs) of weights (inputs, pieces × outputs)."""
    outputs = weight.shape[1] // pieces
    found = np.empty((len(rows), outputs), np.float32)
    for start in range(0, len(rows), BLOCK):
        product = rows[start : start + BLOCK] @ weight
        product += bias
        best = product[:, :outputs]
        for piece in range(1, pieces):
            best = np.maximum(best, product[:, piece * outputs : (piece + 1) * outputs])
        found[start : start + BLOCK] = best
    return found


def normalised(rows: Floats, scale: Floats, shift: Floats) -> Floats:
    """Return rows with mean 0 and variance 1, then scaled and shifted (layer normalisation)."""
    centred: Floats = rows - rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", centred, centred) / np.float32(rows.shape[1]) + np.float32(1e-8)
    centred *= (1 / np.sqrt(variance))[:, None]
    centred *= scale
    centred += shift
    return centred


def beside(rows: Floats) -> Floats:
    """Return each row with the one before and the one after it: (n, 3 × width). Beyond the ends are zeros."""
    width = rows.shape[1]
    wide = np.zeros((len(rows), 3 * width), np.float32)
    wide[1:, :width] = rows[:-1]
    wide[:, width : 2 * width] = rows
    wide[:-1, 2 * width :] = rows[1:]
    return wide


class Layer:
    """A convolution over three words: maxout, then layer normalisation."""

    def __init__(self, weights: dict[str, Floats], name: str) -> None:
        """Read the arrays NAME.W (outputs, pieces, inputs), NAME.b, NAME.G and NAME.shift."""
        weight = weights[f"{name}.W"].astype(np.float32)
        outputs, self._pieces, inputs = weight.shape
        self._weight = np.ascontiguousarray(weight.transpose(2, 1, 0).reshape(inputs, -1))
        self._bias = np.ascontiguousarray(weights[f"{name}.b"].astype(np.float32).T.reshape(-1))
        self._scale, self._shift = (weights[f"{name}.{part}"].astype(np.float32) for part in ("G", "shift"))
        self.outputs: int = outputs

    def __call__(self, rows: Floats) -> Floats:
        """Return (n, outputs) of (n, inputs)."""
        return normalised(maxout(rows, self._weight, self._bias, self._pieces), self._scale, self._shift)
