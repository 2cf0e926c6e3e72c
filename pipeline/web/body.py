"""A request's body: bounded in bytes and seconds, unpacked, however small it was packed."""

import asyncio
import zlib
from collections.abc import AsyncIterator

from fastapi import HTTPException

_SECONDS = 30.0
_GZIP = 31
_PACKED = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": 15}
_MOST_MEMBERS = 10_000


async def read(stream: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """The body as it was before it was packed.

    Raises HTTPException: 413 over ``limit`` bytes, 415 for another packing, 400 where it is broken,
    408 where it does not arrive in time.
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
                # 64 KiB may unpack to 64 MiB, which takes its time.
                part = await asyncio.to_thread(unpacker.unpack, packed, limit + 1 - size) if unpacker else packed
                size += len(part)
                if size > limit:
                    # Who is still sending does not listen: hear it out, and keep nothing.
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
    """Unpacks a body as it comes; gzip may have several members, one after the other (RFC 1952, 2.2)."""

    def __init__(self, kind: int) -> None:
        self._kind = kind
        self._member = zlib.decompressobj(kind)
        self._members = 1

    @property
    def is_whole(self) -> bool:
        """Whether what came so far may be all."""
        return self._member.eof

    def unpack(self, packed: bytes, most: int) -> bytes:
        """What these bytes unpack to, no more than ``most`` bytes of it. Raises zlib.error."""
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
