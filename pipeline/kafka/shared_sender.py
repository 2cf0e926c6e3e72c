"""Send messages from several threads over one producer, and wait for their acknowledgement."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pipeline.errors import KafkaUnavailable
from pipeline.kafka.sender import Sender
from pipeline.settings import Kafka

Result = TypeVar("Result")


class SharedSender:
    """One producer, created at first use and again after a failure."""

    def __init__(self, kafka: Kafka) -> None:
        """Connect at first use."""
        self._kafka = kafka
        self._lock = threading.Lock()
        self._sender: Sender | None = None

    def deliver(self, send: Callable[[Sender], Result]) -> Result:
        """Call ``send`` with the producer, and return when all its messages are acknowledged.

        Raises KafkaUnavailable; some messages may be acknowledged then.
        """
        with self._lock:
            try:
                if self._sender is None:
                    self._sender = Sender(self._kafka).__enter__()
                result = send(self._sender)
                self._sender.finish()
            except KafkaUnavailable:
                self._close()
                raise
            return result

    def close(self) -> None:
        """Close the producer."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._sender is not None:
            with suppress(KafkaUnavailable):
                self._sender.__exit__(KafkaUnavailable, None, None)
            self._sender = None
