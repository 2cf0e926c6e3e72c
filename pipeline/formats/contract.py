"""Define what every format module offers."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.errors import TooLarge
from pipeline.story import RawStory, Story


class Stream(Protocol):
    """What formats read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes, or all if it is negative."""
        ...

    def readline(self, size: int = -1, /) -> bytes:
        """Return the next line, or its first ``size`` bytes."""
        ...


ItemOrError = bytes | TooLarge
"""One item's bytes, or why there are none; reading can continue after it."""


@dataclass(frozen=True)
class Format:
    """A format: how to recognise it, split a stream into items, and parse one item.

    ``recognises(start, name)``: bytes without leading white space, the file's name or "". ``split(stream, limit)``:
    yields the items of a stream, holding at most about ``limit`` bytes. ``identity(item)``: the uri the item
    states, None if it states none or cannot be read. ``parse(raw)``: the story; raises PermanentError.
    """

    name: str
    content_type: str
    recognises: Callable[[bytes, str], bool]
    split: Callable[[Stream, int], Iterator[ItemOrError]]
    identity: Callable[[bytes], str | None]
    parse: Callable[[RawStory], Story]


KEPT_PREFIX = 65_536
"""How many bytes to keep of an item that is too large."""


MOST_ITEMS = 20_000
"""The most items of one document; more are no news feed, and each costs memory."""
_FRAMES_BYTES = 64 << 20


def too_many_items(count: int) -> TooLarge:
    """Return the error for items beyond the first ``MOST_ITEMS`` of a document."""
    return TooLarge(f"{count:,} items in one document: the first {MOST_ITEMS:,} are taken")


def is_small(frame: int, items: int) -> bool:
    """Return whether the bytes around the items are few enough to repeat with each item."""
    return frame * items <= _FRAMES_BYTES


def too_large(limit: int, start: bytes = b"") -> TooLarge:
    """Return the error for an item of more than ``limit`` bytes that begins with these."""
    return TooLarge(f"over {limit:,} bytes (feed.max_item_bytes)", start[:KEPT_PREFIX])


def content_uri(value: bytes) -> str:
    """Return a uri made of the bytes themselves, for an item that has no other."""
    return f"urn:sha256:{hashlib.sha256(value).hexdigest()}"


def distinct(uris: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Return a document's uris such that items with one uri but several keys, their addresses or titles, differ.

    Each of them gets a digest of its key, so that nothing depends on their order.
    """
    known: dict[str, set[str]] = defaultdict(set)
    for uri, key in zip(uris, keys, strict=True):
        known[uri].add(key)
    shared = {uri for uri, of_uri in known.items() if uri and len(of_uri) > 1}
    return [f"{uri}#{_digest(key)}" if uri in shared else uri for uri, key in zip(uris, keys, strict=True)]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def whole_stream(stream: Stream, limit: int) -> Iterator[ItemOrError]:
    """Yield the stream as one item."""
    value = stream.read(limit + 1)
    yield too_large(limit, value) if len(value) > limit else value
