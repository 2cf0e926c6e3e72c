"""Entities, quotes, dates and events as components of anybody's own spaCy pipeline, by spaCy's entry points.

Each reads ``doc.ents``, the parse and what those before it wrote, and writes a tuple to ``doc._``:
``nlp.add_pipe("wire_entities")`` writes ``doc._.wire_entities``, and so on. ``doc._.wire_about`` says where and when
the text was written; without a day there are no dates.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en import LANGUAGE
from pipeline.reading.tree import Tree

Component = Callable[[Doc], Doc]


@lru_cache(maxsize=1)
def _tree(doc: Doc) -> Tree:
    """Return the tree of a document; each component reads the same."""
    return Tree(doc)


def _component(name: str, find: Callable[[Tree, Any], tuple[Any, ...]]) -> Component:
    Doc.set_extension("wire_about", default=AnnotationInput(""), force=True)
    Doc.set_extension(name, default=(), force=True)

    def component(doc: Doc) -> Doc:
        doc._.set(name, find(_tree(doc), doc._))
        return doc

    return component


@Language.factory("wire_entities", requires=["doc.ents"])
def entities(nlp: Language, name: str) -> Component:
    """Return what writes ``doc._.wire_entities``."""
    return _component("wire_entities", lambda tree, known: LANGUAGE.entities(tree, known.wire_about))


@Language.factory("wire_quotes", requires=["token.dep"])
def quotes(nlp: Language, name: str) -> Component:
    """Return what writes ``doc._.wire_quotes``."""
    return _component("wire_quotes", lambda tree, known: LANGUAGE.quotes(tree, known.wire_entities))


@Language.factory("wire_dates", requires=["token.dep"])
def dates(nlp: Language, name: str) -> Component:
    """Return what writes ``doc._.wire_dates``."""
    return _component("wire_dates", lambda tree, known: LANGUAGE.dates(tree, known.wire_about))


@Language.factory("wire_events", requires=["token.dep"])
def events(nlp: Language, name: str) -> Component:
    """Return what writes ``doc._.wire_events``."""
    return _component(
        "wire_events",
        lambda tree, known: LANGUAGE.events(
            tree, known.wire_about, known.wire_entities, known.wire_quotes, known.wire_dates
        ),
    )
