"""Find the turns of a printed interview: paragraphs that begin with a label, one of which asks and the next answers."""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from pipeline.reading.tree import Tree
from pipeline.span import Span

_LABEL = re.compile(r"(?:([QA])(?:[.:]| ?[-–—])|([A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}):)[ \t]+(?=\S)")
_QUESTIONS = frozenset(("Q", "QUESTION"))
_ANSWERS = frozenset(("A", "ANSWER"))
_TALKS = frozenset("interview interviews conversation talk discussion q&a session".split())
_REACH = 12
"""How many tokens after "interview with" the name of who answers may be."""


class Turn(NamedTuple):
    """What one side of an interview says: its label, where that begins, and the rest of the paragraph."""

    label: str
    start: int
    span: Span

    @property
    def asks(self) -> bool:
        """Whether the label is that of whoever asks, whom it does not name."""
        return self.label in _QUESTIONS

    def has(self, span: Span) -> bool:
        """Return whether a stretch begins in this turn."""
        return self.start <= span.start < self.span.end


def interview_of(body: str) -> list[Turn]:
    """Return the turns of an interview in order: those with a label that asks or answers somewhere in it."""
    lines: list[Turn | None] = []
    start = 0
    for line in body.split("\n"):
        if found := _LABEL.match(line):
            span = Span(start=start + found.end(), end=start + len(line.rstrip()))
            lines.append(Turn(found[1] or found[2], start, span))
        elif line.strip():
            lines.append(None)
        start += len(line) + 1
    pairs = [(one, two) for one, two in pairwise(lines) if one and two and one.label != two.label]
    sides = {turn.label for pair in pairs for turn in pair if body[pair[0].span.end - 1] == "?"}
    often = Counter(turn.label for turn in lines if turn is not None)
    sides = {label for label in sides if label.isupper() or often[label] > 1}
    return [turn for turn in lines if turn is not None and turn.label in sides]


def who_speaks(tree: Tree, turn: Turn, first: int) -> tuple[int, int] | None:
    """Return the name of whoever has a turn: the person with the label's surname before token ``first``, or the label.

    Returns tokens, inclusive. "A" is whom the words before the interview name as its partner, or their only person.
    """
    persons = _persons(tree, first)
    if turn.label in _ANSWERS:
        after = [token for token in range(1, first) if tree.lower[token] == "with" and tree.lower[token - 1] in _TALKS]
        partners = [next((each for each in persons if at < each[0] <= at + _REACH), None) for at in after]
        named = {tree.lower[last]: (one, last) for one, last in reversed(list(filter(None, partners)) or persons)}
        return named.popitem()[1] if len(named) == 1 else None
    last = tree.token_at(turn.start + len(turn.label) - 1)
    own = tree.token_at(turn.start), last
    return next((each for each in persons if tree.lower[each[1]] == tree.lower[last]), own)


def _persons(tree: Tree, end: int) -> list[tuple[int, int]]:
    """Return the names of persons before a token."""
    found: list[tuple[int, int]] = []
    for token in range(end):
        if tree.kind[token] == "PERSON":
            goes_on = bool(found) and found[-1][1] == token - 1
            found.append((found.pop()[0] if goes_on else token, token))
    return found
