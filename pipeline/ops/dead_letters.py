"""The dead letters: what ``wire.dead`` says last about each.

A letter is resolved, by replay or by being dropped, with an empty message under its key; the
topic is compacted, so that the last word is what stays.
"""

import threading
import time
from collections.abc import Sequence

from pipeline import topics
from pipeline.broker.reader import TopicFollower, fetch_all
from pipeline.broker.sender import Sender
from pipeline.dead_letter import DeadLetter, Failure
from pipeline.settings import Kafka

_AT_ONCE = 20


class DeadLetters:
    """The letters that nobody has resolved; each look reads only what came since the last one.

    May be used from several threads.
    """

    def __init__(self, kafka: Kafka) -> None:
        """Connect at the first look."""
        self._kept = kafka.dead_retention
        self._follower = TopicFollower(kafka, topics.DEAD)
        self._letters: dict[str, DeadLetter] = {}
        self._lock = threading.Lock()

    def unresolved(self) -> list[DeadLetter]:
        """The letters nobody has replayed or dropped, oldest first. Raises KafkaUnavailable."""
        with self._lock:
            for envelope in self._follower.poll():
                self._letters.pop(envelope.name, None)
                if envelope.value is not None:
                    self._letters[envelope.name] = DeadLetter.of(envelope)
            oldest = (time.time() - self._kept) * 1000
            kept = [letter for letter in self._letters.values() if letter.timestamp >= oldest]
            self._letters = {letter.id: letter for letter in kept}
            return sorted(kept, key=lambda letter: (letter.timestamp, letter.id))


def unresolved(kafka: Kafka) -> list[DeadLetter]:
    """The letters nobody has replayed or dropped, oldest first. Raises KafkaUnavailable."""
    return DeadLetters(kafka).unresolved()


def load_items(kafka: Kafka, letters: Sequence[DeadLetter]) -> dict[str, bytes]:
    """The bytes of these letters' items, by id, of those that are still there. Raises KafkaUnavailable."""
    found = {envelope.at: envelope for envelope in fetch_all(kafka, [letter.place for letter in letters])}
    return {letter.id: found[letter.place].payload for letter in letters if letter.place in found}


def write(sender: Sender, key: str, value: bytes, error: str, detail: str, about: dict[str, str]) -> None:
    """Send what a feed could not take to the dead letters. Raises KafkaUnavailable.

    ``about`` are the headers that an item on ``wire.raw`` has.
    """
    item = [(name, text.encode("utf-8", "replace")) for name, text in about.items()]
    failure = Failure("feed", error, detail).pairs()
    sender.send(topics.DEAD, key.encode("utf-8", "replace"), value, [*item, *failure])


def resolve(kafka: Kafka, chosen: Sequence[DeadLetter], *, again: bool) -> int:
    """Strike the letters off the list, having sent the items through the pipeline ``again`` or not; how many.

    Only what is safely on its way comes off, and nothing whose bytes are gone. Raises KafkaUnavailable.
    """
    with Sender(kafka) as sender:
        done = _send_again(kafka, sender, chosen) if again else list(chosen)
        for letter in done:
            sender.send(topics.DEAD, letter.id.encode(), None, [])
        sender.finish()
    return len(done)


def _send_again(kafka: Kafka, sender: Sender, chosen: Sequence[DeadLetter]) -> list[DeadLetter]:
    """Send the items of these letters; those that were sent and acknowledged."""
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
