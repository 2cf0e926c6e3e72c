"""Decide which words of a story report, and what, by choosing among the candidates of every possible cue.

A log-linear model over ``features``, one choice per cue: one of its candidates, or none. ``training/reporting.py``
learned its weights and the lexicon of cues; ``docs/explanation/accuracy.md`` says from what.
"""

import math
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from pipeline.languages.en.quotes.candidate_features import Cue, subject
from pipeline.languages.en.quotes.candidates import Candidate, Quotations, candidates, near_quotations, trimmed
from pipeline.languages.en.quotes.reporting_lexicon import Lexicon
from pipeline.languages.en.quotes.unsaid import says_nothing
from pipeline.reading.paragraph_memory import Paragraph
from pipeline.reading.tree import SUBJECTS, Tree

LIKELY = 0.57
"""A cue reports if the total probability of its candidates is above this."""
LIKELY_THAT = 0.38
"""The same for a noun with its own that-clause ("the claim that …")."""
DOUBTFUL = 0.02
"""A candidate below this probability is dropped."""
_FIRST_PERSONS = frozenset(("i", "we", "you"))
"""Who, speaking between quotation marks, is part of what somebody else says."""
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
    return _without_overlaps(_reports_of(cues(tree, known), 0, tree, quotations, known))


def remembered_reports(tree: Tree, quotations: Quotations, known: Lexicon) -> tuple[list[Report], list[Report]]:
    """Return the same as ``reports``, but read a paragraph with the same names and quotations only once.

    Cues that can report a quotation of another paragraph are remembered apart, together with that quotation. A
    paragraph with a quotation that goes on in another one is always read.
    """
    found: list[Report] = []
    for each in tree.paragraphs:
        chosen = list(cues(tree, known, range(each.first, each.last)))
        key = _key(tree, quotations, each)
        if key is None:
            found += _reports_of(chosen, 0, tree, quotations, known)
            continue
        beyond = {cue: outer for cue in chosen if (outer := _beyond(quotations, each, cue[0]))}
        inner = [cue for cue in chosen if cue not in beyond]
        for group, around in ((inner, ()), (list(beyond), _words_around(tree, each, beyond.values()))):
            if group:
                read = partial(_reports_of, group, each.first, tree, quotations, known)
                places = [token - each.first for token, _ in group]
                found += [report.moved(each.first) for report in each.recall((*key, *places, *around), read)]
    # Of two equally probable reports that overlap, the first one counts.
    return _without_overlaps(sorted(found, key=lambda report: report.cue))


def _reports_of(
    chosen: Iterable[tuple[int, str]], first: int, tree: Tree, quotations: Quotations, known: Lexicon
) -> list[Report]:
    """Return the reports of these cues, with tokens counted from ``first``."""
    return [
        report.moved(-first) for token, lemma in chosen for report in _picked(tree, quotations, token, lemma, known)
    ]


def _key(tree: Tree, quotations: Quotations, paragraph: Paragraph) -> tuple[object, ...] | None:
    """Return what reports within a paragraph depend on beside its words and cues: its place, quotations and names."""
    first, last, _ = paragraph
    if (first and "\n" not in tree.word[first - 1]) or (last < len(tree) and "\n" not in tree.word[last - 1]):
        return None
    marks: list[tuple[int, int]] = []
    for opening, closing in quotations.tokens[quotations.from_token(first) :]:
        if opening >= last:
            break
        if opening < first or closing > last:
            return None
        marks.append((opening - first, closing - first))
    return "reports", first == 0, last == len(tree), *marks, *tree.kind[first:last]


def _beyond(quotations: Quotations, paragraph: Paragraph, cue: int) -> list[tuple[int, int]]:
    """Return the quotations of other paragraphs that a cue can report."""
    return [
        (opening, closing)
        for opening, closing in near_quotations(quotations, cue)
        if closing <= paragraph.first or opening >= paragraph.last
    ]


def _words_around(tree: Tree, paragraph: Paragraph, beyond: Iterable[list[tuple[int, int]]]) -> list[object]:
    """Return where these quotations are, with all words that their reports depend on."""
    found: list[object] = []
    for opening, closing in sorted({each for some in beyond for each in some}):
        around = slice(max(0, opening - 2), closing + 2)
        found += (opening - paragraph.first, closing - paragraph.first, *tree.word[around], *tree.dep[around])
    return found


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
        if lemma is None or (token and tree.word[token - 1] == "-") or says_nothing(tree, token, known.lemmas):
            continue
        yield token, lemma


def overlap(one: Report | Candidate, other: Report | Candidate) -> bool:
    """Return whether two ranges share at least half of their union."""
    shared = min(one.last, other.last) - max(one.first, other.first)
    return shared > 0 and 2 * shared >= one.last - one.first + other.last - other.first - shared


def _picked(tree: Tree, quotations: Quotations, token: int, lemma: str, known: Lexicon) -> Iterator[Report]:
    options = candidates(tree, quotations, token)
    who, _ = subject(tree, token)
    if not options or (who is not None and quotations.inside[token] and tree.lower[who] in _FIRST_PERSONS):
        return
    cue = Cue(tree, quotations, token, lemma)
    base = known.bias + sum([known.weights.get(word, 0.0) for word in cue.shared])
    odds = [math.exp(min(50.0, base + sum(map(known.weight, cue.groups(candidate))))) for candidate in options]
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
                yield Report(token, candidate.first, candidate.last, odd / total, is_sure=True)
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
