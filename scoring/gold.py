"""Labels and annotations of a story in the same coordinates.

Every offset here counts the characters of the labelled text that are not white space, so that cleaning the text
does not move a span.
"""

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import NamedTuple

from pipeline.languages.en.quotes.quotation_marks import stretches
from pipeline.story import AnnotatedStory

PRONOUNS = frozenset("he she they it we i you who which that his her its their him them".split())
KINDS = {"PERSON": "people", "ORG": "organizations", "GPE": "places", "LOC": "places", "FAC": "places"}
Range = tuple[int, int]


class NameLabel(NamedTuple):
    """A mention: its offsets, person, organization or place, and its entity."""

    where: Range
    kind: str
    entity: str


class QuoteLabel(NamedTuple):
    """A quote: its parts, direct, mixed or indirect, its speaker's mention and whom that stands for.

    ``said_by`` is None if the labels do not say; ``counts`` is False for a labelled belief, which counts neither as
    missed nor as wrong.
    """

    parts: tuple[Range, ...]
    kind: str
    speaker: tuple[Range, ...]
    mention: str
    said_by: str | None = None
    counts: bool = True


class Labels(NamedTuple):
    """A labelled text; a field is None if the labels do not cover it. ``places`` are GeoNames ids by entity."""

    name: str
    text: str
    names: tuple[NameLabel, ...] | None
    quotes: tuple[QuoteLabel, ...] | None
    entities: dict[str, str]
    places: dict[str, int]


class Ruler:
    """Converts between offsets in a text and counts of the non-space characters before them."""

    def __init__(self, text: str) -> None:
        """Count the characters of the text."""
        self.text = text
        self._counts = [0, *accumulate(not letter.isspace() for letter in text)]

    def __call__(self, start: int, end: int) -> Range:
        """Return a range of offsets as counts."""
        return self._counts[start], self._counts[end]

    def around(self, where: Range, width: int = 60) -> str:
        """Return the text of a range with its context, on one line."""
        start, end = (self._counts.index(where[0] + 1) - 1, self._counts.index(where[1]))
        left, right = self.text[max(0, start - width) : start], self.text[end : end + width]
        return re.sub(r"\s+", " ", f"{left}[[{self.text[start:end]}]]{right}")


def kind_of(text: str, parts: Sequence[Range]) -> str:
    """Return direct, mixed or indirect, by the share of the range that is between quotation marks."""
    quoted = sum(max(0, min(end, s.end) - max(start, s.start)) for start, end in parts for s in stretches(text))
    whole = sum(len(re.sub(r"[“”\"'‘’`\s]", "", text[start:end])) for start, end in parts)
    return "indirect" if not quoted else "direct" if quoted >= whole else "mixed"


def mention_of(text: str) -> str:
    """Return name, pronoun, noun or none, from the words of a speaker."""
    if not text:
        return "none"
    if text.lower() in PRONOUNS:
        return "pronoun"
    return "name" if re.search(r"(?:^|\s)(?!The\b|A\b|An\b)[A-Z]", text) else "noun"


def found_in(labels: Labels, story: AnnotatedStory) -> Labels:
    """Annotate a labelled text, and return the result as labels of the same text."""
    to_labels = aligned(Ruler(labels.text), Ruler(story.body))
    names = [
        NameLabel(where, KINDS[entity.type], entity.id)
        for entity in story.entities
        for mention in entity.in_body
        if entity.type in KINDS and (where := to_labels(mention.start, mention.end))
    ]
    quotes = []
    for quote in story.quotes:
        if where := to_labels(quote.start, quote.end):
            who = quote.speaker
            mentioned = to_labels(who.start, who.end) if who else None
            mention = mention_of(who.text if who else "")
            said_by = who.name if who else None
            quotes.append(QuoteLabel((where,), quote.kind, (mentioned,) if mentioned else (), mention, said_by))
    entities = {entity.id: entity.name for entity in story.entities}
    places = {entity.id: entity.place.geonameid for entity in story.entities if entity.place and entity.place.geonameid}
    return Labels(labels.name, labels.text, tuple(names), tuple(quotes), entities, places)


def aligned(labelled: Ruler, body: Ruler) -> Callable[[int, int], Range | None]:
    """Return a function from offsets in a body to ranges of the labelled text, None for what that does not have."""
    theirs, ours = (re.sub(r"\s", "", ruler.text) for ruler in (labelled, body))
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    blocks = [(0, 0, len(ours))] if ours == theirs else matcher.get_matching_blocks()

    def moved(count: int) -> int | None:
        return next((to + count - at for at, to, size in blocks if at <= count <= at + size), None)

    def place(start: int, end: int) -> Range | None:
        first, last = map(moved, body(start, end))
        return (first, last) if first is not None and last is not None and first < last else None

    return place
