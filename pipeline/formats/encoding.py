"""Decode bytes from sources that say little or nothing true about their encoding."""

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATIN = frozenset(("ascii", "iso8859-1"))
"""Encodings that are cp1252 on the wire (https://encoding.spec.whatwg.org/#names-and-labels)."""


def decode(value: bytes, declared: str | None = None) -> str:
    """Return the text: by byte order mark, as declared, as UTF-8, or else as Windows-1252.

    The last always succeeds: the five bytes it leaves undefined become the Latin-1 controls.
    """
    for mark, encoding in _MARKS:
        if value.startswith(mark):
            return value[len(mark) :].decode(encoding, "replace")
    for encoding in (_codec(declared), "utf-8", "cp1252"):
        try:
            return value.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return value.decode("cp1252", "surrogateescape").translate(_UNDEFINED)


def without_byte_order_mark(value: bytes) -> bytes:
    """Return the same text in UTF-8 without its byte order mark, if it has one."""
    wide = any(value.startswith(mark) for mark, _ in _MARKS)
    return decode(value).encode("utf-8", "replace") if wide else value


def _codec(declared: str | None) -> str:
    """Return the text codec of this name, or UTF-8 if Python has none."""
    try:
        found = codecs.lookup((declared or "utf-8").strip())
    except (LookupError, ValueError):
        return "utf-8"
    # rot13 and base64 are codecs too, but not text encodings.
    if not found._is_text_encoding or found.name.startswith(
        ("utf-16", "utf-32", "unicode", "raw", "idna", "undefined")
    ):
        return "utf-8"
    return "utf-8" if found.name in _LATIN else found.name


_UNDEFINED = {0xDC00 + byte: byte for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
