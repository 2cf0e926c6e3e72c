"""Fetch the addresses named on the command line, each once."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BufferedReader, BytesIO

from pipeline.errors import PermanentError
from pipeline.feeds.fetch import Client, Response, Unreachable
from pipeline.feeds.item_reader import ItemReader, Rejected
from pipeline.formats import SNIFFED_BYTES
from pipeline.story import RawStory


def claims(word: str) -> bool:
    """Return whether the word is an address."""
    return word.lower().startswith(("http://", "https://"))


def read(words: Sequence[str], reader: ItemReader) -> Iterator[RawStory | Rejected]:
    """Yield the items at these addresses."""
    for url in words:
        try:
            response = asyncio.run(_get(url, reader.limit))
        except (Unreachable, PermanentError) as error:
            yield Rejected(url, str(error), type(error).__name__)
            continue
        if response.status != 200:
            yield Rejected(url, f"answered {response.status}", "Unreachable")
            continue
        stream = BufferedReader(BytesIO(response.body), SNIFFED_BYTES)
        host = response.headers.get("host", url.split("/")[2])
        # Whatever a page of the web says of its provider, its host answers for it.
        yield from replace(reader, sender=reader.source or host).items(stream, url, None, host)


async def _get(url: str, limit: int) -> Response:
    client = Client(url, limit)
    try:
        return await client.get(url)
    finally:
        await client.close()
