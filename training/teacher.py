"""A larger names model that only training uses: it labels unlabelled wire stories for the model that ships.

It is MiniLM with a softmax over BILOU tags. MiniLM reads lower-cased words, so the shape of each word, whether it
begins a line, and its word features (``pipeline/languages/en/entities/word_features.py``) are embedded too. So is the
collection a text comes from, since each labels by conventions of its own; unlabelled stories are read as if they were
eww's.

    python -m training.teacher --minilm FOLDER --out FILE.npz [--seed 2]
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from tokenizers import Tokenizer

from pipeline.reading.name_tagger import TAGS
from pipeline.reading.word_features import word_features
from training import minilm
from training.corpora import COLLECTIONS, Labelled, collected, eww, pieces
from training.minilm import BEGIN, END, UNKNOWN, WIDTH, Params
from training.scores import f1
from training.tags import names_of, tags_of
from training.variety import stream

LENGTH, BATCH = 256, 16
RATE, HEAD_RATE = 2e-4, 2e-3
STEPS = 900
SHAPES, FEATURES = 16, 64


class Words(NamedTuple):
    """Texts as arrays (text, piece): pieces, shapes and word features; and the first piece of each word, or -1."""

    pieces: np.ndarray
    shapes: np.ndarray
    features: np.ndarray
    collection: np.ndarray
    words: np.ndarray


class Reader:
    """Turns spaCy's words into MiniLM's pieces."""

    def __init__(self, folder: Path) -> None:
        """Read the tokenizer's file."""
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._known: dict[str, list[int]] = {}

    def windows(self, doc: Doc) -> Iterator[list[int]]:
        """Yield the indices of the words of a document, as many at once as fit, cut at lines where possible."""
        window: list[int] = []
        used, line = 2, 0
        for token in doc:
            if token.is_space:
                if "\n" in token.text:
                    line = len(window)
                continue
            size = len(self.pieces(token.text))
            if used + size > LENGTH and window:
                cut = line if line > len(window) // 2 else len(window)
                yield window[:cut]
                window, line = window[cut:], 0
                used = 2 + sum(len(self.pieces(doc[n].text)) for n in window)
            window.append(token.i)
            used += size
        if window:
            yield window

    def pieces(self, word: str) -> list[int]:
        """Return the pieces of a word, at most twelve."""
        if word not in self._known:
            self._known[word] = (self._tokenizer.encode(word, add_special_tokens=False).ids or [UNKNOWN])[:12]
        return self._known[word]

    def arrays(self, windows: Sequence[tuple[Doc, list[int]]], collections: Sequence[int]) -> Words:
        """Return windows as arrays, padded to ``LENGTH``."""
        shape = (len(windows), LENGTH)
        none = np.full(shape, -1, np.int32)
        pieces, shapes, features = (np.zeros(shape, np.int32) for _ in range(3))
        read = Words(pieces, shapes, features, np.asarray(collections), none)
        for row, (doc, window) in enumerate(windows):
            read.pieces[row, 0] = BEGIN
            column = 1
            for number, index in enumerate(window):
                token = doc[index]
                first = index == 0 or "\n" in doc[index - 1].text
                for place, piece in enumerate(self.pieces(token.text)):
                    read.pieces[row, column] = piece
                    read.shapes[row, column] = 1 + shape_of(token.text) + 7 * first if not place else 15
                    read.features[row, column] = word_features(token.text)
                    if not place:
                        read.words[row, number] = column
                    column += 1
            read.pieces[row, column] = END
        return read


def shape_of(word: str) -> int:
    """Return how a word is written: lower case, capitals, a capital, digits, letters, marks."""
    if word.islower():
        return 0
    if word.isupper():
        return 1 if len(word) > 1 else 2
    if word[:1].isupper():
        return 3
    if word.isdigit():
        return 4
    return 5 if any(map(str.isalnum, word)) else 6


def started(folder: Path, seed: int) -> Params:
    """Return MiniLM's weights, and new ones for what it does not have."""
    rng = np.random.default_rng(seed)
    new = {
        "shapes": np.zeros((SHAPES, WIDTH), np.float32),
        "features": np.zeros((FEATURES, WIDTH), np.float32),
        "collection": np.zeros((len(COLLECTIONS), WIDTH), np.float32),
        "head": rng.normal(0, 0.02, (2 * WIDTH, len(TAGS))).astype(np.float32),
        "bias": np.zeros(len(TAGS), np.float32),
    }
    return minilm.started(folder, new)


def logits(params: Params, read: Words, key: jax.Array | None = None) -> jax.Array:
    """Return the scores (text, word, tag)."""
    new, keys = params["new"], minilm.keys_of(key)
    mask = read.pieces > 0
    x = minilm.embedded(params, read.pieces)
    x += new["shapes"][read.shapes] + new["features"][read.features] + new["collection"][read.collection][:, None]
    x = minilm.drop(minilm.norm(params["stock"], "embeddings.LayerNorm", x), keys[-1], 0.1)
    x = minilm.layers(params["stock"], x, mask, keys)
    words = jnp.maximum(read.words, 0)[..., None]
    first = jnp.take_along_axis(x, words, axis=1)
    average = jnp.where(mask[..., None], x, 0).sum(1, keepdims=True) / mask.sum(1)[:, None, None]
    both = jnp.concatenate([first, jnp.broadcast_to(average, first.shape)], -1)
    return minilm.drop(both, keys[-2], 0.2) @ new["head"] + new["bias"]


def _loss(params: Params, read: Words, tags: jax.Array, key: jax.Array) -> jax.Array:
    told = tags >= 0
    right = jnp.take_along_axis(jax.nn.log_softmax(logits(params, read, key)), jnp.maximum(tags, 0)[..., None], -1)
    return -jnp.where(told, right[..., 0], 0).sum() / told.sum()


class Teacher:
    """Trained weights, or several whose scores are averaged."""

    def __init__(self, folder: Path, weights: Sequence[Params]) -> None:
        """Read the tokenizer in MiniLM's folder."""
        self.reader, self._weights = Reader(folder), weights
        self._run = jax.jit(lambda params, read: jax.nn.log_softmax(logits(params, read)))

    def scores(self, docs: Sequence[Doc], collection: int = 0) -> list[np.ndarray]:
        """Return the logarithms of the probabilities (word, tag) of each document; spaces are O."""
        found = [np.full((len(doc), len(TAGS)), -20.0, np.float32) for doc in docs]
        for scores in found:
            scores[:, 0] = 0
        windows = [(number, window) for number, doc in enumerate(docs) for window in self.reader.windows(doc)]
        for start in range(0, len(windows), BATCH):
            part = windows[start : start + BATCH]
            padded = [*part, *[part[0]] * (BATCH - len(part))]
            read = self.reader.arrays([(docs[n], window) for n, window in padded], [collection] * BATCH)
            all_ = np.mean([np.asarray(self._run(params, read)) for params in self._weights], axis=0)
            for (number, window), scores in zip(part, all_, strict=False):
                found[number][window] = scores[: len(window)]
        return found

    def names(self, docs: Sequence[Doc], collection: int = 0) -> list[list[tuple[int, int, str]]]:
        """Return the names of each document: start, end, label."""
        return [names_of(doc, scores) for doc, scores in zip(docs, self.scores(docs, collection), strict=True)]


def training_windows(nlp: Language, reader: Reader, data: Path, seed: int) -> Iterator[Any]:
    """Yield (document, window, tags, collection) without end, varied."""
    texts = [piece for article in eww(data / "eww" / "train") for piece in pieces(article, 900)]
    others = [
        (number, [piece for text in collected(data, name) for piece in pieces(text, 900)])
        for number, name in enumerate(COLLECTIONS)
        if name != "eww"
    ]
    main, chance = stream(texts, [], seed), random.Random(seed)
    sizes = [sum(len(p.text) for p in each) for _, each in others]
    share = sum(sizes) / (sum(sizes) + sum(len(t.text) for t in texts)) * 0.8
    pools: dict[int, list[Labelled]] = {}
    while True:
        if others and chance.random() < share:
            number, each = chance.choices(others, weights=sizes)[0]
            if not pools.get(number):
                pools[number] = chance.sample(each, len(each))
            text = pools[number].pop()
        else:
            number, text = 0, next(main)
        doc = nlp.make_doc(text.text)
        tags = tags_of(doc, text.names)
        for window in reader.windows(doc):
            yield doc, window, [tags[n] for n in window], number


def batches(nlp: Language, reader: Reader, data: Path, seed: int, steps: int) -> Iterator[tuple[Words, np.ndarray]]:
    """Yield the windows of each step and the numbers of their tags, -1 where there is no word."""
    examples = training_windows(nlp, reader, data, seed)
    for _ in range(steps):
        batch = [next(examples) for _ in range(BATCH)]
        tags = np.full((BATCH, LENGTH), -1, np.int32)
        for row, (_, _, told, _) in enumerate(batch):
            tags[row, : len(told)] = told
        yield reader.arrays([(doc, window) for doc, window, _, _ in batch], [each[3] for each in batch]), tags


def train(data: Path, folder: Path, seed: int, steps: int) -> Params:
    """Return trained weights; MiniLM's are in the folder."""
    nlp, reader = spacy.blank("en"), Reader(folder)
    articles = list(eww(data / "eww" / "dev"))
    docs, gold = [nlp.make_doc(a.text) for a in articles], [a.names for a in articles]
    begun, losses = time.time(), list[float]()

    def watch(number: int, params: Params, loss: float) -> None:
        losses.append(loss)
        if number % 50 == 0:
            print(f"{number:5} steps, {time.time() - begun:.0f} s: loss {np.mean(losses[-50:]):.4f}", flush=True)
        if number % 300 == 0 or number == steps:
            print("eww dev", f1(gold, Teacher(folder, [params]).names(docs)), flush=True)

    optimizer = minilm.optimizer(steps, RATE, HEAD_RATE, new_decay=0.0)
    read = batches(nlp, reader, data, seed, steps)
    return minilm.trained(started(folder, seed), optimizer, _loss, read, seed, watch)


def main() -> None:
    """Train, score on the development articles, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--minilm", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=2)
    args = parser.parse_args()
    params = train(args.data, args.minilm, args.seed, args.steps)
    save(params, args.out)


def save(params: Params, path: Path) -> None:
    """Write weights as one file of arrays."""
    arrays: Any = {f"{group}/{name}": np.asarray(v) for group, each in params.items() for name, v in each.items()}
    np.savez(path, **arrays)


def read_weights(path: Path) -> Params:
    """Return what ``save`` wrote."""
    params: Params = {"frozen": {}, "stock": {}, "new": {}}
    for name, value in np.load(path).items():
        group, _, rest = name.partition("/")
        params[group][rest] = value
    return params


if __name__ == "__main__":
    main()
