"""Learn how sure a quote is: ``pipeline/languages/en/quotes/confidence.npz``, from whole stories.

    python -m training.quotes [--data FOLDER]

The figures that it prints are of stories that the model has not seen, in six turns; what it writes has learned from
all.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from pipeline.languages.en.log_linear import Features, YesOrNo
from pipeline.languages.en.quotes import confidence
from pipeline.languages.en.quotes.find import quotes_with_features
from scoring.whole import DATA
from training.event_examples import labelled, reader
from training.log_linear import Shape, certain, learn

WEIGHTS = Path(confidence.__file__).parent / "confidence.npz"
SHAPE = Shape(2.0, 3)
TURNS, SEED = 6, 1
NO_VECTORS = np.zeros((0, 0), dtype=np.float32)
Example = tuple[Features, bool]


def main() -> None:
    """Learn, print the figures, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="where the texts of whole stories are")
    args = parser.parse_args()
    found = list(examples(args.data))
    Random(SEED).shuffle(found)
    sure: list[tuple[float, bool]] = []
    for turn in range(TURNS):
        weights = learned([one for number, each in enumerate(found) if number % TURNS != turn for one in each])
        sure += [(probability(weights, f), is_one) for each in found[turn::TURNS] for f, is_one in each]
    for least in (0, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8):
        shown = [is_one for likely, is_one in sure if likely >= least]
        kept = sum(shown) / sum(is_one for _, is_one in sure)
        print(f"from {least}: {len(shown)} quotes, {np.mean(shown):.3f} right, {kept:.3f} of the right ones")
    np.savez_compressed(WEIGHTS, **learned([one for each in found for one in each]))


def examples(data: Path) -> Iterator[list[Example]]:
    """Yield for each story its quotes, and whether a reader marked them."""
    for each in labelled(data, reader()):
        found = quotes_with_features(each.tree, each.entities)
        yield [(of, each.judge.quotation(quote) is not None) for quote, of in found]


def learned(found: list[Example]) -> dict[str, Any]:
    """Return the weights for these quotes."""
    targets = certain([int(is_one) for _, is_one in found], 2)
    return learn(SHAPE, [of for of, _ in found], targets, NO_VECTORS).weights


def probability(weights: dict[str, Any], of: Features) -> float:
    """Return the probability that a quote is one."""
    return YesOrNo(weights, NO_VECTORS).probability(of)


if __name__ == "__main__":
    main()
