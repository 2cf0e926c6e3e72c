"""Read bodies paragraph by paragraph, and each paragraph once.

Wires send a story again and again, and repeat background for days. What the encoder and the parser make of a
paragraph depends on its text alone, so it is kept, and a paragraph that comes again costs nothing. What depends on
the whole document, as names and speakers do, is read anew each time. Other components keep what they find in a
paragraph beside it (``paragraph_memory``).
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.reading.chunk_tokenizer import ChunkTokenizer
from pipeline.reading.encoder import Encoder
from pipeline.reading.memory_zone import MemoryZone
from pipeline.reading.name_tagger import NamesTagger
from pipeline.reading.paragraph_memory import Paragraph
from pipeline.reading.spacy_patches import parse
from pipeline.reading.tree import Tree

LONGEST = 20_000
"""A longer paragraph is read in pieces of at most so many characters."""
BATCH = 32_000
"""Paragraphs are read together up to so many characters."""
_PARAGRAPH = re.compile(r"[^\n]*\n\s*|[^\n]+\Z")
_PARSE: list[int | str] = ["HEAD", "DEP"]


class ReadParagraph(NamedTuple):
    """What is kept of a paragraph: where its words start and end, what follows them, the parse, the encoder's rows.

    ``found`` is what components found in it.
    """

    starts: NDArray[np.uint16]
    ends: NDArray[np.uint16]
    spaces: NDArray[np.bool_]
    parse: NDArray[np.uint64]
    rows: NDArray[np.float16]
    found: dict[Hashable, Any]


class ParagraphReader:
    """Makes trees with names out of bodies, and keeps the paragraphs that it read last."""

    def __init__(
        self, nlp: Language, encoder: Encoder, names: NamesTagger, kept: int, normalise: Callable[[str], str]
    ) -> None:
        """Keep paragraphs of ``kept`` characters in all. A character takes some 40 bytes.

        ``normalise`` writes a body in the marks that the model knows; every character keeps its position.
        """
        self.nlp, self._vocab, self._tokenizer = nlp, nlp.vocab, ChunkTokenizer(nlp)
        self._encoder, self._names = encoder, names
        self._parser: Any = nlp.get_pipe("parser")
        self._normalise, self._zone = normalise, MemoryZone(nlp)
        self._free = kept
        self._kept: OrderedDict[str, ReadParagraph] = OrderedDict()

    def __call__(self, bodies: Sequence[str]) -> Iterator[Tree]:
        """Yield the tree of each body, in order."""
        self._zone.enter(sum(map(len, bodies)))
        texts = [list(paragraphs(self._normalise(body))) for body in bodies]
        known = self._read({text: None for each in texts for text in each})
        for body, each in zip(bodies, texts, strict=True):
            yield self._tree(body, [(len(text), known[text]) for text in each])

    def _read(self, texts: Iterable[str]) -> dict[str, ReadParagraph]:
        known: dict[str, ReadParagraph] = {}
        unknown: list[str] = []
        for text in texts:
            if text in self._kept:
                self._kept.move_to_end(text)
                known[text] = self._kept[text]
            else:
                unknown.append(text)
        for batch in _batches(unknown):
            docs = [self._tokenizer(text) for text in batch]
            for doc, rows in zip(docs, self._encoder(docs), strict=True):
                doc.tensor = rows  # type: ignore[assignment]
            parse(self._parser, docs)
            for text, doc in zip(batch, docs, strict=True):
                known[text] = _paragraph(doc)
                self._keep(text, known[text])
        return known

    def _keep(self, text: str, paragraph: ReadParagraph) -> None:
        self._kept[text] = paragraph
        self._free -= len(text)
        while self._free < 0:
            oldest, _ = self._kept.popitem(last=False)
            self._free += len(oldest)

    def _tree(self, body: str, read: Sequence[tuple[int, ReadParagraph]]) -> Tree:
        """Put a body's paragraphs together, and find its names."""
        if not body:
            return Tree(Doc(self._vocab))
        words: list[str] = []
        at = 0
        for length, paragraph in read:
            words += [
                body[at + start : at + end]
                for start, end in zip(paragraph.starts.tolist(), paragraph.ends.tolist(), strict=True)
            ]
            at += length
        parts = [paragraph for _, paragraph in read]
        spaces = np.concatenate([part.spaces for part in parts]).tolist()
        doc = Doc(self._vocab, words=words, spaces=spaces)
        parse: Any = np.concatenate([part.parse for part in parts])
        doc.from_array(_PARSE, parse)
        ends = np.cumsum([len(part.starts) for part in parts]).tolist()
        rows = np.concatenate([part.rows for part in parts]).astype(np.float32)
        self._names(doc, rows)
        kept = zip(pairwise([0, *ends]), parts, strict=True)
        return Tree(doc, [Paragraph(first, last, part.found) for (first, last), part in kept], rows)


def paragraphs(body: str) -> Iterator[str]:
    """Yield the paragraphs of a body, each with the break that ends it; together they are the body.

    A paragraph of more than ``LONGEST`` characters is cut at a space, or anywhere if it has none.
    """
    for found in _PARAGRAPH.finditer(body):
        text = found[0]
        while len(text) > LONGEST:
            cut = text.rfind(" ", 1, LONGEST) + 1 or LONGEST
            yield text[:cut]
            text = text[cut:]
        yield text


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        size += len(text)
        if batch and size > BATCH:
            yield batch
            batch, size = [], len(text)
        batch.append(text)
    if batch:
        yield batch


def _paragraph(doc: Doc) -> ReadParagraph:
    read: Any = doc
    table = read.to_array(["IDX", "LENGTH", "SPACY", *_PARSE])
    starts = table[:, 0].astype(np.uint16)
    return ReadParagraph(
        starts=starts,
        ends=starts + table[:, 1].astype(np.uint16),
        spaces=table[:, 2].astype(np.bool_),
        parse=np.ascontiguousarray(table[:, 3:]),
        rows=doc.tensor.astype(np.float16),
        found={},
    )
