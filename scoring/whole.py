"""Everything that is printed of whole stories, against what a careful reader would print who saw no output.

The labels are ``scoring/whole_stories``: ``train.jsonl`` for what learns from them, ``held_out.jsonl`` for this score.
The texts are those of ../shared/data, read in place. A line gives the story, its events (those worth a line,
the main ones marked) and its quotes, with offsets into the text.

An event is right if its word, all of its participants, its type and its status are the reader's; partly if its word and
one side are. Precision counts everything that is printed.

python -m scoring.whole [--part train] [--min-confidence X] [--json] [--errors] [--plot FILE.svg]
"""

import argparse
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from pipeline.annotate.model import LanguageModels
from pipeline.annotate.story_annotation import annotate_stories
from pipeline.annotations import EventMention, LeastConfidence, Participant, Quote
from pipeline.clean import clean
from pipeline.formats import parse
from pipeline.settings import load
from pipeline.story import AnnotatedStory, RawStory, Story
from scoring.gold import Range, Ruler, aligned
from scoring.reliability import plot

FOLDER = Path(__file__).parent / "whole_stories"
DATA = Path(__file__).parent.parent.parent / "shared" / "data"
_NEAR = {
    "demanded": ("demanded", "possible", "planned"), "possible": ("possible", "planned", "demanded"),
    "planned": ("planned", "possible"), "ongoing": ("ongoing", "happened"), "happened": ("happened", "ongoing"),
    "denied": ("denied",),
}  # fmt: skip
"""The statuses that are right for a labelled one."""
_NO_NAME = frozenset(("the", "a", "an", "of", "mr", "mrs", "ms"))
_STEM = 5


class Party(NamedTuple):
    """A labelled participant: where it stands, and who it is."""

    where: Range
    name: str


class LabelledEvent(NamedTuple):
    """A labelled event."""

    triggers: tuple[Range, ...]
    clause: str
    type: str
    status: str
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    is_main: bool


class Quotation(NamedTuple):
    """A labelled quote: where it stands, and who said it."""

    where: Range
    speaker: Party | None
    said_by: str | None


class LabelledPlace(NamedTuple):
    """A labelled place: where it is named, its country's name (its own, if it lies in several), and its kind."""

    where: Range
    country: str
    kind: str


class About(NamedTuple):
    """What a story is about: topics and names, the most important first, and the country that it is about."""

    topics: tuple[str, ...] = ()
    salient: tuple[str, ...] = ()
    country: str | None = None


class WholeStory(NamedTuple):
    """A labelled story; all ranges are counts of non-space characters."""

    id: str
    text: str
    created: str
    events: tuple[LabelledEvent, ...]
    quotes: tuple[Quotation, ...]
    headline: str = ""
    places: tuple[LabelledPlace, ...] = ()
    about: About = About()


class Judged(IntEnum):
    """How much of a printed event is right."""

    WRONG = 0
    PARTLY = 1
    RIGHT = 2


class Verdict(NamedTuple):
    """A printed event, judged; ``number`` is that of the labelled one, or None. The rest is what of it is right."""

    judged: Judged
    number: int | None = None
    actors: bool = False
    recipients: bool = False
    type: bool = False
    status: bool = False


def stories(part: str, data: Path = DATA) -> list[WholeStory]:
    """Return the labelled stories whose texts are there."""
    labels = [json.loads(line) for line in (FOLDER / f"{part}.jsonl").read_text("utf-8").splitlines()]
    known = dict(texts(data, {label["file"] for label in labels}))
    return [_story(label, *known[label["id"]]) for label in labels if label["id"] in known]


def texts(data: Path, files: Collection[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the id of each story with its text and headline."""
    for path in (data / name for name in sorted(files) if (data / name).is_file()):
        if path.suffix == ".txt":
            yield path.stem, (path.read_text("utf-8"), "")
            continue
        for line in path.read_text("utf-8").splitlines():
            text = json.loads(line)
            yield str(text["id"]), (text["text"], text.get("headline") or "")


def _story(label: Mapping[str, Any], text: str, headline: str) -> WholeStory:
    ruler = Ruler(text)

    def parties(found: Iterable[Mapping[str, Any]]) -> tuple[Party, ...]:
        return tuple(Party(ruler(each["start"], each["end"]), each.get("is") or each["text"]) for each in found)

    events = tuple(
        LabelledEvent(
            tuple(ruler(*span) for span in each["spans"]),
            each["clause"],
            each["type"],
            each["status"],
            parties(each.get("who", ())),
            parties(each.get("whom", ())),
            bool(each.get("main")),
        )
        for each in label["events"]
    )
    quotes = tuple(
        Quotation(
            ruler(each["start"], each["end"]),
            next(iter(parties([each["speaker"]] if each.get("speaker") else [])), None),
            (each.get("speaker") or {}).get("is"),
        )
        for each in label["quotes"]
    )
    places = tuple(
        LabelledPlace(ruler(each["start"], each["end"]), each["is"].split(",")[-1].strip(), each["kind"])
        for each in label["places"]
    )
    about = label["about"]
    focus = about["focus_place"].split(",")[-1].strip() if about["focus_place"] else None
    told = About(tuple(about["topics"]), tuple(about["salient"]), focus)
    return WholeStory(label["id"], text, label["created"], events, quotes, headline, places, told)


def cleaned(story: WholeStory) -> Story:
    """Return a labelled story as the pipeline reads it."""
    created = datetime.combine(date.fromisoformat((story.created + "-01-01")[:10]), time(12), UTC)
    item = {"uri": story.id, "body_text": story.text, "versioncreated": created.isoformat(), "language": "en"}
    item |= {"headline": story.headline} if story.headline else {}
    raw = RawStory(uri=story.id, value=json.dumps(item).encode(), format="jsonl", source="", receivedat=created)
    return clean(parse(raw))


def annotated(models: LanguageModels, found: Sequence[WholeStory]) -> Iterator[AnnotatedStory]:
    """Yield the stories with all that is found in them, however unsure."""
    return annotate_stories(models, [cleaned(story) for story in found], sys.maxsize)


class Judge:
    """Compares what is printed of one story with its labels."""

    def __init__(self, story: WholeStory, printed: Story) -> None:
        """Align the body with the labelled text."""
        self._story = story
        self._place: Callable[[int, int], Range | None] = aligned(Ruler(story.text), Ruler(printed.body))

    def verdict(self, event: EventMention) -> Verdict:
        """Return how much of a printed event is right."""
        number = self.event(event.start, event.end)
        if number is None:
            number = self._told_otherwise(event)
        if number is None:
            return Verdict(Judged.WRONG)
        label = self._story.events[number]
        actors = self.is_side(event.actors, label.actors)
        recipients = self.is_side(event.recipients, label.recipients)
        kind, state = event.type == label.type, event.status in _NEAR[label.status]
        is_partly = (actors and event.actors) or (recipients and event.recipients)
        is_right = actors and recipients and kind and state
        judged = Judged.RIGHT if is_right else Judged.PARTLY if is_partly else Judged.WRONG
        return Verdict(judged, number, actors, recipients, kind, state)

    def event(self, start: int, end: int) -> int | None:
        """Return the number of the labelled event that these characters of the body name."""
        where = self._place(start, end)
        if where is None:
            return None
        named = [
            number
            for number, each in enumerate(self._story.events)
            if any(shared(where, trigger) > 0 for trigger in each.triggers)
        ]
        return named[-1] if named else None

    def _told_otherwise(self, event: EventMention) -> int | None:
        """Return the number of the event whose line has the predicate, with a participant that is its own."""
        stem = (_words(event.predicate) or [""])[0][:_STEM]
        for number, each in enumerate(self._story.events):
            has_word = stem and any(word[:_STEM] == stem for word in _words(each.clause))
            ours, theirs = (*event.actors, *event.recipients), (*each.actors, *each.recipients)
            if has_word and any(self.is_party(one, other) for one in ours for other in theirs):
                return number
        return None

    def is_side(self, printed: Sequence[Participant], labelled: Sequence[Party]) -> bool:
        """Return whether each printed participant is a labelled one, and one is printed where there are any."""
        if not printed:
            return not labelled
        return all(any(self.is_party(one, other) for other in labelled) for one in printed)

    def is_party(self, printed: Participant, labelled: Party) -> bool:
        """Return whether a participant is the labelled one, by its place or its name."""
        where = self._place(printed.start, printed.end)
        if where is not None:
            both = shared(where, labelled.where)
            if both > 0 and both >= 0.5 * min(where[1] - where[0], labelled.where[1] - labelled.where[0]):
                return True
        return any(is_same_name(name, labelled.name) for name in (printed.name, printed.text))

    def quotation(self, quote: Quote) -> Quotation | None:
        """Return the labelled quote that a printed one is: at least half of their union is shared."""
        where = self._place(quote.start, quote.end)
        alike = (each for each in self._story.quotes if where and shared(where, each.where) > 0)
        return next(
            (each for each in alike if where and shared(where, each.where) >= 0.5 * _union(where, each.where)), None
        )

    def quotes(self, printed: AnnotatedStory, least: float) -> Counter[str]:
        """Return how many quotes are labelled, found and printed, and how many have the right speaker."""
        shown = [quote for quote in printed.quotes if quote.confidence >= least]
        reached: dict[Quotation, Quote] = {}
        for quote in shown:
            if label := self.quotation(quote):
                reached.setdefault(label, quote)
        right = sum(self._is_speaker(quote, label) for label, quote in reached.items())
        counts = {"labelled": len(self._story.quotes), "printed": len(shown), "found": len(reached), "speaker": right}
        return Counter({name: count for name, count in counts.items() if count})

    def _is_speaker(self, quote: Quote, label: Quotation) -> bool:
        name = quote.speaker.name if quote.speaker else ""
        if label.said_by:
            return is_same_name(name, label.said_by)
        if not name or quote.speaker is None or label.speaker is None:
            return not name
        return self.is_party(Participant(**quote.speaker.model_dump()), label.speaker)


def shared(one: Range, other: Range) -> int:
    """Return how many characters two ranges share, negative if there are some between them."""
    return min(one[1], other[1]) - max(one[0], other[0])


def _union(one: Range, other: Range) -> int:
    return max(one[1], other[1]) - min(one[0], other[0])


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return [word for word in re.findall(r"\w+", plain) if word not in _NO_NAME]


def is_same_name(one: str, other: str) -> bool:
    """Return whether all words of one name are in the other."""
    mine, others = set(_words(one)), set(_words(other))
    return bool(mine and others) and (mine <= others or others <= mine)


def measure(found: Sequence[WholeStory], printed: Sequence[AnnotatedStory], least: LeastConfidence) -> dict[str, Any]:
    """Return precision of all events and quotes from this confidence on, and what of the labels they reach."""
    judged: Counter[str] = Counter()
    main: Counter[Judged] = Counter()
    quotes: Counter[str] = Counter()
    for story, annotations in zip(found, printed, strict=True):
        judge = Judge(story, annotations)
        reached: dict[int, Judged] = {}
        for event in annotations.events:
            if event.confidence < least.event:
                continue
            verdict = judge.verdict(event)
            judged.update(["printed", verdict.judged.name.lower()])
            if verdict.number is not None:
                judged["matched"] += 1
                judged.update(name for name in ("actors", "recipients", "type", "status") if getattr(verdict, name))
                if event.main:
                    judged.update(["marked"] + ["marked rightly"] * story.events[verdict.number].is_main)
                reached[verdict.number] = max(reached.get(verdict.number, Judged.WRONG), verdict.judged)
        for number, label in enumerate(story.events):
            judged.update(["labelled"] + ["recalled"] * (reached.get(number) == Judged.RIGHT))
            if label.is_main:
                main[reached.get(number, Judged.WRONG)] += 1
        quotes += judge.quotes(annotations, least.quote)
    printed_events, right, partly = (judged[name] for name in ("printed", "right", "partly"))
    return {
        "stories": len(found),
        "events": {
            "printed": printed_events,
            "precision": ratio(right, printed_events),
            "lenient": ratio(right + partly / 2, printed_events),
            "right or partly": ratio(right + partly, printed_events),
            "trigger": ratio(judged["matched"], printed_events),
            "recall": ratio(judged["recalled"], judged["labelled"]),
            **{n: ratio(judged[n], judged["matched"]) for n in ("actors", "recipients", "type", "status")},
        },
        "main": {
            **{key.name.lower(): ratio(main[key], main.total()) for key in (Judged.RIGHT, Judged.PARTLY)},
            "marked": ratio(judged["marked rightly"], judged["marked"]),
        },
        "quotes": {
            "precision": ratio(quotes["found"], quotes["printed"]),
            "recall": ratio(quotes["found"], quotes["labelled"]),
            "speaker": ratio(quotes["speaker"], quotes["found"]),
        },
    }  # fmt: skip


def sure_of(found: Sequence[WholeStory], printed: Sequence[AnnotatedStory]) -> dict[str, list[tuple[float, bool]]]:
    """Return the confidence of each event and quote, and whether it is right, or partly."""
    events, quotes = list[tuple[float, bool]](), list[tuple[float, bool]]()
    for story, annotations in zip(found, printed, strict=True):
        judge = Judge(story, annotations)
        events += [(event.confidence, judge.verdict(event).judged != Judged.WRONG) for event in annotations.events]
        quotes += [(quote.confidence, judge.quotation(quote) is not None) for quote in annotations.quotes]
    return {"events": events, "quotes": quotes}


def ratio(part: float, whole: float) -> float | None:
    """Return the share of a whole with three decimals, None if there is nothing."""
    return round(part / whole, 3) if whole else None


def main() -> None:
    """Print the score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default="held_out", choices=["train", "held_out"], help="which stories")
    parser.add_argument("--min-confidence", type=float, help="print from this confidence on (default: the setting)")
    parser.add_argument("--errors", action="store_true", help="show every event that is not right")
    parser.add_argument("--plot", type=Path, help="draw how often what has a confidence is right, as SVG")
    parser.add_argument("--json", action="store_true", help="print one object instead of a table")
    args = parser.parse_args()
    settings = load()
    usual = LeastConfidence(settings.annotate.quote_confidence, settings.annotate.event_confidence)
    least = usual if args.min_confidence is None else LeastConfidence(args.min_confidence, args.min_confidence)
    found = stories(args.part)
    printed = list(annotated(LanguageModels(settings.spacy.model), found))
    result = measure(found, printed, least)
    if args.plot:
        args.plot.write_text(plot(sure_of(found, printed)))
    if args.json:
        sys.stdout.write(json.dumps(result) + "\n")
        return
    out = Console(soft_wrap=True, highlight=False)
    if not found:
        out.print(f"no texts in {DATA}")
        return
    for name in ("events", "main", "quotes"):
        table = Table(*result[name], title=f"{name} of {len(found)} whole stories", box=None, title_justify="left")
        table.add_row(*(str(value) for value in result[name].values()))
        out.print(table)
    for story, annotations in zip(found, printed, strict=True) if args.errors else ():
        judge = Judge(story, annotations)
        for event in (each for each in annotations.events if each.confidence >= least.event):
            verdict = judge.verdict(event)
            wanted = "-" if verdict.number is None else story.events[verdict.number]
            if verdict.judged != Judged.RIGHT:
                told = f"{verdict.judged.name.lower()} {event.confidence} {event.type} {event.clause!r}: {wanted}"
                out.print(told, markup=False)


if __name__ == "__main__":
    main()
