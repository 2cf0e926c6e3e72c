"""Find amounts in English: the grammar's matches, and what each measures, by the parse."""

from functools import partial

from pipeline.extractions.amounts import MONEY, Amount, amounts_in, grammar_of
from pipeline.languages.contract import AnnotationInput
from pipeline.reading.tree import SUBJECTS, Tree

_DOLLARS = frozenset("AU BB BM BN BS BZ CA FJ GY HK JM KY LR NA NZ SB SG SR TT TW ZW".split())
"""Countries other than the United States that have dollars of their own, which their stories call dollars too."""
_MODIFIERS = ("compound", "nummod", "nmod", "amod", "quantmod")
_OF = frozenset("of in for".split())
_REACHES = frozenset(
    "is are was were be been rose rise rises risen rising fell fall falls fallen falling stood stands totaled totalled"
    " totals reached reaches increased increases grew grows grown growing dropped drops climbed jumped slipped gained"
    " lost amounted cost costs weighed weighs measured measures averaged shrank expanded".split()
)
"""Verbs whose subject an amount measures: "profits rose 12 percent"."""
_TO = frozenset("to at by".split())
_TIMES = frozenset("second minute hour day week month year decade".split())
_LONGEST = 4
"""The most words of what is measured."""


def amounts(tree: Tree, about: AnnotationInput) -> tuple[Amount, ...]:
    """Return the amounts of a body in the order of the text.

    Dollars are those of the United States, but where the writer's country has dollars of its own.
    """
    dollars = None if about.country in _DOLLARS else "USD"
    found = []
    for paragraph in tree.paragraphs:
        if paragraph.first < paragraph.last:
            start, end = tree.start[paragraph.first], tree.end[paragraph.last - 1]
            kept = paragraph.recall(("amounts", dollars), partial(_listed, tree.text[start:end], dollars))
            found += [_measuring(tree, each, start) for each in kept]
    return tuple(found)


def _listed(text: str, dollars: str | None) -> list[Amount]:
    return list(amounts_in(text, grammar_of("en"), dollars))


def _measuring(tree: Tree, amount: Amount, by: int) -> Amount:
    """Return the amount moved by so many characters, with what it measures."""
    start, end = amount.start + by, amount.end + by
    return amount.model_copy(update={"start": start, "end": end, "of": _measured(tree, start, end, amount.unit)})


def _measured(tree: Tree, start: int, end: int, unit: str) -> str | None:
    first, last = tree.token_at(start), tree.token_at(end - 1)
    within = range(first, last + 1)
    if unit in _TIMES and any(word in ("old", "age") for word in tree.lower[last + 1 : last + 4]):
        return "age"
    head = next((token for token in within if tree.head[token] not in within or tree.head[token] == token), last)
    after = next((child for token in (head, last) for child in tree.children[token] if child == last + 1), None)
    if after is not None and tree.lower[after] in _OF and tree.dep[after] == "prep":
        thing = tree.child(after, "pobj")
        return _words(tree, after + 1, thing) if thing is not None else None
    above = tree.head[head]
    beside = unit not in _TIMES or "-" in tree.text[start:end]
    if beside and above > last and tree.dep[head] in _MODIFIERS and tree.dep[above] not in _MODIFIERS:
        return _words(tree, last + 1, above)
    verb = tree.head[above] if tree.lower[above] in _TO and tree.dep[above] == "prep" else above
    if tree.lower[verb] in _REACHES and verb != head and (unit in (MONEY, "percent") or tree.dep[head] == "attr"):
        subject = tree.child(verb, *SUBJECTS)
        return _words(tree, tree.left[subject], subject) if subject is not None else None
    return None


def _words(tree: Tree, first: int, last: int) -> str | None:
    """Return a few words from first to last, without an article; None for names, pronouns and longer phrases."""
    while first < last and tree.lower[first] in ("the", "a", "an", "its", "their", "his", "her"):
        first += 1
    tokens = range(first, last + 1)
    is_plain = all(tree.word[token][:1].isalpha() and not tree.kind[token] for token in tokens)
    if not 0 < len(tokens) <= _LONGEST or not is_plain or tree.lower[last] in _PRONOUNS:
        return None
    return tree.text[tree.start[first] : tree.end[last]]


_PRONOUNS = frozenset("it they he she this that which who them one ones all total more less others".split())
