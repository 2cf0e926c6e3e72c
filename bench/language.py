"""The cost of the language pass: our components compared with the spaCy components they need, and the recognisers.

usage: python -m bench.language STORIES.jsonl prints one JSON object: seconds, share, words per second
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotate import model
from pipeline.annotate.entities import recogniser
from pipeline.annotate.tree import TREE
from pipeline.settings import Spacy

WRITTEN = date(2024, 5, 16)
ROUNDS = 3
"""Each is timed so often, and the fastest counts: what else the machine does only slows."""


def main() -> None:
    """Time ``nlp.pipe`` with and without our components, and the recognisers by themselves."""
    bodies = [json.loads(line)["body_text"] for line in Path(sys.argv[1]).read_text().splitlines()]
    words = sum(len(body.split()) for body in bodies)
    nlp = model.load(Spacy().model)
    needed = [name for name in nlp.pipe_names if name not in model.OWN_COMPONENTS]
    parsed = list(nlp.pipe(bodies, disable=list(model.OWN_COMPONENTS)))
    pipe = fastest(lambda: nlp.pipe(bodies, disable=list(model.OWN_COMPONENTS)))
    for doc in parsed:
        doc._.wire_written = WRITTEN
    ours = {name: fastest(lambda name=name: once(nlp, name, parsed)) for name in model.OWN_COMPONENTS}  # type: ignore[misc]
    recognisers = {"wire": own(), "stock": stock()}
    names = {name: fastest(lambda one=one: one.pipe(bodies)) for name, one in recognisers.items()}  # type: ignore[misc]
    figures = {
        "components": needed,
        "pipe_seconds": pipe,
        "our_seconds": ours,
        "share": sum(ours.values()) / pipe,
        "names_words_per_second": {name: words / seconds for name, seconds in names.items()},
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def once(nlp: Language, name: str, docs: Iterable[Doc]) -> Iterator[Doc]:
    """Run one component; the first that reads the tree of a document pays for it."""
    for doc in docs:
        if name == "wire_quotes":
            doc.user_data.pop(TREE, None)
        yield nlp.get_pipe(name)(doc)


def fastest(run: Callable[[], Iterable[Doc]]) -> float:
    """Return the seconds of the fastest of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _doc in run():
            pass
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def own() -> Language:
    """Return the names model alone."""
    nlp = spacy.blank("en")
    recogniser.add(nlp)
    return nlp


def stock() -> Language:
    """Return the stock model's recogniser alone."""
    return spacy.load(Spacy().model, exclude=["parser", "tok2vec", *model.UNUSED_COMPONENTS])


if __name__ == "__main__":
    main()
