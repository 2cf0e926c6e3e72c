"""Find what a cue may report: stretches of its sentence, from the parse, and quotations near it.

The parse is right about most clauses and wrong about some. Each cue therefore gets every candidate that the parse,
the sentence and the quotation marks allow; ``reported_speech`` chooses among them.
"""

from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pipeline.languages.en.quotes.interviews import interview_of
from pipeline.languages.en.quotes.quotation_marks import stretches
from pipeline.languages.en.quotes.unsaid import is_name_in_marks, is_only_wanted
from pipeline.reading.tree import SUBJECTS, Tree
from pipeline.span import Span

COMPLEMENTS = frozenset(
    "ccomp xcomp dobj prep advcl acl relcl attr oprd pcomp parataxis dep csubj nsubj nsubjpass conj agent dative pobj"
    " appos".split()
)
_BESIDE = frozenset("parataxis advcl ccomp acl conj dep prep relcl".split())
_CUTS = frozenset("advcl conj npadvmod cc prep relcl acl".split())
_EMPTY = frozenset("which who that what it this him her them me us himself herself themselves whom how".split())
"""Words that say nothing alone: "which he called …"."""
_INTRODUCE = frozenset("that how whether if why".split())
_FRONTED = ("according", "per")
NEAR = 40
"""How many tokens from the cue a quotation outside of its clause may be."""
_WINDOW = 15
"""How far after the cue a clause that the parse has missed may be introduced."""


class Candidate(NamedTuple):
    """One candidate: how it was derived, its tokens (half-open), and its head token."""

    derivation: str
    first: int
    last: int
    head: int | None


class Quotations:
    """The quoted stretches of a story in tokens (half-open), and which tokens are inside one."""

    def __init__(self, tree: Tree) -> None:
        """Find the stretches of ``tree.text`` that are no names, and the turns of an interview, which need no marks."""
        said = interview_of(tree.text)
        quoted = [span for span in stretches(tree.text) if not any(turn.has(span) for turn in said)]
        quoted = [span for span in quoted if not is_name_in_marks(tree, *_tokens(tree, span))]
        self.spans = sorted([*quoted, *(turn.span for turn in said)], key=lambda span: span.start)
        self.tokens = [_tokens(tree, span) for span in self.spans]
        self.turns = {self.spans.index(turn.span): turn for turn in said}
        self._ends = [last for _, last in self.tokens]
        marked = bytearray(len(tree))
        for first, last in self.tokens:
            marked[first:last] = b"\1" * (last - first)
        self.inside = marked
        self.before = [0]
        for mark in marked:
            self.before.append(self.before[-1] + mark)

    def share(self, first: int, last: int) -> float:
        """Return how much of a range of tokens is inside quotation marks, from 0 to 1."""
        return (self.before[last] - self.before[first]) / max(1, last - first)

    def from_token(self, token: int) -> int:
        """Return the number of the first stretch that ends after ``token``."""
        return bisect_left(self._ends, token + 1)

    def snap_to_stretches(self, first: int, last: int) -> tuple[int, int]:
        """Return the range, extended so that it cuts no stretch."""
        for opening, closing in self.tokens[self.from_token(first) :]:
            if opening >= last:
                break
            if opening <= first < closing - 1:
                first = opening
            if opening < last < closing:
                last = closing
        return first, last


def _tokens(tree: Tree, span: Span) -> tuple[int, int]:
    return tree.token_at(span.start), tree.token_at(span.end - 1) + 1


@lru_cache(maxsize=1)
def quotations_of(tree: Tree) -> Quotations:
    """Return the quotations of a story; quotes and events need the same."""
    return Quotations(tree)


def candidates(tree: Tree, quotations: Quotations, cue: int) -> list[Candidate]:
    """Return all that ``cue`` may report, trimmed, each range once, with its derivations joined by a blank."""
    found: dict[tuple[int, int], Candidate] = {}
    for candidate in (*_clauses(tree, cue), *_surface(tree, cue), *_quotations(tree, quotations, cue)):
        first, last = trimmed(tree, candidate.first, candidate.last)
        first, last = quotations.snap_to_stretches(first, last)
        last = _within_paragraph(tree, first, last)
        if first >= last or (last - first == 1 and tree.lower[first] in _EMPTY):
            continue
        if is_only_wanted(tree, cue, first, last) and not quotations.share(first, last):
            continue
        if is_hyphen(tree, first - 1) or is_hyphen(tree, last):
            continue
        seen = found.get((first, last))
        if seen is None:
            found[first, last] = candidate._replace(first=first, last=last)
        elif candidate.derivation not in seen.derivation.split():
            found[first, last] = seen._replace(derivation=f"{seen.derivation} {candidate.derivation}")
    return list(found.values())


def trimmed(tree: Tree, first: int, last: int) -> tuple[int, int]:
    """Return the range without marks and blanks at its edges."""
    while first < last and not tree.word[first][-1].isalnum() and not tree.word[first][0].isalnum():
        first += 1
    while first < last and not tree.word[last - 1][0].isalnum() and not tree.word[last - 1][-1].isalnum():
        last -= 1
    return first, last


def is_hyphen(tree: Tree, token: int) -> bool:
    """Return whether a token is a hyphen within a word."""
    if not 0 < token < len(tree) - 1 or tree.word[token] != "-":
        return False
    before, after = tree.start[token] - 1, tree.end[token]
    return tree.text[before].isalnum() and tree.text[after].isalnum()


def _within_paragraph(tree: Tree, first: int, last: int) -> int:
    for token in range(first, last):
        if "\n" in tree.word[token]:
            return token
    return last


def _clauses(tree: Tree, cue: int) -> Iterator[Candidate]:
    """Yield the dependents of the cue, and what the cue depends on."""
    dep = tree.dep
    sentence_start, sentence_end = tree.sentences[tree.sentence[cue]]
    for child in tree.children[cue]:
        if dep[child] not in COMPLEMENTS or (dep[child] in SUBJECTS and not tree.children[child]):
            continue
        side = ">" if child > cue else "<"
        word = f"{tree.lower[child]}_{dep[child]}" if dep[child] in ("prep", "dative", "agent") else dep[child]
        way = word + side
        first, last = tree.left[child], tree.right[child] + 1
        if first <= cue < last:
            yield from _around(tree, cue, way, first, last, child)
            continue
        yield Candidate(way, first, last, child)
        yield from _under(tree, cue, child, way, sentence_end)
    if dep[cue] in _BESIDE or tree.lower[cue] == "according":
        head = tree.head[cue]
        yield from _split("host", dep[cue], tree, cue, tree.left[head], tree.right[head] + 1, head)
        if tree.head[head] != head:
            yield from _split("sentence", dep[cue], tree, cue, sentence_start, sentence_end, head)


def _around(tree: Tree, cue: int, way: str, first: int, last: int, head: int) -> Iterator[Candidate]:
    """Yield both sides of a cue inside what it reports, with its subject."""
    subjects = [child for child in tree.children[cue] if tree.dep[child] == "nsubj"]
    frame_start = min([cue, *(tree.left[child] for child in subjects)])
    frame_end = max([cue, *(tree.right[child] for child in subjects)]) + 1
    yield Candidate(way + "_before", first, frame_start, head)
    yield Candidate(way + "_after", frame_end, last, head)


def _under(tree: Tree, cue: int, child: int, way: str, sentence_end: int) -> Iterator[Candidate]:
    """Yield longer and shorter forms of the dependents, for wrong attachments."""
    relation = tree.dep[child]
    if relation == "prep":
        yield from _inner(tree, child, way, ("pcomp", "pobj"))
    if child < cue:
        return
    if relation in ("ccomp", "dobj", "attr", "oprd") and tree.right[child] + 1 < sentence_end - 1:
        yield Candidate(way + "+", tree.left[child], sentence_end, child)
    if relation == "xcomp":
        yield from _inner(tree, child, way + "_", ("ccomp", "dobj", "xcomp"))
    if relation in ("ccomp", "xcomp", "dobj"):
        yield from _cut(tree, child)


def _inner(tree: Tree, token: int, way: str, relations: tuple[str, ...]) -> Iterator[Candidate]:
    """Yield the dependents of the dependents."""
    for inner in tree.children[token]:
        if tree.dep[inner] in relations and inner > token:
            yield Candidate(way + tree.dep[inner], tree.left[inner], tree.right[inner] + 1, inner)


def _cut(tree: Tree, token: int) -> Iterator[Candidate]:
    """Yield a clause up to each of its own clauses and phrases after the verb."""
    dep = tree.dep
    for inner in tree.children[token]:
        cut = tree.left[inner]
        if inner > token and dep[inner] in _CUTS and cut > token:
            if dep[inner] == "conj" and dep[cut - 1] == "cc":
                cut -= 1
            yield Candidate(f"{dep[token]}>-{dep[inner]}", tree.left[token], cut, token)


def _split(way: str, relation: str, tree: Tree, cue: int, first: int, last: int, head: int) -> Iterator[Candidate]:
    """Yield what stands before and after the cue's own clause."""
    yield Candidate(f"{way}<{relation}", first, tree.left[cue], head)
    yield Candidate(f"{way}>{relation}", tree.right[cue] + 1, last, head)


def _surface(tree: Tree, cue: int) -> Iterator[Candidate]:
    """Yield candidates that need no parse: the rest of the sentence on either side."""
    sentence_start, sentence_end = tree.sentences[tree.sentence[cue]]
    subject = cue
    for child in tree.children[cue]:
        if child > cue and tree.dep[child] in ("dobj", "dative", "nsubj", "npadvmod", "ccomp", "oprd"):
            yield Candidate(f"past_{tree.dep[child]}", tree.right[child] + 1, sentence_end, child)
        if child < cue and tree.dep[child] in ("nsubj", "nsubjpass"):
            subject = min(subject, tree.left[child])
    for token in range(cue + 1, min(sentence_end, cue + _WINDOW)):
        if tree.lower[token] in _INTRODUCE:
            yield Candidate(f"from_{tree.lower[token]}", token, sentence_end, cue)
            break
    if tree.lower[cue] in _FRONTED and (comma := next(_commas(tree, cue, sentence_end), None)) is not None:
        yield Candidate("past_comma", comma + 1, sentence_end, cue)
    yield Candidate("after", cue + 1, sentence_end, cue)
    yield Candidate("before", sentence_start, subject, cue)


def _commas(tree: Tree, cue: int, sentence_end: int) -> Iterator[int]:
    return (token for token in range(cue + 1, sentence_end) if tree.word[token] == ",")


def _quotations(tree: Tree, quotations: Quotations, cue: int) -> Iterator[Candidate]:
    """Yield the quotations near the cue, and say what is between: the end of a paragraph or of a sentence."""
    for first, last in near_quotations(quotations, cue):
        way, gap, nearest = ("<", range(last, cue), last - 1) if last <= cue else (">", range(cue, first), first)
        same = tree.sentence[cue] == tree.sentence[nearest]
        over = "¶" if any("\n" in tree.word[token] for token in gap) else "" if same else "."
        yield Candidate(f"quote{way}{over}", first, last, None)


def near_quotations(quotations: Quotations, cue: int) -> Iterator[tuple[int, int]]:
    """Yield the quotation that ends before the cue, and the one that begins after it, if near (tokens, half-open)."""
    number = quotations.from_token(cue)
    for first, last in quotations.tokens[max(0, number - 1) : number + 1]:
        if cue - last <= NEAR and first - cue - 1 <= NEAR and not first <= cue < last:
            yield first, last
