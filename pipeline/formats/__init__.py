"""Parse bytes into stories: one module per format, and the ordered table that finds the right one.

An agency's own XML or JSON needs no module, but a description (``described``). Any other new format is a new module
and one line in ``FORMATS``. The order is that of sniffing, from the most specific to the most general.
"""

from collections.abc import Mapping

from pipeline.errors import ConfigurationError, MalformedItem, UnknownFormat
from pipeline.formats import (
    anpa,
    email,
    iptc7901,
    jsonfeed,
    jsonl,
    newsml,
    newsmlg2,
    ninjs,
    nitf,
    rss,
    text,
    webpage,
)
from pipeline.formats.contract import Format
from pipeline.formats.described import DESCRIBED
from pipeline.formats.encoding import without_byte_order_mark
from pipeline.formats.xml import root_name
from pipeline.story import RawStory, Story

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (newsmlg2, newsml, nitf, rss, webpage, jsonfeed, jsonl, ninjs, iptc7901, anpa, email, text)
}


def known_formats() -> Mapping[str, Format]:
    """Return all formats by name: those by description first, since they are the most specific."""
    return {**DESCRIBED.formats(), **FORMATS}


SNIFFED_BYTES = 65_536
"""How many bytes of the beginning to examine."""

_MAGIC = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "gzip-compressed data",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"BZh": "bzip2-compressed data",
    b"\x28\xb5\x2f\xfd": "zstandard-compressed data",
    b"\xfd7zXZ": "xz-compressed data",
}
_BINARY_SHARE = 0.05
_CONTROLS = bytes((*range(9), *range(14, 32)))
_TELEPRINTER_CONTROLS = b"\x00\x01\x02\x03\x04\x10\x11\x12\x13\x14\x16\x1b\x1e\x1f"
"""The controls of teleprinter formats, and the nulls that pad their lines."""


def format_named(name: str) -> Format:
    """Return the format of this name.

    Raises ConfigurationError, which lists the known ones.
    """
    found = known_formats()
    if name not in found:
        raise ConfigurationError(f"unknown format {name!r}: known are auto, {', '.join(found)}")
    return found[name]


def sniff(head: bytes, name: str = "") -> Format:
    """Return the format of bytes that begin with ``head`` and came from a file called ``name``.

    Raises MalformedItem for empty input, UnknownFormat if no format recognises it.
    """
    head = without_byte_order_mark(head)
    start = head.lstrip()
    if not start:
        raise MalformedItem("empty: no bytes but white space")
    for magic, what in _MAGIC.items():
        if start.startswith(magic):
            raise _unknown(f"looks like {what}")
    found = next(f for f in known_formats().values() if f.recognises(start, name))
    is_wire = found in (iptc7901.FORMAT, anpa.FORMAT)
    if (b"\x00" in head and not is_wire) or _control_share(
        head, _TELEPRINTER_CONTROLS if is_wire else b""
    ) > _BINARY_SHARE:
        raise _unknown("binary data")
    if found is text.FORMAT and (root := root_name(start)):
        raise _unknown(f"markup with the root <{root}>")
    return found


def parse(raw: RawStory) -> Story:
    """Return the story in ``raw``, its text not yet cleaned.

    Raises PermanentError (UnknownFormat, MalformedItem), with what is wrong and where.
    """
    known = FORMATS.get(raw.format) or DESCRIBED.formats().get(raw.format)
    if known is None and raw.format != "auto":
        raise UnknownFormat(f"unknown format {raw.format!r}; known are {', '.join(known_formats())}")
    return (known or sniff(raw.value[:SNIFFED_BYTES])).parse(raw)


def _unknown(what: str) -> UnknownFormat:
    return UnknownFormat(f"unknown format: {what}; known are {', '.join(known_formats())}")


def _control_share(head: bytes, allowed: bytes) -> float:
    without = head.translate(None, _CONTROLS.translate(None, allowed))
    return (len(head) - len(without)) / max(len(head), 1)
