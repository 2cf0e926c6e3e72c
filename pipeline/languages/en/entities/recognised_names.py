"""Collect the names that the recogniser found, trimmed to their own words."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.knowledge.gazetteer import gazetteer
from pipeline.reading.tree import Recognised, Tree

TYPES = frozenset(["PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW", "MISC"])
_EDGES = " \t\r\n'\"“”‘’`´«»‹›<>.,;:!?()[]{}–—-_*•|/\\"
_POSSESSIVE = re.compile(r"(?:['’´`]s|(?<=s)['’])$", re.I)
_ABBREVIATION = re.compile(r"(?:\.\w{1,2}|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|St|Bros))$")
_NICKNAME = re.compile(r"\s+[“\"‘'(][^”\"’')\n]{2,24}[”\"’')]\s+")
_OFFICE_OF = re.compile(
    r"\b(?:secretary|minister|undersecretary|commissioner|director)\s+(?:of|for)\s+(?:the\s+)?$", re.I
)
_SCORES = re.compile(r"(?:\s+[\d.:-]+)+$")
_LABELLED_SCORES = re.compile(r"(?:\s+\d+(?:[-:/]\d+)+)+$")
_QUARTER = re.compile(r"\s+(?:Q[1-4]|H[12])$")
_INNINGS = re.compile(r"\s+\d{2,3}(?:-\d)?\s+and(?:\s+\d{1,3}(?:-\d)?)?$")
_SIDE_BY_SIDE = re.compile(r"(\s+(?:vs?\.?|-|(?:lbw\s+|c\s+and\s+)?b|c|st|lbw)\s+)(?=[A-Z])")
_EVENT = re.compile(r"\s+(?:Open|OPEN|Masters|MASTERS|Grand Prix|GRAND PRIX|Amateur Championship|Olympics|OLYMPICS)\b")
_TIME_ZONES = frozenset("GMT UTC BST EST EDT CST CDT MST MDT PST PDT CET CEST EET MSK IST JST HKT AEST".split())
_NO_NAMES = frozenset("avg shr shrs rev revs qtr yr mln bln pct corp inc ltd".split())
"""Abbreviations that begin the lines of a company's results, and legal forms."""
_CLOCK = re.compile(r"(?:\d|[ap]\.?m\.?)\s*\(?$")
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.I)
_OWN_ARTICLE = re.compile(r"(?:[^\W\d_]|[,;)’'”\"]) The ")
"""A capital article within a sentence, which is part of the name if the recogniser says so: "told The Jordan Times"."""
_RANKS = (
    "president minister secretary chancellor king queen prince princess pope senator sen. rep. gov. governor"
    " mayor judge justice general gen. col. colonel capt. captain lt. sgt. major maj. mr. mrs. ms. miss dr. prof."
    " professor sir lord lady dame sheikh ayatollah hon. rev. reverend father sister bishop archbishop cardinal"
    " saint prophet comrade chief ambassador premier chairman inspector constable coach advocate attorney engr."
    " alhaji hajia chairwoman spokesman spokeswoman"
).split()
"""Those with a period are also written without."""
_ANY_RANK = "|".join(rank.replace(".", r"\.?") for rank in _RANKS)
_RANK_ENDINGS = tuple({*_RANKS, *(rank.removesuffix(".") for rank in _RANKS)})
RANK = re.compile(
    r"^(?:(?:(?:vice|deputy|prime|foreign|defen[cs]e|interior|finance|former|acting|then|ex)[ -])*"
    rf"(?:{_ANY_RANK})\s+)+",
    re.I,
)
"""Ranks, offices and forms of address before a person's name."""


def ends_in_rank(text: str) -> bool:
    """Return whether a text ends in a rank and a blank, as before a person's name."""
    words = text.rstrip()
    return len(words) < len(text) and words.lower().endswith(_RANK_ENDINGS)


def without_rank(name: str, label: str) -> str:
    """Return a person's name without ranks; "Justice Department" and other names stay as they are."""
    return (RANK.sub("", name) or name) if label == "PERSON" else name


class Name(NamedTuple):
    """A recognised name: its position, words and label."""

    start: int
    end: int
    text: str
    label: str


def recognised_names(tree: Tree) -> Iterator[Name]:
    """Return the names that the recogniser found, on one line each, without marks, articles, ranks and possessives.

    A nickname in quotation marks joins the names around it; what an office is named after is no name; names of a
    scorecard or a fixture are taken apart; "U.S." before "Open" is the name of an event.
    """
    text = tree.text
    trimmed = [name for each in tree.names if each.label in TYPES and (name := _trimmed(text, each)) is not None]
    named = [
        name for name in trimmed if name.text.lower().rstrip(".") not in _NO_NAMES and not _is_time_zone(text, name)
    ]
    found = [_whole_event(text, part) for name in named for part in _places(name) or _parts(name)]
    waiting: Name | None = None
    for name in found:
        if waiting is not None and name.label == "PERSON":
            between = text[waiting.end : name.start]
            if waiting.label == "PERSON" and _NICKNAME.fullmatch(between):
                waiting = Name(waiting.start, name.end, text[waiting.start : name.end], "PERSON")
                continue
            if between == " " and _OFFICE_OF.search(text, max(0, waiting.start - 40), waiting.start):
                waiting = None
        if waiting is not None:
            yield waiting
        waiting = name
    if waiting is not None:
        yield waiting


def _places(name: Name) -> list[Name]:
    """Return the places of "Lockerbie, Scotland" apart, and those of "Bosnia and Montenegro"; nothing if it is one."""
    if name.label not in ("GPE", "LOC"):
        return []
    known = gazetteer()
    parts = name.text.split(", ")
    if len(parts) < 2 or not all(parts) or parts[-1] not in known:
        parts = name.text.split(" and ")
        if len(parts) < 2 or name.text in known or not all(map(known.is_country, parts)):
            return []
    starts = [name.start + name.text.index(part) for part in parts]
    return [Name(at, at + len(part), part, name.label) for at, part in zip(starts, parts, strict=True)]


def _parts(name: Name) -> Iterator[Name]:
    """Yield the names that stand side by side in a line of results: "S. Waugh b Muralitharan", "Hull v Barnsley"."""
    start = name.start
    label = name.label
    for part in _SIDE_BY_SIDE.split(name.text):
        if not _SIDE_BY_SIDE.fullmatch(part):
            if part and any(map(str.isalpha, part)):
                yield Name(start, start + len(part), part, label)
        elif part.strip() not in ("v", "vs", "vs.", "-"):
            label = "PERSON"
        start += len(part)


def _is_time_zone(text: str, name: Name) -> bool:
    """Return whether a name is the time zone of a clock time: "1657 GMT"."""
    return name.text in _TIME_ZONES and bool(_CLOCK.search(text, max(0, name.start - 8), name.start))


def _whole_event(text: str, name: Name) -> Name:
    """Return the event whose name begins with this one, if "Open", "Cup" and the like follow."""
    if name.label in ("GPE", "NORP", "ORG", "MISC") and (rest := _EVENT.match(text, name.end)):
        return Name(name.start, rest.end(), text[name.start : rest.end()], "EVENT")
    return name


def _trimmed(body: str, found: Recognised) -> Name | None:
    start, end, label = found
    text = body[start:end].partition("\n")[0]
    if ")" not in text:
        # "World Health Organization (WHO": the bracket opens on another name.
        text = text.partition(" (")[0]
    kept = text.lstrip(_EDGES)
    articles = () if _OWN_ARTICLE.match(body, start - 2) else (_ARTICLE,)
    for pattern in (*articles, RANK) if label == "PERSON" else articles:
        if (opening := pattern.match(kept)) and opening.end() < len(kept):
            kept = kept[opening.end() :]
    start += len(text) - len(kept)
    text = _POSSESSIVE.sub("", kept.rstrip(_EDGES)).rstrip(_EDGES)
    if label == "PERSON":
        text = _SCORES.sub("", text)
    text = _LABELLED_SCORES.sub("", text)
    text = _INNINGS.sub("", text)
    text = _QUARTER.sub("", text)
    if label in ("GPE", "LOC"):
        text = _SCORES.sub("", text)
    if _ABBREVIATION.search(text) and kept.startswith(text + "."):
        text += "."
    if text.count("(") > text.count(")") and kept.startswith(text + ")"):
        text += ")"
    return Name(start, start + len(text), text, label) if any(map(str.isalpha, text)) and not text.islower() else None
