"""Vectors of single words; ``training/vectors.py`` wrote the table from GloVe."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class WordVectors:
    """The table, by spaCy's hash of a word's lower-case form."""

    def __init__(self, path: Path) -> None:
        """Read the table."""
        with np.load(path, allow_pickle=False) as table:
            self._keys: NDArray[np.uint64] = table["keys"]
            self._vectors: NDArray[np.int8] = table["vectors"]
            self._scale = float(table["scale"])
        self.width: int = self._vectors.shape[1]

    def of(self, keys: NDArray[np.uint64]) -> NDArray[np.float32]:
        """Return one row for each hash: its vector, or zeros."""
        rows = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found = self._vectors[rows].astype(np.float32) * np.float32(self._scale)
        found[self._keys[rows] != keys] = 0
        return found
