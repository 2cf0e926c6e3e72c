"""The accuracy of utterances, on labelled pairs of quotes from wire stories.

``utterances.tsv`` lists pairs of quotes with five quoted words or more, each as the story's id and the quote's start
in the body: ``same`` where both report one utterance, ``other`` where they do not. They are all pairs that share
stretches of three words and more than half of the shorter quote, and the pairs most like these. The stories themselves
are read in place.

python -m scoring.utterances [--data FILE] [--errors] [--json]
"""

import argparse
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from pipeline.annotate.model import LanguageModels
from pipeline.annotate.story_annotation import annotate_stories
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import story_document
from pipeline.identity.registry import learn_from
from pipeline.settings import load
from pipeline.story import AnnotatedStory, Story
from pipeline.utterances.grouping import QuoteUse, is_same
from scoring.updates import DATA, read

LABELS = Path(__file__).with_name("utterances.tsv")
Pair = tuple[str, str]


class Rates(NamedTuple):
    """Precision and recall of the pairs found, each from 0 to 1, and the number of pairs labelled as the same."""

    precision: float
    recall: float
    same: int


def read_labels(path: Path = LABELS) -> dict[Pair, bool]:
    """Return whether each pair of quotes is the same utterance."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(one, other): label == "same" for one, other, label in csv.reader(file, delimiter="\t")}


def quotes_in(stories: Sequence[AnnotatedStory]) -> dict[str, QuoteUse]:
    """Return the quotes as they are indexed, by their story's id and their start."""
    registry = learn_from(story.entities for story in stories)
    found = {}
    for story in stories:
        for quote in QUOTE.documents(story_document(story, registry)):
            found[f"{story.uri}#{quote['start']}"] = QuoteUse(quote)
    return found


def measure(quotes: Mapping[str, QuoteUse], labels: Mapping[Pair, bool]) -> tuple[Rates, list[Pair], list[Pair]]:
    """Return the rates, the pairs found wrongly, and those missed. A quote that was not extracted is missed."""
    found = [
        pair for pair in labels if all(each in quotes for each in pair) and is_same(*map(quotes.__getitem__, pair))
    ]
    wrong = [pair for pair in found if not labels[pair]]
    missed = [pair for pair, same in labels.items() if same and pair not in found]
    right, wanted = len(found) - len(wrong), sum(labels.values())
    return Rates(right / max(len(found), 1), right / max(wanted, 1), wanted), wrong, missed


def annotated(stories: Sequence[Story]) -> list[AnnotatedStory]:
    """Return the stories as the language pass annotates them."""
    settings = load()
    models = LanguageModels(settings.spacy.model)
    return list(annotate_stories(models, stories, settings.annotate.max_characters))


def main() -> None:
    """Score, and print the rates. The exit code is 1 if the stories are not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--errors", action="store_true", help="print wrong and missed pairs")
    parser.add_argument("--json", action="store_true", help="print one object")
    args = parser.parse_args()
    if not args.data.is_file():
        sys.exit(f"{args.data}: not found; name the stories with --data")
    labels = read_labels()
    needed = {quote.partition("#")[0] for quote in chain.from_iterable(labels)}
    quotes = quotes_in(annotated([story for story in read(args.data) if story.uri in needed]))
    rates, wrong, missed = measure(quotes, labels)
    if args.json:
        sys.stdout.write(json.dumps(rates._asdict()) + "\n")
        return
    sys.stdout.write(
        f"utterances: precision {rates.precision:.3f}, recall {rates.recall:.3f}; {len(labels)} labelled pairs, "
        f"{rates.same} of them the same\n"
    )
    for kind, pairs in (("wrong", wrong), ("missed", missed)) if args.errors else ():
        for one, other in pairs:
            texts = (quotes[each].text if each in quotes else f"{each} is no quote" for each in (one, other))
            sys.stdout.write(f"{kind}: {' / '.join(texts)}\n")


if __name__ == "__main__":
    main()
