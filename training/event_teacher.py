"""A larger model of event types that only training uses: it labels the pairs of unlabelled stories.

It is MiniLM with a softmax over the types. It reads a sentence whose words are marked as the actor's, the recipient's
or neither. It learns from PLV's sentences, and from the beginnings of machine-written stories, whose types are known
but not who takes part. It learns twice: without the sentences that ``training/events.py`` holds out, for the figures,
and from all, for what ships.

    python -m training.event_teacher --minilm FOLDER --out FILE.pickle
"""

import argparse
import json
import pickle
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from tokenizers import Tokenizer

from training import minilm
from training.events import LEARNED, MERGED, Taught, is_held_out, unlabelled
from training.minilm import BEGIN, END, WIDTH, Params

LENGTH, BATCH = 96, 16
RATE, HEAD_RATE = 1e-4, 2e-3
STEPS, SEED = 500, 1
WRITTEN, BEGINNING = 0.4, 350
"""The share of machine-written stories, and how many of their characters are read."""
NEITHER, ACTOR, RECIPIENT = 0, 1, 2


class Example(NamedTuple):
    """A sentence as pieces and sides, the number of its type, and whether a machine wrote it."""

    pieces: list[int]
    sides: list[int]
    type: int
    is_written: bool


class Reader:
    """Turns sentences into MiniLM's pieces."""

    def __init__(self, folder: Path) -> None:
        """Read the tokenizer's file."""
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def example(self, label: dict[str, Any], kind: str = "", *, is_written: bool = False) -> Example:
        """Return a sentence, padded to ``LENGTH``; ``actor`` and ``recipient`` are lists of character ranges."""

        def side(start: int, end: int) -> int:
            if any(first < end and start < last for first, last in label.get("actor", ())):
                return ACTOR
            return RECIPIENT if any(a < end and start < b for a, b in label.get("recipient", ())) else NEITHER

        read = self._tokenizer.encode(label["text"], add_special_tokens=False)
        pieces = [BEGIN, *read.ids[: LENGTH - 2], END]
        sides = [NEITHER, *(side(start, end) for start, end in read.offsets[: LENGTH - 2]), NEITHER]
        rest = [0] * (LENGTH - len(pieces))
        return Example(pieces + rest, sides + rest, LEARNED.index(MERGED.get(kind, kind)) if kind else 0, is_written)


def started(folder: Path) -> Params:
    """Return MiniLM's weights, and new ones for what it does not have."""
    rng = np.random.default_rng(SEED)
    new = {
        "side": rng.normal(0, 0.02, (3, WIDTH)).astype(np.float32),
        "written": np.zeros((2, WIDTH), np.float32),
        "head": rng.normal(0, 0.02, (3 * WIDTH, len(LEARNED))).astype(np.float32),
        "bias": np.zeros(len(LEARNED), np.float32),
    }
    return minilm.started(folder, new)


def scores(
    params: Params, pieces: jax.Array, sides: jax.Array, written: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """Return the scores (sentence, type)."""
    new, keys = params["new"], minilm.keys_of(key)
    mask = pieces > 0
    x = minilm.norm(params["stock"], "embeddings.LayerNorm", minilm.embedded(params, pieces))
    x = minilm.drop(x + new["side"][sides] + new["written"][written][:, None], keys[-1], 0.1)
    x = minilm.layers(params["stock"], x, mask, keys)

    def mean(among: jax.Array) -> jax.Array:
        weight = among.astype(jnp.float32)
        return (x * weight[..., None]).sum(1) / jnp.maximum(weight.sum(1, keepdims=True), 1)

    read = jnp.concatenate([mean(mask), mean(sides == ACTOR), mean(sides == RECIPIENT)], -1)
    return minilm.drop(read, keys[-2], 0.2) @ new["head"] + new["bias"]


def arrays(examples: Sequence[Example]) -> tuple[np.ndarray, ...]:
    """Return pieces, sides and whether a machine wrote them, as arrays."""
    return tuple(
        np.array(each) for each in zip(*((e.pieces, e.sides, int(e.is_written)) for e in examples), strict=True)
    )


def endless(labelled: Sequence[Example], written: Sequence[Example]) -> Iterator[Example]:
    """Yield examples without end, of both kinds, in a random order."""
    chance = random.Random(SEED)
    left: dict[bool, list[Example]] = {True: [], False: []}
    while True:
        kind = chance.random() < WRITTEN
        if not left[kind]:
            of = written if kind else labelled
            left[kind] = chance.sample(of, len(of))
        yield left[kind].pop()


def loss(params: Params, read: tuple[jax.Array, jax.Array, jax.Array], types: jax.Array, key: jax.Array) -> jax.Array:
    """Return the mean cross entropy of sentences, as ``arrays`` returns them, whose types have these numbers."""
    return -jnp.take_along_axis(jax.nn.log_softmax(scores(params, *read, key)), types[:, None], -1).mean()


def batches(examples: Iterator[Example]) -> Iterator[tuple[Any, np.ndarray]]:
    """Yield the sentences of each step and the numbers of their types."""
    for _ in range(STEPS):
        batch = [next(examples) for _ in range(BATCH)]
        yield arrays(batch), np.array([each.type for each in batch])


def train(folder: Path, examples: Iterator[Example]) -> Params:
    """Return trained weights; MiniLM's are in the folder."""
    begun = time.time()

    def watch(number: int, params: Params, loss: float) -> None:
        if number % 100 == 0:
            print(f"{number:5} steps, {time.time() - begun:.0f} s: loss {loss:.4f}", flush=True)

    optimizer = minilm.optimizer(STEPS, RATE, HEAD_RATE, new_decay=0.01)
    return minilm.trained(started(folder), optimizer, loss, batches(examples), SEED, watch)


def odds(params: Params, examples: Sequence[Example]) -> np.ndarray:
    """Return the probabilities (example, type)."""
    run = jax.jit(lambda read: jax.nn.softmax(scores(params, *read)))
    found = []
    for start in range(0, len(examples), BATCH):
        part = examples[start : start + BATCH]
        found.append(np.asarray(run(arrays([*part, *[part[0]] * (BATCH - len(part))])))[: len(part)])
    return np.concatenate(found)


def main() -> None:
    """Train twice, print how many of the sentences held out are right, and write the labelled pairs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--minilm", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    reader, events = Reader(args.minilm), args.data / "events"
    labels = [json.loads(line) for line in (events / "plv-train.jsonl").read_text().splitlines()]
    stories = [json.loads(line) for line in (events / "synthetic.jsonl").read_text().splitlines()]
    written = [reader.example({"text": s["text"][:BEGINNING]}, s["type"], is_written=True) for s in stories]
    pairs = list(unlabelled(args.data))
    read = [reader.example(pair.sentence) for pair in pairs]
    told = {}
    for part in ("held out", "all"):
        known = [each for each in labels if part == "all" or not is_held_out(each)]
        params = train(args.minilm, endless([reader.example(each, each["types"][0]) for each in known], written))
        if part == "held out":
            others = [each for each in labels if is_held_out(each)]
            best = odds(params, [reader.example(each) for each in others]).argmax(axis=1)
            right = [LEARNED[kind] in each["types"] for kind, each in zip(best, others, strict=True)]
            print(f"type right, given actor and recipient: {np.mean(right):.3f}", flush=True)
        told[part] = odds(params, read)
    taught = [
        Taught(pair.row, pair.event, without, with_all)
        for pair, without, with_all in zip(pairs, told["held out"], told["all"], strict=True)
    ]
    args.out.write_bytes(pickle.dumps(taught))


if __name__ == "__main__":
    main()
