"""Stretches between marks that no report covers: somebody's words, or scare quotes, titles, nicknames."""

import math

from pipeline.annotate.quotes.evidence import PRONOUNS
from pipeline.annotate.quotes.lexicon import lexicon
from pipeline.annotate.quotes.options import Quotations
from pipeline.annotate.tree import Tree

SPOKEN = 0.3
"""A loose stretch is a quote where that is more likely than this."""


def spoken(tree: Tree, quotations: Quotations, number: int, doubt: float) -> float:
    """How likely a stretch is to be somebody's words; ``doubt`` is the likeliest report over it."""
    known = lexicon()
    score = known.loose_bias + sum(known.loose.get(word, 0.0) for word in evidence(tree, quotations, number, doubt))
    return 1 / (1 + math.exp(-score))


def evidence(tree: Tree, quotations: Quotations, number: int, doubt: float) -> list[str]:
    """What speaks for and against a stretch being somebody's words, as short words."""
    first, last = quotations.tokens[number]
    words = [token for token in range(first, last) if tree.word[token][0].isalnum()]
    capitals = sum(tree.word[token][0].isupper() for token in words)
    size = min(len(words), 12) if len(words) < 8 else 8 if len(words) < 16 else 16
    root = next((t for t in range(first, last) if not first <= tree.head[t] < last or tree.head[t] == t), first)
    above = tree.head[root]
    verb = next((t for t in (root, *tree.above(root)) if tree.kid(t, "nsubj", "nsubjpass") is not None), above)
    inner = {tree.dep[token] for token in range(first, last)}
    before, after = _beside(tree, first, -1), _beside(tree, last - 1, +1)
    closes = tree.text[tree.end[last - 1] - 1]
    sentence = tree.sentences[tree.sentence[first]]
    around = sum(tree.word[t][0].isalnum() for t in range(*sentence)) - len(words)
    who = tree.kid(verb, "nsubj", "nsubjpass")
    by = "none" if who is None else tree.lower[who] if tree.lower[who] in PRONOUNS else tree.kind[who] or "noun"
    line_start = before == "line"
    title = len(words) > 1 and capitals >= 0.6 * len(words)
    case = "title" if title else "Up" if capitals and tree.word[words[0]][0].isupper() else "low"
    doubts = "d0" if doubt < 0.02 else "d1" if doubt < 0.05 else "d2" if doubt < 0.15 else "d3"
    near = number and first - quotations.tokens[number - 1][1] < 12
    return [
        f"n={size}", f"case={case}", f"n={size}|{case}", f"before={before}", f"after={after}", f"closes={closes if not closes.isalnum() else 'w'}",
        f"dep={tree.dep[root]}", f"up={tree.lower[above]}", f"verb={tree.lower[verb]}", f"by={by}", doubts, f"{doubts}|n={min(size, 4)}",
        f"clause={'finite' if inner & {'nsubj', 'nsubjpass'} else 'bare'}", f"around={'some' if around > 2 else 'none'}",
        f"line={line_start}", f"line={line_start}|n={size}", f"near={bool(near)}", f"kind={tree.kind[root]}", f"around={around > 2}|{case}|n={size}",
        f"closes={closes if not closes.isalnum() else 'w'}|{case}",
    ]  # fmt: skip


def _beside(tree: Tree, token: int, step: int) -> str:
    token += step
    while 0 <= token < len(tree) and not tree.word[token][0].isalnum():
        if "\n" in tree.word[token]:
            return "line"
        if tree.word[token][0] in ",:;.?!—–-":
            return tree.word[token][0]
        token += step
    return tree.lower[token] if 0 <= token < len(tree) else "line"
