"""Tell what a story that resembles another says else: another number, a "not", the opposite.

Whoever watches news watches for exactly these, so that such a story is no copy, however alike the words are. Only the
lead is compared: agencies add lines of their own at the end.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from pipeline.languages.words import words
from pipeline.story import Story

_LEAD = 60
"""How many words of the headline and the body tell what a story is about."""
_WORD = re.compile(r"[^\W_]+(?:[.,:'’/-][^\W_]+)*")
_NAME = re.compile(r"(?:(?<=[^\W_] )|(?<=[,;:] ))[A-Z][^\W_]+(?:[’'-][^\W_]+)*")
_SHORTEST_QUOTATION = 10
_QUOTED = re.compile(r"“([^“”]{10,})”")
_PLAIN = re.compile(r"[^\W_]+")
_SPELLED = frozenset(words("claims", "spelled"))
_UNITS = frozenset(words("claims", "units"))
_DENIALS = frozenset(words("claims", "denials"))
_OPPOSITES = {
    word: f"{number}{sign}"
    for number, line in enumerate(words("claims", "opposites"))
    for sign, side in zip("+-", line.split(" / "), strict=True)
    for word in side.split()
}


_CONTRADICTIONS = ("number", "negation", "polarity")


class Difference(NamedTuple):
    """What one telling says (``here``) and another says instead (``there``); either may say nothing of it."""

    kind: Literal["number", "negation", "polarity", "name", "quote"]
    here: tuple[str, ...]
    there: tuple[str, ...]


@dataclass(frozen=True)
class Claims:
    """What two tellings of the same may contradict each other in.

    ``lead`` are the numbers of the lead and ``numbers`` those of the whole text, ``denials`` the words of the lead that
    deny, ``sides`` the words of either side of opposites in it. ``names`` are the capitalised words of the lead that
    start no sentence; ``quoted`` are the quotations of the text, ``text`` its words in small letters between spaces.
    """

    lead: tuple[str, ...]
    numbers: frozenset[str]
    denials: tuple[str, ...]
    sides: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    text: str
    quoted: tuple[str, ...]

    @classmethod
    def of(cls, story: Story) -> "Claims":
        """Return those of a story."""
        spelled = _WORD.findall(story.body)
        small = [word.lower() for word in spelled]
        lead = small[:_LEAD]
        return cls(
            lead=tuple(_numbers(lead)),
            numbers=frozenset(_numbers(small)),
            denials=tuple(word for word in lead if word in _DENIALS or word.endswith(("n't", "n’t"))),
            sides=tuple((side, word) for word in lead if (side := _OPPOSITES.get(word))),
            names=tuple(dict.fromkeys(_NAME.findall(" ".join(story.body.split()[:_LEAD])))),
            text=_plain(story.body),
            quoted=tuple(dict.fromkeys(" ".join(found.split()) for found in _quotations(story.body))),
        )


def differences(one: Claims, other: Claims) -> list[Difference]:
    """Return what one telling says and the other does not, and what that one says instead."""
    found = [
        Difference("number", _numbers_missing(one, other), _numbers_missing(other, one)),
        Difference("negation", *_unless_as_many(one.denials, other.denials)),
        Difference("polarity", _opposite(one, other), _opposite(other, one)),
        Difference("name", _missing(one.names, other), _missing(other.names, one)),
        Difference("quote", _missing(one.quoted, other), _missing(other.quoted, one)),
    ]
    return [each for each in found if each.here or each.there]


def contradict(found: Sequence[Difference]) -> bool:
    """Return whether two tellings with these differences are no copies: they differ in a number, a denial or in
    opposites.
    """
    return any(each.kind in _CONTRADICTIONS for each in found)


def _numbers_missing(one: Claims, other: Claims) -> tuple[str, ...]:
    return tuple(each for each in one.lead if each not in other.numbers)


def _missing(these: Sequence[str], other: Claims) -> tuple[str, ...]:
    """Return those whose words do not stand one after the other in the other text."""
    return tuple(each for each in these if _plain(each) not in other.text)


def _plain(text: str) -> str:
    return f" {' '.join(_PLAIN.findall(text.lower()))} "


def _quotations(text: str) -> Iterator[str]:
    for paragraph in text.split("\n"):
        yield from _QUOTED.findall(paragraph)
        # Straight marks do not say whether they open or close; every second stretch is quoted.
        parts = paragraph.split('"')
        if len(parts) % 2:
            yield from (part for part in parts[1::2] if len(part) >= _SHORTEST_QUOTATION)


def _unless_as_many(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return ((), ()) if len(one) == len(other) else (one, other)


def _opposite(one: Claims, other: Claims) -> tuple[str, ...]:
    """Return the words of one that the other has fewer of, and more of their opposites."""
    ours, theirs = (Counter(side for side, _ in each.sides) for each in (one, other))
    more = {side for side in ours if ours[side] > theirs[side] and ours[_turned(side)] < theirs[_turned(side)]}
    return tuple(dict.fromkeys(word for side, word in one.sides if side in more))


def _turned(side: str) -> str:
    return side[:-1] + ("-" if side.endswith("+") else "+")


def _numbers(small: Sequence[str]) -> list[str]:
    """Return the numbers, without those of durations: what one agency calls 14 days, another calls two weeks."""
    pairs = pairwise([*small, ""])
    numbers = (word for word, after in pairs if (word[0].isdigit() or word in _SPELLED) and after not in _UNITS)
    return list(dict.fromkeys(numbers))
