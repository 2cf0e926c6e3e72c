"""What every format module offers."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from pipeline.errors import TooLarge
from pipeline.story import RawStory, Story


class Stream(Protocol):
    """What formats read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes, all there are where it is negative."""
        ...

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, or its first ``size`` bytes."""
        ...


ItemOrError = bytes | TooLarge
"""One item's bytes, or why there are none; what follows it can still be read."""


@dataclass(frozen=True)
class Format:
    """A format: how to recognise it, take a stream apart into items, and read one item.

    ``recognises(start, name)``: bytes without leading white space, the file's name or "".
    ``split(stream, limit)``: the items in a stream, holding at most about ``limit`` bytes.
    ``identity(item)``: the uri the item states, None if it states none or cannot be read.
    ``parse(raw)``: the story; raises PermanentError.
    """

    name: str
    content_type: str
    recognises: Callable[[bytes, str], bool]
    split: Callable[[Stream, int], Iterator[ItemOrError]]
    identity: Callable[[bytes], str | None]
    parse: Callable[[RawStory], Story]


KEPT_PREFIX = 65_536
"""How much is kept of an item that is too large."""


MOST_ITEMS = 20_000
"""Items of one document; one with more is no news feed, and each costs memory."""
_FRAMES_BYTES = 64 << 20


def too_many_items(count: int) -> TooLarge:
    """The error for the items of a document beyond the first ``MOST_ITEMS``."""
    return TooLarge(f"{count:,} items in one document: the first {MOST_ITEMS:,} are taken")


def is_small(frame: int, items: int) -> bool:
    """Whether what stands around the items, of so many bytes, may be repeated with each of them."""
    return frame * items <= _FRAMES_BYTES


def too_large(limit: int, start: bytes = b"") -> TooLarge:
    """The error for an item of more than ``limit`` bytes that begins so."""
    return TooLarge(f"over {limit:,} bytes (feed.max_item_bytes)", start[:KEPT_PREFIX])


def content_uri(value: bytes) -> str:
    """A uri made of the bytes themselves, for an item that has no other."""
    return f"urn:sha256:{hashlib.sha256(value).hexdigest()}"


def whole_stream(stream: Stream, limit: int) -> Iterator[ItemOrError]:
    """The stream as one item."""
    value = stream.read(limit + 1)
    yield too_large(limit, value) if len(value) > limit else value
