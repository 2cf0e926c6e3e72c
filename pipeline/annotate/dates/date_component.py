"""Component ``wire_dates``: days, months, years and times of day, with their values.

Reads the parse, ``doc._.wire_written``, the story's own day, and ``doc._.wire_month_first``, its agency's order of
numeric dates; writes ``doc._.wire_dates``, a tuple of ``DateMention``.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotate.dates.expressions import Expression, numeric_order
from pipeline.annotate.dates.expressions import expressions as expressions_of
from pipeline.annotate.dates.names import Names
from pipeline.annotate.dates.resolution import Resolver
from pipeline.annotate.tense import Tense, tense_at
from pipeline.annotate.tree import Tree, tree_of
from pipeline.annotations import DateMention

if not Doc.has_extension("wire_dates"):
    Doc.set_extension("wire_dates", default=())
    Doc.set_extension("wire_written", default=None)
    Doc.set_extension("wire_month_first", default=None)


@Language.component("wire_dates", requires=["token.dep"], assigns=["doc._.wire_dates"])
def dates(doc: Doc) -> Doc:
    """Set ``doc._.wire_dates``, in the order of the text; nothing if the story's own day is unknown."""
    if doc._.wire_written is not None:
        doc._.wire_dates = tuple(date_mentions(tree_of(doc), doc._.wire_written, month_first=doc._.wire_month_first))
    return doc


def _expressions(tree: Tree) -> Iterator[Expression]:
    """Yield the expressions of a story; a paragraph that was read before is not searched again."""
    for paragraph in tree.paragraphs:
        if paragraph.first < paragraph.last:
            start, end = tree.start[paragraph.first], tree.end[paragraph.last - 1]
            found = paragraph.recall("dates", partial(_expressions_in, tree.text[start:end]))
            yield from (each._replace(start=each.start + start, end=each.end + start) for each in found)


def _expressions_in(text: str) -> list[Expression]:
    return list(expressions_of(text))


def date_mentions(tree: Tree, written: date, *, month_first: bool | None = None) -> list[DateMention]:
    """Return the dates of a story that was written on that day.

    ``month_first`` is its agency's order of numeric dates, if known; what the story itself shows takes precedence.
    """

    def tense(offset: int) -> Tense:
        return tense_at(tree, tree.token_at(offset)) if len(tree) else "past"

    expressions = list(_expressions(tree))
    names = Names(tree, expressions)
    shown = next(filter(None, map(numeric_order, expressions)), None)
    resolver = Resolver(written, tense, month_first=month_first if shown is None else shown == "month first")
    found = []
    for each in expressions:
        value = None if each in names else resolver.value(each)
        if value is not None:
            found.append(
                DateMention(start=each.start, end=each.end, text=tree.text[each.start : each.end], value=value)
            )
    return found
