"""Component ``wire_quotes``: what stands between quotation marks, who said it, and by which cue.

Reads the parse and ``doc._.wire_entities``; writes ``doc._.wire_quotes``, a tuple of ``Quote``.
A stretch is a quote where a reporting cue governs it or stands next to it, where it goes on from
the quote before, or where it is long enough to be speech; the rest are scare quotes and titles.
"""

from collections.abc import Iterator
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from pipeline.annotate.cues import CUES
from pipeline.annotate.marks import stretches
from pipeline.annotate.speakers import Names, speaker_of, subject_of
from pipeline.annotations import Mention, Quote, Speaker
from pipeline.annotations import Span as Stretch

SPEECH_WORDS = 6
"""A stretch of this many words is speech even where nothing tells who spoke."""
_REACH = 12
"""How many tokens from a mark a cue may stand when the parse does not join them."""
_CLAUSES = frozenset(("ccomp", "xcomp", "advcl", "conj", "dobj", "prep", "pcomp", "relcl", "acl", "parataxis"))
_UNREAL = frozenset(["would", "will", "could", "can", "may", "might", "should", "must", "to", "'ll", "'d", "’ll", "’d"])

if not Doc.has_extension("wire_quotes"):
    Doc.set_extension("wire_quotes", default=())


class Draft(NamedTuple):
    """A quote before it has its number: its content, its quoted stretches, its cue, its speaker."""

    start: int
    end: int
    quoted: tuple[Stretch, ...]
    cue: Token | None
    speaker: Speaker | None


@Language.component("wire_quotes", requires=["doc._.wire_entities", "token.dep"], assigns=["doc._.wire_quotes"])
def quotes(doc: Doc) -> Doc:
    """Put the story's quotes on ``doc._.wire_quotes``, in the order of the text."""
    drafts = _joined(_drafts(doc, Names(doc._.wire_entities)))
    doc._.wire_quotes = tuple(_quote(doc, n, draft) for n, draft in enumerate(drafts, 1))
    return doc


def _drafts(doc: Doc, names: Names) -> Iterator[Draft]:
    marked = stretches(doc.text)
    inside = {n for stretch in marked for n in range(stretch.start, stretch.end)}
    before: Draft | None = None
    for stretch in marked:
        span = doc.char_span(stretch.start, stretch.end, alignment_mode="expand")
        if span is None:
            continue
        governor = _governor(span, inside)
        cue = governor or _neighbour(span, inside)
        words = sum(token.is_alpha for token in span)
        if cue is None and words < SPEECH_WORDS:
            continue
        speaker = None
        if cue is not None:
            head = subject_of(cue)
            speaker = speaker_of(head, names) if head is not None and head.idx not in inside else None
        elif before and _goes_on(doc.text, before, stretch):
            speaker = before.speaker
        start, end = _content(span, stretch, governor)
        before = Draft(start, end, (stretch,), cue, speaker)
        yield before


def _governor(span: Span, inside: set[int]) -> Token | None:
    """The reporting verb outside of all marks under which the stretch hangs."""
    token, unsaid = span.root, None
    while token.head != token:
        token = token.head
        if _is_cue(token, inside):
            if not any(child.lower_ in _UNREAL for child in token.children):
                return token
            # "He said he would tell Xi …": what would be told is reported by who said so.
            unsaid = unsaid or token
    return unsaid


def _is_cue(token: Token, inside: set[int]) -> bool:
    """Whether it reports, outside of all marks; "so-called" does not."""
    hyphened = token.i > 0 and token.nbor(-1).text == "-"
    return token.lower_ in CUES and token.idx not in inside and not hyphened


def _neighbour(span: Span, inside: set[int]) -> Token | None:
    """The nearest reporting verb after the stretch or before it, in its own paragraph."""
    doc = span.doc
    for steps in (range(span.end, span.end + _REACH), range(span.start - 1, span.start - _REACH, -1)):
        for n in steps:
            if not 0 <= n < len(doc) or "\n" in doc[n].text:
                break
            if _is_cue(doc[n], inside):
                return doc[n]
    return None


def _goes_on(text: str, before: Draft, stretch: Stretch) -> bool:
    """Whether nothing but marks and a paragraph's end stands between two quotes."""
    between = text[before.quoted[-1].end : stretch.start]
    if before.cue is not None and before.cue.idx >= before.quoted[-1].end:
        after_cue = text[before.cue.idx : stretch.start]
        return len(after_cue.split()) <= _REACH and "\n" in after_cue
    return not any(map(str.isalnum, between))


def _content(span: Span, stretch: Stretch, governor: Token | None) -> tuple[int, int]:
    """All that is reported: the clause under the cue that holds the stretch, or just the stretch."""
    if governor is None:
        return stretch.start, stretch.end
    clause = span.root
    while clause.head != governor:
        clause = clause.head
    first, last = clause.left_edge, clause.right_edge
    holds_cue = first.i <= governor.i <= last.i
    spoken_alone = first.idx >= stretch.start - 1 and last.idx <= stretch.end + 1
    if clause.dep_ not in _CLAUSES or holds_cue or spoken_alone:
        return stretch.start, stretch.end
    while first.i < last.i and (first.is_punct or first.lower_ == "that" or first.is_quote):
        first = first.nbor()
    end = max(last.idx + len(last), stretch.end)
    start = min(first.idx, stretch.start)
    text = span.doc.text
    while end > stretch.end and (text[end - 1] in ".,;: \n" or text[end - 1] in "”\"»’'"):
        end -= 1
    if "\n" in text[start:end]:
        return stretch.start, stretch.end
    return start, end


def _joined(drafts: Iterator[Draft]) -> list[Draft]:
    """Stretches of one reported clause are one quote; overlapping contents are cut apart."""
    joined: list[Draft] = []
    for draft in drafts:
        last = joined[-1] if joined else None
        if last and draft.start < last.end:
            if draft.cue == last.cue or draft.quoted[0].start < last.end:
                joined[-1] = last._replace(end=max(last.end, draft.end), quoted=last.quoted + draft.quoted)
                continue
            joined.append(draft._replace(start=last.end))
        else:
            joined.append(draft)
    return joined


def _quote(doc: Doc, number: int, draft: Draft) -> Quote:
    only = draft.quoted[0]
    is_direct = len(draft.quoted) == 1 and (draft.start, draft.end) == (only.start, only.end)
    cue = draft.cue
    return Quote(
        id=f"q{number}",
        kind="direct" if is_direct else "mixed",
        start=draft.start,
        end=draft.end,
        text=doc.text[draft.start : draft.end],
        quoted=draft.quoted,
        cue=Mention(start=cue.idx, end=cue.idx + len(cue), text=cue.text) if cue is not None else None,
        speaker=draft.speaker,
    )
