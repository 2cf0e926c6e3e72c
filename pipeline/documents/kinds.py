"""The kinds of documents, each described in a module of its own.

Everything that writes, searches, counts, exports or rebuilds documents goes through these lists.
"""

from collections.abc import Mapping

from pipeline.documents.event import EVENT
from pipeline.documents.kind import Kind, Part
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.errors import ConfigurationError

PARTS: tuple[Part, ...] = (QUOTE, EVENT)
KINDS: tuple[Kind, ...] = (STORY, *PARTS)


def kind_asked_for(aliases: Mapping[str, bool]) -> Kind:
    """Return the kind whose alias is true, stories without one. Raises ConfigurationError if several are."""
    found = [part for part in PARTS if aliases.get(part.alias)]
    if len(found) > 1:
        raise ConfigurationError(f"{', '.join(map(str, found))}: search one of them at a time")
    return found[0] if found else STORY
