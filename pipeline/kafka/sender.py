"""Send messages with kafka-python: idempotent, acknowledged by all replicas, with every result checked.

``flush()`` of kafka-python returns normally even if a message's future holds an error. The sender therefore keeps
each future until it is done, and counts the message only then.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError
from kafka.producer.future import FutureRecordMetadata

from pipeline.errors import KafkaUnavailable, TooLarge
from pipeline.kafka.client import options, translate_errors
from pipeline.settings import Kafka

IN_FLIGHT_BYTES = 32 << 20
"""How many bytes may wait for acknowledgement, whatever the size of the input."""


@dataclass
class Sender:
    """Send messages, and count the acknowledged ones.

    ``acknowledged`` counts messages that all replicas have. If a message is not acknowledged within
    ``kafka.delivery_timeout`` seconds, ``send`` or ``finish`` raises KafkaUnavailable, and nothing more is sent.
    """

    kafka: Kafka
    acknowledged: int = 0
    on_acknowledged: Callable[[int], None] = lambda size: None
    _waiting: deque[tuple[FutureRecordMetadata, int]] = field(default_factory=deque)
    _waiting_bytes: int = 0

    def __enter__(self) -> Self:
        """Connect. Raises KafkaUnavailable after ``kafka.delivery_timeout`` seconds of attempts with back-off."""
        deadline, pause = time.monotonic() + self.kafka.delivery_timeout, 0.25
        while True:
            try:
                with translate_errors(self.kafka):
                    self._producer = KafkaProducer(
                        **options(self.kafka),
                        acks="all",
                        enable_idempotence=True,
                        compression_type="gzip",
                        linger_ms=5,
                        batch_size=256 << 10,
                        max_request_size=self.kafka.max_message_bytes,
                        delivery_timeout_ms=int(self.kafka.delivery_timeout * 1000),
                        request_timeout_ms=int(self.kafka.delivery_timeout * 1000) - 100,
                        max_block_ms=int(self.kafka.delivery_timeout * 1000),
                    )
                return self
            except KafkaUnavailable:
                if time.monotonic() + pause > deadline:
                    raise
                time.sleep(pause)
                pause = min(pause * 2, 5)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close. After an error, messages in flight are abandoned; they were not counted."""
        if error is None:
            self._producer.close(timeout=self.kafka.delivery_timeout)
            return
        # With messages in flight, closing at once raises what would take the place of the error.
        with suppress(KafkaError):
            self._producer.close(timeout=0)

    def send(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]],
        timestamp: int | None = None,
    ) -> None:
        """Send one message; wait while too many bytes are in flight.

        Raises TooLarge if the message is over the topic's limit, KafkaUnavailable.
        """
        size = len(value or b"")
        self._await_acknowledgements(IN_FLIGHT_BYTES - size)
        with translate_errors(self.kafka):
            try:
                future = self._producer.send(
                    self.kafka.named(topic), key=key, value=value, headers=list(headers), timestamp_ms=timestamp
                )
            except MessageSizeTooLargeError as error:
                raise TooLarge(str(error)) from None
        self._waiting.append((future, size))
        self._waiting_bytes += size

    def finish(self) -> int:
        """Wait until all messages are acknowledged. Return how many. Raises KafkaUnavailable."""
        with translate_errors(self.kafka):
            self._producer.flush(timeout=self.kafka.delivery_timeout)
        self._await_acknowledgements(-1)
        return self.acknowledged

    def _await_acknowledgements(self, allowed_bytes: int) -> None:
        """Wait for the oldest futures until at most ``allowed_bytes`` are in flight."""
        while self._waiting and (self._waiting[0][0].is_done or self._waiting_bytes > allowed_bytes):
            future, size = self._waiting[0]
            try:
                future.get(timeout=self.kafka.delivery_timeout)
            except KafkaError as error:
                raise KafkaUnavailable(
                    f"Kafka at {self.kafka.address} did not acknowledge a message within "
                    f"{self.kafka.delivery_timeout:g} s ({type(error).__name__}); {len(self._waiting)} not acknowledged"
                ) from None
            self._waiting.popleft()
            self._waiting_bytes -= size
            self.acknowledged += 1
            self.on_acknowledged(size)
