"""Take desk instructions out of headlines and texts: what changed since the last version, whom to ask, what to ignore.

They are recognised by how agencies write them: a marker (``///``, ``=(PICTURE)=``), a bracketed first paragraph that
begins with a verb of the desk ("(Adds …)"), or an address to editors. They stay readable in ``ednote``.
"""

import re
from typing import NamedTuple

from pipeline.clean.byline import byline_of
from pipeline.clean.desk_words import any_of, is_attributed
from pipeline.clean.signal import Signal

_PICTURE = re.compile(r"\s*=\s?\(?(?:PICTURE|PHOTO|GRAPHIC|VIDEO)S?\)?\s?=\s*")
_VERBS = (
    r"adds?|adding|updates?|updating|recasts?|corrects?|correcting|corrected|repeats?|repetition|rewrites?"
    r"|writes? through|incorporat\w+|inserts?|refil\w+|releads?|changes?|clarif\w+|fixes|removes?|deletes?|trims?"
    r"|tops?|edits?|combines"
)
_MARKED = re.compile(r"^(?P<note>.*?)\s*///+\s*$")
_ATTENTION = re.compile(rf"^(?P<note>ATTENTION\s?[-–—:]\s*(?:{_VERBS})\b.*)$", re.I)
_BRACKETED = re.compile(rf"\s*\((?P<note>(?:updated|recast|{_VERBS})(?:[\s,][^()]{{0,60}})?)\)\s*", re.I)
_LEAD = re.compile(
    r"^(?P<note>(?:\d{1,2}(?:st|nd|rd|th)\s(?:ld|lead)|lead|urgent|refile|repeat))\s*[:–—-]\s*(?=\S)", re.I
)
_URGENT = re.compile(r"^(?P<note>URGENT|FLASH|BULLETIN)\s*(?=[A-ZÀ-Þ\"“])")
_BRACKETED_CORRECTION = re.compile(
    rf"^[(\[]\s?(?:achtung\W+)?(?:{any_of('correction', 'openings')})\b.{{0,400}}[)\]]$", re.I
)
_CORRECTED = (
    re.compile(rf"^\W*(?:{any_of('correction', 'openings')})\s?[:–—]\s?\S.{{0,500}}$", re.I),
    _BRACKETED_CORRECTION,
    re.compile(rf"^\W*(?:{any_of('correction', 'notes')}).{{0,400}}$", re.I),
)
"""Notes of what was wrong before, in the first or the last paragraphs."""
_ASIDE = re.compile(r"\s?[(\[](?:eds?|editors?)\s?:\s[^()\[\]]{1,80}[)\]]", re.I)
"""What an editor adds within a sentence: "Nursianto (eds: one name)"."""
_FIRST = (
    re.compile(rf"^\((?:{_VERBS}|with|in (?:the )?\w+ para(?:graph)?)\b.{{0,400}}\)$", re.I),
    re.compile(
        r"^(?:eds?|editors?|editors?['’]s? note|note to editors|attention,? editors|achtung(?:,? redaktionen)?|hinweis"
        r"|redaktioneller hinweis|nota (?:a los editores|editorial)|note aux rédactions)\s?[:!].{0,400}$",
        re.I,
    ),
    re.compile(r"^bitte beachten sie\b.{0,300}$|^please (?:note|observe)\b.{0,80}\bembargo\b.{0,200}$", re.I),
    re.compile(r"^.{0,40}\b(?:vervangt|ersetzt|remplace|sustituye|sostituisce|replaces)\b\s?:.{0,200}$", re.I),
    _ATTENTION,
    re.compile(r"^/{3,}$"),
    re.compile(rf"^{_PICTURE.pattern}$"),
    *_CORRECTED,
)
_LAST = (
    *_CORRECTED,
    re.compile(r"^\W*(?:eds?|editors?['’]?|editors?['’]s? note|note to editors)\s?:.{0,400}$", re.I),
    re.compile(
        r"^(?:autor(?:in|en)?(?:/in)?|redaktion|kontakt|ansprechpartner|contact|editing by|redacción)\s?:.{0,200}$",
        re.I,
    ),
)
_NOTEPAD = re.compile(r"^#+\s?(?:\w+ )?(?:notebook|notizblock|notepad)\b", re.I)
_BEGINNING, _END = 3, 4
_CORRECTION = re.compile(rf"\b(?:{any_of('correction', 'openings', 'words')})\b", re.I)
_UPDATE = re.compile(
    r"\b(?:adds?|updat\w+|recasts?|inserts?|incorporat\w+|lead|ld|releads?|writes? through|vervangt|ersetzt|remplace"
    r"|sustituye|sostituisce|replaces)\b",
    re.I,
)


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
