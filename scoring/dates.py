"""The accuracy of dates, on stories whose dates and times of day are labelled with ISO-TimeML values.

An expression is found if it overlaps a label; its value is right if it is the same, or a time on the same day.

python -m scoring.dates [--data FILE] [--errors N] [--json]
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.annotate.model import LanguageModels
from pipeline.annotations import DateMention
from pipeline.languages.contract import AnnotationInput
from pipeline.settings import load

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "dates" / "train.jsonl"
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T.*)?")


class Rates(NamedTuple):
    """Precision, recall and F1 of values, the share of single days that are right, and the number of labels."""

    precision: float
    recall: float
    f1: float
    day: float
    labels: int


class Pair(NamedTuple):
    """A label (start, end, value) with what was found there, and the text."""

    label: tuple[int, int, str]
    found: Sequence[DateMention]
    text: str


def main() -> None:
    """Score, and print the rates and some errors. The exit code is 2 if the labelled stories are not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--errors", type=int, default=10, metavar="N", help="how many errors to show")
    parser.add_argument("--json", action="store_true", help="print one object instead of lines")
    args = parser.parse_args()
    if not args.data.is_file():
        sys.exit(f"{args.data}: not found; name a file of labelled stories with --data")
    rates, errors = measure([json.loads(line) for line in args.data.read_text(encoding="utf-8").splitlines()])
    if args.json:
        sys.stdout.write(json.dumps(rates._asdict()) + "\n")
        return
    sys.stdout.write(
        f"dates: value precision {rates.precision:.3f}, recall {rates.recall:.3f}, F1 {rates.f1:.3f}; "
        f"day right {rates.day:.3f}; {rates.labels} labels\n"
    )
    for pair in errors[: args.errors]:
        start, end, value = pair.label
        context = " ".join(
            f"{pair.text[max(0, start - 40) : start]}[{pair.text[start:end]}]{pair.text[end : end + 30]}".split()
        )
        found = ", ".join(each.value for each in pair.found) or "nothing"
        sys.stdout.write(f"  {value} and not {found}: {context}\n")


def measure(stories: Sequence[dict[str, Any]]) -> tuple[Rates, list[Pair]]:
    """Return the rates over labelled stories, and the labels whose value is wrong or missing."""
    settings = load()
    english = LanguageModels(settings.spacy.model).of("en")
    texts = [AnnotationInput(each["text"], "", date.fromisoformat(each["created"][:10])) for each in stories]
    pairs: list[Pair] = []
    right = total = 0
    for story, annotations in zip(stories, english.annotate(texts), strict=True):
        labels = [(start, end, value) for start, end, _, value in story["dates"]]
        pairs += [Pair(label, list(_at(label, annotations.dates)), story["text"]) for label in labels]
        total += len(annotations.dates)
        right += sum(
            any(_meets(label, each) and same(label[2], each.value) for label in labels) for each in annotations.dates
        )
    wrong = [pair for pair in pairs if not any(same(pair.label[2], each.value) for each in pair.found)]
    days = [pair for pair in pairs if _DAY.fullmatch(pair.label[2])]
    recall, precision = 1 - len(wrong) / len(pairs), right / total
    day = 1 - sum(pair in wrong for pair in days) / len(days)
    return Rates(precision, recall, 2 * precision * recall / (precision + recall), day, len(pairs)), wrong


def same(one: str, other: str) -> bool:
    """Return whether two values are the same, or times on the same day."""
    return one == other or (_DAY.fullmatch(one) is not None and one.partition("T")[0] == other.partition("T")[0])


def _at(label: tuple[int, int, str], dates: Sequence[DateMention]) -> Iterator[DateMention]:
    return (each for each in dates if _meets(label, each))


def _meets(label: tuple[int, int, str], found: DateMention) -> bool:
    return found.start < label[1] and label[0] < found.end


if __name__ == "__main__":
    main()
