"""Compare quotes by their quoted words, whatever the marks, case and insertions around them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from hashlib import blake2b
from typing import Any

FEWEST = 5
"""The fewest quoted words that can be recognised again; fewer are a phrase that anybody may use."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_INSERTED = re.compile(r"[(\[][^)\]]{0,80}[)\]]")
_BETWEEN_MARKS = re.compile(r"(?:“|``)[^”\n]{20,1500}?(?:”|'')|\"[^\"\n]{20,1500}\"")
_MOST_FINGERPRINTS = 300
_SHINGLE, _WINDOW = 3, 3
_SPELLINGS = ((re.compile(r"is(?=e[sd]?$|ing$|ations?$)"), "iz"), (re.compile(r"our(?=s?$)"), "or"))
_RUN = 3
"""Fewer words in a row are no common stretch."""


def quoted_text(quote: Mapping[str, Any]) -> str:
    """Return the quoted stretches of a quote's document, between ellipses."""
    start, text = quote["start"], quote["text"]
    return " … ".join(text[span["start"] - start : span["end"] - start] for span in quote["quoted"])


def words_of(text: str) -> list[str]:
    """Return the words that count: in small letters, in one spelling, without what an editor inserted in brackets."""
    found = _WORD.findall(_INSERTED.sub(" ", text).casefold().replace("’", "'"))
    return [_in_one_spelling(word) for word in found]


def fingerprints(words: Sequence[str]) -> list[str]:
    """Return hashes of which two quotes with five words in a row in common share at least one.

    They are the least hash in each window of overlapping word triples (winnowing: Schleimer, Wilkerson and Aiken,
    SIGMOD 2003), which is a MinHash of each window.
    """
    if len(words) < FEWEST:
        return []
    hashes = [_hash(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)]
    windows = (hashes[at : at + _WINDOW] for at in range(max(1, len(hashes) - _WINDOW + 1)))
    return sorted({min(window) for window in windows})


def said_in(body: str) -> tuple[str, ...]:
    """Return the fingerprints of all that stands between quotation marks in a text, up to a limit, sorted."""
    found: dict[str, None] = {}
    for stretch in _BETWEEN_MARKS.finditer(body):
        found |= dict.fromkeys(fingerprints(words_of(stretch[0])))
        if len(found) > _MOST_FINGERPRINTS:
            break
    return tuple(sorted([*found][:_MOST_FINGERPRINTS]))


def common_words(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words stand in both in the same order, in stretches of at least three."""
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= _RUN)


def differences(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yield the stretches of two wordings: ("same", text), ("removed", text of the old), ("added", text of the new)."""
    before, after = old.split(), new.split()
    bare_before, bare_after = ([_bare(word) for word in side] for side in (before, after))
    matcher = SequenceMatcher(None, bare_before, bare_after, autojunk=False)
    for kind, start, end, begin, stop in matcher.get_opcodes():
        if kind == "equal":
            yield "same", " ".join(after[begin:stop])
            continue
        if end > start:
            yield "removed", " ".join(before[start:end])
        if stop > begin:
            yield "added", " ".join(after[begin:stop])


def _bare(word: str) -> str:
    return " ".join(words_of(word)) or word


def _in_one_spelling(word: str) -> str:
    """Return a word as Americans spell it."""
    for pattern, spelling in _SPELLINGS:
        word = pattern.sub(spelling, word)
    return word


def _hash(words: Sequence[str]) -> str:
    return blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=6).hexdigest()
