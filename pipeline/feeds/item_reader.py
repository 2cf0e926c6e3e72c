"""Split a stream of bytes into items; all kinds of sources share this."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Protocol

import structlog

from pipeline import formats
from pipeline.errors import PermanentError, TooLarge
from pipeline.formats.contract import KEPT_PREFIX, Format, Stream, content_uri, whole_stream
from pipeline.formats.mapping import identifier
from pipeline.formats.urgent import seems_urgent
from pipeline.story import RawStory

log = structlog.get_logger()


def readable(path: PurePath) -> str:
    """Return the path as text; bytes that are not UTF-8 appear in hexadecimal."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class Peekable(Stream, Protocol):
    """A stream whose beginning can be read ahead."""

    def peek(self, size: int = 0, /) -> bytes:
        """Return the next bytes without consuming them."""
        ...


@dataclass(frozen=True)
class Rejected:
    """A rejected item: where it was, why, and its bytes or their beginning."""

    where: str
    reason: str
    error: str = "UnknownFormat"
    value: bytes = b""


@dataclass(frozen=True)
class ItemReader:
    """Reads items as the user described them.

    ``format`` is a format's name or "auto"; ``source`` and ``published`` are optional; with ``captions``
    the caption of a picture makes a story; ``limit`` is the largest
    item in bytes. ``sender`` answers for all items, whatever they state; None: ``source``, else whom they state.
    """

    limit: int
    format: str = "auto"
    source: str | None = None
    sender: str | None = None
    published: datetime | None = None
    captions: bool = False

    def items(self, stream: Peekable, where: str, name: str | None, feed: str) -> Iterator[RawStory | Rejected]:
        """Yield the items in ``stream``.

        ``where`` names it in messages. ``name`` is the uri of an item that fills the stream and has none of its own
        (None: a digest of its bytes). ``feed`` is the provider if the user named none.
        """
        head = stream.peek(KEPT_PREFIX)[:KEPT_PREFIX]
        try:
            known = self._format(stream, name or "")
            for number, piece in enumerate(known.split(stream, self.limit), 1):
                if isinstance(piece, TooLarge):
                    yield Rejected(f"{where}, item {number}", str(piece), type(piece).__name__, piece.start)
                else:
                    yield self._item(piece, known, name if known.split is whole_stream else None, feed)
        except PermanentError as error:
            yield Rejected(where, str(error), type(error).__name__, head)
        except OSError:
            # A read error is not the item's fault.
            raise
        except Exception as error:
            log.exception("item_rejected", where=where)
            yield Rejected(where, f"{type(error).__name__}: {error}", type(error).__name__, head)

    def _format(self, stream: Peekable, name: str) -> Format:
        if self.format != "auto":
            known = formats.format_named(self.format)
            if not stream.peek(1):
                raise PermanentError("empty: no bytes")
            return known
        head = stream.peek(formats.SNIFFED_BYTES)[: formats.SNIFFED_BYTES]
        return formats.sniff(head, name)

    def _item(self, value: bytes, known: Format, name: str | None, feed: str) -> RawStory:
        if name and self.source:
            name = f"{self.source}/{name}"
        return RawStory(
            uri=identifier(known.identity(value)) or name or content_uri(value),
            value=value,
            format=known.name,
            source=self.source or feed,
            receivedat=datetime.now(UTC),
            content_type=known.content_type,
            published=self.published,
            feed=feed,
            sender=self.sender or self.source or "",
            captions=self.captions,
            seems_urgent=seems_urgent(value),
        )
