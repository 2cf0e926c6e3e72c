"""Split a text into paragraphs, one line each, whatever way it marks them."""

import re
import unicodedata

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls, soft hyphen, zero-width space, byte order mark. Joiners (U+200C, U+200D) and
# direction marks stay: Persian, Hindi and emoji need them.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff]")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_INDENT = re.compile(r"^(?:\t|[ \u00a0]{2,})(?=\S)", re.M)
_WRAPPED = range(40, 101)
"""The line lengths of hard-wrapped texts, in characters."""


def normalise_line(text: str) -> str:
    """Return one line of text in NFC, without invisible characters, with single spaces."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def paragraphs_of(text: str) -> list[str]:
    """Return the paragraphs: separated by blank lines or indents, otherwise one per line.

    Lines wrapped at a column are joined; tables and lists stay as they are.
    """
    text = _BREAKS.sub("\n", text).strip("\n")
    blocks = _BLANK_LINES.split(text)
    if len(blocks) == 1 and len(_INDENT.findall(text)) > 1:
        blocks = [block for block in re.split(r"\n(?=\t|[ \u00a0]{2,})", text) if block.strip()]
    lines = (line for block in blocks for line in _unwrap(block, alone=len(blocks) == 1))
    return [line for line in map(normalise_line, lines) if line]


def split_highlights(paragraphs: list[str]) -> tuple[list[str], list[str]]:
    """Return the points that open a text, and the rest: "* Dollar index down"."""
    count = next((n for n, each in enumerate(paragraphs) if not each.startswith(("* ", "• "))), 0)
    return paragraphs[:count], paragraphs[count:]


def _unwrap(block: str, alone: bool) -> list[str]:
    lines = block.strip().split("\n")
    if alone or len(lines) == 1:
        return lines
    if all(len(line) in _WRAPPED for line in lines[:-1]) and len(lines[-1]) < _WRAPPED.stop:
        return [" ".join(lines)]
    return lines
