"""Items on standard input."""

import sys
from collections.abc import Iterator, Sequence
from io import BufferedReader

from pipeline.feeds.intake import Intake, Refusal
from pipeline.formats import SNIFFED_BYTES
from pipeline.story import RawStory


def read(words: Sequence[str], intake: Intake) -> Iterator[RawStory | Refusal]:
    """What stands on standard input; an item without a uri is named after its bytes."""
    stream = BufferedReader(sys.stdin.buffer.raw, SNIFFED_BYTES)
    yield from intake.items(stream, "standard input", None, "stdin")
