"""Names from the encoder's rows: a tag for each word, and the best sequence of tags.

A word is judged together with all words of the document that have the same lower-case form, so that a surname alone
gains from its full name elsewhere. Tags are BILOU (begin, in, last, out, unit).
"""

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import IS_SPACE, LOWER  # type: ignore[import-not-found]
from spacy.tokens import Doc, Span

from pipeline.reading.layers import Floats, Layer, beside

LABELS = ("PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "MISC")
TAGS = ("O", *(f"{part}-{label}" for label in LABELS for part in "BILU"))


def _follows(one: str, two: str) -> bool:
    return two[0] in "IL" and one[2:] == two[2:] if one[0] in "BI" else two[0] in "OBU"


_ALLOWED = np.array([[_follows(one, two) for two in TAGS] for one in TAGS])
_COST = np.where(_ALLOWED, np.float32(0), np.float32(-1e9))
_MORE_OFTEN = np.array([1.0 if tag.endswith("MISC") else 0 for tag in TAGS], np.float32)
"""Added to the scores of MISC: most collections that the model learned from leave such names out."""


class NamesTagger:
    """Finds the names of a document."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        """Read the arrays that ``training/reading.py`` wrote."""
        self._layers = [Layer(weights, f"names.{n}") for n in range(int(weights["names.depth"]))]
        self._weight = np.ascontiguousarray(weights["names.W"].astype(np.float32).T)
        self._bias = weights["names.b"].astype(np.float32)

    def __call__(self, doc: Doc, rows: Floats) -> None:
        """Set ``doc.ents`` from the rows of its words. No name goes over a line's end."""
        if not len(doc):
            return
        scores = self.scores(doc, rows) + _MORE_OFTEN
        spaces = np.flatnonzero(doc.to_array([IS_SPACE]).ravel())
        breaks = [n for n in spaces.tolist() if "\n" in doc[n].text]
        scores[breaks, 1:] = -1e9
        read = np.setdiff1d(np.arange(len(doc)), np.setdiff1d(spaces, breaks))
        spans: list[Span] = []
        for index, tag in zip(read.tolist(), best_tags(scores[read]).tolist(), strict=True):
            part = TAGS[tag]
            if part[0] in "BU":
                start = index
            if part[0] in "LU":
                spans.append(Span(doc, start, index + 1, label=part[2:]))
        doc.set_ents(spans)

    def scores(self, doc: Doc, rows: Floats) -> Floats:
        """Return the score of each tag of each word: (words, tags)."""
        groups = np.unique(doc.to_array([LOWER]).ravel(), return_inverse=True)[1].ravel()
        both = np.hstack([rows, pooled(rows, groups)])
        pad = len(self._layers)
        padded: Floats = np.zeros((len(doc) + 2 * pad, both.shape[1]), np.float32)
        padded[pad : pad + len(doc)] = both
        seen = self._layers[0](beside(padded))
        for layer in self._layers[1:]:
            seen += layer(beside(seen))
        scores: Floats = seen[pad : pad + len(doc)] @ self._weight + self._bias
        return scores


def pooled(rows: Floats, groups: NDArray[np.int64]) -> Floats:
    """Return in each row the mean of all rows of its group."""
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups)
    means: Floats = np.add.reduceat(rows[order], np.concatenate([[0], np.cumsum(counts)[:-1]]), dtype=np.float32)
    means /= counts[:, None]
    return means[groups]


def best_tags(scores: Floats) -> NDArray[np.int64]:
    """Return the best tag of each word, in a sequence that BILOU allows.

    Where the best tags by themselves are no such sequence, the stretch between the words around it that are in no
    name is decoded anew (Viterbi).
    """
    tags = scores.argmax(axis=1)
    outside = np.flatnonzero(tags == 0)
    done = 0
    for place in _broken(tags).tolist():
        if place >= done:
            before, after = np.searchsorted(outside, [place - 1, place])
            start = 0 if before == 0 else int(outside[before - 1]) + 1
            done = len(tags) if after == len(outside) else int(outside[after]) + 1
            tags[start:done] = viterbi(scores[start:done])
    return tags if not len(_broken(tags)) else np.array(viterbi(scores))


def _broken(tags: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the words whose tag may not follow the one before; after the last word stands O."""
    around = np.concatenate([[0], tags, [0]])
    return np.flatnonzero(~_ALLOWED[around[:-1], around[1:]])


def viterbi(scores: Floats) -> list[int]:
    """Return the best sequence of tags that BILOU allows, by the scores (words, tags) of at least one word."""
    total, back = scores[0] + _COST[0], []
    for row in scores[1:]:
        ways = total[:, None] + _COST
        back.append(ways.argmax(axis=0))
        total = ways.max(axis=0) + row
    path = [int((total + _COST[:, 0]).argmax())]
    for row in reversed(back):
        path.append(int(row[path[-1]]))
    return path[::-1]
