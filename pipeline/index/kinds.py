"""The kinds of documents that belong to a story, each described in a module of its own: quotes and events.

Everything that writes, counts, deletes or rebuilds documents goes through this list.
"""

from pipeline.index.events import EVENTS
from pipeline.index.kind import Kind
from pipeline.index.quotes import QUOTES

KINDS: tuple[Kind, ...] = (QUOTES, EVENTS)
