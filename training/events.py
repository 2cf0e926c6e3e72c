"""Learn which predicates with which arguments are events, of which type: ``pipeline/languages/en/events/weights.npz``.

PLV's training sentences label one relation each: actor, recipient, PLOVER type. Every pair of arguments that the parse
offers is compared with it. Two log-linear models are fitted by L-BFGS over the same features: whether a pair is the
labelled relation, and of which type the labelled ones are.

The types also learn from pairs of unlabelled stories, whose types a larger model has guessed (``event_teacher``). It
chooses the pairs with the weights that this module learned before.

    python -m training.events [--data FOLDER] [--taught FILE]

Every third sentence, by the hash of its id, is held out: the figures printed are of weights that have not seen it. What
is written has learned from all.
"""

import argparse
import hashlib
import json
import math
import pickle
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipeline.languages.en.events import argument_structure, event_spans
from pipeline.languages.en.events.classifier import Classifier, classifier, probability
from pipeline.languages.en.events.event_features import FeatureExtractor, Features
from pipeline.languages.en.events.plover import MUTUAL, TYPES
from pipeline.languages.en.events.word_classes import WordClasses
from pipeline.languages.en.reading import load
from pipeline.reading.tree import Tree
from pipeline.settings import Settings
from training.corpora import eww

HERE = Path(__file__).parent.parent / "pipeline" / "annotate" / "events"
SLOTS = ("predicate", "governor", "objects", "clause", "through", "A", "R")
MERGED = {"RETREAT": "CONCEDE"}
"""PLV labels both alike; the mode tells them apart afterwards."""
LEARNED = tuple(each for each in TYPES if each not in MERGED)
STRENGTH = {"event": 0.05, "type": 2.0}
"""The inverse of the L2 penalty."""
VECTOR_SCALE = {"event": 2.0, "type": 4.0}
UNEVENTFUL_WEIGHT = 0.3
SMALLEST = 0.01
"""The smallest weight that is kept."""
TAUGHT_WEIGHT = 0.2
"""What a guessed type counts, times the probability that the pair is an event at all; a labelled one counts 1."""
TAUGHT_SEEN = 5
"""How many guessed pairs must have a feature, if labelled ones do not."""
_PROBABLE, _LONGEST_SENTENCE, _LONGEST_STORY, _TOGETHER = 0.08, 400, 3_500, 50
_STORIES, _LEAD, _SHARE = 400, 1_500, 0.5
"""How many unlabelled stories, how many of their characters, and which share of their pairs are read."""


def main() -> None:
    """Learn, print the figures on the sentences held out, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="where events and wires are")
    parser.add_argument("--taught", type=Path, help="what training/event_teacher.py wrote")
    args = parser.parse_args()
    words = WordClasses()
    sentences = list(parsed(args.data / "events" / "plv-train.jsonl", words))
    rows = [row for sentence in sentences for row in sentence.rows]
    others = list(uneventful(args.data / "wires" / "afp-xinhua.jsonl", words))
    taught: list[Taught] = pickle.loads(args.taught.read_bytes()) if args.taught else []
    known = [row for row in rows if not sentences[row.sentence].held_out]
    write(learn(known + others, taught, [each.held_out for each in taught]))
    for event, untyped in ((event_spans.LIKELY, event_spans.POSSIBLE), (0.3, 0.08)):
        held_out = [sentence for sentence in sentences if sentence.held_out]
        print(event, measured(held_out, words, event, untyped))
    write(learn(rows + others, taught, [each.all for each in taught]))


class Row(NamedTuple):
    """A pair of arguments: its sentence, the type of its relation or None, and its features."""

    sentence: int
    type: str | None
    features: tuple[Features, ...]
    details: tuple[Features, ...]
    """Those that only the type depends on."""


class Pair(NamedTuple):
    """A pair of an unlabelled story: its sentence as PLV's are given, how probably it is an event, its features."""

    sentence: dict[str, Any]
    event: float
    row: Row


class Taught(NamedTuple):
    """A pair with the probability of each type: from what has not seen the sentences held out, and from all."""

    row: Row
    event: float
    held_out: Any
    all: Any


class Sentence(NamedTuple):
    """A labelled sentence, parsed."""

    label: dict[str, Any]
    tree: Tree
    rows: list[Row]
    held_out: bool


def parsed(path: Path, words: WordClasses) -> Iterator[Sentence]:
    """Yield the sentences with the features of all of their pairs."""
    labels = [json.loads(line) for line in path.read_text().splitlines()]
    trees = load(Settings().spacy.model, 0)([label["text"] for label in labels])
    for number, (label, tree) in enumerate(zip(labels, trees, strict=True)):
        extractor = FeatureExtractor(tree, words)
        rows = []
        for pair in argument_structure.pairs(tree, extractor):
            is_labelled = joins(
                label, event_spans.span(tree, pair.actor.token), event_spans.span(tree, pair.recipient.token)
            )
            kind = label["types"][0] if is_labelled else None
            rows.append(row_of(number, MERGED.get(kind, kind) if kind else None, extractor, pair))
        yield Sentence(label, tree, rows, is_held_out(label))


def is_held_out(label: dict[str, Any]) -> bool:
    """Return whether a labelled sentence is not learned from, but for what ships."""
    return int(hashlib.sha256(label["id"].encode()).hexdigest(), 16) % 3 == 0


def unlabelled(data: Path) -> Iterator[Pair]:
    """Yield the best pair of each predicate of unlabelled stories that may be an event, by the weights as written."""
    words, judge = WordClasses(), classifier()
    texts = [json.loads(line)["text"] for line in (data / "wires" / "afp-xinhua.jsonl").read_text().splitlines()]
    texts += [article.text for article in eww(data / "eww" / "train")]
    texts += [path.read_text(errors="replace") for path in sorted((data / "polnear" / "train").rglob("*.txt"))]
    read = load(Settings().spacy.model, 0)
    parts = (texts[start : start + _TOGETHER] for start in range(0, len(texts), _TOGETHER))
    for tree in (tree for part in parts for tree in read([text[:_LONGEST_STORY] for text in part])):
        extractor = FeatureExtractor(tree, words)
        scorer = event_spans.Scorer(extractor, judge, math.log(_PROBABLE / (1 - _PROBABLE)))
        for predicate in (each for each in range(len(tree)) if argument_structure.is_predicate(tree, each, extractor)):
            scored = scorer.scored(predicate, argument_structure.pairs_of(tree, predicate, extractor))
            score, best = max(scored, key=lambda each: each[0], default=(-math.inf, None))
            if best is None or probability(score) < _PROBABLE:
                continue
            first, last = tree.sentences[tree.sentence[predicate]]
            begin, end = tree.start[first], tree.end[last - 1]
            actor, recipient = (event_spans.span(tree, each.token) for each in (best.actor, best.recipient))
            within = all(begin <= start and stop <= end for start, stop in (actor, recipient))
            if within and end - begin <= _LONGEST_SENTENCE:
                sides = {"actor": [[actor[0] - begin, actor[1] - begin]],
                         "recipient": [[recipient[0] - begin, recipient[1] - begin]]}  # fmt: skip
                row = row_of(-1, LEARNED[0], extractor, best)
                yield Pair({"text": tree.text[begin:end], **sides}, probability(score), row)


def uneventful(path: Path, words: WordClasses) -> Iterator[Row]:
    """Yield pairs of whole stories that no word suggests to be an event: sentences with labels have few of them."""
    random = Random(0)
    texts = [json.loads(line)["text"][:_LEAD] for line in random.sample(path.read_text().splitlines(), _STORIES)]
    for tree in load(Settings().spacy.model, 0)(texts):
        extractor = FeatureExtractor(tree, words)
        for pair in argument_structure.pairs(tree, extractor):
            if random.random() < _SHARE and not extractor.suggested(pair.predicate, pair.recipient):
                yield row_of(-1, None, extractor, pair)


def row_of(sentence: int, kind: str | None, extractor: FeatureExtractor, pair: argument_structure.Pair) -> Row:
    """Return a pair with all of its features."""
    features = (
        extractor.of_predicate(pair.predicate),
        extractor.of_argument("A", pair.actor),
        extractor.of_argument("R", pair.recipient),
        extractor.of_pair(*pair),
    )
    details = (
        extractor.details_of_predicate(pair.predicate),
        extractor.details_of_pair(pair.predicate, pair.recipient),
    )
    return Row(sentence, kind, features, details if kind else ())


def joins(label: dict[str, Any], actor: tuple[int, int], recipient: tuple[int, int]) -> bool:
    """Return whether two spans are the labelled actor and recipient, in either order if the type is mutual."""

    def on(span: tuple[int, int], side: str) -> bool:
        return any(overlaps(span, (start, end)) for start, end in label[side])

    straight = on(actor, "actor") and on(recipient, "recipient")
    return straight or (label["types"][0] in MUTUAL and on(recipient, "actor") and on(actor, "recipient"))


def overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Return whether two spans share at least half of the shorter."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared >= max(1.0, min(one[1] - one[0], other[1] - other[0]) / 2)


def learn(rows: Sequence[Row], taught: Sequence[Taught], odds: Sequence[Any]) -> dict[str, Any]:
    """Return the weights: for being an event from all pairs, for the type from the labelled and the ``taught`` ones.

    ``odds`` are the probabilities of the types of these.
    """
    words = WordClasses()
    labelled = [row for row in rows if row.type]
    positives = Counter(row.sentence for row in labelled)
    weight = np.array(
        [
            2 / positives[row.sentence] ** 0.5 if row.type else 1.0 if row.sentence >= 0 else UNEVENTFUL_WEIGHT
            for row in rows
        ]
    )
    is_event = np.array([row.type is not None for row in rows])
    names = frequent(row.features for row in rows)
    sparse, dense = matrices([row.features for row in rows], names, words)
    target = np.stack([~is_event, is_event], axis=1).astype(float)
    event = fit(sparse, dense * VECTOR_SCALE["event"], target, weight, STRENGTH["event"])
    event = event[:, 1:] - event[:, :1]
    details = [row.features + row.details for row in labelled]
    guessed = [each.row.features + each.row.details for each in taught]
    more = {name: n for n, name in enumerate(sorted({*frequent(details), *frequent(guessed, TAUGHT_SEEN)}))}
    sparse, dense = matrices(details + guessed, more, words)
    known = np.eye(len(LEARNED))[[LEARNED.index(str(row.type)) for row in labelled]]
    types = np.vstack([known, *([odds] if taught else [])])
    weight = np.array([1 / positives[row.sentence] for row in labelled] + [TAUGHT_WEIGHT * e.event for e in taught])
    kind = fit(sparse, dense * VECTOR_SCALE["type"], types, weight, STRENGTH["type"])
    weights, vectors = [], []
    for learned, index, scale in ((event, names, VECTOR_SCALE["event"]), (kind, more, VECTOR_SCALE["type"])):
        weights.append({name: learned[row] for name, row in index.items()})
        vectors.append(learned[len(index) : -1] * scale)
    nothing = (np.zeros(1), np.zeros(len(LEARNED)))
    together = {
        name: np.concatenate([of.get(name, none) for of, none in zip(weights, nothing, strict=True)])
        for name in sorted({*names, *more})
    }
    kept = {name: each for name, each in together.items() if np.abs(each).max() > SMALLEST}
    matrix = np.hstack(vectors)
    return {
        "types": np.array(LEARNED),
        "features": np.array(list(kept)),
        "weights": np.array(list(kept.values())).astype(np.float16),
        "slots": np.array(SLOTS),
        "matrices": matrix.reshape(len(SLOTS), -1, matrix.shape[1]).astype(np.float16),
        "bias": np.hstack([event[-1], kind[-1]]).astype(np.float32),
    }


def frequent(rows: Iterable[tuple[Features, ...]], least: int = 2) -> dict[str, int]:
    """Return the features that at least so many rows have, numbered."""
    counts = Counter(name for row in rows for name in {name for part in row for name in part.names})
    return {
        name: number for number, name in enumerate(sorted(name for name, count in counts.items() if count >= least))
    }


def matrices(rows: Sequence[tuple[Features, ...]], index: dict[str, int], words: WordClasses) -> tuple[Any, Any]:
    """Return the features as a sparse matrix of names and a dense one of mean vectors, slot beside slot."""
    pointers, columns = [0], list[int]()
    size = words.vectors.shape[1]
    dense = np.zeros((len(rows), len(SLOTS) * size), dtype=np.float32)
    for number, row in enumerate(rows):
        for part in row:
            columns.extend(index[name] for name in part.names if name in index)
            for name, known in part.slots:
                found = [each for each in known if each >= 0]
                if found:
                    at = SLOTS.index(name) * size
                    dense[number, at : at + size] = words.vectors[found].mean(axis=0)
        pointers.append(len(columns))
    values = np.ones(len(columns), dtype=np.float32)
    return csr_matrix((values, columns, pointers), shape=(len(rows), len(index))), dense


def fit(sparse: Any, dense: Any, target: Any, weight: Any, strength: float) -> Any:
    """Return the weights of a multinomial logistic regression: sparse features, dense ones, and the bias."""
    transposed = sparse.T.tocsr()
    shape = (sparse.shape[1] + dense.shape[1] + 1, target.shape[1])

    def loss(flat: Any) -> tuple[float, Any]:
        of = flat.reshape(shape)
        scores = sparse @ of[: sparse.shape[1]] + dense @ of[sparse.shape[1] : -1] + of[-1]
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        error = (np.exp(logs) - target) * weight[:, None]
        penalty = of[:-1] / strength
        gradient = np.vstack([transposed @ error, dense.T @ error, error.sum(axis=0)[None]])
        gradient[:-1] += penalty
        return float(-(weight[:, None] * target * logs).sum() + (penalty * of[:-1]).sum() / 2), gradient.ravel()

    options = {"maxiter": 100, "maxcor": 8}
    return minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options=options).x.reshape(shape)


def measured(sentences: Sequence[Sentence], words: WordClasses, event: float, untyped: float) -> dict[str, float]:
    """Return what ``score/events.py`` counts, of the weights written last."""
    counts: dict[str, int] = defaultdict(int)
    judge = Classifier(words)
    for label, tree, _, _ in sentences:
        hit = right = False
        for found in event_spans.event_spans(
            tree, FeatureExtractor(tree, words), judge, likely=event, possible=untyped
        ):
            actors = [event_spans.span(tree, token) for token in found.actors]
            recipients = [event_spans.span(tree, token) for token in found.recipients]
            sides = {"actor": actors, "recipient": recipients}
            both = actors + recipients
            pairs = [sides] + ([{"actor": both, "recipient": both}] if found.type in MUTUAL else [])
            joined = any(
                all(any(overlaps(span, (a, b)) for span in pair[side] for a, b in label[side]) for side in sides)
                for pair in pairs
            )
            same = joined and found.type in label["types"]
            hit, right = hit or joined, right or same
            if found.type and actors and (recipients or len(actors) > 1):
                counts["typed"] += 1
                counts["matched"] += same
        counts["found"] += hit
        counts["right"] += right
    size = len(sentences)
    return {
        "sentences": size,
        "found": round(counts["found"] / size, 3),
        "recall": round(counts["right"] / size, 3),
        "type": round(counts["right"] / counts["found"], 3),
        "precision": round(counts["matched"] / counts["typed"], 3),
    }


def write(weights: dict[str, Any]) -> None:
    """Write the weights to the package."""
    np.savez_compressed(HERE / "weights.npz", **weights)


if __name__ == "__main__":
    main()
