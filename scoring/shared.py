"""Labelled data that is read in place and never copied: PolNeAR (quotes) and eww (names)."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from scoring.gold import Labels, NameLabel, QuoteLabel, Range, Ruler, kind_of, mention_of

_NAMES = {"Person": "people", "Organization": "organizations", "Location": "places", "Facility": "places"}
_SPOKEN = frozenset(
    "said says say saying told tells tell telling wrote writes write writing written added adds adding noted notes"
    " announced announces warned warns warning claimed claims claiming argued argues arguing stated states explained"
    " tweeted insisted insists declared asked asks asking called calls calling described describes suggested suggests"
    " reported reports admitted admits acknowledged acknowledges asserted replied responded denied denies stressed"
    " emphasized recalled recalls mentioned observed commented concluded conceded promised promises vowed vows pledged"
    " urged urges demanded confirmed confirms revealed testified joked quipped complained alleged accused accuses"
    " criticized contended maintained predicted proposed recommended cautioned according".split()
)


def names(folder: Path) -> Iterator[Labels]:
    """Return the articles of eww in ``folder``/gold.jsonl."""
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        ruler = Ruler(article["text"])
        spans = [(ruler(start, end), _NAMES[kind]) for start, end, kind in article["spans"] if kind in _NAMES]
        found = tuple(NameLabel(where, kind, "") for where, kind in spans)
        yield Labels(str(article["id"]), article["text"], found, None, {}, {})


def quotes(folder: Path) -> Iterator[Labels]:
    """Return the articles of PolNeAR in ``folder``/text with the attributions of ``folder``/attributions."""
    for path in sorted((folder / "text").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        notes = sorted((folder / "attributions").glob(path.stem + "_*.ann"))[:1]
        found = [quote for note in notes for quote in _attributions(note.read_text(encoding="utf-8"), text)]
        yield Labels(path.stem, text, None, tuple(found), {}, {})


def _attributions(standoff: str, text: str) -> Iterator[QuoteLabel]:
    """Return the attributions of a brat file that have a content."""
    ruler = Ruler(text)
    spans = {
        name: [(int(a), int(b)) for a, b in (part.split() for part in where.split(";"))]
        for name, where in re.findall(r"^(T\d+)\t\w+ ([\d; ]+)\t", standoff, re.M)
    }
    for line in re.findall(r"^E\d+\t(.*)$", standoff, re.M):
        roles: dict[str, list[Range]] = defaultdict(list)
        for role, name in (part.split(":") for part in line.split()):
            roles[role.rstrip("0123456789")] += spans.get(name, [])
        if roles["Content"]:
            cue = {word for start, end in roles["Cue"] for word in re.findall(r"[a-z]+", text[start:end].lower())}
            yield QuoteLabel(
                tuple(ruler(*part) for part in roles["Content"]),
                kind_of(text, roles["Content"]),
                tuple(ruler(*part) for part in roles["Source"]),
                mention_of(" ".join(text[start:end] for start, end in roles["Source"])),
                counts=bool(cue & _SPOKEN),
            )
