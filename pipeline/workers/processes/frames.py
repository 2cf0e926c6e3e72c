"""Encode lists of byte strings for a pipe: a count, the lengths, the bytes. Numbers are unsigned 32-bit, big endian."""

import struct
from asyncio import StreamReader
from collections.abc import Sequence
from typing import BinaryIO


def encode(parts: Sequence[bytes]) -> bytes:
    """Return the byte strings as one frame."""
    lengths = struct.pack(f">{len(parts) + 1}I", len(parts), *map(len, parts))
    return lengths + b"".join(parts)


def read(stream: BinaryIO) -> list[bytes] | None:
    """Return the next frame, or None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (count,) = struct.unpack(">I", head)
    lengths = struct.unpack(f">{count}I", stream.read(4 * count))
    return [stream.read(length) for length in lengths]


async def read_async(stream: StreamReader) -> list[bytes]:
    """Return the next frame. Raises asyncio.IncompleteReadError at the end of the stream."""
    (count,) = struct.unpack(">I", await stream.readexactly(4))
    lengths = struct.unpack(f">{count}I", await stream.readexactly(4 * count))
    return [await stream.readexactly(length) for length in lengths]
