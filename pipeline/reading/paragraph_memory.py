"""Keep what components find in a paragraph, for the next document that has the same paragraph.

What a component finds in a sentence depends on the paragraph's text, and on little else. That else is the key: the
same paragraph with other names, say, is read anew. What is found is kept with tokens counted from the paragraph's
first, beside what the language model keeps of the paragraph, and dropped with it.
"""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

Found = TypeVar("Found")
_MOST = 8
"""How much is kept of one paragraph at most."""


class Paragraph(NamedTuple):
    """A paragraph of a document: its tokens (half-open), and what was found in it."""

    first: int
    last: int
    found: dict[Hashable, Any]

    def recall(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """Return what was found in this paragraph with the same key, else find it now."""
        if key not in self.found:
            if len(self.found) >= _MOST:
                self.found.clear()
            self.found[key] = find()
        result: Found = self.found[key]
        return result
