"""Component ``wire_dates``: days, months, years and times of day, with their values.

Reads the parse and ``doc._.wire_written``, the story's own day; writes ``doc._.wire_dates``, a tuple of
``DateMention``.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotate.dates.expressions import Expression, expressions
from pipeline.annotate.dates.resolution import Resolver
from pipeline.annotate.tense import Tense, clause_of, tense_of
from pipeline.annotate.tree import Tree, tree_of
from pipeline.annotations import DateMention

if not Doc.has_extension("wire_dates"):
    Doc.set_extension("wire_dates", default=())
    Doc.set_extension("wire_written", default=None)


@Language.component("wire_dates", requires=["token.dep"], assigns=["doc._.wire_dates"])
def dates(doc: Doc) -> Doc:
    """Set ``doc._.wire_dates``, in the order of the text; nothing if the story's own day is unknown."""
    if doc._.wire_written is not None:
        doc._.wire_dates = tuple(date_mentions(tree_of(doc), doc._.wire_written))
    return doc


def _expressions(tree: Tree) -> Iterator[Expression]:
    """Yield the expressions of a story; a paragraph that was read before is not searched again."""
    for paragraph in tree.paragraphs:
        if paragraph.first < paragraph.last:
            start, end = tree.start[paragraph.first], tree.end[paragraph.last - 1]
            found = paragraph.recall("dates", partial(_expressions_in, tree.text[start:end]))
            yield from (each._replace(start=each.start + start, end=each.end + start) for each in found)


def _expressions_in(text: str) -> list[Expression]:
    return list(expressions(text))


def date_mentions(tree: Tree, written: date) -> list[DateMention]:
    """Return the dates of a story that was written on that day."""

    def tense(offset: int) -> Tense:
        return tense_of(tree, clause_of(tree, tree.token_at(offset))) if len(tree) else "past"

    resolver = Resolver(written, tense)
    found = []
    for each in _expressions(tree):
        value = resolver.value(each)
        if value is not None:
            found.append(
                DateMention(start=each.start, end=each.end, text=tree.text[each.start : each.end], value=value)
            )
    return found
