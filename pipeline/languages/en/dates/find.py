"""Days, months, years and times of day, with their values."""

from collections.abc import Iterator
from functools import partial

from pipeline.annotations import DateMention
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.dates.expressions import Expression, numeric_order
from pipeline.languages.en.dates.expressions import expressions as expressions_of
from pipeline.languages.en.dates.months_in_names import Names
from pipeline.languages.en.dates.resolution import Resolver
from pipeline.languages.en.tense import Tense, tense_at
from pipeline.reading.tree import Tree

_MONTH_FIRST = ("US", "PH")
"""Countries that write the month of a numeric date first."""


def dates(tree: Tree, about: AnnotationInput) -> tuple[DateMention, ...]:
    """Return the dates of a story in the order of the text; none if its own day is unknown.

    What the story itself shows of the order of numeric dates counts before that of its country.
    """
    if about.written is None:
        return ()

    def tense(offset: int) -> Tense:
        return tense_at(tree, tree.token_at(offset)) if len(tree) else "past"

    expressions = list(_expressions(tree))
    names = Names(tree, expressions)
    shown = next(filter(None, map(numeric_order, expressions)), None)
    home = about.country in _MONTH_FIRST if about.country else None
    month_first = home if shown is None else shown == "month first"
    resolver = Resolver(about.written, tense, month_first=month_first)
    found = []
    for each in expressions:
        value = None if each in names else resolver.value(each)
        if value is not None:
            found.append(
                DateMention(start=each.start, end=each.end, text=tree.text[each.start : each.end], value=value)
            )
    return tuple(found)


def _expressions(tree: Tree) -> Iterator[Expression]:
    """Yield the expressions of a story; a paragraph that was read before is not searched again."""
    for paragraph in tree.paragraphs:
        if paragraph.first < paragraph.last:
            start, end = tree.start[paragraph.first], tree.end[paragraph.last - 1]
            found = paragraph.recall("dates", partial(_expressions_in, tree.text[start:end]))
            yield from (each._replace(start=each.start + start, end=each.end + start) for each in found)


def _expressions_in(text: str) -> list[Expression]:
    return list(expressions_of(text))
