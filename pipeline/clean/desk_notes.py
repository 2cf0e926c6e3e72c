"""Take desk instructions out of headlines and texts: what changed since the last version, whom to ask, what to ignore.

They are recognised by how agencies write them: a marker (``///``, ``=(PICTURE)=``), a bracketed first paragraph that
begins with a verb of the desk ("(Adds …)"), or an address to editors. They stay readable in ``ednote``.
"""

import re
from typing import NamedTuple

from pipeline.clean.attribution import is_attributed
from pipeline.clean.byline import byline_of
from pipeline.clean.signal import Signal
from pipeline.languages.words import any_of

_PICTURE = re.compile(rf"\s*=\s?\(?(?:{any_of('notes', 'picture')})\)?\s?=\s*")
_MARKED = re.compile(r"^(?P<note>.*?)\s*///+\s*$")
_ATTENTION = re.compile(
    rf"^(?P<note>(?:{any_of('notes', 'attention')})\s?[-–—:]\s*(?:{any_of('notes', 'verbs')})\b.*)$", re.I
)
_BRACKETED = re.compile(rf"\s*\((?P<note>(?:{any_of('notes', 'bracketed')})(?:[\s,][^()]{{0,60}})?)\)\s*", re.I)
_LEAD = re.compile(rf"^(?P<note>{any_of('notes', 'lead')})\s*[:–—-]\s*(?=\S)", re.I)
_URGENT = re.compile(rf"^(?P<note>{any_of('notes', 'urgent')})\s*(?=[A-ZÀ-Þ\"“])")
_OPENS_CORRECTION = rf"(?:(?:{any_of('notes', 'attention')})\W+)?(?:{any_of('correction', 'openings')})"
_BRACKETED_CORRECTION = re.compile(rf"^[(\[]\s?{_OPENS_CORRECTION}\b.{{0,400}}[)\]]$", re.I)
_CORRECTED = (
    re.compile(rf"^\W*(?:{any_of('correction', 'openings')})\s?[:–—]\s?\S.{{0,500}}$", re.I),
    _BRACKETED_CORRECTION,
    re.compile(rf"^\W*(?:{any_of('correction', 'notes')}).{{0,400}}$", re.I),
)
"""Notes of what was wrong before, in the first or the last paragraphs."""
_ASIDE = re.compile(rf"\s?[(\[](?:{any_of('notes', 'editors')})\s?:\s[^()\[\]]{{1,80}}[)\]]", re.I)
"""What an editor adds within a sentence: "Nursianto (eds: one name)"."""
_FIRST = (
    re.compile(rf"^\((?:{any_of('notes', 'first')})\b.{{0,400}}\)$", re.I),
    re.compile(rf"^(?:{any_of('notes', 'address')})\s?[:!].{{0,400}}$", re.I),
    re.compile(rf"^(?:{any_of('notes', 'request')})$", re.I),
    re.compile(rf"^.{{0,40}}\b(?:{any_of('notes', 'replaces')})\b\s?:.{{0,200}}$", re.I),
    _ATTENTION,
    re.compile(r"^/{3,}$"),
    re.compile(rf"^{_PICTURE.pattern}$"),
    *_CORRECTED,
)
_LAST = (
    *_CORRECTED,
    re.compile(rf"^\W*(?:{any_of('notes', 'last')})\s?:.{{0,400}}$", re.I),
    re.compile(rf"^(?:{any_of('notes', 'contact')})\s?:.{{0,200}}$", re.I),
)
_NOTEPAD = re.compile(rf"^#+\s?(?:\w+ )?(?:{any_of('notes', 'notepad')})\b", re.I)
_BEGINNING, _END = 3, 4
_CORRECTION = re.compile(rf"\b(?:{any_of('correction', 'openings', 'words')})\b", re.I)
_UPDATE = re.compile(rf"\b(?:{any_of('notes', 'update', 'replaces')})\b", re.I)


class CleanHeadline(NamedTuple):
    """A headline without instructions, what they said, and the byline that stood in its place."""

    headline: str | None
    notes: tuple[str, ...]
    byline: str | None = None


def clean_headline(headline: str | None) -> CleanHeadline:
    """Return the headline without desk instructions; None if there is nothing else in it."""
    text, notes = headline or "", list[str]()
    if marked := _MARKED.match(text):
        return CleanHeadline(None, (marked["note"],) if marked["note"] else ())
    if attention := _ATTENTION.match(text):
        return CleanHeadline(None, (attention["note"],))
    if _BRACKETED_CORRECTION.match(text):
        return CleanHeadline(None, (text,))
    if _PICTURE.search(text):
        text = _PICTURE.sub(" ", text).strip()
    for pattern in (_BRACKETED, _LEAD, _URGENT):
        if found := pattern.search(text):
            notes.append(found["note"])
            text = f"{text[: found.start()]} {text[found.end() :]}".strip()
    author = byline_of(text)
    return CleanHeadline(None if author else text or None, tuple(notes), author)


def extract_notes(paragraphs: list[str]) -> tuple[list[str], tuple[str, ...], str | None]:
    """Return the paragraphs without instructions, the instructions, and the notepad that followed the text."""
    kept, notes = [_ASIDE.sub("", paragraph) for paragraph in paragraphs], list[str]()
    at = 0
    while at < min(_BEGINNING, len(kept) - 1):
        if any(pattern.match(kept[at]) for pattern in _FIRST) and not is_attributed(kept[at]):
            notes.append(kept.pop(at))
        else:
            at += 1
    notepad = next((number for number, text in enumerate(kept) if number and _NOTEPAD.match(text)), None)
    after = "\n".join(kept[notepad:]) if notepad is not None else None
    kept = kept[:notepad]
    for number in range(len(kept) - 1, max(len(kept) - 1 - _END, 0), -1):
        if any(pattern.match(kept[number]) for pattern in _LAST) and not is_attributed(kept[number]):
            notes.append(kept.pop(number))
    return kept, tuple(notes), after


def signal_of_notes(notes: tuple[str, ...]) -> Signal | None:
    """Return whether instructions announce a correction or an update."""
    text = " ".join(notes)
    return "correction" if _CORRECTION.search(text) else "update" if _UPDATE.search(text) else None
