"""Read a request's body with limits on bytes and time, decompressed."""

import asyncio
import zlib
from collections.abc import AsyncIterator

from fastapi import HTTPException

_SECONDS = 30.0
_GZIP = 31
_PACKED = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": 15}
_MOST_MEMBERS = 10_000


async def read(stream: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """Return the decompressed body.

    Raises HTTPException: 413 over ``limit`` bytes, 415 for an unknown encoding, 400 for broken data, 408 if it does
    not arrive in time.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", *_PACKED):
        raise HTTPException(415, f"Content-Encoding {encoding!r}: identity, gzip and deflate are read")
    unpacker = _Unpacker(_PACKED[encoding]) if encoding in _PACKED else None
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_SECONDS):
            async for packed in stream:
                # 64 KiB may expand to 64 MiB, which takes a while.
                part = await asyncio.to_thread(unpacker.unpack, packed, limit + 1 - size) if unpacker else packed
                size += len(part)
                if size > limit:
                    # A client that is still sending does not read the response: receive the rest and discard it.
                    parts.clear()
                    async for _ in stream:
                        pass
                    raise HTTPException(413, f"over {limit:,} bytes (push.max_body_bytes)")
                parts.append(part)
    except TimeoutError:
        raise HTTPException(408, f"the body did not arrive within {_SECONDS:g} s") from None
    except zlib.error as error:
        raise HTTPException(400, f"not {encoding}: {error}") from None
    if unpacker and not unpacker.is_whole:
        raise HTTPException(400, f"not {encoding}: it ends too early")
    return b"".join(parts)


class _Unpacker:
    """Decompress a body as it arrives. Gzip may have several members (RFC 1952, 2.2)."""

    def __init__(self, kind: int) -> None:
        self._kind = kind
        self._member = zlib.decompressobj(kind)
        self._members = 1

    @property
    def is_whole(self) -> bool:
        """Whether the data so far may be complete."""
        return self._member.eof

    def unpack(self, packed: bytes, most: int) -> bytes:
        """Return what these bytes decompress to, at most ``most`` bytes. Raises zlib.error."""
        found = bytearray()
        while packed and len(found) < most:
            if self._member.eof:
                packed = packed.lstrip(b"\0")
                if not packed:
                    break
                self._next()
            found += self._member.decompress(packed, most - len(found))
            packed = self._member.unused_data
        return bytes(found)

    def _next(self) -> None:
        if self._kind != _GZIP:
            raise zlib.error("something follows its end")
        if self._members == _MOST_MEMBERS:
            raise zlib.error(f"more than {_MOST_MEMBERS:,} members")
        self._member = zlib.decompressobj(self._kind)
        self._members += 1
