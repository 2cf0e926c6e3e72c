"""Read the orders that agencies and press offices give in words: hold this story, kill that one.

An order stands in a line of its own, or opens one: in the headline, the slugline, the note to editors, or the first
and last paragraphs. It is recognised by how desks write it ("EMBARGOED UNTIL …", "Please kill the story …"), which no
sentence of a story does.
"""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from pipeline.agencies import agency_named
from pipeline.clean.attribution import is_attributed
from pipeline.clean.release_time import ReleaseTime, read_release_time
from pipeline.designation import designated, numbers_in
from pipeline.languages.words import any_of
from pipeline.story import Order

_OPENING = rf"^(?:\([^()]{{2,20}}\)\s?[-–—]+\s?)?[\W_]*(?:(?:{any_of('orders', 'openings')})\b[)\s:,!.–—-]*)*"
_STRONG_EMBARGO = re.compile(rf"{_OPENING}(?:{any_of('embargo', 'strong')})", re.I)
_WEAK_EMBARGO = re.compile(rf"{_OPENING}(?P<order>{any_of('embargo', 'weak')})", re.I)
_MENTIONED = re.compile(any_of("embargo", "mentioned"), re.I)
_HOLD_LINE = re.compile(rf"^\W*(?:[\w-]+\W+){{0,3}}?(?:{any_of('embargo', 'hold')})", re.I)
_LIFTED = re.compile(any_of("embargo", "lifted"), re.I)
_CONNECTION = re.compile(rf"(?:[\s:,;.!*(\[–—=-]|(?:{any_of('embargo', 'between')})\b)*", re.I)
_KILL = re.compile(rf"(?:{_OPENING}|[.!:;]\s+)(?:{any_of('kill', 'strong')})", re.I)
_WEAK_KILL = re.compile(rf"{_OPENING}(?:{any_of('kill', 'weak')})", re.I)
_MANDATORY = re.compile(rf"(?:^|[.!:]\s+)(?:{any_of('orders', 'mandatory')})", re.I)
_DESK = rf"(?:(?:{any_of('orders', 'desk')}|PA|AP|AFP|AAP|dpa|Kyodo)[\s:,!–—-]+)*"
_SENTENCES = re.compile(r"(?<=\D[.!?;])\s+")
_SUBSTITUTE = re.compile(rf"\b(?:{any_of('kill', 'substitute')})\b", re.I)
_KILL_LINE = re.compile(
    rf"^\W*{_DESK}(?:[A-Z]{{3,12}}-)*"
    rf"(?:(?:{any_of('kill', 'line')})(?:\s?[:–—]\s|\s-+\s|-(?=[A-Z])|\W*$)|(?i:{any_of('kill', 'alone')})\W*$)"
)
_KILL_SLUG = re.compile(rf"(?:^|[\s,/-])(?:{any_of('orders', 'slug')})\W*$")
_BETWEEN = " :;,.!*()[]=|–—-"
_LINE = 300
"""In how many characters of a line an embargo stands."""
_FEW = 4
"""The most words that follow an embargo which stands in the middle of a line."""
_BRIEF = 12
"""The most words after an embargo that still belong to it."""
_SENTENCE = 30
"""The most words of a line that mentions an embargo."""
_DATELINE = re.compile(r"\([A-Za-z]{2,}\)\s?(?:\.-|[-–—])")
_SHORT = 1_500
"""The most characters of a message that only orders a kill; longer ones are stories, even of kills."""
_FIRST, _LAST = 5, 3
_ENDED = re.compile(r"[:)\]–—]\s*$|\s-+\s*$")
_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]{4,120})[)\]]\W*$|(?<=[–—-])\s*[(\[]([^()\[\]]{4,120})[)\]]")
"""In brackets after a headline, or between the dateline and the text."""
_QUOTED = re.compile(
    r"[“\"«„]([^“”\"«»„]{8,200})[”\"»“]|(?<!\w)['‘]([^'‘’]{8,200})['’](?!\w)|(?<=\d\s)\(([^()]{6,80})\)"
)
_SLUGGED = re.compile(
    rf"\b(?:{any_of('orders', 'slugged')})\s*:?\s"
    r"(?P<slug>[A-Z0-9][^\s,.;:()“”\"]*(?:\s[A-Z0-9][^\s,.;:()“”\"]*){0,8})"
    rf"|\b(?:{any_of('orders', 'headlined')})\s(?P<headline>[A-Z][^.,;:()“”\"]{{8,120}})"
    rf"|\b(?:{any_of('orders', 'joined')})"
    rf"(?P<joined>(?!(?:{any_of('orders', 'headlined', 'slugged')})\b)[A-Z0-9][\w'’]*(?:--?[\w'’]+|/[\w'’]+)+"
    r"(?:\s[A-Z][\w'’-]+){0,4}|[A-Z][A-Z0-9]+(?:\s[A-Z][A-Z0-9]+)*\b)"
)
_HEADED = re.compile(rf"\b(?:{any_of('orders', 'headed')})\W{{0,3}}\s[“\"«„‘']", re.I)
_BEFORE_HEADLINE = re.compile(rf"^\W*(?:{any_of('orders', 'before_headline')})\s+")


class Embargo(NamedTuple):
    """An embargo or a hold that opens a line: its words, its time if it can be read, and the text that follows."""

    note: str
    time: ReleaseTime
    rest: str


def embargo_in(line: str, created: datetime, home: tzinfo | None, *, is_headline: bool = False) -> Embargo | None:
    """Return the embargo that a line gives, None if it gives none. ``home`` is the zone of the sender, if known."""
    if is_attributed(line[:_LINE]):
        return None
    return _opening(line, created, home, is_headline) or _mentioned(line, created, home)


def _mentioned(line: str, created: datetime, home: tzinfo | None) -> Embargo | None:
    """Return the embargo that a short line gives anywhere in it, with an hour; or a hold in capitals."""
    if (
        re.split(r"\s[–—-]+\s", line, maxsplit=1)[0].isupper()
        and len(line.split()) <= _BRIEF
        and _HOLD_LINE.search(line)
        and not _LIFTED.search(line)
    ):
        return Embargo(line, ReleaseTime(None, has_zone=False, end=len(line)), "")
    found = _MENTIONED.search(line[:_LINE])
    if not found or len(line.split()) > _SENTENCE or _LIFTED.search(line) or _DATELINE.search(line):
        return None
    connection = _CONNECTION.match(line, found.end())
    time = read_release_time(line, connection.end() if connection else found.end(), created, home)
    is_order = time.at and time.has_clock and (line.isupper() or len(line[time.end :].split()) <= _FEW)
    return Embargo(line, time, "") if is_order else None


def _opening(line: str, created: datetime, home: tzinfo | None, is_headline: bool) -> Embargo | None:
    strong = _STRONG_EMBARGO.match(line[:_LINE])
    found = strong or _WEAK_EMBARGO.match(line[:_LINE])
    if not found or _LIFTED.search(line[:_LINE]):
        return None
    connection = _CONNECTION.match(line, found.end())
    time = read_release_time(line, connection.end() if connection else found.end(), created, home)
    rest = line[max(time.end, found.end()) :].lstrip(_BETWEEN)
    note = line[: len(line) - len(rest)]
    is_short = not rest or (strong and (found[0].isupper() or len(rest.split()) <= _BRIEF))
    if is_headline and rest and not (found[0].isupper() or (time.at and strong) or "embargoed" in found[0].lower()):
        # Headlines may begin so: "Hold until Friday: judge delays ruling".
        return None
    if time.at is None and line.isupper() and len(rest.split()) <= _BRIEF and any(map(str.isdigit, rest)):
        return Embargo(line, time, "")
    is_order = is_short if time.at is None else bool(strong or not rest or _ENDED.search(note))
    if not is_order:
        # "Embargo: what Cuba lives with" and "For release on Friday, film draws praise" are headlines.
        return None
    if line.isupper() or (len(rest.split()) <= _BRIEF and not _ENDED.search(note)):
        return Embargo(line, time, "")
    return Embargo(note.strip(_BETWEEN), time, rest)


def take_embargoes(
    headline: str | None, paragraphs: list[str], ednote: str | None, created: datetime, home: tzinfo | None
) -> tuple[str | None, list[str], list[Embargo]]:
    """Return headline and paragraphs without the embargoes that open them, and these and those in the ednote."""
    found: list[Embargo] = []
    headline = headline or ""
    if embargo := embargo_in(headline, created, home, is_headline=True) or _bracketed(headline, created, home):
        found.append(embargo)
        headline = embargo.rest
    kept: list[str] = []
    paragraphs = _joined(paragraphs)
    for number, paragraph in enumerate(paragraphs):
        embargo = None
        if number < _FIRST or number >= len(paragraphs) - _LAST:
            embargo = embargo_in(paragraph, created, home) or _bracketed(paragraph, created, home)
        if embargo:
            found.append(embargo)
        kept += [paragraph] if embargo is None else [embargo.rest] if embargo.rest else []
    noted = embargo_in(ednote, created, home) if ednote else None
    return headline or None, kept, [*found, *([noted] if noted else [])]


def _joined(paragraphs: list[str]) -> list[str]:
    """Return the paragraphs with what ends in a colon and the short line after it in one: "Embargoed until:"."""
    for number, paragraph in enumerate(paragraphs[:_FIRST]):
        after = paragraphs[number + 1 : number + 2]
        if paragraph.endswith(":") and after and len(after[0].split()) <= _BRIEF and _STRONG_EMBARGO.match(paragraph):
            return [*paragraphs[:number], f"{paragraph} {after[0]}", *paragraphs[number + 2 :]]
    return paragraphs


def _bracketed(line: str, created: datetime, home: tzinfo | None) -> Embargo | None:
    """Return the embargo in brackets that a line has; its rest is the line without it."""
    found = _BRACKETED.search(line[:_LINE])
    embargo = embargo_in(found[1] or found[2], created, home) if found else None
    return embargo._replace(rest=line[: found.start()] + line[found.end() :]) if found and embargo else None


def release_time(embargoes: Sequence[Embargo]) -> datetime | None:
    """Return the time before which the story must not be shown; None if the words give none.

    A time with its zone counts before one without; of several the latest.
    """
    times = [each.time for each in embargoes if each.time.at]
    zoned = [time for time in times if time.has_zone]
    return max((time.at for time in zoned or times if time.at), default=None)


def kill_in(
    headline: str | None, slugline: str | None, ednote: str | None, paragraphs: list[str], own: tuple[str, ...] = ()
) -> Order | None:
    """Return the kill that a message orders, with the designations of the story that it names; None if it is none.

    ``own`` are the designations of the message itself, whose number is not that of the story.
    """
    if sum(map(len, paragraphs)) > _SHORT:
        return None
    lines = [line for line in (headline, ednote, *paragraphs[:2]) if line]
    said = next((line for line in lines if any(map(_is_kill, _SENTENCES.split(line)))), None)
    said = said or next((line for line in paragraphs if _MANDATORY.search(line)), None)
    is_marked = any(_KILL_LINE.match(line) for line in (headline or "", *paragraphs[:2]))
    is_marked = is_marked or bool(_KILL_SLUG.search(slugline or ""))
    sentences = [each for line in (headline, *paragraphs) if line for each in _SENTENCES.split(line)]
    named = " ".join(each for each in sentences if not _SUBSTITUTE.search(each) or _KILL.search(each))
    if numbers_in(named) or _HEADED.search(named) or _SLUGGED.search(named):
        said = said or next((line for line in lines if _WEAK_KILL.match(line) and not is_attributed(line)), None)
    if not (said or is_marked):
        return None
    text = " ".join(filter(None, (said or headline or slugline, *(p for p in paragraphs if p != said))))
    quoted = [words for found in _QUOTED.findall(named) if not agency_named(words := "".join(found))]
    slugs = [next(filter(None, found.groups())) for found in _SLUGGED.finditer(named)]
    names = designated(
        numbers=numbers_in(named),
        titles=[*filter(None, (slugline, _named_headline(headline))), *slugs, *quoted],
    )
    return Order(
        kind="kill", text=text[:500], names=tuple(n for n in names if n not in own or not n.startswith("number"))
    )


def _is_kill(sentence: str) -> bool:
    return bool(_KILL.search(sentence)) and not is_attributed(sentence)


def _named_headline(headline: str | None) -> str | None:
    """Return the headline of the story to kill, which follows the order in the headline of the order."""
    if not headline:
        return None
    found = _KILL_LINE.match(headline) or _BEFORE_HEADLINE.match(headline)
    return headline[found.end() :] if found else None
