"""Find the quoted stretches of a body, in every style of quotation marks.

Knows nothing about language. A stretch never crosses a paragraph. A quotation over several paragraphs re-opens its
marks in each, and closes them in the last.
"""

import re
from collections.abc import Iterator

from pipeline.span import Span

_CLOSINGS = {"“": ("”",), "„": ("“", "”"), "«": ("»",), "»": ("«",), "``": ("''",), "''": ("''",), '"': ('"', "''")}
_DOUBLE = re.compile(r"``|''|[“”„«»\"]")
_SINGLE_OPEN = re.compile(r"(?<![^\s(\[“\"—–-])[‘'](?=[^\s'’])")
_SINGLE_CLOSE = re.compile(r"(?<=\S)[’'](?![\w])")
_SINGLE_MINIMUM = 3
"""With fewer words, single marks are nicknames, titles and apostrophes."""


def stretches(body: str) -> list[Span]:
    """Return the stretches between outer quotation marks, without the marks, in order."""
    found: list[Span] = []
    offset = 0
    carried = ""
    paragraphs = body.split("\n")
    for number, paragraph in enumerate(paragraphs):
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else ""
        spans, carried = _in_paragraph(paragraph, carried, following)
        found += (Span(start=offset + start, end=offset + end) for start, end in spans)
        offset += len(paragraph) + 1
    return found


def _in_paragraph(text: str, carried: str, following: str) -> tuple[list[tuple[int, int]], str]:
    """Return the stretches of one paragraph, and the mark that stays open at its end ("" for none)."""
    spans: list[tuple[int, int]] = []
    opened, begin = "", 0
    for mark in _DOUBLE.finditer(text):
        sign = mark[0]
        if opened and (sign in _CLOSINGS[opened] or _closes_another(text, opened, begin, mark)):
            spans.append((begin, mark.start()))
            opened = ""
        elif not opened and sign in _CLOSINGS and _may_open(text, mark):
            opened, begin = sign, mark.end()
        elif not opened and carried and sign in _CLOSINGS[carried] and not spans:
            # A continued paragraph whose mark was not re-opened.
            spans.append((0, mark.start()))
        carried = ""
    if opened and (text.startswith(opened) or following.startswith(opened)):
        spans.append((begin, len(text)))
        carries = opened if following.startswith(opened) else ""
    else:
        carries = ""
    if not spans:
        spans = list(_single(text))
    return [trimmed for span in spans if (trimmed := _trim(text, *span))], carries


def _may_open(text: str, mark: re.Match[str]) -> bool:
    """Return whether two apostrophes open a stretch, as they do before a word but not after one."""
    before, after = text[: mark.start()][-1:], text[mark.end() : mark.end() + 1]
    return mark[0] != "''" or (not before.strip(" \t\xa0([—–-") and bool(after.strip()))


def _closes_another(text: str, opened: str, begin: int, mark: re.Match[str]) -> bool:
    """Return whether a mark closes a stretch that was opened in the other style ("… him,”)."""
    if opened == '"' and mark[0] == "”":
        return "“" not in text[begin : mark.start()]
    if opened == "“" and mark[0] == '"' and not text[mark.start() - 1].isspace():
        rest = text[mark.end() :].partition("“")[0]
        return "”" not in rest and not rest[:1].isalnum()
    return False


def _single(text: str) -> Iterator[tuple[int, int]]:
    """Return stretches in single marks; they must have several words, since apostrophes look the same."""
    end = 0
    for opening in _SINGLE_OPEN.finditer(text):
        if opening.start() < end:
            continue
        closing = _SINGLE_CLOSE.search(text, opening.end())
        if closing and len(text[opening.end() : closing.start()].split()) >= _SINGLE_MINIMUM:
            end = closing.end()
            yield opening.end(), closing.start()


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    inner = text[start:end]
    start += len(inner) - len(inner.lstrip())
    end -= len(inner) - len(inner.rstrip())
    return (start, end) if start < end and any(map(str.isalnum, inner)) else None
