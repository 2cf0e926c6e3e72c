"""Bytes → Story: one module a format, and the ordered table that finds the right one.

A new format is a new module and one line in ``FORMATS``. The order is the order of sniffing,
from the most particular to the most general.
"""

from pipeline.errors import ConfigurationError, MalformedItem, UnknownFormat
from pipeline.formats import jsonl, ninjs, text
from pipeline.formats.contract import Format
from pipeline.story import RawStory, Story

FORMATS: dict[str, Format] = {f.name: f for f in (jsonl.FORMAT, ninjs.FORMAT, text.FORMAT)}

SNIFFED_BYTES = 65_536
"""How much of the beginning is looked at."""

_MAGIC = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "gzip-compressed data",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"<": "markup (XML or HTML)",
}
_BINARY_SHARE = 0.05


def named(name: str) -> Format:
    """The format of that name.

    Raises ConfigurationError, which lists the known ones.
    """
    try:
        return FORMATS[name]
    except KeyError:
        known = ", ".join(FORMATS)
        raise ConfigurationError(f"unknown format {name!r}: known are auto, {known}") from None


def sniff(head: bytes, name: str = "") -> Format:
    """The format of bytes that begin with ``head`` and came from a file called ``name``.

    Raises MalformedItem for nothing at all, UnknownFormat for what no format recognises.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise MalformedItem("empty: no bytes but white space")
    for magic, what in _MAGIC.items():
        if start.startswith(magic):
            raise UnknownFormat(f"unknown format: looks like {what}; known are {', '.join(FORMATS)}")
    if b"\x00" in head or _control_share(head) > _BINARY_SHARE:
        raise UnknownFormat(f"unknown format: binary data; known are {', '.join(FORMATS)}")
    return next(f for f in FORMATS.values() if f.recognises(start, name))


def parse(raw: RawStory) -> Story:
    """The story in ``raw``, its text not yet cleaned.

    Raises PermanentError (UnknownFormat, MalformedItem), with what is wrong and where.
    """
    known = FORMATS.get(raw.format)
    if known is None and raw.format != "auto":
        raise UnknownFormat(f"unknown format {raw.format!r}; known are {', '.join(FORMATS)}")
    return (known or sniff(raw.value[:SNIFFED_BYTES])).parse(raw)


def _control_share(head: bytes) -> float:
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return controls / max(len(head), 1)
