"""What a kind of documents that belong to a story is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.story import AnnotatedStory, story_id

Documents = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[dict[str, Any]]]


@dataclass(frozen=True)
class Kind:
    """A kind of documents.

    ``alias`` is that of its indices, and the field of the story with the same things in it. ``documents`` makes the
    documents of a story's own document and the context that each of them takes over from it.
    """

    alias: str
    letter: str
    mapping: Mapping[str, Any]
    documents: Documents

    def id(self, uri: str, number: int) -> str:
        """Return the id of the story's nth document of this kind, counted from 1."""
        return f"{story_id(uri)}-{self.letter}{number}"

    def count(self, story: AnnotatedStory) -> int:
        """Return how many documents of this kind the story has."""
        return len(getattr(story, self.alias))
