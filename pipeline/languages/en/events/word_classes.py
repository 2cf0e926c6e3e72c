"""What is known of single words: their lemmas, classes and meanings; ``training/event_words.py`` wrote the table.

``words.npz`` holds, for some 25,000 frequent words, the lemma as a verb and as a noun, WordNet's class of the first
sense as a verb and as a noun, two clusters of GloVe vectors, and the vector itself.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FILE = Path(__file__).parent / "words.npz"


class Word(NamedTuple):
    """A word's lemma, WordNet class and its coarse and fine cluster; ``row`` is that of its vector, or -1."""

    lemma: str
    wordnet: str
    coarse: str
    fine: str
    row: int


class WordClasses:
    """The table, by lower-case form."""

    def __init__(self, path: Path = _FILE) -> None:
        """Read the table."""
        with np.load(path, allow_pickle=False) as table:
            forms: list[str] = table["forms"].tolist()
            verbs, nouns = table["verbs"].tolist(), table["nouns"].tolist()
            verb_classes, noun_classes = table["verb_classes"].tolist(), table["noun_classes"].tolist()
            coarse, fine = table["coarse"].tolist(), table["fine"].tolist()
            self.vectors: NDArray[np.float32] = table["vectors"].astype(np.float32) / 127
            names: list[str] = table["classes"].tolist()
        self._rows = {form: row for row, form in enumerate(forms)}
        self._verbs = [
            Word(lemma, names[kind], f"c{one}", f"d{two}", row)
            for row, (lemma, kind, one, two) in enumerate(zip(verbs, verb_classes, coarse, fine, strict=True))
        ]
        self._nouns = [
            Word(lemma, names[kind], f"c{one}", f"d{two}", row)
            for row, (lemma, kind, one, two) in enumerate(zip(nouns, noun_classes, coarse, fine, strict=True))
        ]

    def word(self, form: str, *, is_verb: bool) -> Word:
        """Return what is known of a lower-case form; an unknown one is its own lemma."""
        row = self._rows.get(form)
        if row is None:
            return Word(form, "-", "c-", "d-", -1)
        return self._verbs[row] if is_verb else self._nouns[row]


@cache
def word_classes() -> WordClasses:
    """Return the table, read once a process."""
    return WordClasses()
