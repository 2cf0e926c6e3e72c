"""What a language's folder gives: its ``LANGUAGE``, whose functions take values and return values.

What a folder lacks, its stories go without: one that only recognises names gives them entities and no more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol

from pipeline.annotations import Annotations, DateMention, Entity, EventMention, Quote
from pipeline.extractions import EXTRACTIONS
from pipeline.extractions.contract import Extraction
from pipeline.reading.tree import Tree
from pipeline.span import Mention


class AnnotationInput(NamedTuple):
    """A body to annotate, where its dateline or agency locates it, the day it was written, and its headline.

    ``country`` is the ISO 3166 code of the writer's country, if known: that of the agency, else of the place of filing.
    """

    body: str
    located: str = ""
    written: date | None = None
    country: str | None = None
    headline: str = ""


class Reader(Protocol):
    """Reads bodies into trees."""

    def __call__(self, bodies: Sequence[str]) -> Iterator[Tree]:
        """Yield the tree of each body, in order."""
        ...


def _nothing(*_: Any) -> tuple[()]:
    return ()


def _no_more(found: Annotations, about: AnnotationInput) -> Annotations:
    return found


def _as_they_are(tree: Tree, about: AnnotationInput, entities: Sequence[Entity]) -> tuple[Entity, ...]:
    return tuple(entities)


@dataclass(frozen=True)
class Language:
    """A language; each function returns what it finds in the order of the text.

    ``load`` returns the reader, over the words of the installed spaCy model of this name if it needs one; the number
    is how many characters of paragraphs it may keep. It raises ConfigurationError if no such model is installed.
    """

    load: Callable[[str, int], Reader]
    entities: Callable[[Tree, AnnotationInput], tuple[Entity, ...]] = _nothing
    headline: Callable[[Tree, AnnotationInput, Sequence[Entity]], tuple[Entity, ...]] = _as_they_are
    """Adds the mentions in a headline, whose tree it takes, to a body's entities, and those that only it has."""
    quotes: Callable[[Tree, Sequence[Entity]], tuple[Quote, ...]] = _nothing
    dates: Callable[[Tree, AnnotationInput], tuple[DateMention, ...]] = _nothing
    events: Callable[
        [Tree, AnnotationInput, Sequence[Entity], Sequence[Quote], Sequence[DateMention]], tuple[EventMention, ...]
    ] = _nothing
    about: Callable[[Annotations, AnnotationInput], Annotations] = _no_more
    """Adds topics, focus and salience."""
    extractions: Mapping[str, Callable[[Tree, AnnotationInput], tuple[Mention, ...]]] = field(default_factory=dict)
    """By name, the extractions that need the language's own words."""

    def annotations(self, tree: Tree, about: AnnotationInput, headline: Tree | None = None) -> Annotations:
        """Return all that is found in the trees of a body and of its headline."""
        entities = self.entities(tree, about)
        quotes = self.quotes(tree, entities)
        dates = self.dates(tree, about)
        events = self.events(tree, about, entities, quotes, dates)
        found: dict[str, Any] = {each.name: self._extracted(each, tree, about) for each in EXTRACTIONS}
        if headline is not None:
            entities = self.headline(headline, about, entities)
        annotations = Annotations(entities=entities, quotes=quotes, dates=dates, events=events, **found)
        return self.about(annotations, about)

    def _extracted(self, extraction: Extraction, tree: Tree, about: AnnotationInput) -> tuple[Mention, ...]:
        if find := self.extractions.get(extraction.name):
            return find(tree, about)
        return extraction.find(tree.text) if extraction.find else ()
