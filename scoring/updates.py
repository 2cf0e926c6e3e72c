"""The accuracy of update detection, on labelled pairs of wire stories.

``updates.tsv`` lists pairs of one agency's stories that share a third of the shorter text within two days, by id:
``update`` where an editor would let the later one replace the earlier one, ``new`` where both are stories of their
own, ``unclear`` where editors would differ; these do not count. The stories themselves are read in place.

python -m scoring.updates [--data FILE] [--errors] [--json]
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import formats
from pipeline.clean import clean
from pipeline.derive.signatures import SignatureWindow
from pipeline.derive.updates import Comparable, is_update
from pipeline.desk.text_signature import signature_of
from pipeline.story import RawStory, SignedStory, Story

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "wires" / "afp-xinhua.jsonl"
LABELS = Path(__file__).with_name("updates.tsv")
Pair = tuple[str, str]


class Rates(NamedTuple):
    """Precision and recall of the pairs found, each from 0 to 1, and the number of labelled updates."""

    precision: float
    recall: float
    updates: int


def measure(found: Iterable[Pair], labels: Mapping[Pair, str]) -> tuple[Rates, list[Pair], list[Pair]]:
    """Return the rates, the pairs found wrongly, and the updates missed. A pair without a label counts as wrong."""
    judged = [pair for pair in found if labels.get(pair) != "unclear"]
    wanted = {pair for pair, label in labels.items() if label == "update"}
    wrong = [pair for pair in judged if pair not in wanted]
    missed = sorted(wanted - set(judged))
    right = len(judged) - len(wrong)
    return Rates(right / max(len(judged), 1), right / max(len(wanted), 1), len(wanted)), wrong, missed


def detected(stories: Sequence[Story]) -> list[Pair]:
    """Return the pairs that are found among these stories: the earlier uri, then that of its update."""
    window, known, pairs = SignatureWindow(timedelta(days=2)), {}, []
    for story in stories:
        known[story.uri] = Comparable.of(story)
        if signature := signature_of(known[story.uri].features):
            window.put(
                SignedStory(
                    uri=story.uri,
                    origin=story.source.name,
                    versioncreated=story.versioncreated,
                    firstcreated=story.firstcreated,
                    signature=signature,
                )
            )
    for uri, later in known.items():
        updated = window.resemblance(uri).updated
        pairs += [(earlier, uri) for earlier in updated if is_update(known[earlier], later)]
    return pairs


def read(path: Path) -> list[Story]:
    """Return the stories in the order of their ids, which is that of publication; each second one of its day."""
    items = sorted(map(json.loads, path.read_text(encoding="utf-8").splitlines()), key=lambda item: item["id"])
    return [_story(item, number) for number, item in enumerate(items)]


def _story(item: Mapping[str, Any], number: int) -> Story:
    ninjs = {
        "uri": item["id"],
        "versioncreated": (datetime.fromisoformat(item["created"]) + timedelta(seconds=number)).isoformat() + "Z",
        "language": "en",
        "headline": item["headline"],
        "body_text": item["text"],
    }
    agency, value = item["id"].partition("_")[0], json.dumps(ninjs).encode()
    return clean(formats.parse(RawStory("", value, "ninjs", agency, datetime.now(UTC))))


def read_labels(path: Path = LABELS) -> dict[Pair, str]:
    """Return the label of each pair of ids."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(earlier, later): label for earlier, later, label in csv.reader(file, delimiter="\t")}


def main() -> None:
    """Score, and print the rates. The exit code is 1 if the stories are not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--errors", action="store_true", help="print the headlines of wrong and missed pairs")
    parser.add_argument("--json", action="store_true", help="print one object")
    args = parser.parse_args()
    if not args.data.is_file():
        sys.exit(f"{args.data}: not found; name the stories with --data")
    stories = read(args.data)
    rates, wrong, missed = measure(detected(stories), read_labels())
    if args.json:
        sys.stdout.write(json.dumps(rates._asdict()) + "\n")
        return
    sys.stdout.write(
        f"updates: precision {rates.precision:.3f}, recall {rates.recall:.3f}; {rates.updates} labelled updates\n"
    )
    titles = {story.uri: story.headline or story.body[:70] for story in stories}
    for kind, pairs in (("wrong", wrong), ("missed", missed)) if args.errors else ():
        for earlier, later in pairs:
            sys.stdout.write(f"{kind}: {earlier} {titles[earlier]!r} → {later} {titles[later]!r}\n")


if __name__ == "__main__":
    main()
