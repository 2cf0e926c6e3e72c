"""The cost of the language pass: our components compared with the reading they need, and our reading with the stock.

usage: python -m bench.language STORIES.jsonl prints one JSON object: seconds, share, words per second
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import spacy
from spacy.tokens import Doc

from pipeline.annotate import model
from pipeline.annotate.paragraph_memory import paragraphs_of
from pipeline.annotate.tree import TREE
from pipeline.settings import Spacy

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
    documents = list(read(language, bodies))
    reading = fastest(lambda: read(language, bodies))
    for doc in documents:
        doc._.wire_written = WRITTEN
    ours = {name: fastest(lambda name=name: once(language, name, documents)) for name in model.OWN_COMPONENTS}  # type: ignore[misc]
    stock = spacy.load(Spacy().model, exclude=list(model.UNUSED_COMPONENTS))
    figures = {
        "reading_seconds": reading,
        "our_seconds": ours,
        "share": sum(ours.values()) / reading,
        "words_per_second": {"wire": words / reading, "stock": words / fastest(lambda: stock.pipe(bodies))},
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def read(language: model.LanguageModel, bodies: list[str]) -> Iterator[Doc]:
    """Read bodies in batches, as a language process does."""
    for start in range(0, len(bodies), BATCH):
        yield from language.documents(bodies[start : start + BATCH])


def once(language: model.LanguageModel, name: str, docs: Iterable[Doc]) -> Iterator[Doc]:
    """Run one component on documents that are new to it; the first that reads the tree of a document pays for it."""
    for doc in docs:
        if name == model.OWN_COMPONENTS[0]:
            doc.user_data.pop(TREE, None)
        for paragraph in paragraphs_of(doc):
            paragraph.found.clear()
        yield language.nlp.get_pipe(name)(doc)


def fastest(run: Callable[[], Iterable[Doc]]) -> float:
    """Return the seconds of the fastest of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _doc in run():
            pass
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


if __name__ == "__main__":
    main()
