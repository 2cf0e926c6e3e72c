"""The project's own labelled stories: ``tests/labelled``.

A file has a line that says what it shows, a line for each entity (``id: TYPE name @GeoNames id``), an empty line,
and the story with its labels: ``[id|a mention]``, ``{1|the content of a quote}``, ``<1|its cue>``, ``(1|its
speaker)``; ``(1=id|he)`` says whom the speaker stands for, and ``{1=id|…}`` who speaks without being mentioned.
Labels may be nested, and ``(1,2|…)`` is the speaker of both quotes. A speaker that is the mention of an entity
stands for that entity.
"""

import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from scoring.gold import KINDS, Labels, NameLabel, QuoteLabel, Ruler, kind_of, mention_of

FOLDER = Path(__file__).parent.parent / "tests" / "labelled"
_OPENING = re.compile(r"\[(?P<entity>\w+)\||(?P<mark>[{<(])(?P<numbers>\d+(?:,\d+)*)(?:=(?P<who>[^|]+))?\|")
_CLOSING = {"[": "]", "{": "}", "<": ">", "(": ")"}


class Span(NamedTuple):
    """A label: its bracket, its name, whom it stands for, and its offsets in the text."""

    mark: str
    name: str
    who: str | None
    start: int
    end: int


def read(path: Path) -> tuple[str, list[Span]]:
    """Return the text of a labelled story without its labels, and the labels.

    Raises ValueError if a label is not closed.
    """
    _, marked = path.read_text(encoding="utf-8").split("\n\n", 1)
    text, at = "", 0
    open_: list[tuple[str, str, str | None, int]] = []
    spans = []
    while at < len(marked):
        if opening := _OPENING.match(marked, at):
            mark = opening["mark"] or "["
            open_.append((mark, opening["entity"] or opening["numbers"], opening["who"], len(text)))
            at = opening.end()
        elif open_ and marked[at] == _CLOSING[open_[-1][0]]:
            mark, names, who, start = open_.pop()
            spans += [Span(mark, name, who, start, len(text)) for name in names.split(",")]
            at += 1
        else:
            text += marked[at]
            at += 1
    if open_:
        raise ValueError(f"{path.name}: {open_[-1][0]}{open_[-1][1]}| is not closed")
    return text, spans


def header(path: Path) -> dict[str, str]:
    """Return the header lines of a labelled story by key."""
    lines = path.read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
    return dict(line.split(": ", 1) for line in lines)


def labels(path: Path) -> Labels:
    """Return a labelled story."""
    text, spans = read(path)
    ruler = Ruler(text)
    told = {name: line for name, line in header(path).items() if name != "shows"}
    kinds = {name: line.split()[0] for name, line in told.items()}
    full = {name: line.split(" ", 1)[1].partition(" @")[0] for name, line in told.items()}
    places = {name: int(line.partition(" @")[2]) for name, line in told.items() if " @" in line}
    names = [
        NameLabel(ruler(span.start, span.end), KINDS[kinds[span.name]], span.name)
        for span in spans
        if span.mark == "[" and kinds[span.name] in KINDS
    ]
    parts: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for span in spans:
        parts[span.name if span.mark != "[" else ""][span.mark].append(span)
    mentions = parts.pop("", {}).get("[", [])
    quotes = [_quote(text, ruler, group, mentions, full) for group in parts.values()]
    return Labels(path.stem, text, tuple(names), tuple(quotes), full, places)


def _quote(
    text: str, ruler: Ruler, group: dict[str, list[Span]], mentions: list[Span], full: dict[str, str]
) -> QuoteLabel:
    contents = [(span.start, span.end) for span in group["{"]]
    who = next(iter(group["("]), None)
    said_by = next((full.get(span.who, span.who) for span in group["{"] if span.who), None)
    mention = "none"
    if who is not None:
        inside = [m for m in mentions if who.start <= m.start and m.end <= who.end]
        rest = _without(text[who.start : who.end], [text[m.start : m.end] for m in inside])
        named = " and ".join(full[m.name] for m in inside) if inside and not rest else text[who.start : who.end]
        said_by = full.get(who.who, who.who) if who.who else named
        mention = mention_of(text[who.start : who.end])
    where = tuple(ruler(*part) for part in contents)
    speaker = (ruler(who.start, who.end),) if who else ()
    return QuoteLabel(where, kind_of(text, contents), speaker, mention, said_by)


def _without(words: str, names: list[str]) -> list[str]:
    for name in names:
        words = words.replace(name, " ")
    return [word for word in words.split() if word.lower() not in ("the", "and", "both")]


def stories(folder: Path = FOLDER) -> list[Labels]:
    """Yield all labelled stories of the project."""
    return [labels(path) for path in sorted(folder.glob("*.txt"))]
