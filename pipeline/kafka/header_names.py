"""Let the Kafka clients read header names that are not UTF-8.

Kafka accepts any bytes as a header's name. Both Python clients raise an error for such a message, again and again:
its partition stands still for good.
"""

from functools import cache
from typing import Any, SupportsIndex


@cache
def accept_any_name(batches: type[Any]) -> None:
    r"""Patch a client's class of record batches, written in Python: a byte that is no UTF-8 is read as ``\xff``.

    Another call for the same class changes nothing.
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
