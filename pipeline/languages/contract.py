"""What a language's folder gives: its ``LANGUAGE``, whose functions take values and return values.

What a folder lacks, its stories go without: one that only recognises names gives them entities and no more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from pipeline.annotations import Annotations, DateMention, Entity, Event, Quote
from pipeline.reading.tree import Tree


class AnnotationInput(NamedTuple):
    """A body to annotate, where its dateline or agency locates it, and the day it was written.

    ``month_first`` is its agency's order of numeric dates, if known.
    """

    body: str
    located: str = ""
    written: date | None = None
    month_first: bool | None = None


class Reader(Protocol):
    """Reads bodies into trees."""

    def __call__(self, bodies: Sequence[str]) -> Iterator[Tree]:
        """Yield the tree of each body, in order."""
        ...


def _nothing(*_: Any) -> tuple[()]:
    return ()


@dataclass(frozen=True)
class Language:
    """A language; each function returns what it finds in the order of the text.

    ``load`` returns the reader, over the words of the installed spaCy model of this name if it needs one; the number
    is how many characters of paragraphs it may keep. It raises ConfigurationError if no such model is installed.
    """

    load: Callable[[str, int], Reader]
    entities: Callable[[Tree, AnnotationInput], tuple[Entity, ...]] = _nothing
    quotes: Callable[[Tree, Sequence[Entity]], tuple[Quote, ...]] = _nothing
    dates: Callable[[Tree, AnnotationInput], tuple[DateMention, ...]] = _nothing
    events: Callable[
        [Tree, AnnotationInput, Sequence[Entity], Sequence[Quote], Sequence[DateMention]], tuple[Event, ...]
    ] = _nothing

    def annotations(self, tree: Tree, about: AnnotationInput) -> Annotations:
        """Return all that is found in a tree."""
        entities = self.entities(tree, about)
        quotes = self.quotes(tree, entities)
        dates = self.dates(tree, about)
        events = self.events(tree, about, entities, quotes, dates)
        return Annotations(entities=entities, quotes=quotes, dates=dates, events=events)
