"""A dead letter on ``wire.dead``: an item's original bytes and headers, and why it failed."""

from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Self

from pipeline import topics
from pipeline.envelope import Coordinate, Envelope, Pairs


@dataclass(frozen=True)
class Failure:
    """The headers that a dead letter has in addition to its item's.

    ``stage`` is the stage that failed, or ``feed``. ``trace`` is the item's path so far. ``omitted`` says how many
    bytes the item has and where they are, if they did not fit into the letter.
    """

    stage: str
    error: str
    detail: str
    trace: str = ""
    replay_to: str = topics.RAW
    omitted: str | None = None

    @classmethod
    def parse(cls, pairs: Pairs) -> Self:
        """Read the headers of a letter, whoever wrote it; a missing one is ""."""
        given = dict(pairs)
        return cls(*(given.get(name, b"").decode("utf-8", "replace") for name in _NAMES))

    def pairs(self) -> Pairs:
        """Return the headers as Kafka takes them."""
        written = zip(_NAMES, astuple(self), strict=True)
        return tuple((name, text.encode("utf-8", "replace")) for name, text in written if text is not None)


_NAMES = tuple(field.name.replace("_", "-") for field in fields(Failure))


def omitted(size: int, at: Coordinate) -> str:
    """Return the text that replaces an item's bytes."""
    return f"{size} bytes at {at}"


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter without its item's bytes; ``size`` is how many there are.

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
        """Return the letter in a message."""
        item = tuple((name, value) for name, value in envelope.pairs if name not in _NAMES)
        failure = Failure.parse(envelope.pairs)
        return cls(envelope.name, envelope.at, failure, item, len(envelope.payload), envelope.timestamp)

    def header(self, name: str) -> str:
        """Return a header of the item as text, "" if it is missing."""
        return dict(self.item).get(name, b"").decode("utf-8", "replace")

    @property
    def place(self) -> Coordinate:
        """The coordinate of the item's bytes: the letter's own, unless they did not fit."""
        return Coordinate.read((self.failure.omitted or "").rpartition(" at ")[2]) or self.at

    @property
    def as_json(self) -> dict[str, Any]:
        """The letter's headers as JSON."""
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
