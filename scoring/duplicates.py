"""The accuracy of near-duplicate detection, on a generated stream with known copies.

Every third story comes a second time from another agency, which replaced 30 % of the words of the lead and of the
last paragraph and added its own boilerplate. All stories follow the same few patterns, so that unrelated stories
share words too.

python -m scoring.duplicates [--stories N] [--seed N] [--json]
"""

import argparse
import json
import random
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import corpus
from pipeline import formats
from pipeline.clean import clean
from pipeline.derive.relations import relation
from pipeline.derive.signatures import SignatureWindow
from pipeline.derive.updates import Comparable
from pipeline.desk.text_signature import signature_of
from pipeline.story import RawStory, SignedStory, Story

EDITED = 0.3
_BOILERPLATE = [
    "Subscribers may use this report in print and online. Editing by the night desk, telephone extension 4411.",
    "This story was written by staff and corrected for spelling; pictures and graphics follow.",
    "All rights reserved. For more reports from the region see the agency's service on the web.",
]


@dataclass(frozen=True)
class Rates:
    """Precision and recall of the copies found, each from 0 to 1, and the number of copies."""

    precision: float
    recall: float
    copies: int
    stories: int


def measure(number: int = 600, seed: int = 11) -> Rates:
    """Return the rates on a stream of about that many stories."""
    right = wrong = missed = 0
    window = SignatureWindow(timedelta(days=3_650))
    stream = list(_stream(number, random.Random(seed)))
    told = {story.uri: Comparable.of(story) for story, _ in stream}
    for story, _ in stream:
        if signature := signature_of(told[story.uri].features):
            window.put(
                SignedStory(
                    uri=story.uri,
                    origin=story.source.name,
                    versioncreated=story.versioncreated,
                    firstcreated=story.firstcreated,
                    signature=signature,
                )
            )
    for story, copied in stream:
        found = relation(told[story.uri], window.resemblance(story.uri), told)
        original = found.to if found.kind in ("copyof", "variantof") else None
        if original == copied:
            right += copied is not None
        else:
            wrong += original is not None
            missed += copied is not None
    return Rates(
        precision=right / max(right + wrong, 1),
        recall=right / max(right + missed, 1),
        copies=sum(copied is not None for _, copied in stream),
        stories=len(stream),
    )


def _stream(number: int, rng: random.Random) -> list[tuple[Story, str | None]]:
    """Return stories in the order in which they were written, each with the uri of the one it copies."""
    stories = [_story(item) for item in corpus.stories(number, rng.randrange(1 << 30))]
    vocabulary = [word for story in stories[:100] for word in story.body.split()]
    stream: list[tuple[Story, str | None]] = []
    for place, story in enumerate(stories):
        stream.append((story, None))
        if place % 3 == 0 and len(story.body.split()) >= 60:
            other = story.source.model_copy(update={"name": f"{story.source.name} elsewhere"})
            body = _copied(story.body, rng, vocabulary)
            when = story.versioncreated + timedelta(seconds=rng.randint(-1_200, 1_200))
            changed = {"uri": f"{story.uri}:copy", "source": other, "body": body, "versioncreated": when}
            stream.append((story.model_copy(update=changed), story.uri))
    stream.sort(key=lambda pair: (pair[0].versioncreated, pair[0].uri))
    # A copy that was written first is the original of the other.
    first: dict[str, str] = {}
    told: list[tuple[Story, str | None]] = []
    for story, _ in stream:
        root = story.uri.removesuffix(":copy")
        told.append((story, first.get(root)))
        first.setdefault(root, story.uri)
    return told


def _story(item: dict[str, Any]) -> Story:
    value = json.dumps(item).encode()
    raw = RawStory(uri="", value=value, format="ninjs", source="", receivedat=datetime.now(UTC))
    return clean(formats.parse(raw))


def _copied(body: str, rng: random.Random, vocabulary: list[str]) -> str:
    paragraphs = body.split("\n")
    for place in {0, len(paragraphs) - 1}:
        paragraphs[place] = " ".join(_edited(paragraphs[place].split(), rng, vocabulary))
    return "\n".join([*paragraphs, rng.choice(_BOILERPLATE)])


def _edited(words: list[str], rng: random.Random, vocabulary: list[str]) -> list[str]:
    """Replace, remove or extend 30 % of the words."""
    edited: list[str] = []
    for word in words:
        if rng.random() >= EDITED:
            edited.append(word)
        else:
            edited += rng.choice(
                ([rng.choice(vocabulary)], [rng.choice(vocabulary)], [], [rng.choice(vocabulary), word])
            )
    return edited


def main() -> None:
    """Measure, and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=1_500, metavar="N", help="how many stories, before the copies")
    parser.add_argument("--seed", type=int, default=11, metavar="N", help="another stream")
    parser.add_argument("--json", action="store_true", help="print one object")
    args = parser.parse_args()
    rates = measure(args.stories, args.seed)
    told = f"precision {rates.precision:.4f}, recall {rates.recall:.4f}"
    sys.stdout.write(
        (json.dumps(asdict(rates)) if args.json else f"\n{rates.copies} copies among {rates.stories} stories: {told}")
        + "\n"
    )


if __name__ == "__main__":
    main()
