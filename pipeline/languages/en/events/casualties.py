"""How many people an event killed, injured, drove out, led away or gathered, where the text gives a number."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.annotations import Number
from pipeline.languages.en.calendar_names import MONTHS_AND_SHORT
from pipeline.languages.en.dates.expressions import NUMBERS
from pipeline.languages.en.events.event_status import status
from pipeline.reading.tree import Tree

_KILL = frozenset("kill kills killed killing die dies died dying dead death deaths slain murdered slaughtered perished"
                  " executed massacred fatalities drown drowns drowned drowning".split())  # fmt: skip
_INJURE = frozenset("injure injured injuring injures wound wounds wounded wounding injuries hurt hospitalized".split())
_MISS = frozenset(("missing", "unaccounted"))
_DISPLACE = frozenset(
    "displace displaces displaced displacing evacuate evacuates evacuated evacuating homeless".split()
)
_ARREST = frozenset("arrest arrests arrested arresting detain detains detained detaining".split())
_LOSE = frozenset("claim claims claimed claiming take takes took taken taking cost costs costing lose loses lost losing"
                  .split())  # fmt: skip
"""Verbs that kill with "lives" as their object."""
_COUNTS = frozenset(("toll", "count", "number", "tally"))
"""Nouns for a number of victims, which grows: of the dead if it is a "toll", else of those that it names."""
TOLLS = frozenset("toll count tally dead deaths fatalities injured wounded".split())
"""Nouns that name the event whose victims are counted: "the death toll", "the number of dead"."""
_REACHED = frozenset("reach reaches reached reaching hit hits hitting pass passes passed passing exceed exceeds"
                     " exceeded exceeding top tops topped topping surpass surpasses surpassed surpassing is was 's ’s"
                     " are were be been".split())  # fmt: skip
"""Verbs whose object is the number that a toll has now; after any other verb it follows "to" or "at"."""
_PEOPLE = frozenset("people persons dead deaths fatalities victims killed".split())
_CROWD = frozenset(
    "protesters protestors demonstrators marchers supporters activists workers students people strikers opponents"
    " residents teachers doctors farmers employees members women crowd mourners villagers miners nurses drivers"
    " followers men".split()
)
_COUNTED = frozenset("nsubj nsubjpass dobj attr nummod agent prep pobj acl conj appos".split())
"""Relations in which the people stand who are counted; a date ("died November 23") stands in another."""
_GROUPS = {"dozen": 12, "dozens": 24, "scores": 40, "hundred": 100, "hundreds": 200, "thousand": 1_000,
           "thousands": 2_000, "million": 1_000_000, "millions": 2_000_000}  # fmt: skip
_VAGUE = frozenset("dozens scores hundreds thousands".split())
"""Groups of people whose number is at least that of the group."""
_LEAST = ("at least", "more than", "over", "above", "no fewer than", "no less than", "exceeding")
_MOST = ("up to", "as many as", "at most", "no more than", "fewer than", "less than", "under")
"""Words before a number that bounds another one."""
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?")
_COSTLY = frozenset("ACCIDENT ASSAULT COERCE CRIME DEATH DISASTER HEALTH PROTEST".split())
_LARGEST = 100_000_000
_BOUND = 3
"""So many words before a number may bound it."""
_BETWEEN = ("to", "and", "or", "-", "–")


class Counts(NamedTuple):
    """Numbers of people; None where the text gives none. ``size`` is that of a crowd."""

    dead: Number | None = None
    injured: Number | None = None
    missing: Number | None = None
    displaced: Number | None = None
    arrested: Number | None = None
    size: Number | None = None


_WORDS = {"dead": _KILL, "injured": _INJURE, "missing": _MISS, "displaced": _DISPLACE, "arrested": _ARREST}
"""The words beside which each number of people stands."""


def counts(tree: Tree, trigger: int, kind: str) -> Counts:
    """Return the numbers in the clauses below and around an event's trigger.

    Only violence, its suppression, protests, accidents, disasters and diseases have any: who is sentenced for murder
    kills nobody by that.
    """
    if kind not in _COSTLY:
        return Counts()
    now = toll(tree, trigger)
    if now is not None:
        return now
    first, last = _reach(tree, trigger)
    if kind == "PROTEST":
        crowd = next((n for n, word in _numbers(tree, first, last) if word in _CROWD), None)
        return Counts(size=crowd)
    found: dict[str, Number] = {}
    for token in range(first, last):
        for name, words in _WORDS.items():
            is_said = tree.lower[token] in words or (name == "dead" and _is_lost(tree, token))
            if is_said and name not in found and (value := _number_of(tree, token)) is not None:
                found[name] = value
    return Counts(**found)


def toll(tree: Tree, word: int) -> Counts | None:
    """Return the number that a toll has now: "the death toll rose from 80 to 120", "the number of injured is 31".

    ``word`` is "toll" itself, or the word for the victims: "the number of people killed", "the number of dead".
    """
    noun, harm = _tolling(tree, word)
    verb = tree.head[noun]
    if harm is None:
        return None
    if tree.dep[noun] in ("nsubj", "nsubjpass", "dobj") and status(tree, verb, is_verb=True) == "happened":
        found = next((value for each in _reached(tree, verb) if (value := _people(tree, each))), None)
    else:
        found = next((value for each in _objects_of(tree, noun, ("of",)) if (value := _people(tree, each))), None)
    if found is None:
        return None
    return Counts(dead=found) if harm == "dead" else Counts(injured=found)


def _tolling(tree: Tree, word: int) -> tuple[int, str | None]:
    """Return the noun of a toll, and whether it counts the dead or the injured; None if it counts something else."""
    before = {tree.lower[child] for child in tree.children[word] if tree.dep[child] in ("compound", "amod", "nmod")}
    if tree.lower[word] == "toll":
        is_of_injured = any(tree.lower[each] in _INJURE for each in _objects_of(tree, word, ("of",)))
        return word, "injured" if before & _INJURE or is_of_injured else "dead"
    if tree.lower[word] in _COUNTS:
        return word, "dead" if before & {"death", "body"} else None
    harm = "dead" if tree.lower[word] in _KILL else "injured" if tree.lower[word] in _INJURE else None
    people = tree.head[word] if tree.dep[word] in ("acl", "relcl") else word
    of = tree.head[people]
    noun = tree.head[of]
    is_counted = tree.dep[people] == "pobj" and tree.lower[of] == "of" and tree.lower[noun] in _COUNTS
    return noun, harm if is_counted else None


def _reached(tree: Tree, verb: int) -> Iterator[int]:
    """Yield what may be the number that a toll reaches by a verb, the likeliest first."""
    yield from _objects_of(tree, verb, ("to", "at", "above", "past", "beyond"))
    for first in _objects_of(tree, verb, ("from", "by")):
        # "from 80 to 120": the parser may hang the second on the first.
        yield from _objects_of(tree, first, ("to",))
        yield from (first for child in tree.children[first] if tree.lower[child] == "to")
    if tree.lower[verb] in _REACHED:
        yield from (child for child in tree.children[verb] if tree.dep[child] in ("dobj", "attr"))


def _objects_of(tree: Tree, head: int, prepositions: tuple[str, ...]) -> Iterator[int]:
    for child in tree.children[head]:
        if tree.dep[child] == "prep" and tree.lower[child] in prepositions:
            yield from (noun for noun in tree.children[child] if tree.dep[noun] == "pobj")


def _people(tree: Tree, noun: int) -> Number | None:
    """Return a number of people: "31", "at least 31", "two dozen", "31 people"."""
    if tree.lower[noun] in _PEOPLE:
        return _own_number(tree, noun)
    is_amount = any(tree.word[child] in "$£€%" for child in tree.children[noun])
    return None if is_amount else number(tree, noun)


def _is_lost(tree: Tree, token: int) -> bool:
    """Return whether these are lost "lives": "claimed 14 lives"."""
    return tree.lower[token] == "lives" and tree.dep[token] == "dobj" and tree.lower[tree.head[token]] in _LOSE


def _reach(tree: Tree, trigger: int) -> tuple[int, int]:
    """Return the tokens of the trigger's clause."""
    top = trigger
    while tree.dep[top] not in ("ROOT", "ccomp", "conj", "relcl", "parataxis", "advcl") and tree.head[top] != top:
        top = tree.head[top]
    return tree.left[top], tree.right[top] + 1


def _number_of(tree: Tree, word: int) -> Number | None:
    """Return the number of people that a verb or noun of harm counts: "killed 20", "20 dead", "at least 20 died"."""
    nearby = [word, *(child for child in tree.children[word] if tree.dep[child] in _COUNTED)]
    if tree.dep[word] in ("acl", "relcl", "amod", "acomp", "attr", "conj", "advcl", "oprd"):
        nearby.append(tree.head[word])
    if tree.dep[word] in ("acomp", "oprd"):
        # "left nine people dead", "nine people are missing"
        nearby += [child for child in tree.children[tree.head[word]] if tree.dep[child] in ("dobj", "nsubj")]
    if tree.lower[word] == "lives":
        # "the lives of 14 people", "12 people lost their lives"
        nearby += [
            *_objects_of(tree, word, ("of",)),
            *(c for c in tree.children[tree.head[word]] if tree.dep[c] == "nsubj"),
        ]
    if tree.lower[word] in _INJURE:
        # "twelve people dead and 40 wounded"
        nearby = [each for each in nearby if not any(tree.lower[child] == "dead" for child in tree.children[each])]
    for token in nearby:
        number = _own_number(tree, token)
        if number is not None:
            return number
    return None


def _own_number(tree: Tree, noun: int) -> Number | None:
    if tree.dep[noun] == "nummod" or tree.dep[noun] in ("nsubj", "nsubjpass", "dobj", "attr"):
        value = number(tree, noun)
        if value is not None:
            return value
    for child in tree.children[noun]:
        is_number = tree.dep[child] == "nummod" and tree.kind[child] == ""
        if is_number and not _is_age(tree, noun) and tree.lower[noun].rstrip(".") not in MONTHS_AND_SHORT:
            return number(tree, child)
    return _vague(tree, noun)


def _vague(tree: Tree, noun: int) -> Number | None:
    """Return what a group of people is at least: "hundreds of people"."""
    return (_GROUPS[tree.lower[noun]], None) if tree.lower[noun] in _VAGUE else None


def _is_age(tree: Tree, noun: int) -> bool:
    return tree.lower[noun] in ("year", "years", "day", "days", "month", "months", "week", "weeks", "percent", "hours",
                                "minutes", "miles", "km", "kilometers", "kilometres")  # fmt: skip


def _numbers(tree: Tree, first: int, last: int) -> Iterator[tuple[Number, str]]:
    """Yield the numbers of people in a range of tokens, each with what it counts."""
    for token in range(first, last):
        if tree.dep[token] == "nummod" and (value := number(tree, token)) is not None:
            yield value, tree.lower[tree.head[token]]
        elif (value := _vague(tree, token)) is not None:
            of = tree.child(token, "prep")
            inner = tree.child(of, "pobj") if of is not None else None
            yield value, tree.lower[inner] if inner is not None else "people"


def number(tree: Tree, token: int) -> Number | None:
    """Return the value of a numeral, in digits or words, with the bounds that the words before it give.

    "20", "1,500", "twenty-one", "two dozen", "3 million", "half a million"; "at least 20", "up to 20", "4 to 5".
    """
    if tree.lower[token] in _VAGUE:
        return _vague(tree, token)
    parts = [each for each in (*(child for child in tree.children[token] if child < token), token)
             if _is_numeral(tree.lower[each])]  # fmt: skip
    if not parts or parts[-1] != token:
        return None
    low, values = _lower_bound(tree, parts)
    high = _value([tree.lower[each] for each in values])
    if high is None or high > _LARGEST:
        return None
    if low is not None:
        grew = "from" in tree.lower[max(0, values[0] - _BOUND) : values[0]]
        return (low, high) if low < high and not grew else high
    before = " ".join(tree.lower[max(0, values[0] - _BOUND) : values[0]])
    after = tree.lower[token + 1 : token + 3]
    if before.endswith("between") and len(after) > 1 and after[0] in _BETWEEN and _is_numeral(after[1]):
        # The parser may hang the second on the first.
        return high, _value(after[1:])
    if before.endswith(_LEAST):
        return high, None
    return (None, high) if before.endswith(_MOST) else high


def _lower_bound(tree: Tree, parts: list[int]) -> tuple[int | None, list[int]]:
    """Return the first of two numbers, if there are two, and the tokens of the last: "4 to 5", "between 4 and 5"."""
    for n in range(len(parts) - 1, 0, -1):
        between = tree.lower[parts[n - 1] + 1 : parts[n]]
        if between in (["to"], ["or"], ["and"], ["–"]):
            return _value([tree.lower[each] for each in parts[:n]]), parts[n:]
    first = parts[0]
    if first > 1 and tree.lower[first - 1] in _BETWEEN and _is_numeral(tree.lower[first - 2]):
        return _value([tree.lower[first - 2]]), parts
    return None, parts


def _is_numeral(word: str) -> bool:
    tens, _, ones = word.partition("-")
    is_word = tens in NUMBERS and word not in ("a", "an", "couple") and (not ones or ones in NUMBERS)
    return is_word or word in _GROUPS or word == "half" or _DIGITS.fullmatch(word) is not None


def _value(words: list[str]) -> int | None:
    """Return the value of the words of a numeral."""
    total = 0.0
    for word in words:
        if match := _DIGITS.fullmatch(word):
            total = float(match[0].replace(",", ""))
        elif word == "half":
            total = 0.5
        elif word in _GROUPS:
            total = (total or 1) * _GROUPS[word]
        else:
            tens, _, ones = word.partition("-")
            value = NUMBERS[tens] + NUMBERS.get(ones, 0)
            is_unit = 0 < value < 10 < total < 100
            total = value + total * is_unit
    return int(total) if total >= 1 else None
