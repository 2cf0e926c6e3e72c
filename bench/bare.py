"""The baseline: the default spaCy model over the same bodies, nothing else.

usage: python -m bench.bare STORIES.jsonl PROCESSES    prints seconds of nlp.pipe, without loading
"""

import json
import sys
import time
from pathlib import Path

import spacy

from pipeline.settings import Spacy


def main() -> None:
    """Run ``nlp.pipe`` as anyone would, and print how long it took."""
    lines = Path(sys.argv[1]).read_text().splitlines()
    bodies = [json.loads(line)["body_text"] for line in lines]
    nlp = spacy.load(Spacy().model)
    list(nlp.pipe(bodies[:2]))
    begin = time.monotonic()
    for _ in nlp.pipe(bodies, n_process=int(sys.argv[2])):
        pass
    sys.stdout.write(f"{time.monotonic() - begin}\n")


if __name__ == "__main__":
    main()
