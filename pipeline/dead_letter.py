"""A dead letter as it stands on ``wire.dead``: an item's bytes and own headers, and why it is there."""

import re
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Self

from pipeline import topics
from pipeline.envelope import Coordinate, Envelope, Pairs

_OMITTED = re.compile(r"\d+ bytes at ([\w.-]{1,249})/(\d{1,9})/(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Failure:
    """The headers that a dead letter has beside those of its item.

    ``stage`` is the one that gave up, or ``feed``; ``trace`` is where the item stood so far.
    ``omitted`` says how many bytes the item has and where they stand, if the letter could not hold them.
    """

    stage: str
    error: str
    detail: str
    trace: str = ""
    replay_to: str = topics.RAW
    omitted: str | None = None

    @classmethod
    def parse(cls, pairs: Pairs) -> Self:
        """The headers of a letter, whoever wrote it; "" for one that is missing."""
        given = dict(pairs)
        return cls(*(given.get(name, b"").decode("utf-8", "replace") for name in _NAMES))

    def pairs(self) -> Pairs:
        """The headers as Kafka takes them."""
        written = zip(_NAMES, astuple(self), strict=True)
        return tuple((name, text.encode("utf-8", "replace")) for name, text in written if text is not None)


_NAMES = tuple(field.name.replace("_", "-") for field in fields(Failure))


def omitted(size: int, at: Coordinate) -> str:
    """What a letter says in place of its item's bytes."""
    return f"{size} bytes at {at}"


@dataclass(frozen=True)
class DeadLetter:
    """A letter without the item's bytes: its key, where it stands, the headers, how many bytes, since when.

    ``timestamp`` is in milliseconds since 1970.
    """

    id: str
    at: Coordinate
    failure: Failure
    item: Pairs
    size: int
    timestamp: int

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        """The letter that a message is."""
        item = tuple((name, value) for name, value in envelope.pairs if name not in _NAMES)
        failure = Failure.parse(envelope.pairs)
        return cls(envelope.name, envelope.at, failure, item, len(envelope.payload), envelope.timestamp)

    def header(self, name: str) -> str:
        """A header of the item as text, "" where it is missing."""
        return dict(self.item).get(name, b"").decode("utf-8", "replace")

    @property
    def place(self) -> Coordinate:
        """Where the item's bytes stand: in the letter, unless they were too large for it."""
        match = _OMITTED.fullmatch(self.failure.omitted or "")
        return Coordinate(match[1], int(match[2]), int(match[3])) if match else self.at

    @property
    def as_json(self) -> dict[str, Any]:
        """What is known of it, in JSON."""
        return {
            "id": self.id,
            "stage": self.failure.stage,
            **{name: self.header(name) for name in ("uri", "source", "format")},
            "error": self.failure.error,
            "detail": self.failure.detail,
            "trace": self.failure.trace,
            "bytes": self.size,
            "when": datetime.fromtimestamp(self.timestamp / 1000, UTC).isoformat(),
        }
