"""How sure it is that somebody says what a quote has: a log-linear model over how it is told.

``training/quotes.py`` learned its weights from whole stories in which a reader marked every quote.
"""

from functools import cache
from pathlib import Path

import numpy as np

from pipeline.annotations import Speaker
from pipeline.languages.en.log_linear import Features, YesOrNo
from pipeline.languages.en.quotes.quote_spans import QuoteSpan
from pipeline.languages.en.quotes.reporting_lexicon import lexicon
from pipeline.reading.tree import SUBJECTS, Tree

_FILE = Path(__file__).parent / "confidence.npz"
_PRONOUNS = frozenset("he she they it we i you who which that".split())
_LENGTHS = (2, 4, 7, 12, 20, 35)
"""Where words of a quote are counted in larger steps."""
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def features(tree: Tree, span: QuoteSpan, speaker: Speaker | None, quoted: float) -> Features:
    """Return what tells whether a quote is one; ``quoted`` is the share of it that is between marks, 0 to 1."""
    cue, head = span.cue, _head(tree, span)
    lemma = "-" if cue is None else lexicon().lemmas.get(tree.lower[cue], tree.lower[cue])
    link = tree.dep[head] if cue is not None and tree.head[head] == cue else "-"
    share = next(each for each in _SHARES if quoted <= each)
    length = sum(span.last - span.first > limit for limit in _LENGTHS)
    is_clause = tree.child(head, *SUBJECTS) is not None
    first = tree.lower[span.first]
    names = [
        f"cue:{lemma}", f"share:{share}", f"length:{length}", f"head:{tree.dep[head]}", f"link:{link}",
        f"clause:{is_clause}", f"first:{first}", f"speaker:{_sort(speaker)}", f"who:{speaker is not None}",
        f"cue link:{lemma}|{link}", f"cue share:{lemma}|{share}", f"clause share:{is_clause}|{share}",
        f"length share:{length}|{share}", f"link clause:{link}|{is_clause}", f"cue clause:{lemma}|{is_clause}",
        f"capital:{tree.word[span.first][:1].isupper()}", f"to:{_has(tree, head, 'aux', 'to')}",
    ]  # fmt: skip
    if cue is not None:
        names += [f"cue dep:{tree.dep[cue]}", f"before:{cue < span.first}", f"cue form:{tree.lower[cue]}"]
        for child in tree.children[cue]:
            if tree.dep[child] in ("neg", "aux", "auxpass"):
                names.append(f"cue {tree.dep[child]}:{tree.lower[child]}")
            elif tree.dep[child] in SUBJECTS or tree.dep[child] == "dobj":
                names += [f"cue {tree.dep[child]}", f"cue {tree.dep[child]}:{tree.kind[child]}"]
    return Features(list(dict.fromkeys(names)))


def _head(tree: Tree, span: QuoteSpan) -> int:
    """Return the token that connects a quote to the rest of its sentence."""
    inside = range(span.first, span.last)
    return next((token for token in inside if tree.head[token] not in inside or tree.head[token] == token), span.first)


def _has(tree: Tree, token: int, dep: str, word: str) -> bool:
    return any(tree.dep[child] == dep and tree.lower[child] == word for child in tree.children[token])


def _sort(speaker: Speaker | None) -> str:
    if speaker is None:
        return "none"
    if speaker.text.lower() in _PRONOUNS:
        return "pronoun" if speaker.entity else "open pronoun"
    return "entity" if speaker.entity else "noun"


class QuoteModel:
    """The weights of the model."""

    def __init__(self, path: Path = _FILE) -> None:
        """Read them."""
        with np.load(path, allow_pickle=False) as file:
            self._model = YesOrNo(file, np.zeros((0, 0), dtype=np.float32))

    def confidence(self, found: Features) -> float:
        """Return the probability that a quote is one."""
        return self._model.probability(found)


@cache
def quote_model() -> QuoteModel:
    """Return the model, read once a process."""
    return QuoteModel()
