"""A subject of a story, from a controlled vocabulary."""

from typing import Annotated

from pydantic import Field

from pipeline.value import Value, Words, is_absent


class Subject(Value):
    """A subject from IPTC Media Topics, or from the sender's own vocabulary.

    ``creator`` is "wire" if the text was read for it, with the ``confidence``, 0 to 1, that the story is about it.
    """

    code: Words = None
    name: Words = None
    creator: Words = None
    confidence: Annotated[float | None, Field(exclude_if=is_absent)] = None
