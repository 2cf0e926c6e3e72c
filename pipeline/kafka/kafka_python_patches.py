"""Patch what is wrong in kafka-python, as of 3.0.12."""

from functools import cache
from typing import Any, SupportsIndex

from kafka import KafkaConsumer

_BACKOFF_MS = 5


@cache
def accept_any_name(batches: type[Any]) -> None:
    r"""Read messages whose header names are not UTF-8: such a byte is read as ``\xff``.

    Kafka accepts any bytes as a header's name. kafka-python, and aiokafka, which has this code from it, raise an error
    for such a message, again and again: its partition stands still for good. Not reported to either. ``batches`` is
    the client's class of record batches, written in Python. Another call for the same class changes nothing.
    """
    read_message = batches._read_msg

    def read_any_message(batch: Any) -> Any:
        try:
            return read_message(batch)
        except UnicodeDecodeError:
            batch._buffer = _Decodable(batch._buffer)
            return read_message(batch)

    batches._read_msg = read_any_message


class _Decodable(bytearray):
    """Bytes whose slices can be decoded, whatever they are."""

    def __getitem__(self, at: SupportsIndex | slice) -> Any:
        found = super().__getitem__(at)
        return _Decodable(found) if isinstance(found, bytearray) else found

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


def ask_at_once(client: KafkaConsumer) -> None:
    """Ask for a topic's partitions as soon as the client is connected.

    kafka-python waits 100 ms before it asks: its ``KafkaConnectionManager`` does not pass ``retry_backoff_ms`` on. Not
    reported.
    """
    client._cluster.config["retry_backoff_ms"] = _BACKOFF_MS
