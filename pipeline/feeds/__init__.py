"""Read items from their sources, as ``RawStory`` values.

A source is a word on the command line. ``SOURCES`` lists the kinds of sources in order; a new kind is a new module
and one line. ``read`` yields items and rejections alike, so that one bad item never hides the next.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader, FileIO

from pipeline.feeds import files, urls
from pipeline.feeds.item_reader import ItemReader, Rejected
from pipeline.formats import SNIFFED_BYTES
from pipeline.story import RawStory

__all__ = ["SOURCES", "ItemReader", "Rejected", "SourceKind", "is_endless", "read"]


@dataclass(frozen=True)
class SourceKind:
    """A kind of source: which words name one, and how to read all of them."""

    name: str
    claims: Callable[[str], bool]
    read: Callable[[Sequence[str], ItemReader], Iterator[RawStory | Rejected]]


def _standard_input(_words: Sequence[str], reader: ItemReader) -> Iterator[RawStory | Rejected]:
    """Yield the items on standard input; an item without a uri is named by a digest of its bytes."""
    with BufferedReader(FileIO(sys.stdin.fileno(), closefd=False), SNIFFED_BYTES) as stream:
        yield from reader.items(stream, "standard input", None, "stdin")


SOURCES = (
    SourceKind("addresses", urls.claims, urls.read),
    SourceKind("standard input", lambda word: word == "-", _standard_input),
    SourceKind("files and folders", lambda word: True, files.read),
)


def read(words: Sequence[str], reader: ItemReader) -> Iterator[RawStory | Rejected]:
    """Yield every item of every source, kind by kind, in stored order."""
    for kind in SOURCES:
        theirs = [w for w in words if next(k for k in SOURCES if k.claims(w)) is kind]
        if theirs:
            yield from kind.read(theirs, reader)


def is_endless(word: str) -> bool:
    """Return whether the amount to read is unknown beforehand."""
    return next(k for k in SOURCES if k.claims(word)).read is not files.read
