"""A larger model of events that only training uses: it labels unlabelled stories for the models that ship.

It is MiniLM with three questions: does a predicate name an event worth a line, of which type, and does a noun phrase
act, or is it acted on. The last one only shapes what it learns: its answers are worse than those of log-linear models.
Each of ``PARTS`` teachers learns from two thirds of the labelled stories, so that what one says can be tried on stories
that it has not seen.

    python -m training.event_teacher --minilm FOLDER --out FILE
"""

import argparse
import pickle
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pipeline.annotations import EVENT_TYPES
from scoring.whole import DATA
from training import minilm
from training.event_examples import Questions, Taught, labelled_questions, turn_of, unlabelled_questions
from training.minilm import BEGIN, END, WIDTH, Params
from training.teacher import Reader, shape_of

PARTS = 3
LENGTH, BATCH = 256, 8
MOST_PREDICATES, MOST_PAIRS = 64, 192
SHAPES, SENTENCES = 16, 16
RATE, HEAD_RATE, ROUNDS = 1.5e-4, 1.5e-3, 4
TYPE_SHARE, ROLE_SHARE = 0.5, 0.5
"""What the losses of types and roles count beside that of events."""
Window = tuple[int, list[int]]
"""The number of a story, and those of its words that are read together."""


class Batch(NamedTuple):
    """Windows as arrays (text, piece), (text, predicate) and (text, pair): columns, and what is known, or -1."""

    pieces: np.ndarray
    shapes: np.ndarray
    sentences: np.ndarray
    predicates: np.ndarray
    events: np.ndarray
    types: np.ndarray
    pairs: np.ndarray
    roles: np.ndarray


class EventReader:
    """Turns stories with questions into windows, and these into arrays."""

    def __init__(self, folder: Path, stories: Sequence[Questions]) -> None:
        """Read the tokenizer in MiniLM's folder."""
        self._reader, self._stories = Reader(folder), stories

    def windows(self, number: int) -> Iterator[Window]:
        """Yield the words of a story, as many at once as fit, cut between sentences where possible."""
        story = self._stories[number]
        window: list[int] = []
        used = 2
        for word in range(len(story.words)):
            size = len(self._pieces(story, word))
            if used + size > LENGTH and window:
                ends = (n for n in range(len(window) - 1, len(window) // 2, -1)
                        if story.sentences[window[n]] != story.sentences[window[n - 1]])  # fmt: skip
                cut = next(ends, len(window))
                yield number, window[:cut]
                window = window[cut:]
                used = 2 + sum(len(self._pieces(story, each)) for each in window)
            window.append(word)
            used += size
        yield number, window

    def _pieces(self, story: Questions, word: int) -> list[int]:
        return [] if story.words[word].isspace() else self._reader.pieces(story.words[word])

    def arrays(self, windows: Sequence[Window]) -> tuple[Batch, list[list[int]]]:
        """Return windows as arrays, and the numbers of the predicates that are asked about in each."""
        pieces, shapes, sentences = (np.zeros((len(windows), LENGTH), np.int32) for _ in range(3))
        predicates, events, types = (np.full((len(windows), MOST_PREDICATES), -1, np.int32) for _ in range(3))
        pairs = np.full((len(windows), MOST_PAIRS, 2), -1, np.int32)
        roles = np.full((len(windows), MOST_PAIRS), -1, np.int32)
        asked: list[list[int]] = [[] for _ in windows]
        for row, (number, window) in enumerate(windows):
            story = self._stories[number]
            columns: dict[int, int] = {}
            pieces[row, 0] = BEGIN
            column = 1
            for word in window:
                for place, piece in enumerate(self._pieces(story, word)):
                    if not place:
                        columns[word] = column
                    pieces[row, column] = piece
                    shapes[row, column] = 15 if place else 1 + shape_of(story.words[word])
                    sentences[row, column] = 1 + min(story.sentences[word], SENTENCES - 2)
                    column += 1
            pieces[row, column] = END
            within = [n for n, each in enumerate(story.asked) if each.token in columns][:MOST_PREDICATES]
            pair = 0
            for place, n in enumerate(within):
                each = story.asked[n]
                predicates[row, place], events[row, place], types[row, place] = (
                    columns[each.token],
                    each.event,
                    each.type,
                )
                for token, role in zip(each.arguments, each.roles, strict=True):
                    if token in columns and pair < MOST_PAIRS:
                        pairs[row, pair], roles[row, pair] = (columns[each.token], columns[token]), role
                        pair += 1
            asked[row] = within
        return Batch(pieces, shapes, sentences, predicates, events, types, pairs, roles), asked


def started(folder: Path, seed: int) -> Params:
    """Return MiniLM's weights, and new ones for what it does not have."""
    rng = np.random.default_rng(seed)

    def head(inputs: int, outputs: int) -> np.ndarray:
        return rng.normal(0, 0.02, (inputs * WIDTH + 1, outputs)).astype(np.float32)

    new = {
        "shapes": np.zeros((SHAPES, WIDTH), np.float32),
        "sentences": np.zeros((SENTENCES, WIDTH), np.float32),
        "event": head(2, 1), "type": head(2, len(EVENT_TYPES)), "role": head(3, 3),
    }  # fmt: skip
    return minilm.started(folder, new)


def answers(params: Params, read: Batch, key: jax.Array | None = None) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return the scores: (text, predicate), (text, predicate, type) and (text, pair, role)."""
    new, keys = params["new"], minilm.keys_of(key)
    mask = read.pieces > 0
    x = minilm.embedded(params, read.pieces) + new["shapes"][read.shapes] + new["sentences"][read.sentences]
    x = minilm.drop(minilm.norm(params["stock"], "embeddings.LayerNorm", x), keys[-1], 0.1)
    x = minilm.layers(params["stock"], x, mask, keys)
    average = jnp.where(mask[..., None], x, 0).sum(1, keepdims=True) / mask.sum(1)[:, None, None]

    def at(columns: Any) -> jax.Array:
        return jnp.take_along_axis(x, jnp.maximum(columns, 0)[..., None], axis=1)

    def scores(head: jax.Array, *parts: jax.Array) -> jax.Array:
        return minilm.drop(jnp.concatenate(parts, -1), keys[-2], 0.2) @ head[:-1] + head[-1]

    own = at(read.predicates)
    around = jnp.broadcast_to(average, own.shape)
    verb, noun = at(read.pairs[..., 0]), at(read.pairs[..., 1])
    return (
        scores(new["event"], own, around)[..., 0],
        scores(new["type"], own, around),
        scores(new["role"], verb, noun, verb * noun),
    )


def _loss(params: Params, *read: jax.Array) -> jax.Array:
    batch, key = Batch(*read[:-1]), read[-1]
    event, kind, role = answers(params, batch, key)
    known = batch.events >= 0
    lost = jnp.where(known, jnp.logaddexp(0, event) - batch.events * event, 0).sum() / known.sum()
    return lost + TYPE_SHARE * _missed(kind, batch.types) + ROLE_SHARE * _missed(role, batch.roles)


def _missed(scores: jax.Array, outcomes: jax.Array) -> jax.Array:
    known = outcomes >= 0
    right = jnp.take_along_axis(jax.nn.log_softmax(scores), jnp.maximum(outcomes, 0)[..., None], -1)[..., 0]
    return -jnp.where(known, right, 0).sum() / jnp.maximum(known.sum(), 1)


def train(folder: Path, stories: Sequence[Questions], seed: int) -> Params:
    """Return weights that learned from these stories."""
    reader, rng, begun = EventReader(folder, stories), Random(seed), time.time()
    windows = [window for number in range(len(stories)) for window in reader.windows(number)]
    steps = ROUNDS * len(windows) // BATCH
    losses: list[float] = []

    def batches() -> Iterator[Batch]:
        pool: list[Window] = []
        for _ in range(steps):
            while len(pool) < BATCH:
                pool += rng.sample(windows, len(windows))
            yield reader.arrays([pool.pop() for _ in range(BATCH)])[0]

    def watch(number: int, params: Params, loss: float) -> None:
        losses.append(loss)
        if number % 50 == 0:
            print(f"{number} of {steps}, {time.time() - begun:.0f} s: loss {np.mean(losses[-50:]):.3f}", flush=True)

    optimizer = minilm.optimizer(steps, RATE, HEAD_RATE, new_decay=0.0)
    return minilm.trained(started(folder, seed), optimizer, _loss, batches(), seed, watch)


def taught(folder: Path, params: Params, stories: Sequence[Questions]) -> list[Taught]:
    """Return what a teacher answers to the questions of each story."""
    reader = EventReader(folder, stories)
    run = jax.jit(answers)
    found = [Taught.nothing(story) for story in stories]
    windows = [window for number in range(len(stories)) for window in reader.windows(number)]
    for start in range(0, len(windows), BATCH):
        part = windows[start : start + BATCH]
        batch, asked = reader.arrays([*part, *[part[0]] * (BATCH - len(part))])
        event, kind, _ = map(np.asarray, run(params, batch))
        for row, (number, _) in enumerate(part):
            for place, n in enumerate(asked[row]):
                found[number].events[n], found[number].types[n] = event[row, place], kind[row, place]
    return found


def figures(stories: Sequence[Questions], found: Sequence[Taught]) -> str:
    """Return how well a teacher answers what is known."""
    events = [(each.event, score) for story, one in zip(stories, found, strict=True)
              for each, score in zip(story.asked, one.events, strict=True)]  # fmt: skip
    is_event = np.array([event for event, _ in sorted(events, key=lambda pair: -pair[1])])
    precision = np.cumsum(is_event) / np.arange(1, len(is_event) + 1)
    types = [each.type == int(scores.argmax()) for story, one in zip(stories, found, strict=True)
             for each, scores in zip(story.asked, one.types, strict=True) if each.type >= 0]  # fmt: skip
    average = (precision * is_event).sum() / is_event.sum()
    return f"events: average precision {average:.3f}; types: {np.mean(types):.3f}"


def main() -> None:
    """Train the teachers, and write what each answers about all unlabelled stories."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--minilm", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    known = labelled_questions(args.data)
    unknown = unlabelled_questions(args.data)
    print(f"{len(known)} labelled stories, {len(unknown)} unlabelled ones", flush=True)
    parts: list[list[Taught]] = []
    for part in range(PARTS):
        params = train(args.minilm, [each for each in known if turn_of(each.id, PARTS) != part], part)
        own = [each for each in known if turn_of(each.id, PARTS) == part]
        print(f"teacher {part}:", figures(own, taught(args.minilm, params, own)), flush=True)
        parts.append(taught(args.minilm, params, unknown))
    with args.out.open("wb") as file:
        pickle.dump({each.id: found for each, *found in zip(unknown, *parts, strict=True)}, file, protocol=5)


if __name__ == "__main__":
    main()
