"""JSON lines: one ninjs-like object a line (https://jsonlines.org)."""

import re
from collections.abc import Iterator

from pipeline.formats import ninjs
from pipeline.formats.contract import Format, ItemOrError, Stream, too_large

_CHUNK = 1 << 20


def split(stream: Stream, limit: int) -> Iterator[ItemOrError]:
    """Yield the lines that are not blank; a line that is too long is skipped without being held in memory."""
    while line := stream.readline(limit + 1):
        if len(line) > limit and not line.endswith(b"\n"):
            while (more := stream.readline(_CHUNK)) and not more.endswith(b"\n"):
                pass
            yield too_large(limit, line)
        elif line.strip():
            yield line.rstrip(b"\r\n")


def recognises(start: bytes, name: str) -> bool:
    """Recognise the format by the file's name, or by two lines that each begin an object."""
    if name.endswith((".jsonl", ".ndjson", ".jsonlines")):
        return True
    return bool(re.match(rb"\{[^\r\n]*\}[ \t\r]*\n\s*[\[{]", start))


FORMAT = Format(
    name="jsonl",
    content_type="application/x-ndjson",
    recognises=recognises,
    split=split,
    identity=ninjs.identity,
    parse=ninjs.parse,
)
