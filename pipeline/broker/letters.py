"""The dead letters: what ``wire.dead`` says last about each.

A letter is resolved, by replay or by being dropped, with an empty message under its key; the
topic is compacted, so that the last word is what stays.
"""

from dataclasses import dataclass

from pipeline import topics
from pipeline.broker.log import Message, read
from pipeline.broker.sender import Sender
from pipeline.settings import Kafka

_OURS = frozenset(("stage", "error", "detail", "trace", "replay-to"))


@dataclass(frozen=True)
class Letter:
    """A dead letter: its id, and the message that carries it."""

    id: str
    message: Message

    def header(self, name: str) -> str:
        """A header's text, "" where it is missing."""
        headers = dict(self.message.headers)
        return headers.get(name, b"").decode("utf-8", "replace")

    @property
    def value(self) -> bytes:
        """The item's bytes."""
        return self.message.value or b""


def unresolved(kafka: Kafka) -> list[Letter]:
    """The letters nobody has replayed or dropped, oldest first. Raises KafkaAway."""
    last: dict[str, Message] = {}
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


def replay(letter: Letter, sender: Sender) -> None:
    """Send the item through the pipeline again, as it came in. Raises KafkaAway."""
    headers = [(name, value) for name, value in letter.message.headers if name not in _OURS]
    key = (letter.header("uri") or letter.id).encode()
    sender.send(letter.header("replay-to") or topics.RAW, key, letter.value, headers)


def resolve(letter: Letter, sender: Sender) -> None:
    """Strike the letter off the list. Raises KafkaAway."""
    sender.send(topics.DEAD, letter.id.encode(), None, [])
