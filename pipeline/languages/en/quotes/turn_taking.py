"""Find the speaker without a cue: labels, the sentence around a stretch, continuation, and turn-taking."""

from collections.abc import Iterator, Sequence

from pipeline.languages.en.quotes.candidate_features import PRONOUNS
from pipeline.languages.en.quotes.candidates import Quotations
from pipeline.languages.en.quotes.reporting_lexicon import lexicon
from pipeline.languages.en.quotes.speaker_mentions import MESSAGES, Phrase, phrase
from pipeline.reading.tree import SUBJECTS, Tree

_DASHES = ("—", "–", "―", "-", "--")
_MARKS = frozenset(("”", "“", '"', "''", "``", "’", "'", "»", "«"))
_STOPS = (".", "?", "!")
_LABEL = 8
"""How many tokens a label before a colon or after a dash may have."""
_VAGUE = frozenset("which that this these those there what it who".split())


def label_before(tree: Tree, quotations: Quotations, number: int) -> Phrase | None:
    """Return whom a stretch is labelled with: "Jane Doe: “…”", "“…” — Jane Doe", or "From Jane Doe:" above it."""
    first, last = quotations.tokens[number]
    start, end = _paragraph(tree, first)
    near = range(max(last, end - _LABEL - 1), end)
    dash = next((t for t in near if tree.word[t].startswith(_DASHES) and tree.word[t - 1][-1:] in _MARKS), None)
    if dash is not None and tree.word[start][0] in _MARKS and (signed := _named_in(tree, dash + 1, end)):
        return signed
    colon = next((t for t in range(first - 1, max(start, first - 4), -1) if tree.word[t] == ":"), None)
    if colon is None:
        return _above(tree, start) if first - start <= 1 else None
    opening = colon
    while opening > start and colon - opening < _LABEL and tree.word[opening - 1] not in (*_DASHES, *_STOPS):
        opening -= 1
    at_start = opening == start or not tree.word[opening - 1][0].isalnum()
    return _named_in(tree, opening, colon) if at_start else None


def _paragraph(tree: Tree, token: int) -> tuple[int, int]:
    """Return the first token of a paragraph, and that after its last."""
    start = end = token
    while start > 0 and "\n" not in tree.word[start - 1]:
        start -= 1
    while end < len(tree) and "\n" not in tree.word[end]:
        end += 1
    return start, end


def _above(tree: Tree, start: int) -> Phrase | None:
    """Return who ends a short paragraph with a colon above a stretch, after "from", "statement by" or ranks alone."""
    start, end = _paragraph(tree, max(0, start - 2))
    if end - start > 2 * _LABEL or tree.word[end - 1 : end] != [":"]:
        return None
    sources = ("from",) if MESSAGES.isdisjoint(tree.lower[start:end]) else ("from", "by")
    after = [token + 1 for token in range(start, end) if tree.lower[token] in sources]
    opening = after[-1] if after else start
    named = [token for token in range(opening, end) if tree.kind[token] in ("PERSON", "ORG")]
    if not named or tree.word[named[-1] + 1] not in (":", ","):
        return None
    ranks = all(tree.word[token][0].isupper() for token in range(opening, named[0]))
    return phrase(tree, named[-1]) if after or ranks else None


def verb_after(tree: Tree, quotations: Quotations, number: int) -> tuple[int, Phrase] | None:
    """Return verb and name that follow a stretch in either order: "“I am cold,” grumbled Jo Marsh".

    After a name the verb must be one that is known to report.
    """
    first, last = quotations.tokens[number]
    said = sum(tree.word[token][0].isalnum() for token in range(first, last))
    after = next((token for token in range(last, min(last + 2, len(tree) - 1)) if tree.word[token][0].isalnum()), None)
    if after is None or said < 2 or tree.text[quotations.spans[number].end - 1] not in ",?!":
        return None
    head = name = after if tree.kind[after] == "PERSON" else after + 1
    while tree.kind[head + 1 : head + 2] == ["PERSON"] and tree.head[head] > head:
        head += 1
    verb = tree.head[head]
    if tree.kind[name] != "PERSON" or tree.dep[head] == "pobj" or verb != (head + 1 if name == after else after):
        return None
    reports = tree.lower[verb] in lexicon().lemmas if name == after else not tree.lower[verb].endswith("ing")
    return (verb, phrase(tree, head)) if reports and tree.word[verb].islower() else None


def _named_in(tree: Tree, first: int, last: int) -> Phrase | None:
    """Return a range if it is a name and little else."""
    named = [token for token in range(first, last) if tree.kind[token] in ("PERSON", "ORG")]
    if named:
        return Phrase(named[0], max(t for t in named if t - named[0] < _LABEL))
    if 0 < last - first <= 3 and all(tree.word[token].isupper() for token in range(first, last)):
        return Phrase(first, last - 1)
    return None


def governing_verb(tree: Tree, quotations: Quotations, number: int) -> tuple[int, Phrase] | None:
    """Return the verb that governs a stretch within a sentence, and its subject: "She exhorted them to “…”"."""
    first, last = quotations.tokens[number]
    root = next((t for t in range(first, last) if not first <= tree.head[t] < last or tree.head[t] == t), first)
    for verb in (root, *tree.ancestors(root)):
        if first <= verb < last:
            continue
        who = tree.child(verb, *SUBJECTS)
        if who is not None and not quotations.inside[who] and _may_speak(tree, who):
            return verb, phrase(tree, who)
    return None


def _may_speak(tree: Tree, token: int) -> bool:
    if tree.lower[token] in PRONOUNS:
        return tree.lower[token] not in _VAGUE
    return tree.kind[token] in ("PERSON", "ORG", "GPE")


def next_turn(
    tree: Tree, quotations: Quotations, number: int, before: Sequence[tuple[int, Phrase | None]]
) -> Phrase | None:
    """Return whose turn it is at a stretch by itself: the last speaker continues, or question and answer alternate.

    ``before`` are the earlier stretches with their speakers, nearest first.
    """
    first, _ = quotations.tokens[number]
    near = list(_adjacent(tree, quotations, first, before))
    if not near:
        return None
    last, speaker = near[0]
    others = [(other, who) for other, who in near[1:] if who is not None and not _is_same_person(tree, who, speaker)]
    if _is_question(tree, quotations, last):
        return others[0][1] if others else None
    if others and _is_question(tree, quotations, others[0][0]) and _is_question(tree, quotations, number):
        return others[0][1]
    return speaker


def _adjacent(
    tree: Tree, quotations: Quotations, first: int, before: Sequence[tuple[int, Phrase | None]]
) -> Iterator[tuple[int, Phrase | None]]:
    """Return the stretches of the paragraphs before, as long as each paragraph has one."""
    for number, speaker in before:
        opening, closing = quotations.tokens[number]
        if tree.text.count("\n", tree.end[closing - 1], tree.start[first]) > 1:
            return
        yield number, speaker
        first = min(first, opening)


def _is_question(tree: Tree, quotations: Quotations, number: int) -> bool:
    return tree.text[quotations.spans[number].end - 1] == "?"


def _is_same_person(tree: Tree, one: Phrase, other: Phrase | None) -> bool:
    return other is not None and tree.lower[one.head] == tree.lower[other.head]
