"""How many people an event killed or injured, and how many attended, where the text gives a number."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.annotate.dates.expressions import NUMBERS
from pipeline.annotate.tree import Tree

_KILL = frozenset("kill kills killed killing die dies died dying dead death deaths slain murdered slaughtered perished"
                  " executed massacred fatalities claimed drown drowns drowned drowning".split())  # fmt: skip
_INJURE = frozenset("injure injured injuring injures wound wounds wounded wounding injuries hurt hospitalized".split())
_CROWD = frozenset(
    "protesters protestors demonstrators marchers supporters activists workers students people strikers opponents"
    " residents teachers doctors farmers employees members women crowd mourners villagers miners nurses drivers"
    " followers men".split()
)
_COUNTED = frozenset("nsubj nsubjpass dobj attr nummod agent prep pobj acl conj appos".split())
"""Relations in which the people stand who are counted; a date ("died November 23") stands in another."""
_MONTHS = frozenset("january february march april may june july august september october november december"
                    " jan feb mar apr jun jul aug sept sep oct nov dec".split())  # fmt: skip
_GROUPS = {"dozen": 12, "dozens": 24, "hundred": 100, "hundreds": 200, "thousand": 1_000, "thousands": 2_000,
           "million": 1_000_000}  # fmt: skip
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?")
_COSTLY = (None, "ASSAULT", "COERCE", "PROTEST")
_LARGEST = 100_000_000


class Counts(NamedTuple):
    """People killed, injured and attending; None where no number is given."""

    dead: int | None = None
    injured: int | None = None
    size: int | None = None


def counts(tree: Tree, trigger: int, kind: str | None) -> Counts:
    """Return the numbers in the clauses below and around an event's trigger.

    Only violence, its suppression, protests and disasters have any: who is sentenced for murder kills nobody by that.
    """
    if kind not in _COSTLY:
        return Counts()
    first, last = _reach(tree, trigger)
    if kind == "PROTEST":
        crowd = next((n for n, word in _numbers(tree, first, last) if word in _CROWD), None)
        return Counts(size=crowd)
    dead = injured = None
    for token in range(first, last):
        word = tree.lower[token]
        if dead is None and word in _KILL:
            dead = _number_of(tree, token)
        elif injured is None and word in _INJURE:
            injured = _number_of(tree, token)
    return Counts(dead, injured)


def _reach(tree: Tree, trigger: int) -> tuple[int, int]:
    """Return the tokens of the trigger's clause."""
    top = trigger
    while tree.dep[top] not in ("ROOT", "ccomp", "conj", "relcl", "parataxis", "advcl") and tree.head[top] != top:
        top = tree.head[top]
    return tree.left[top], tree.right[top] + 1


def _number_of(tree: Tree, word: int) -> int | None:
    """Return the number of people that a verb or noun of harm counts: "killed 20", "20 dead", "at least 20 died"."""
    nearby = [word, *(child for child in tree.children[word] if tree.dep[child] in _COUNTED)]
    if tree.dep[word] in ("acl", "relcl", "amod", "acomp", "attr", "conj", "advcl", "oprd"):
        nearby.append(tree.head[word])
    if tree.dep[word] in ("acomp", "oprd"):
        # "left nine people dead"
        nearby += [child for child in tree.children[tree.head[word]] if tree.dep[child] == "dobj"]
    for token in nearby:
        number = _own_number(tree, token)
        if number is not None:
            return number
    return None


def _own_number(tree: Tree, noun: int) -> int | None:
    if tree.dep[noun] == "nummod" or tree.dep[noun] in ("nsubj", "nsubjpass", "dobj", "attr"):
        value = number(tree, noun)
        if value is not None:
            return value
    for child in tree.children[noun]:
        is_number = tree.dep[child] == "nummod" and tree.kind[child] == ""
        if is_number and not _is_age(tree, noun) and tree.lower[noun].rstrip(".") not in _MONTHS:
            return number(tree, child)
    if tree.lower[noun] in ("dozens", "hundreds", "thousands"):
        return _GROUPS[tree.lower[noun]]
    return None


def _is_age(tree: Tree, noun: int) -> bool:
    return tree.lower[noun] in ("year", "years", "day", "days", "month", "months", "week", "weeks", "percent", "hours",
                                "minutes", "miles", "km", "kilometers", "kilometres")  # fmt: skip


def _numbers(tree: Tree, first: int, last: int) -> Iterator[tuple[int, str]]:
    """Yield the numbers of people in a range of tokens, each with what it counts."""
    for token in range(first, last):
        if tree.dep[token] == "nummod" and (value := number(tree, token)) is not None:
            yield value, tree.lower[tree.head[token]]
        elif tree.lower[token] in ("hundreds", "thousands", "dozens"):
            of = tree.child(token, "prep")
            inner = tree.child(of, "pobj") if of is not None else None
            yield _GROUPS[tree.lower[token]], tree.lower[inner] if inner is not None else "people"


def number(tree: Tree, token: int) -> int | None:
    """Return the value of a numeral, in digits or words: "20", "1,500", "twenty-one", "two dozen", "3 million"."""
    total = 0.0
    found = False
    for each in (*(child for child in tree.children[token] if child < token), token):
        word = tree.lower[each]
        if match := _DIGITS.fullmatch(word):
            total, found = float(match[0].replace(",", "")), True
        elif word in _GROUPS:
            total, found = max(total, 1) * _GROUPS[word], True
        elif word.partition("-")[0] in NUMBERS and word not in ("a", "an", "couple"):
            tens, _, ones = word.partition("-")
            total, found = NUMBERS[tens] + NUMBERS.get(ones, 0), True
    return int(total) if found and total <= _LARGEST else None
