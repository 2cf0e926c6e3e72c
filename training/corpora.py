"""The labelled texts the names model is trained and scored on, as pieces with the labels we use.

``eww`` and ``gmb`` are described in ``docs/explanation/accuracy.md``; their texts are read in place and never
copied. Labels become those of ``pipeline/reading/name_tagger.py``.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.knowledge.gazetteer import gazetteer

_EWW = {
    "Person": "PERSON", "Organization": "ORG", "Facility": "FAC", "NORP": "NORP", "Misc": "MISC", "Product": "MISC",
}  # fmt: skip
_NATURE = re.compile(
    r"\b(rivers?|lakes?|sea|ocean|mount|mountains?|mt|valley|islands?|peninsula|desert|bay|gulf|strait|coast|africa|asia"
    r"|europe|america|east|west|north|south|balkans|region|hills?|forest|basin|canyon)\b",
    re.I,
)
_RANK = re.compile(
    r"^(?:(?:former|vice|deputy|prime|foreign|defen[cs]e|interior|acting|u\.s\.|us)\s+)*"
    r"(?:president|minister|secretary|chancellor|king|queen|prince|princess|pope|senator|general|gen\.|judge|justice|mr\.|"
    r"mrs\.|ms\.|dr\.|sheikh|ambassador|chairman|leader|spokesman|colonel|premier|congressman|representative|envoy)\s+",
    re.I,
)
_LONG_ENOUGH = 600


class Labelled(NamedTuple):
    """A text and the names in it: start, end, label."""

    text: str
    names: list[tuple[int, int, str]]


def eww(path: Path) -> Iterator[Labelled]:
    """Return the articles of the English Worldwide Newswire dataset in ``path``/gold.jsonl."""
    return _articles(path / "gold.jsonl")


def _articles(path: Path) -> Iterator[Labelled]:
    for line in path.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        text = article["text"]
        names = []
        for start, end, kind in article["spans"]:
            label = place_label(text[start:end]) if kind == "Location" else _EWW.get(kind)
            if label:
                names.append((start, end, label))
        yield Labelled(text, names)


def gmb(path: Path) -> Iterator[Labelled]:
    """Return the sentences of the Groningen Meaning Bank, a dozen at a time, titles taken off people."""
    for sentences in _documents(path):
        text = ""
        names: list[tuple[int, int, str]] = []
        for sentence in sentences:
            text, found = _detokenized(text, sentence)
            names += found
        yield Labelled(text, [_relabelled(text, *name) for name in names])


def place_label(name: str) -> str:
    """GPE for what is governed, LOC for what is not."""
    return "LOC" if name not in gazetteer() and _NATURE.search(name) else "GPE"


def _relabelled(text: str, start: int, end: int, kind: str) -> tuple[int, int, str]:
    if kind == "PER":
        while (rank := _RANK.match(text[start:end])) and start + rank.end() < end:
            start += rank.end()
        return start, end, "PERSON"
    if kind == "LOC":
        return start, end, place_label(text[start:end])
    if kind == "ORG":
        return start, end, "ORG"
    name = text[start:end]
    return (
        start,
        end,
        "NORP" if re.search(r"(?:an|ese|ish|ic|i|ch|ans|is|im|ims)$", name) and " " not in name else "MISC",
    )


def _documents(path: Path) -> Iterator[list[list[tuple[str, str]]]]:
    document: list[list[tuple[str, str]]] = []
    sentence: list[tuple[str, str]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), "", "-DOCSTART-"]:
        if line.startswith("-DOCSTART-"):
            if document:
                yield document
            document = []
        elif line.strip():
            word, *_, tag = line.split()
            sentence.append((word, tag))
        elif sentence:
            document.append(sentence)
            sentence = []


def _detokenized(text: str, sentence: Iterable[tuple[str, str]]) -> tuple[str, list[tuple[int, int, str]]]:
    names: list[tuple[int, int, str]] = []
    inside, quoted, before = "", False, ""
    text += " " if text else ""
    for word, tag in sentence:
        glued = word in ".,);:%?!'" or word.startswith("'") or word == "n't" or before in ("", "(", "$")
        if word == '"':
            glued, quoted = glued or quoted, not quoted
        elif before == '"' and quoted:
            glued = True
        text += word if glued else " " + word
        start = len(text) - len(word)
        kind = tag[2:]
        if kind and inside == kind and not tag.startswith("B-"):
            names[-1] = (names[-1][0], len(text), kind)
        elif kind:
            names.append((start, len(text), kind))
        inside, before = kind, word
    return text, names


COLLECTIONS = ("eww", "gmb", "wikigold", "crossner-politics", "uner-ewt")
"""The collections of labelled names; all but the first follow conventions of their own."""


def collected(data: Path, name: str) -> Iterator[Labelled]:
    """Return the texts of a collection that is for training."""
    if name == "eww":
        return eww(data / "eww" / "train")
    if name == "gmb":
        return gmb(data / "gmb" / "gmb.conll")
    return _articles(data / "names" / f"{name}.jsonl")


def unlabelled(data: Path) -> Iterator[str]:
    """Return the unlabelled stories: AFP's and Xinhua's, and the articles of PolNeAR's training part."""
    for line in (data / "wires" / "afp-xinhua.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["text"]
    for path in sorted((data / "polnear" / "train" / "text").glob("*.txt")):
        yield path.read_text(encoding="utf-8")


def pieces(whole: Labelled, characters: int = _LONG_ENOUGH) -> Iterator[Labelled]:
    """Return a text in pieces of whole lines, each of more than so many characters, so that it has some context."""
    text, names = "", list[tuple[int, int, str]]()
    for line in re.finditer(r"[^\n]*\n+|[^\n]+$", whole.text):
        first, last = line.span()
        shift = len(text) - first
        names += [(a + shift, b + shift, label) for a, b, label in whole.names if first <= a and b <= last]
        text += line[0]
        if len(text) > characters:
            yield Labelled(text, names)
            text, names = "", []
    if text.strip():
        yield Labelled(text, names)
