"""Classify quoted stretches that no report covers: speech, or scare quotes, titles and nicknames."""

import math
from collections.abc import Iterator

from pipeline.languages.en.quotes.candidate_features import PRONOUNS
from pipeline.languages.en.quotes.candidates import Quotations
from pipeline.languages.en.quotes.reporting_lexicon import lexicon
from pipeline.reading.tree import Tree

LIKELY_SPEECH = 0.26
"""An unattributed stretch is a quote if its probability is above this."""
_SELVES = frozenset("i we you my our your me us".split())
_SMALL = frozenset("a an and at for from in of on or the to with".split())
_NEAR, _NEXT = 12, 4
"""The distance in tokens to the stretch before, within a sentence and across paragraphs."""


def speech_probability(tree: Tree, quotations: Quotations, number: int, doubt: float) -> float:
    """Return the probability that a stretch is speech; ``doubt`` is the likeliest report that covers it."""
    known = lexicon()
    score = known.unattributed_bias + sum(
        known.unattributed.get(word, 0.0) for word in features(tree, quotations, number, doubt)
    )
    return 1 / (1 + math.exp(-score))


def is_no_speech(tree: Tree, quotations: Quotations, number: int) -> bool:
    """Return whether a stretch is called "so-called", or is a title: several capitalised words within a sentence."""
    first, last = quotations.tokens[number]
    words = [token for token in range(first, last) if tree.word[token][0].isalnum()]
    around = range(*tree.sentences[tree.sentence[first]])
    alone = sum(tree.word[token][0].isalnum() for token in around) <= len(words)
    named = all(tree.word[t][0].isupper() or tree.lower[t] in _SMALL for t in words) and not tree.word[first].isupper()
    so_called = [tree.lower[token] for token in range(max(0, first - 3), first)][:2] == ["-", "called"]
    return so_called or (not alone and named and len(words) > 1)


def features(tree: Tree, quotations: Quotations, number: int, doubt: float) -> list[str]:
    """Return the features of a stretch, as short words."""
    first, last = quotations.tokens[number]
    words = [token for token in range(first, last) if tree.word[token][0].isalnum()]
    size = min(len(words), 12) if len(words) < 8 else 8 if len(words) < 16 else 16
    capitals = sum(tree.word[token][0].isupper() for token in words)
    title = len(words) > 1 and capitals >= 0.6 * len(words)
    case = "title" if title else "Up" if capitals and tree.word[words[0]][0].isupper() else "low"
    doubts = "d0" if doubt < 0.02 else "d1" if doubt < 0.05 else "d2" if doubt < 0.15 else "d3"
    alone = sum(tree.word[t][0].isalnum() for t in range(*tree.sentences[tree.sentence[first]])) <= len(words) + 2
    before, ends = _beside(tree, first, -1), _ends(tree, quotations, number)
    span = quotations.spans[number]
    again = tree.text.count(tree.text[span.start : span.end]) > 1
    return [
        f"n={size}",
        f"case={case}",
        f"n={size}|{case}",
        f"before={before}",
        f"after={_beside(tree, last - 1, +1)}",
        f"line={before == 'line'}",
        f"line={before == 'line'}|n={size}",
        f"alone={alone}",
        f"alone={alone}|{case}|n={size}",
        f"ends={ends}",
        f"ends={ends}|{case}",
        f"ends={ends}|n={min(size, 8)}",
        f"selves={any(tree.lower[token] in _SELVES for token in words)}",
        f"again={again}",
        doubts,
        f"{doubts}|n={min(size, 4)}",
        *_parsed(tree, first, last),
        *_around(tree, quotations, number),
    ]


def _ends(tree: Tree, quotations: Quotations, number: int) -> str:
    """Return the mark that ends the stretch or follows it."""
    end = quotations.spans[number].end
    inside, outside = tree.text[end - 1], tree.text[end + 1 : end + 2]
    return inside if inside in ".?!," else outside if outside and outside in ".,;:" else "w"


def _parsed(tree: Tree, first: int, last: int) -> Iterator[str]:
    """Return the syntactic role of a stretch in its sentence."""
    root = next((t for t in range(first, last) if not first <= tree.head[t] < last or tree.head[t] == t), first)
    above = tree.head[root]
    verb = next((t for t in (root, *tree.ancestors(root)) if tree.child(t, "nsubj", "nsubjpass") is not None), above)
    who = tree.child(verb, "nsubj", "nsubjpass")
    by = "none" if who is None else tree.lower[who] if tree.lower[who] in PRONOUNS else tree.kind[who] or "noun"
    inner = {tree.dep[token] for token in range(first, last)}
    yield f"clause={'finite' if inner & {'nsubj', 'nsubjpass'} else 'bare'}"
    yield f"by={by}"
    yield f"dep={tree.dep[root]}"
    yield f"kind={tree.kind[root]}"
    yield f"root={tree.lower[root]}"
    yield f"up={tree.lower[above]}"
    yield f"verb={tree.lower[verb]}"


def _around(tree: Tree, quotations: Quotations, number: int) -> Iterator[str]:
    """Return the words and stretches before a stretch."""
    first, _ = quotations.tokens[number]
    words = [token for token in range(max(0, first - 5), first) if tree.word[token][0].isalnum()][-2:]
    yield f"two={'_'.join(tree.lower[token] for token in words)}"
    yield f"beforedep={tree.dep[words[-1]] if words else ''}"
    yield f"headline={tree.text.rfind(chr(10), 0, tree.start[first]) < 0}"
    end = quotations.tokens[number - 1][1] if number else -first
    gap = first - end
    yield f"near={gap < _NEAR}"
    yield f"same={number > 0 and tree.sentence[end - 1] == tree.sentence[first]}"
    yield f"next={number > 0 and gap <= _NEXT and any(chr(10) in tree.word[token] for token in range(end, first))}"


def _beside(tree: Tree, token: int, step: int) -> str:
    token += step
    while 0 <= token < len(tree) and not tree.word[token][0].isalnum():
        if "\n" in tree.word[token]:
            return "line"
        if tree.word[token][0] in ",:;.?!—–-":
            return tree.word[token][0]
        token += step
    return tree.lower[token] if 0 <= token < len(tree) else "line"
