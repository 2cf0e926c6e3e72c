"""A message as every reader sees it: its coordinate, key, value and headers.

Anyone who may write to a topic may write any header. Reading headers therefore never fails: a malformed header
counts as absent, and unknown ones are ignored (``Headers.parse``).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple, Protocol, Self

from pipeline import topics

Pairs = tuple[tuple[str, bytes], ...]
"""Headers as Kafka has them."""

_MOST_CHARACTERS = 2_048
"""The most characters of a header; as many as a uri may have."""
_MOST_STOPS = 16
_TRACE_CHARACTERS = 8_192
_LATEST = 253_402_300_800_000
"""The year 10000, in milliseconds, where datetime ends."""
_COORDINATE = re.compile(r"([\w.-]{1,249})/(\d{1,9})/(\d{1,18})", re.ASCII)
_SINCE = re.compile(r"\d{1,15}", re.ASCII)


@dataclass(frozen=True, order=True)
class Coordinate:
    """The position of a message: ``wire.raw/3/120``. The topic is named without the installation's prefix."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """Return the coordinate as headers contain it."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a coordinate; raises ValueError."""
        topic, partition, offset = text.split("/")
        return cls(topic, int(partition), int(offset))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a coordinate that anybody may have written; None for what is none on one of our topics."""
        match = _COORDINATE.fullmatch(text)
        return cls(match[1], int(match[2]), int(match[3])) if match and match[1] in topics.TOPICS else None


class Stop(NamedTuple):
    """One entry of a trace: where the item was, and since when (milliseconds since 1970)."""

    at: Coordinate
    timestamp: int

    def __str__(self) -> str:
        """``wire.raw/3/120@1715860800000``."""
        return f"{self.at}@{self.timestamp}"


@dataclass(frozen=True)
class Headers:
    """The headers that this project reads and writes. Empty or None means absent.

    ``uri`` to ``captions`` describe the item as its feed knew it (see RawStory) and travel with it. ``trace``
    lists where the item was. ``revision`` numbers the messages that the desk passes on for a story. ``replay_of``
    describes one message, not the item: it is the coordinate of the message that it repeats.
    """

    uri: str = ""
    source: str = ""
    sender: str = ""
    feed: str = ""
    format: str = ""
    content_type: str = ""
    content_encoding: str = ""
    received_at: datetime | None = None
    published: datetime | None = None
    captions: bool | None = None
    trace: tuple[Stop, ...] = ()
    revision: int | None = None
    replay_of: Coordinate | None = None

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, bytes]]) -> Self:
        """Read the headers of a message, whoever wrote it; of duplicate names the last wins."""
        given = {field: value for name, value in pairs if value and (field := _FIELDS.get(name))}
        found = {field: _READERS[field](value) for field, value in given.items()}
        return cls(**{field: value for field, value in found.items() if value is not None})  # type: ignore[arg-type]

    def pairs(self) -> Pairs:
        """Return the headers as Kafka takes them, without absent ones."""
        given = ((name, value) for field, name in _NAMES.items() if (value := getattr(self, field)) or value == 0)
        return tuple((name, _written(value).encode("utf-8", "replace")) for name, value in given)


@dataclass(frozen=True)
class Envelope:
    """A message: its coordinate, key, value, headers as received, and time (milliseconds since 1970)."""

    at: Coordinate
    key: bytes | None
    value: bytes | None
    pairs: Pairs = ()
    timestamp: int = 0

    @cached_property
    def headers(self) -> Headers:
        """The known and well-formed headers.

        On the first topic an item has no history yet, so headers that claim one are ignored.
        """
        headers = Headers.parse(self.pairs)
        if topics.routine(self.at.topic) == topics.RAW:
            return replace(headers, trace=(), revision=None)
        return headers

    @property
    def sent(self) -> datetime:
        """When the message was written."""
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)

    @property
    def payload(self) -> bytes:
        """The value; empty if there is none."""
        return self.value or b""

    @property
    def name(self) -> str:
        """The key as text: between stages, the story's uri."""
        return (self.key or b"").decode("utf-8", "replace")[:_MOST_CHARACTERS]

    @property
    def trace(self) -> tuple[Stop, ...]:
        """Where the item was, including this message. Of too many stops, the first and the last are kept."""
        stops = (*self.headers.trace, Stop(self.at, self.timestamp))
        return stops if len(stops) <= _MOST_STOPS else (stops[0], *stops[1 - _MOST_STOPS :])

    @property
    def origin(self) -> Coordinate:
        """The first coordinate of the trace."""
        return self.trace[0].at

    def onward(self) -> Headers:
        """Return the headers for what a stage makes of this message."""
        return replace(self.headers, trace=self.trace, replay_of=None)


class Broker(Protocol):
    """Kafka as the stages and the runtime use it. Topics are named without the installation's prefix."""

    async def send(
        self, topic: str, key: bytes, value: bytes, headers: Pairs = (), partition: int | None = None
    ) -> Coordinate:
        """Send a message and wait until all replicas have it. Return its coordinate.

        Raises TooLarge. Raises KafkaUnavailable; the message may then be on the topic or not.
        """

    async def fetch(self, places: Sequence[Coordinate]) -> dict[Coordinate, Envelope]:
        """Return the messages at these coordinates, without those that have expired. Raises KafkaUnavailable."""


def times(trace: Iterable[Stop]) -> Mapping[str, datetime]:
    """Return when the item was on each topic, by the last part of the topic's name; the latest time wins."""
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
    place, _, since = word.partition("@")
    at = Coordinate.read(place)
    return Stop(at, int(since)) if at and _SINCE.fullmatch(since) and int(since) < _LATEST else None


def _coordinate(value: bytes) -> Coordinate | None:
    return Coordinate.read(value.decode("ascii", "replace").partition("@")[0])


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value)


_READERS = {
    "uri": _text,
    "source": _text,
    "sender": _text,
    "feed": _text,
    "format": _text,
    "content_type": _text,
    "content_encoding": _text,
    "received_at": _time,
    "published": _time,
    "captions": lambda value: value == b"True" or None,
    "trace": _stops,
    "revision": _number,
    "replay_of": _coordinate,
}
_NAMES = {field: field.replace("_", "-") for field in _READERS}
_FIELDS = {name: field for field, name in _NAMES.items()}
