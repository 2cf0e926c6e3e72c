"""A message as every reader of a topic sees it: where it stands, its key, its value, its headers.

Anyone who may write to a topic may write any header, so reading them never fails: what is not
well-formed counts as absent, and what is not known is not read (``Headers.parse``).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple, Self

from pipeline import topics

Pairs = tuple[tuple[str, bytes], ...]
"""Headers as Kafka has them."""

_MOST_CHARACTERS = 2_048
"""Of one header; as many as a uri may have."""
_MOST_STOPS = 16
_TRACE_CHARACTERS = 8_192
_LATEST = 253_402_300_800_000
"""The year 10000, in milliseconds; datetime ends there."""
_STOP = re.compile(r"([\w.-]{1,249})/(\d{1,9})/(\d{1,18})(?:@(\d{1,15}))?", re.ASCII)


@dataclass(frozen=True, order=True)
class Coordinate:
    """Where a message stands: ``wire.raw/3/120``. The topic is named without the installation's prefix."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """The coordinate as it is written in headers."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The coordinate back from its text; raises ValueError."""
        topic, partition, offset = text.split("/")
        return cls(topic, int(partition), int(offset))


class Stop(NamedTuple):
    """One entry of a trace: where the item stood, and since when (milliseconds since 1970)."""

    at: Coordinate
    timestamp: int

    def __str__(self) -> str:
        """``wire.raw/3/120@1715860800000``."""
        return f"{self.at}@{self.timestamp}"


@dataclass(frozen=True)
class Headers:
    """The headers this project reads and writes. Empty or None is absent.

    ``uri`` to ``published`` describe the item as its feed knew it (see RawStory) and travel with it.
    ``trace`` is where the item stood so far. ``revision`` numbers what the desk passes on of a
    story. ``copy_of`` and ``replay_of`` concern one message, not the item: the uri of the story that
    this one is a copy of, and where the message stands that this one repeats.
    """

    uri: str = ""
    source: str = ""
    feed: str = ""
    format: str = ""
    content_type: str = ""
    content_encoding: str = ""
    received_at: datetime | None = None
    published: datetime | None = None
    trace: tuple[Stop, ...] = ()
    revision: int | None = None
    copy_of: str = ""
    replay_of: Coordinate | None = None

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, bytes]]) -> Self:
        """The headers of a message, whoever wrote it; of a name that comes twice the last."""
        given = {name.replace("-", "_"): value for name, value in pairs if name in _NAMES and value}
        found = {name: read(given[name]) for name, read in _READERS.items() if name in given}
        return cls(**{name: value for name, value in found.items() if value is not None})  # type: ignore[arg-type]

    def pairs(self) -> Pairs:
        """The headers as Kafka takes them; what is absent is left out."""
        written = ((name, _written(getattr(self, name))) for name in _READERS)
        return tuple((name.replace("_", "-"), value.encode("utf-8", "replace")) for name, value in written if value)


@dataclass(frozen=True)
class Envelope:
    """A message: where it stands, its key and value, its headers as they came, its time (milliseconds since 1970)."""

    at: Coordinate
    key: bytes | None
    value: bytes | None
    pairs: Pairs = ()
    timestamp: int = 0

    @cached_property
    def headers(self) -> Headers:
        """The headers that are known and well-formed.

        Where items come in, nothing has happened to them yet, whatever their headers say.
        """
        headers = Headers.parse(self.pairs)
        if self.at.topic == topics.RAW:
            return replace(headers, trace=(), revision=None, copy_of="")
        return headers

    @property
    def payload(self) -> bytes:
        """The value; empty where there is none."""
        return self.value or b""

    @property
    def name(self) -> str:
        """The key as text: the story's uri, between stages."""
        return (self.key or b"").decode("utf-8", "replace")[:_MOST_CHARACTERS]

    @property
    def trace(self) -> tuple[Stop, ...]:
        """Where the item stood, up to and with this message. Of too many stops the first and the last are kept."""
        stops = (*self.headers.trace, Stop(self.at, self.timestamp))
        return stops if len(stops) <= _MOST_STOPS else (stops[0], *stops[1 - _MOST_STOPS :])

    @property
    def origin(self) -> Coordinate:
        """Where the item came in: the first place of its trace."""
        return self.trace[0].at

    def onward(self) -> Headers:
        """The headers of what a stage makes of this message."""
        return replace(self.headers, trace=self.trace, copy_of="", replay_of=None)


def times(trace: Iterable[Stop]) -> Mapping[str, datetime]:
    """When the item stood on each topic, by the topic's last word; of several times the last."""
    return {at.topic.rpartition(".")[2]: datetime.fromtimestamp(since / 1000, UTC) for at, since in trace}


def _text(value: bytes) -> str:
    return value[: 4 * _MOST_CHARACTERS].decode("utf-8", "replace")[:_MOST_CHARACTERS]


def _time(value: bytes) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(value))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _number(value: bytes) -> int | None:
    return int(value) if value.isdigit() and len(value) <= 18 else None


def _stops(value: bytes) -> tuple[Stop, ...]:
    words = value[:_TRACE_CHARACTERS].decode("ascii", "replace").split()
    return tuple(stop for word in words if (stop := _stop(word)))


def _stop(word: str) -> Stop | None:
    match = _STOP.fullmatch(word)
    if match is None or match[1] not in topics.TOPICS or match[4] is None or int(match[4]) >= _LATEST:
        return None
    return Stop(Coordinate(match[1], int(match[2]), int(match[3])), int(match[4]))


def _coordinate(value: bytes) -> Coordinate | None:
    match = _STOP.fullmatch(value.decode("ascii", "replace"))
    return Coordinate(match[1], int(match[2]), int(match[3])) if match else None


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


_READERS = {
    "uri": _text,
    "source": _text,
    "feed": _text,
    "format": _text,
    "content_type": _text,
    "content_encoding": _text,
    "received_at": _time,
    "published": _time,
    "trace": _stops,
    "revision": _number,
    "copy_of": _text,
    "replay_of": _coordinate,
}
_NAMES = frozenset(name.replace("_", "-") for name in _READERS)
