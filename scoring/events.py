"""The accuracy of events, on labelled wire stories of our own.

A label is found if an event's trigger overlaps one of its words; everything else is counted among those found.

python -m scoring.events [--errors N] [--json]
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.annotate.model import LanguageModels
from pipeline.annotations import Annotations, EventMention, Number
from pipeline.documents.event import highest
from pipeline.languages.contract import AnnotationInput
from pipeline.settings import load

FILE = Path(__file__).parent.parent / "tests" / "labelled" / "events.toml"
MUTUAL = ("CONSULT", "AGREE", "COOPERATE", "SUPPORT")
ASPECTS = ("actor", "recipient", "type", "status", "date", "place", "numbers")
_NUMBERS = ("dead", "injured", "size")


class Label(NamedTuple):
    """One labelled event. Of a tuple of tuples, each inner one lists alternatives."""

    triggers: tuple[tuple[int, int], ...]
    types: tuple[str, ...]
    statuses: tuple[str, ...]
    dates: tuple[str, ...]
    actors: tuple[tuple[str, ...], ...]
    recipients: tuple[tuple[str, ...], ...]
    places: tuple[str, ...]
    numbers: dict[str, int]


class Story(NamedTuple):
    """A labelled story: written on that day, in that place."""

    name: str
    shows: tuple[str, ...]
    written: date
    located: str
    text: str
    labels: tuple[Label, ...]


class Error(NamedTuple):
    """What is wrong with a labelled event: an aspect, what was expected and found, and its sentence."""

    story: str
    aspect: str
    expected: str
    found: str
    sentence: str


class Rates(NamedTuple):
    """The share of labels found, and of those the share with each aspect right."""

    labels: int
    found: float
    aspects: dict[str, float]


def main() -> None:
    """Score, and print the rates and the errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", type=int, default=20, metavar="N", help="how many errors to show")
    parser.add_argument("--json", action="store_true", help="print one object instead of lines")
    args = parser.parse_args()
    rates, errors = measure(stories())
    if args.json:
        sys.stdout.write(json.dumps(rates._asdict()) + "\n")
        return
    aspects = ", ".join(f"{name} {share:.3f}" for name, share in rates.aspects.items())
    sys.stdout.write(f"events: {rates.labels} labels, found {rates.found:.3f}; of these right: {aspects}\n")
    for error in errors[: args.errors]:
        sys.stdout.write(f"  {error.aspect} {error.expected}, not {error.found}: {error.sentence} ({error.story})\n")


def stories(path: Path = FILE) -> list[Story]:
    """Return the labelled stories. Raises ValueError for a trigger that the text does not have."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))["story"]
    return [_story(each) for each in found]


def measure(labelled: Sequence[Story]) -> tuple[Rates, list[Error]]:
    """Return the rates over the stories, and each error."""
    settings = load()
    english = LanguageModels(settings.spacy.model).of("en")
    texts = [AnnotationInput(each.text, each.located, each.written) for each in labelled]
    errors: list[Error] = []
    asked = dict.fromkeys(ASPECTS, 0)
    total = found = 0
    for story, annotations in zip(labelled, english.annotate(texts), strict=True):
        for label in story.labels:
            total += 1
            events = _at(label, annotations)
            if not events:
                errors.append(_error(story, label, "event", _words(story, label), "nothing"))
                continue
            found += 1
            wrong = min((_wrong(label, event) for event in events), key=len)
            for aspect in _asked(label):
                asked[aspect] += 1
            errors += [_error(story, label, aspect, *both) for aspect, both in wrong.items()]
    missed = {aspect: sum(error.aspect == aspect for error in errors) for aspect in ASPECTS}
    return Rates(total, found / total, {each: 1 - missed[each] / (asked[each] or 1) for each in ASPECTS}), errors


def _story(found: dict[str, Any]) -> Story:
    text = found["text"].strip()
    labels = tuple(_label(line, text) for line in found["events"])
    return Story(found["name"], tuple(found["shows"].split()), found["written"], found["located"], text, labels)


def _label(line: str, text: str) -> Label:
    trigger, types, statuses, dates, who, *more = (part.strip() for part in line.split(" | "))
    actors, _, recipients = who.partition(" > ")
    place, *numbers = more or ["-"]
    return Label(
        triggers=tuple(_occurrence(each, text) for each in trigger.split("/")),
        types=_alternatives(types),
        statuses=_alternatives(statuses),
        dates=_alternatives(dates),
        actors=_names(actors),
        recipients=_names(recipients),
        places=_alternatives(place) if place != "-" else (),
        numbers={name: int(count) for part in numbers for name, count in (each.split() for each in part.split("; "))},
    )


def _occurrence(trigger: str, text: str) -> tuple[int, int]:
    word, _, nth = trigger.partition("#")
    found = [match.span() for match in re.finditer(rf"\b{re.escape(word)}\b", text)]
    if len(found) < int(nth or 1):
        raise ValueError(f"there is no {trigger!r} in {text[:60]!r}")
    return found[int(nth or 1) - 1]


def _alternatives(text: str) -> tuple[str, ...]:
    return tuple(text.split("/"))


def _names(text: str) -> tuple[tuple[str, ...], ...]:
    return () if text == "-" else tuple(_alternatives(name) for name in text.split("; "))


def _at(label: Label, annotations: Annotations) -> list[EventMention]:
    return [
        event
        for event in annotations.events
        if any(event.start < end and start < event.end for start, end in label.triggers)
    ]


def _asked(label: Label) -> Iterator[str]:
    """Yield what the label says something about."""
    yield from ("type", "status", "date")
    given = (("actor", label.actors), ("recipient", label.recipients), ("place", label.places))
    yield from (name for name, value in (*given, ("numbers", label.numbers)) if value)


def _said(number: Number | None) -> int | None:
    """Return a number of people, of bounds the one that the text says: labels have no bounds."""
    return number if number is None or isinstance(number, int) else highest(number)


def _wrong(label: Label, event: EventMention) -> dict[str, tuple[str, str]]:
    """Return what is wrong with an event: expected and found, by aspect."""
    sides = {"actor": event.actors, "recipient": event.recipients}
    if event.type in MUTUAL:
        sides = dict.fromkeys(sides, (*event.actors, *event.recipients))
    numbers = {name: _said(getattr(event, name)) for name in _NUMBERS if name in label.numbers}
    expected = {"type": label.types, "status": label.statuses, "date": label.dates}
    # These labels call what is demanded possible.
    state = event.status.replace("demanded", "possible")
    got = {"type": event.type or "-", "status": state, "date": event.date.value if event.date else "-"}
    wrong = {name: ("/".join(expected[name]), got[name]) for name in expected if not _fits(name, got, expected)}
    for side, wanted in (("actor", label.actors), ("recipient", label.recipients)):
        named = [text for each in sides[side] for text in (each.name, each.text)]
        if not all(any(_same(one, other) for one in names for other in named) for names in wanted):
            wrong[side] = ("; ".join(map("/".join, wanted)), "; ".join(each.name for each in sides[side]) or "nothing")
    place = event.place.name if event.place else "nothing"
    if label.places and not any(_same(each, place) for each in label.places):
        wrong["place"] = ("/".join(label.places), place)
    if numbers != label.numbers:
        wrong["numbers"] = (str(label.numbers), str(numbers))
    return wrong


def _fits(name: str, got: dict[str, str], expected: dict[str, tuple[str, ...]]) -> bool:
    value = got[name].partition("T")[0] if name == "date" else got[name]
    return value in expected[name]


def _same(one: str, other: str) -> bool:
    """Return whether one of two names has all the words of the other."""
    ours, theirs = (set(re.findall(r"\w+", text.casefold())) - {"the", "a", "an"} for text in (one, other))
    return bool(ours and theirs) and (ours <= theirs or theirs <= ours)


def _error(story: Story, label: Label, aspect: str, expected: str, found: str) -> Error:
    start, end = label.triggers[0]
    first = max(story.text.rfind("\n", 0, start), story.text.rfind(". ", 0, start) + 1) + 1
    last = min(each for each in (story.text.find(".", end), story.text.find("\n", end), len(story.text)) if each >= 0)
    sentence = f"{story.text[first:start]}[{story.text[start:end]}]{story.text[end:last]}"
    return Error(story.name, aspect, expected, found, " ".join(sentence.split()))


def _words(story: Story, label: Label) -> str:
    return "/".join(story.text[start:end] for start, end in label.triggers)


if __name__ == "__main__":
    main()
