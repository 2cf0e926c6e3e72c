"""Read items from standard input."""

import sys
from collections.abc import Iterator, Sequence
from io import BufferedReader, FileIO

from pipeline.feeds.item_reader import ItemReader, Rejected
from pipeline.formats import SNIFFED_BYTES
from pipeline.story import RawStory


def read(words: Sequence[str], reader: ItemReader) -> Iterator[RawStory | Rejected]:
    """Yield the items on standard input; an item without a uri is named by a digest of its bytes."""
    with BufferedReader(FileIO(sys.stdin.fileno(), closefd=False), SNIFFED_BYTES) as stream:
        yield from reader.items(stream, "standard input", None, "stdin")
