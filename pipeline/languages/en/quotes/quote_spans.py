"""Combine reports and quotations into the quotes of a story, before their speakers are resolved.

A quoted stretch belongs to the report that covers it. One that no report covers is a quote if it continues the
quote before, or is long enough to be speech. The others are scare quotes, titles and nicknames.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.languages.en.calendar_names import WEEKDAYS
from pipeline.languages.en.quotes.candidates import Quotations, trimmed
from pipeline.languages.en.quotes.interviews import who_speaks
from pipeline.languages.en.quotes.reported_speech import Report, remembered_reports
from pipeline.languages.en.quotes.reporting_lexicon import lexicon
from pipeline.languages.en.quotes.speaker_mentions import Phrase, speaker
from pipeline.languages.en.quotes.turn_taking import governing_verb, label_before, next_turn, verb_after
from pipeline.languages.en.quotes.unattributed import LIKELY_SPEECH, is_no_speech, speech_probability
from pipeline.reading.tree import SUBJECTS, Tree

_TURNS = 6
"""How many quotes back turn-taking looks."""
_INTRODUCED_BY = ("as", "of", "about")


class QuoteSpan(NamedTuple):
    """A quote: its tokens (half-open), the numbers of its stretches, its cue, its speaker's words."""

    first: int
    last: int
    stretches: tuple[int, ...]
    cue: int | None
    speaker: Phrase | None


def quote_spans(tree: Tree, quotations: Quotations) -> list[QuoteSpan]:
    """Return the quotes of a story in the order of the text."""
    sure, doubtful = remembered_reports(tree, quotations, lexicon())
    found = [_from_reports(tree, quotations, report) for report in sure]
    found = [draft for draft in found if not any(_is_anothers(tree, quotations, draft, n) for n in draft.stretches)]
    claimed = {number for draft in found for number in draft.stretches}
    for number, (first, last) in enumerate(quotations.tokens):
        if number in claimed:
            continue
        covering = next((r for r in doubtful if r.first <= first and last <= r.last), None)
        draft = _from_unreported_stretches(tree, quotations, number, covering, found)
        if draft is not None:
            found.append(draft)
            claimed.update(draft.stretches)
    return sorted(_without_duplicates(tree, found), key=lambda draft: (draft.first, -draft.last))


def _is_anothers(tree: Tree, quotations: Quotations, draft: QuoteSpan, number: int) -> bool:
    """Return whether a stretch of a quote is a turn of an interview, or is all of it and has a verb of its own."""
    if number in quotations.turns:
        return True
    alone = quotations.tokens[number] == (draft.first, draft.last)
    after = verb_after(tree, quotations, number) if alone else None
    return after is not None and after[0] != draft.cue


def _without_duplicates(tree: Tree, found: list[QuoteSpan]) -> Iterator[QuoteSpan]:
    """Return the quotes, each stretch in at most one of the same speaker, the inner one."""
    inner: dict[tuple[int, str], QuoteSpan] = {}
    for draft in sorted(found, key=lambda draft: draft.first - draft.last):
        for number in draft.stretches:
            inner[number, _speaks(tree, draft)] = draft
    for draft in found:
        own = tuple(number for number in draft.stretches if inner[number, _speaks(tree, draft)] is draft)
        yield draft._replace(stretches=own)


def _speaks(tree: Tree, draft: QuoteSpan) -> str:
    return tree.lower[draft.speaker.head] if draft.speaker is not None else ""


def _from_reports(tree: Tree, quotations: Quotations, report: Report) -> QuoteSpan:
    start = quotations.from_token(report.first)
    inside = []
    for number in range(start, len(quotations.tokens)):
        first, last = quotations.tokens[number]
        if first >= report.last:
            break
        if first >= report.first and last <= report.last:
            inside.append(number)
    first = _skip_frame(tree, quotations, report)
    return QuoteSpan(first, report.last, tuple(inside), report.cue, speaker(tree, quotations, report))


def _skip_frame(tree: Tree, quotations: Quotations, report: Report) -> int:
    """Return where the reported words begin, after "that", "as" and the day they were said on."""
    first, cue = report.first, report.cue
    opening = tree.lower[first : min(first + 4, report.last)] + [""] * 4
    if quotations.inside[first]:
        return first
    skipped = 0
    if first == cue + 1 and opening[0] == "on" and opening[1] in WEEKDAYS:
        skipped = 2
    elif first == cue + 1 and opening[0] in WEEKDAYS and tree.dep[first] not in SUBJECTS:
        skipped = 1
    if opening[skipped] in _INTRODUCED_BY and tree.head[first + skipped] in (cue, tree.head[cue]):
        skipped += 1
    if opening[skipped] == "that" and tree.dep[first + skipped] == "mark":
        skipped += 1
    begins, ends = trimmed(tree, first + skipped, report.last)
    return begins if begins < ends else first


def _from_unreported_stretches(
    tree: Tree, quotations: Quotations, number: int, covering: Report | None, found: list[QuoteSpan]
) -> QuoteSpan | None:
    first, last = quotations.tokens[number]
    if (turn := quotations.turns.get(number)) is not None:
        name = who_speaks(tree, turn, quotations.tokens[min(quotations.turns)][0])
        return None if turn.asks else QuoteSpan(first, last, (number,), None, name and Phrase(*name))
    if is_no_speech(tree, quotations, number):
        return None
    if (own := verb_after(tree, quotations, number)) is not None:
        return QuoteSpan(first, last, (number,), *own)
    doubt = covering.likely if covering is not None else 0.0
    if speech_probability(tree, quotations, number, doubt) < LIKELY_SPEECH:
        return None
    if covering is not None and covering.likely >= 0.05:
        return _from_reports(tree, quotations, covering)
    named = label_before(tree, quotations, number)
    if named is not None:
        return QuoteSpan(first, last, (number,), None, named)
    if (within := governing_verb(tree, quotations, number)) is not None:
        return QuoteSpan(first, last, (number,), *within)
    before = sorted((d for d in found if d.last <= first and d.stretches), key=lambda d: -d.last)
    spoke = [(stretch, draft.speaker) for draft in before[:_TURNS] for stretch in draft.stretches[-1:]]
    return QuoteSpan(first, last, (number,), None, next_turn(tree, quotations, number, spoke))
