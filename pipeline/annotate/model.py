"""Assemble the language model, and run it over batches of bodies."""

from collections.abc import Iterator, Sequence
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
from pipeline.annotate.entities import recogniser
from pipeline.annotate.events.classifier import classifier
from pipeline.annotate.normalise_marks import normalise_marks, restore_marks
from pipeline.annotations import Annotations
from pipeline.errors import ConfigurationError
from pipeline.settings import Names

UNUSED_COMPONENTS = ("tagger", "morphologizer", "attribute_ruler", "lemmatizer", "senter")
"""Components of stock pipelines whose output is not used here."""
OWN_COMPONENTS = ("wire_entities", "wire_quotes", "wire_dates", "wire_events")
PIECE_CHARACTERS = 20_000
"""A longer body is processed in pieces of whole paragraphs, so that memory stays bounded."""


def load(name: str, names: Names = "wire") -> Language:
    """Return the installed spaCy model of this name with our components, without unused ones.

    ``names`` selects the recogniser: ours, or the model's "stock" one. Raises ConfigurationError if no such model
    is installed.
    """
    unread = UNUSED_COMPONENTS if names == "stock" else (*UNUSED_COMPONENTS, "ner")
    try:
        nlp = spacy.load(name, exclude=list(unread))
    except OSError:
        raise ConfigurationError(
            f"spacy.model: no model {name!r} is installed; install it in this environment, or name another"
        ) from None
    nlp.add_pipe("wire_paragraphs", before=nlp.pipe_names[0])
    if names == "wire":
        recogniser.add(nlp)
    for component in OWN_COMPONENTS:
        nlp.add_pipe(component)
    _multiply_with_numpy(nlp)
    # Read now and not with the first story: language processes keep what is loaded out of garbage collection.
    classifier()
    return nlp


def _multiply_with_numpy(nlp: Language) -> None:
    """Multiply matrices with numpy's OpenBLAS instead of thinc's blis.

    The blis wheel has no kernels for newer processors and takes half of the whole language pass; OpenBLAS takes
    less than half of that.
    """
    for _, component in nlp.pipeline:
        for node in component.model.walk() if hasattr(component, "model") else ():
            node.ops.use_blis = False


class AnnotationInput(NamedTuple):
    """A body to annotate, where its dateline or agency locates it, and the day it was written."""

    body: str
    located: str = ""
    written: date | None = None


def annotate(nlp: Language, texts: Sequence[AnnotationInput]) -> Iterator[Annotations]:
    """Yield the annotations of each text, in order. No ``Doc`` outlives the call."""
    pieces = [
        (normalise_marks(piece), (piece, number)) for number, text in enumerate(texts) for piece in split(text.body)
    ]
    with nlp.memory_zone():
        docs = nlp.pipe(pieces, as_tuples=True, disable=list(OWN_COMPONENTS))
        for number, group in groupby(docs, key=lambda read: read[1][1]):
            doc = _whole([restore_marks(doc, piece) for doc, (piece, _) in group])
            doc._.wire_located, doc._.wire_written = texts[number].located, texts[number].written
            for component in OWN_COMPONENTS:
                doc = nlp.get_pipe(component)(doc)
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


def _whole(docs: list[Doc]) -> Doc:
    return docs[0] if len(docs) == 1 else Doc.from_docs(docs, ensure_whitespace=False)
