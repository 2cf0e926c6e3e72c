"""A stretch of a story's body; offsets count Unicode code points, half-open."""

from pipeline.value import Value


class Span(Value):
    """A stretch of the body."""

    start: int
    end: int


class Mention(Span):
    """A stretch of the body with its text."""

    text: str
