"""The dead letters: what ``wire.dead`` says last about each.

A letter is resolved, by replay or by being dropped, with an empty message under its key; the
topic is compacted, so that the last word is what stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline import topics
from pipeline.broker.log import read
from pipeline.broker.sender import Sender
from pipeline.envelope import Envelope
from pipeline.settings import Kafka

_OURS = frozenset(("stage", "error", "detail", "trace", "replay-to", "omitted"))


@dataclass(frozen=True)
class Letter:
    """A dead letter: its id, and the message that carries it."""

    id: str
    message: Envelope

    def header(self, name: str) -> str:
        """A header's text, "" where it is missing."""
        headers = dict(self.message.pairs)
        return headers.get(name, b"").decode("utf-8", "replace")

    @property
    def value(self) -> bytes:
        """The item's bytes."""
        return self.message.payload

    @property
    def described(self) -> dict[str, Any]:
        """What is known of it, in JSON, without its bytes."""
        told = {name: self.header(name) for name in ("stage", "uri", "source", "format", "error", "detail", "trace")}
        when = datetime.fromtimestamp(self.message.timestamp / 1000, UTC).isoformat()
        return {"id": self.id, **told, "bytes": len(self.value), "when": when}


def unresolved(kafka: Kafka) -> list[Letter]:
    """The letters nobody has replayed or dropped, oldest first. Raises KafkaAway."""
    last: dict[str, Envelope] = {}
    for message in read(kafka, topics.DEAD):
        last[(message.key or b"").decode("utf-8", "replace")] = message
    letters = [Letter(key, message) for key, message in last.items() if message.value is not None]
    return sorted(letters, key=lambda letter: (letter.message.timestamp, letter.id))


def bury(sender: Sender, key: str, value: bytes, error: str, detail: str, about: dict[str, str]) -> None:
    """Send what a feed could not take to the dead letters. Raises KafkaAway.

    ``about`` are the headers that an item on ``wire.raw`` has.
    """
    headers = about | {"stage": "feed", "error": error, "detail": detail, "trace": "", "replay-to": topics.RAW}
    pairs = [(name, text.encode("utf-8", "replace")) for name, text in headers.items()]
    sender.send(topics.DEAD, key.encode("utf-8", "replace"), value, pairs)


def settle(kafka: Kafka, chosen: Sequence[Letter], *, again: bool) -> None:
    """Strike the letters off the list, having sent the items through the pipeline ``again`` or not.

    Only what is safely on its way comes off. Raises KafkaAway.
    """
    with Sender(kafka) as sender:
        for letter in chosen if again else ():
            headers = [(name, value) for name, value in letter.message.pairs if name not in _OURS]
            key = (letter.header("uri") or letter.id).encode()
            sender.send(letter.header("replay-to") or topics.RAW, key, letter.value, headers)
        sender.finish()
        for letter in chosen:
            sender.send(topics.DEAD, letter.id.encode(), None, [])
        sender.finish()
