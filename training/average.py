"""Average two language models that ``training/reading.py`` trained from the same start (Wortsman et al., ICML 2022).

python -m training.average ONE OTHER --share 0.4
"""

import argparse
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from training.reading import WEIGHTS, stock_parser


def average(one: Path, other: Path, share: float, out: Path) -> None:
    """Write the weights of ``one``, moved by ``share`` towards those of ``other``. All are folders."""
    out.mkdir(exist_ok=True)
    with np.load(one / "encoder.npz") as first, np.load(other / "encoder.npz") as second:
        mixed: Any = {name: _between(first[name], second[name], share) for name in first.files}
    np.savez_compressed(out / "encoder.npz", **mixed)
    parsers = []
    for folder in (one, other):
        parser: Any = stock_parser().get_pipe("parser")
        parsers.append(parser.from_disk(folder / "parser", exclude=["vocab"]))
    for node, towards in zip(*(parser.model.walk() for parser in parsers), strict=True):
        for name in node.param_names:
            if node.has_param(name):
                node.set_param(name, _between(node.get_param(name), towards.get_param(name), share))
    shutil.rmtree(out / "parser", ignore_errors=True)
    parsers[0].to_disk(out / "parser", exclude=["vocab"])


def _between(one: Any, other: Any, share: float) -> Any:
    if one.dtype.kind != "f":
        return one
    return (one.astype(np.float32) * (1 - share) + other.astype(np.float32) * share).astype(one.dtype)


def main() -> None:
    """Average, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--share", type=float, default=0.4, help="of the other")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    average(args.one, args.other, args.share, args.out)


if __name__ == "__main__":
    main()
