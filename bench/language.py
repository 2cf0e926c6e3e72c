"""The cost of the language pass: our components compared with the reading they need, and our reading with the stock.

usage: python -m bench.language STORIES.jsonl prints one JSON object: seconds, share, words per second
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import spacy
from spacy.language import Language

from pipeline.annotate.model import LanguageModel, LanguageModels
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.reading import UNUSED_COMPONENTS
from pipeline.reading.tree import Tree
from pipeline.settings import Spacy

READING = "reading"
WRITTEN = date(2024, 5, 16)
ROUNDS = 3
"""Each is timed so often, and the fastest counts: what else the machine does only slows."""
BATCH = 16
"""Bodies that a language process reads together."""


def main() -> None:
    """Time reading with and without our components, and the stock parser and recogniser."""
    bodies = [json.loads(line)["body_text"] for line in Path(sys.argv[1]).read_text().splitlines()]
    words = sum(len(body.split()) for body in bodies)
    english = LanguageModels(Spacy().model, kept=0).of("en")
    rounds = [seconds(english, bodies) for _ in range(ROUNDS)]
    ours = {name: min(each[name] for each in rounds) for name in rounds[0]}
    reading = ours.pop(READING)
    stock = spacy.load(Spacy().model, exclude=list(UNUSED_COMPONENTS))
    figures = {
        "reading_seconds": reading,
        "our_seconds": ours,
        "share": sum(ours.values()) / reading,
        "words_per_second": {"wire": words / reading, "stock": words / min(read_by(stock, bodies))},
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def seconds(english: LanguageModel, bodies: list[str]) -> dict[str, float]:
    """Return the seconds of reading, and of each of our functions on trees that are new to all of them."""
    found: dict[str, float] = defaultdict(float)
    last = time.perf_counter()

    def count(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        found[name] += now - last
        last = now

    known = english.language
    for tree in _trees(english, bodies):
        count(READING)
        about = AnnotationInput(tree.text, written=WRITTEN)
        entities = known.entities(tree, about)
        count("entities")
        quotes = known.quotes(tree, entities)
        count("quotes")
        dates = known.dates(tree, about)
        count("dates")
        known.events(tree, about, entities, quotes, dates)
        count("events")
    return found


def _trees(english: LanguageModel, bodies: list[str]) -> Iterator[Tree]:
    """Read bodies in batches, as a language process does."""
    for start in range(0, len(bodies), BATCH):
        yield from english.reader(bodies[start : start + BATCH])


def read_by(stock: Language, bodies: list[str]) -> Iterator[float]:
    """Yield the seconds that the stock model takes in each round."""
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _doc in stock.pipe(bodies):
            pass
        yield time.perf_counter() - begin


if __name__ == "__main__":
    main()
