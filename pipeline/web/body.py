"""A request's body: bounded in bytes and seconds, unpacked, however small it was packed."""

import asyncio
import zlib
from collections.abc import AsyncIterator

from fastapi import HTTPException

_SECONDS = 30.0
_GZIP = 31
_PACKED = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": 15}


async def read(stream: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """The body as it was before it was packed.

    Raises HTTPException: 413 over ``limit`` bytes, 415 for another packing, 400 where it is broken,
    408 where it does not arrive in time.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", *_PACKED):
        raise HTTPException(415, f"Content-Encoding {encoding!r}: identity, gzip and deflate are read")
    unpack = zlib.decompressobj(_PACKED[encoding]) if encoding in _PACKED else None
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_SECONDS):
            async for packed in stream:
                part = unpack.decompress(packed, limit + 1 - size) if unpack else packed
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
    if unpack and not unpack.eof:
        raise HTTPException(400, f"not {encoding}: it ends too early")
    return b"".join(parts)
