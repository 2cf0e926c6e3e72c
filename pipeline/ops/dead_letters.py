"""List, replay and drop dead letters.

An empty message under a letter's key resolves it. The topic is compacted, so that the last message of each key
remains.
"""

import threading
import time
from collections.abc import Sequence
from contextlib import closing

from pipeline import topics
from pipeline.dead_letter import DeadLetter, Failure
from pipeline.kafka.reader import TopicFollower, fetch_all
from pipeline.kafka.sender import Sender
from pipeline.settings import Kafka

_AT_ONCE = 20


class DeadLetters:
    """The unresolved letters. Each call reads only what was added since the last one.

    May be used from several threads.
    """

    def __init__(self, kafka: Kafka) -> None:
        """Connect at first use."""
        self._kept = kafka.dead_retention
        self._follower = TopicFollower(kafka, topics.DEAD)
        self._letters: dict[str, DeadLetter] = {}
        self._lock = threading.Lock()

    def unresolved(self) -> list[DeadLetter]:
        """Return the letters that were neither replayed nor dropped, oldest first. Raises KafkaUnavailable."""
        with self._lock, closing(self._follower):
            for envelope in self._follower.poll():
                self._letters.pop(envelope.name, None)
                if envelope.value is not None:
                    self._letters[envelope.name] = DeadLetter.of(envelope)
            oldest = (time.time() - self._kept) * 1000
            kept = [letter for letter in self._letters.values() if letter.timestamp >= oldest]
            self._letters = {letter.id: letter for letter in kept}
            return sorted(kept, key=lambda letter: (letter.timestamp, letter.id))


def unresolved(kafka: Kafka) -> list[DeadLetter]:
    """Return the letters that were neither replayed nor dropped, oldest first. Raises KafkaUnavailable."""
    return DeadLetters(kafka).unresolved()


def load_items(kafka: Kafka, letters: Sequence[DeadLetter]) -> dict[str, bytes]:
    """Return the original bytes by letter id, of those that have not expired. Raises KafkaUnavailable."""
    found = {envelope.at: envelope for envelope in fetch_all(kafka, [letter.place for letter in letters])}
    return {letter.id: found[letter.place].payload for letter in letters if letter.place in found}


def write(sender: Sender, key: str, value: bytes, error: str, detail: str, about: dict[str, str]) -> None:
    """Write a dead letter for an item that a feed rejected. Raises KafkaUnavailable.

    ``about`` are the headers that an item on ``wire.raw`` has.
    """
    item = [(name, text.encode("utf-8", "replace")) for name, text in about.items()]
    failure = Failure("feed", error, detail).pairs()
    sender.send(topics.DEAD, key.encode("utf-8", "replace"), value, [*item, *failure])


def resolve(kafka: Kafka, chosen: Sequence[DeadLetter], *, again: bool) -> int:
    """Replay (``again``) or drop the letters. Return how many were resolved.

    Only letters whose item was acknowledged are resolved, and none whose bytes have expired. Raises
    KafkaUnavailable.
    """
    with Sender(kafka) as sender:
        done = _send_again(kafka, sender, chosen) if again else list(chosen)
        for letter in done:
            sender.send(topics.DEAD, letter.id.encode(), None, [])
        sender.finish()
    return len(done)


def _send_again(kafka: Kafka, sender: Sender, chosen: Sequence[DeadLetter]) -> list[DeadLetter]:
    """Send the items of these letters. Return the letters whose items were acknowledged."""
    done: list[DeadLetter] = []
    for start in range(0, len(chosen), _AT_ONCE):
        some = chosen[start : start + _AT_ONCE]
        items = load_items(kafka, some)
        for letter in some:
            if letter.id in items:
                key = (letter.header("uri") or letter.id).encode()
                sender.send(letter.failure.replay_to or topics.RAW, key, items[letter.id], letter.item)
                done.append(letter)
    sender.finish()
    return done
