"""Decide which words of a story report, and what, by choosing among the candidates of every possible cue.

A log-linear model over ``features``, one choice per cue: one of its candidates, or none. ``training/reporting.py``
learned its weights and the lexicon of cues; ``docs/explanation/accuracy.md`` says from what.
"""

import math
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from pipeline.annotate.paragraph_memory import Paragraph
from pipeline.annotate.quotes.candidates import NEAR, SUBJECTS, Candidate, Quotations, candidates, trimmed
from pipeline.annotate.quotes.features import Cue
from pipeline.annotate.quotes.lexicon import Lexicon
from pipeline.annotate.tree import Tree

LIKELY = 0.57
"""A cue reports if the total probability of its candidates is above this."""
LIKELY_THAT = 0.38
"""The same for a noun with its own that-clause ("the claim that …")."""
DOUBTFUL = 0.02
"""A candidate below this probability is dropped."""
_BOTH_SIDES = 0.12
"""The probability above which a candidate on the other side of the cue is the second half of what it reports."""


class Report(NamedTuple):
    """A cue, a stretch that it reports (tokens, half-open), and its probability."""

    cue: int
    first: int
    last: int
    likely: float
    is_sure: bool

    def moved(self, by: int) -> "Report":
        """Return the report with all tokens moved."""
        return Report(self.cue + by, self.first + by, self.last + by, self.likely, self.is_sure)


def reports(tree: Tree, quotations: Quotations, known: Lexicon) -> tuple[list[Report], list[Report]]:
    """Return every cue that reports, with what it reports; and doubtful reports of quoted stretches."""
    found = [report for token, lemma in cues(tree, known) for report in _picked(tree, quotations, token, lemma, known)]
    return _without_overlaps(found)


def remembered_reports(tree: Tree, quotations: Quotations, known: Lexicon) -> tuple[list[Report], list[Report]]:
    """Return the same as ``reports``, but read a paragraph with the same names and quotations only once.

    A paragraph with a quotation that goes on in another one is always read.
    """
    found: list[Report] = []
    for each in tree.paragraphs:
        read = partial(_reports_in, each, tree, quotations, known)
        key = _key(tree, quotations, each)
        found += [report.moved(each.first) for report in (each.recall(key, read) if key else read())]
    return _without_overlaps(found)


def _reports_in(paragraph: Paragraph, tree: Tree, quotations: Quotations, known: Lexicon) -> list[Report]:
    return [
        report.moved(-paragraph.first)
        for token, lemma in cues(tree, known, range(paragraph.first, paragraph.last))
        for report in _picked(tree, quotations, token, lemma, known)
    ]


def _key(tree: Tree, quotations: Quotations, paragraph: Paragraph) -> tuple[object, ...] | None:
    """Return all that reports in a paragraph depend on beside its words: names, quotations, and what is around it."""
    first, last, _ = paragraph
    marks: list[object] = []
    for opening, closing in quotations.tokens[quotations.from_token(first - NEAR - 1) :]:
        if opening > last + NEAR:
            break
        marks.append((opening - first, closing - first))
        if closing <= first or opening >= last:
            # What a cue may report beyond the paragraph, with the words beside it.
            around = slice(max(0, opening - 2), closing + 2)
            marks += (*tree.word[around], *tree.dep[around])
        elif opening < first or closing > last:
            return None
    before, after = first == 0 or "\n" in tree.word[first - 1], last == len(tree) or "\n" in tree.word[last - 1]
    if not before or not after:
        return None
    return "reports", first == 0, last == len(tree), *marks, *tree.kind[first:last]


def _without_overlaps(found: Iterable[Report]) -> tuple[list[Report], list[Report]]:
    """Return the sure reports, of those that overlap the most probable one; and the doubtful ones."""
    sure: list[Report] = []
    doubtful: list[Report] = []
    for report in found:
        (sure if report.is_sure else doubtful).append(report)
    chosen: list[Report] = []
    for report in sorted(sure, key=lambda report: -report.likely):
        if not any(overlap(report, other) for other in chosen):
            chosen.append(report)
    return chosen, sorted(doubtful, key=lambda report: -report.likely)


def cues(tree: Tree, known: Lexicon, tokens: range | None = None) -> Iterator[tuple[int, str]]:
    """Yield the tokens that may be cues, with their lemmas: among these tokens, or all."""
    for token in range(len(tree)) if tokens is None else tokens:
        lemma = known.lemmas.get(tree.lower[token])
        # "so-called", "self-described": a word after a hyphen reports nothing.
        if lemma is not None and not (token and tree.word[token - 1] == "-"):
            yield token, lemma


def overlap(one: Report | Candidate, other: Report | Candidate) -> bool:
    """Return whether two ranges share at least half of their union."""
    shared = min(one.last, other.last) - max(one.first, other.first)
    return shared > 0 and 2 * shared >= one.last - one.first + other.last - other.first - shared


def _picked(tree: Tree, quotations: Quotations, token: int, lemma: str, known: Lexicon) -> Iterator[Report]:
    options = candidates(tree, quotations, token)
    if not options:
        return
    cue = Cue(tree, quotations, token, lemma)
    weights = known.weights
    base = known.bias + sum([weights.get(word, 0.0) for word in cue.shared])
    odds = [
        math.exp(min(50.0, base + sum([weights.get(word, 0.0) for word in cue.of(candidate)]))) for candidate in options
    ]
    total = 1 + sum(odds)
    likely = 1 - 1 / total
    ranked = sorted(zip(odds, options, strict=True), key=lambda pair: -pair[0])
    best = ranked[0][1]
    is_sure = likely >= (
        LIKELY_THAT if best.derivation.startswith("acl>") and tree.lower[best.first] == "that" else LIKELY
    )
    if is_sure:
        yield Report(token, best.first, best.last, likely, is_sure=True)
        yield from _conjuncts(tree, token, best, likely)
    for odd, candidate in ranked[is_sure:]:
        if is_sure and odd / total > _BOTH_SIDES and _other_side(token, best, candidate):
            if _said(tree, quotations, candidate):
                yield Report(token, candidate.first, candidate.last, likely, is_sure=True)
                return
        elif odd / total > DOUBTFUL and quotations.share(candidate.first, candidate.last):
            yield Report(token, candidate.first, candidate.last, odd / total, is_sure=False)


def _said(tree: Tree, quotations: Quotations, candidate: Candidate) -> bool:
    """Return whether a candidate is a clause or quoted, not just a noun."""
    clause = candidate.head is not None and tree.child(candidate.head, *SUBJECTS, "aux") is not None
    return clause or quotations.share(candidate.first, candidate.last) > 0


def _conjuncts(tree: Tree, cue: int, best: Candidate, likely: float) -> Iterator[Report]:
    """Yield further reported clauses that the parse attaches to the cue: "boasted about … and that …"."""
    for child in tree.children[cue]:
        first, last = tree.left[child], tree.right[child] + 1
        if tree.dep[child] == "conj" and tree.lower[first] == "that" and first >= best.last:
            yield Report(cue, *trimmed(tree, first, last), likely, is_sure=True)


def _other_side(cue: int, one: Candidate, other: Candidate) -> bool:
    return other.last <= cue < one.first or one.last <= cue < other.first
