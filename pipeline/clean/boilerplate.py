"""Remove captions, credits, adverts and notices in or between the paragraphs of a story.

They are recognised by their shape, not by their author: a photo word with a name, a name with an agency after a
slash, the word for an advert after the end of a sentence. Removed texts are kept, with their kind, in the order of
the text.
"""

import re

from pipeline.languages.words import any_of, patterns
from pipeline.story import Removed

_END = r"(?:^|(?<=[.!?…\"”’'»)\]])\s+)"
_CREDITS = tuple(re.compile(rf"{_END}(?P<credit>{pattern})[.\s]*$") for pattern in patterns("boilerplate", "credits"))
_ADVERT = re.compile(rf"{_END}(?P<advert>{any_of('boilerplate', 'advert')})[.:\s]*$")
_ENTIRE = tuple(
    (kind, re.compile(rf"(?:{any_of('boilerplate', kind)})$", flags))
    for kind, flags in (
        ("advertisement", re.I), ("promotion", re.I), ("notice", re.I), ("credit", re.I), ("caption", re.NOFLAG),
    )
)  # fmt: skip
_PLACING = re.compile(any_of("boilerplate", "placing"))
_SENTENCE = re.compile(r"[.!?][\"”’)]*\s+(?=[A-ZÀ-Þ“\"])")
_MOST = 100
"""The most pieces of boilerplate in one paragraph; a paragraph with more is no news."""
_CAPTION_WORDS = 60
_CAPTION_CHARACTERS = 2_000
_TAIL = 300
"""How many characters at the end of a paragraph may be boilerplate; keeps the search linear."""


def remove_boilerplate(paragraphs: list[str], headline: str | None) -> tuple[list[str], tuple[Removed, ...]]:
    """Return the paragraphs of the story, and what was removed."""
    kept: list[str] = []
    removed: list[Removed] = []
    for paragraph in paragraphs:
        text, boilerplate = _strip(paragraph)
        removed += boilerplate
        if not kept and text and headline and text.casefold() == headline.strip().casefold():
            removed.append(Removed(kind="headline", text=text))
        elif text:
            kept.append(text)
    # For a picture item, the caption is the whole text.
    return (kept, tuple(removed)) if kept else (paragraphs, ())


def _strip(paragraph: str) -> tuple[str, list[Removed]]:
    """Return what is left of a paragraph and its boilerplate; repeats until nothing more is found."""
    end = len(paragraph)
    found: list[Removed] = []
    while end and len(found) < _MOST and (last := _entire(paragraph, end) or _last(paragraph, end)):
        end, removed = last
        found.append(removed)
        while end and paragraph[end - 1].isspace():
            end -= 1
    text = paragraph[:end]
    found.reverse()
    if text and any(removed.kind == "credit" for removed in found) and _is_caption(text):
        return "", [Removed(kind="caption", text=text), *found]
    return text, found


def _entire(paragraph: str, end: int) -> tuple[int, Removed] | None:
    """Return the paragraph up to ``end`` if all of it is boilerplate."""
    for kind, pattern in _ENTIRE:
        if pattern.match(paragraph, 0, end):
            return 0, Removed(kind=kind, text=paragraph[:end])  # type: ignore[arg-type]
    return None


def _last(paragraph: str, end: int) -> tuple[int, Removed] | None:
    """Return the boilerplate that ends there, and where it starts."""
    tail = max(0, end - _TAIL)
    if advert := _ADVERT.search(paragraph, tail, end):
        return advert.start(), Removed(kind="advertisement", text=advert["advert"])
    for pattern in _CREDITS:
        if credit := pattern.search(paragraph, tail, end):
            return credit.start(), Removed(kind="credit", text=credit["credit"].strip())
    return None


def _is_caption(text: str) -> bool:
    """Return whether the text before a credit describes a picture rather than tells the story."""
    if len(text) > _CAPTION_CHARACTERS:
        return False
    if _PLACING.search(text):
        return True
    brief = len(text.split()) <= _CAPTION_WORDS and len(_SENTENCE.findall(text)) < 2
    return brief and not re.search(r"[“”\"]", text)
