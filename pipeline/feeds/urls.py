"""Addresses named on the command line, each visited once."""

import asyncio
from collections.abc import Iterator, Sequence
from io import BufferedReader, BytesIO

from pipeline.errors import PermanentError
from pipeline.feeds.fetch import Answer, Client, Unreachable
from pipeline.feeds.item_reader import Intake, Refusal
from pipeline.formats import SNIFFED_BYTES
from pipeline.story import RawStory


def claims(word: str) -> bool:
    """Whether the word is an address."""
    return word.lower().startswith(("http://", "https://"))


def read(words: Sequence[str], intake: Intake) -> Iterator[RawStory | Refusal]:
    """The items at these addresses."""
    for url in words:
        try:
            answer = asyncio.run(_get(url, intake.limit))
        except (Unreachable, PermanentError) as error:
            yield Refusal(url, str(error), type(error).__name__)
            continue
        if answer.status != 200:
            yield Refusal(url, f"answered {answer.status}", "Unreachable")
            continue
        stream = BufferedReader(BytesIO(answer.body), SNIFFED_BYTES)
        yield from intake.items(stream, url, None, answer.headers.get("host", url.split("/")[2]))


async def _get(url: str, limit: int) -> Answer:
    client = Client(url, limit)
    try:
        return await client.get(url)
    finally:
        await client.close()
