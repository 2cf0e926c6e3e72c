"""Sign a text in a few hundred bytes that tell how much of another text it shares.

A signature has two MinHashes (Broder 1997, by datasketch) with eight bits kept per value (Li and König 2010): one
over the words (unigrams and bigrams), one over the facts (names and numbers).
"""

import base64
from functools import cache
from typing import Any

import numpy as np

from pipeline.desk.text_features import Hashes, TextFeatures
from pipeline.story import Signature

VALUES = 128
"""The values of a MinHash."""
_FEWEST_TOKENS = 12


def signature_of(text: TextFeatures) -> Signature | None:
    """Return the signature of a text, or None if it is too short."""
    if text.length < _FEWEST_TOKENS:
        return None
    return Signature(
        words=_minhash(text.words), facts=_minhash(text.facts), wordcount=len(text.words), factcount=len(text.facts)
    )


@cache
def _empty() -> Any:
    # It loads scipy, 40 MB, which only those need who make signatures.
    from datasketch import MinHash  # noqa: PLC0415

    # The scheme is named because signatures outlive an update of the library on their topic.
    return MinHash(VALUES, hashfunc=int, scheme="affine32")


def _minhash(hashes: Hashes) -> str:
    signature = _empty().copy()
    signature.update_batch(hashes.tolist())
    return base64.b64encode((signature.hashvalues & 0xFF).astype(np.uint8).tobytes()).decode()
