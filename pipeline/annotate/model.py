"""Assemble the language model, and run it over batches of bodies."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import groupby
from typing import NamedTuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc

import pipeline.annotate.dates.date_component
import pipeline.annotate.entities.entity_component
import pipeline.annotate.events.event_component
import pipeline.annotate.paragraph_breaks
import pipeline.annotate.quotes.quote_component  # noqa: F401 - importing them registers them
from pipeline.annotate.events.classifier import classifier
from pipeline.annotate.normalise_marks import normalise_marks, restore_marks
from pipeline.annotate.reading.language_model import paragraph_reader
from pipeline.annotations import Annotations
from pipeline.errors import ConfigurationError
from pipeline.settings import Names

READ_BY_OURS = ("tok2vec", "transformer", "parser", "ner")
"""Components of stock pipelines in whose place our model stands."""
UNUSED_COMPONENTS = ("tagger", "morphologizer", "attribute_ruler", "lemmatizer", "senter")
"""Components of stock pipelines whose output is not used here."""
OWN_COMPONENTS = ("wire_entities", "wire_quotes", "wire_dates", "wire_events")
PIECE_CHARACTERS = 20_000
"""The stock model reads a longer body in pieces of whole paragraphs, so that memory stays bounded."""
ZONE_CHARACTERS = 1_000_000
KEPT_CHARACTERS = 2_000_000
"""Paragraphs of so many characters are kept, in 75 MB: those of some 700 stories."""


class MemoryZone:
    """spaCy's memory zone, which drops the words it has met; a new one for every so many characters.

    One for each batch would forget words that the next batch has again, which takes a twentieth of its time.
    """

    def __init__(self, nlp: Language) -> None:
        """Begin with the first batch."""
        self._nlp = nlp
        self._left = 0
        self._stack = ExitStack()

    def enter(self, characters: int) -> None:
        """Prepare for so many characters. No ``Doc`` of an earlier call may be used any more."""
        self._left -= characters
        if self._left <= 0:
            self._stack.close()
            self._stack.enter_context(self._nlp.memory_zone())
            self._left = ZONE_CHARACTERS


class LanguageModel(NamedTuple):
    """What reads bodies: documents with a parse and names, and the components that read these."""

    nlp: Language
    documents: Callable[[Sequence[str]], Iterator[Doc]]
    """Yields one document a body, in order."""
    zone: MemoryZone


def load(name: str, names: Names = "wire", kept: int = KEPT_CHARACTERS) -> LanguageModel:
    """Return the language model, over the words of the installed spaCy model of this name.

    ``names`` selects who parses and recognises names: our model, or the installed "stock" one. ``kept`` is how many
    characters of paragraphs our model keeps. Raises ConfigurationError if no such model is installed.
    """
    replaced = READ_BY_OURS if names == "wire" else ()
    try:
        nlp = spacy.load(name, exclude=[*UNUSED_COMPONENTS, *replaced])
    except OSError:
        raise ConfigurationError(
            f"spacy.model: no model {name!r} is installed; install it in this environment, or name another"
        ) from None
    if names == "wire":
        documents: Callable[[Sequence[str]], Iterator[Doc]] = paragraph_reader(nlp, kept)
    else:
        nlp.add_pipe("wire_paragraphs", before=nlp.pipe_names[0])
        documents = StockReader(nlp)
    multiply_with_numpy(nlp)
    for component in OWN_COMPONENTS:
        nlp.add_pipe(component)
    # Read now and not with the first story: language processes keep what is loaded out of garbage collection.
    classifier()
    return LanguageModel(nlp, documents, MemoryZone(nlp))


def multiply_with_numpy(nlp: Language) -> None:
    """Multiply matrices with numpy's OpenBLAS instead of thinc's blis.

    The blis wheel has no kernels for newer processors and takes half of the whole language pass; OpenBLAS takes
    less than half of that.
    """
    for _, component in nlp.pipeline:
        for node in component.model.walk() if hasattr(component, "model") else ():
            node.ops.use_blis = False


class StockReader:
    """Makes documents with a stock pipeline."""

    def __init__(self, nlp: Language) -> None:
        """Read with the components that ``nlp`` has now."""
        self._nlp = nlp

    def __call__(self, bodies: Sequence[str]) -> Iterator[Doc]:
        """Yield the document of each body, in order."""
        pieces = [(normalise_marks(piece), (piece, n)) for n, body in enumerate(bodies) for piece in split(body)]
        docs = self._nlp.pipe(pieces, as_tuples=True, disable=list(OWN_COMPONENTS))
        for _, group in groupby(docs, key=lambda read: read[1][1]):
            read = [restore_marks(doc, piece) for doc, (piece, _) in group]
            yield read[0] if len(read) == 1 else Doc.from_docs(read, ensure_whitespace=False)


class AnnotationInput(NamedTuple):
    """A body to annotate, where its dateline or agency locates it, and the day it was written.

    ``month_first`` is its agency's order of numeric dates, if known.
    """

    body: str
    located: str = ""
    written: date | None = None
    month_first: bool | None = None


def annotate(model: LanguageModel, texts: Sequence[AnnotationInput]) -> Iterator[Annotations]:
    """Yield the annotations of each text, in order. No ``Doc`` outlives the next call."""
    components = [model.nlp.get_pipe(name) for name in OWN_COMPONENTS]
    model.zone.enter(sum(len(text.body) for text in texts))
    for text, doc in zip(texts, model.documents([text.body for text in texts]), strict=True):
        doc._.wire_located, doc._.wire_written = text.located, text.written
        doc._.wire_month_first = text.month_first
        for component in components:
            component(doc)
        yield Annotations(
            entities=doc._.wire_entities,
            quotes=doc._.wire_quotes,
            dates=doc._.wire_dates,
            events=doc._.wire_events,
        )


def split(body: str) -> Iterator[str]:
    """Return the body in pieces of whole paragraphs, whose concatenation is the body.

    A paragraph longer than a piece is cut at a space, or anywhere if it has none.
    """
    start = 0
    while len(body) - start > PIECE_CHARACTERS:
        limit = start + PIECE_CHARACTERS
        cut = max(body.rfind("\n", start, limit), 0) or max(body.rfind(" ", start, limit), 0)
        end = cut + 1 if cut > start else limit
        yield body[start:end]
        start = end
    yield body[start:]
