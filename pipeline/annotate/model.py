"""Assemble the language model, and run it over batches of bodies."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from typing import NamedTuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc

import pipeline.annotate.dates.date_component
import pipeline.annotate.entities.entity_component
import pipeline.annotate.events.event_component
import pipeline.annotate.quotes.quote_component  # noqa: F401 - importing them registers them
from pipeline.annotate.entities.gazetteer import gazetteer
from pipeline.annotate.entities.person_names import people
from pipeline.annotate.events.classifier import classifier
from pipeline.annotate.reading.language_model import paragraph_reader
from pipeline.annotate.reading.spacy_patches import multiply_with_numpy
from pipeline.annotations import Annotations
from pipeline.errors import ConfigurationError

READ_BY_OURS = ("tok2vec", "transformer", "parser", "ner")
"""Components of the installed pipeline in whose place our model stands."""
UNUSED_COMPONENTS = ("tagger", "morphologizer", "attribute_ruler", "lemmatizer", "senter")
"""Components of the installed pipeline whose output is not used here."""
OWN_COMPONENTS = ("wire_entities", "wire_quotes", "wire_dates", "wire_events")
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


def load(name: str, kept: int = KEPT_CHARACTERS) -> LanguageModel:
    """Return the language model, over the words of the installed spaCy model of this name.

    ``kept`` is how many characters of paragraphs it keeps. Raises ConfigurationError if no such model is installed.
    """
    try:
        nlp = spacy.load(name, exclude=[*UNUSED_COMPONENTS, *READ_BY_OURS])
    except OSError:
        raise ConfigurationError(
            f"spacy.model: no model {name!r} is installed; install it in this environment, or name another"
        ) from None
    documents = paragraph_reader(nlp, kept)
    multiply_with_numpy(nlp)
    for component in OWN_COMPONENTS:
        nlp.add_pipe(component)
    # Read now and not with the first story: language processes keep what is loaded out of garbage collection.
    classifier(), gazetteer(), people()
    return LanguageModel(nlp, documents, MemoryZone(nlp))


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
