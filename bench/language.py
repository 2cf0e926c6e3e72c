"""The cost of the language pass: our components compared with the reading they need, and our reading with the stock.

usage: python -m bench.language STORIES.jsonl prints one JSON object: seconds, share, words per second
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotate import model
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
    language = model.load(Spacy().model, kept=0)
    rounds = [seconds(language, bodies) for _ in range(ROUNDS)]
    ours = {name: min(each[name] for each in rounds) for name in rounds[0]}
    reading = ours.pop(READING)
    stock = spacy.load(Spacy().model, exclude=list(model.UNUSED_COMPONENTS))
    figures = {
        "reading_seconds": reading,
        "our_seconds": ours,
        "share": sum(ours.values()) / reading,
        "words_per_second": {"wire": words / reading, "stock": words / min(read_by(stock, bodies))},
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def read(language: model.LanguageModel, bodies: list[str]) -> Iterator[Doc]:
    """Read bodies in batches, as a language process does."""
    for start in range(0, len(bodies), BATCH):
        yield from language.documents(bodies[start : start + BATCH])


def seconds(language: model.LanguageModel, bodies: list[str]) -> dict[str, float]:
    """Return the seconds of reading and of each of our components, on documents that are new to all of them.

    The first component that reads the tree of a document pays for it.
    """
    steps: list[tuple[str, Callable[[Doc], Doc]]] = [(READING, lambda doc: doc)]
    steps += [(name, language.nlp.get_pipe(name)) for name in model.OWN_COMPONENTS]
    found = dict.fromkeys((name for name, _ in steps), 0.0)
    last = time.perf_counter()
    for doc in read(language, bodies):
        doc._.wire_written = WRITTEN
        for name, step in steps:
            step(doc)
            now = time.perf_counter()
            found[name] += now - last
            last = now
    return found


def read_by(stock: Language, bodies: list[str]) -> Iterator[float]:
    """Yield the seconds that the stock model takes in each round."""
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _doc in stock.pipe(bodies):
            pass
        yield time.perf_counter() - begin


if __name__ == "__main__":
    main()
