"""Learn what tells topics, focus and salience: ``pipeline/languages/en/about/weights.npz``.

    python -m training.about [--data FOLDER]

It learns from the whole stories and from ``scoring/topics.tsv``. The figures that it prints are of stories that the
models have not seen, in five turns; what it writes has learned from all.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipeline.annotations import Annotations
from pipeline.knowledge.media_topics import TOP
from pipeline.languages import language
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.about import focus, salience, topics
from pipeline.languages.en.about.weights import FILE, Vocabulary
from pipeline.settings import load
from scoring.about import country_code
from scoring.whole import DATA, About, is_same_name, stories, texts

TOPICS = Path(__file__).parent.parent / "scoring" / "topics.tsv"
TURNS, SEED = 5, 1
_LEAST_STORIES = 3
_FREQUENT = 0.6
_PENALTY_OF_TOPICS, _PENALTY = 0.1, 1.0
_DATELINE = 1.0
"""The weight of the dateline's country: too few of the stories have one to learn it."""


class Labelled(NamedTuple):
    """A story, what a reader says that it is about, and what is found in it.

    ``salient`` says whether its names are labelled.
    """

    headline: str
    body: str
    about: About
    found: Annotations
    salient: bool


def main() -> None:
    """Learn, print the figures, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="where the texts are")
    found = list(labelled(parser.parse_args().data))
    turns = np.random.default_rng(SEED).integers(0, TURNS, len(found))
    words = vocabulary(found)
    np.savez_compressed(
        FILE,
        words=np.array(list(words.numbers)),
        frequent=np.array(sorted(words.frequent)),
        rarity=words.rarity.astype(np.float16),
        **_topics(found, turns, words),
        salience=_salience(found, turns),
        focus=_focus(found, turns),
    )


def labelled(data: Path) -> Iterator[Labelled]:
    """Yield all labelled stories whose texts are there."""
    whole = stories("train", data)
    lines = [line.split("\t") for line in TOPICS.read_text("utf-8").splitlines() if not line.startswith("#")]
    known = dict(texts(data, {line[0] for line in lines}))
    more = [
        (*known[id_], About(tuple(TOP[int(n) - 1].name for n in numbers.split(",")), (), country.strip("-") or None))
        for _, id_, numbers, country in lines
        if id_ in known
    ]
    every = [(each.text, each.headline, each.about) for each in whole] + more
    english = language("en")
    reader = english.load(load().spacy.model, 0)
    inputs = [AnnotationInput(text, headline=headline) for text, headline, _ in every]
    trees = reader([part for each in inputs for part in (each.body, each.headline)])
    for number, (each, tree, headline) in enumerate(zip(inputs, trees, trees, strict=True)):
        entities = english.entities(tree, each)
        quotes = english.quotes(tree, entities)
        events = english.events(tree, each, entities, quotes, english.dates(tree, each))
        annotations = Annotations(entities=english.headline(headline, each, entities), quotes=quotes, events=events)
        yield Labelled(each.headline, each.body, every[number][2], annotations, number < len(whole))


def vocabulary(found: Sequence[Labelled]) -> Vocabulary:
    """Return the words of the stories."""
    having = Counter(word for each in found for word in topics.counted(each.headline, each.body))
    frequent = frozenset(word for word, count in having.items() if count > _FREQUENT * len(found))
    words = sorted(word for word, count in having.items() if count >= _LEAST_STORIES and word not in frequent)
    rarity = np.log(len(found) / np.array([having[word] for word in words]))
    return Vocabulary({word: number for number, word in enumerate(words)}, frequent, rarity)


def _topics(found: Sequence[Labelled], turns: Any, words: Vocabulary) -> dict[str, Any]:
    rows = [topics.features(topics.counted(each.headline, each.body), words) for each in found]
    ends = np.cumsum([0, *(len(row.numbers) for row in rows)])
    values = np.concatenate([row.values for row in rows]), np.concatenate([row.numbers for row in rows])
    sparse = csr_matrix((*values, ends), shape=(len(rows), len(words.numbers)))
    dense = topics.VECTOR_SCALE * np.array([row.vector for row in rows])
    names = [topic.name for topic in TOP]
    told = np.array([[float(name in each.about.topics) for name in names] for each in found])
    sure = np.zeros_like(told)
    for turn in range(TURNS):
        weights = _logistic(sparse[turns != turn], dense[turns != turn], told[turns != turn])
        sure[turns == turn] = _probabilities(weights, sparse[turns == turn], dense[turns == turn])
    first = np.mean([told[row, best] for row, best in enumerate(sure.argmax(axis=1))])
    for least in (0.25, 0.3, 0.35, 0.4, 0.5, 0.7):
        shown = sure >= least
        right, mean = told[shown].mean(), sure[shown].mean()
        print(f"topics from {least}: {right:.3f} right (sure {mean:.3f}), {shown[told > 0].mean():.3f} of the labelled")
    print(f"the likeliest topic is labelled in {first:.3f} of {len(found)}")
    of_words, of_vectors, bias = _logistic(sparse, dense, told)
    kept = {"of_words": of_words, "of_vectors": of_vectors, "bias": bias}
    return {name: value.astype(np.float16) for name, value in kept.items()}


def _probabilities(weights: tuple[Any, Any, Any], sparse: Any, dense: Any) -> Any:
    of_words, of_vectors, bias = weights
    return 1 / (1 + np.exp(-(sparse @ of_words + dense @ of_vectors + bias)))


def _logistic(sparse: Any, dense: Any, told: Any) -> tuple[Any, Any, Any]:
    """Return the weights of words, of vectors, and the bias: one logistic regression for each column of ``told``."""
    words, width, number = sparse.shape[1], dense.shape[1], told.shape[1]
    split = words * number, (words + width) * number

    def parts(flat: Any) -> tuple[Any, Any, Any]:
        of_words, of_vectors, bias = np.split(flat, split)
        return of_words.reshape(words, number), of_vectors.reshape(width, number), bias

    def loss(flat: Any) -> tuple[float, Any]:
        of_words, of_vectors, bias = parts(flat)
        scores = sparse @ of_words + dense @ of_vectors + bias
        total = (np.logaddexp(0, scores) - told * scores).sum()
        total += _PENALTY_OF_TOPICS / 2 * ((of_words**2).sum() + (of_vectors**2).sum())
        wrong = 1 / (1 + np.exp(-scores)) - told
        slopes = (sparse.T @ wrong + _PENALTY_OF_TOPICS * of_words, dense.T @ wrong + _PENALTY_OF_TOPICS * of_vectors)
        return total, np.concatenate([*map(np.ravel, slopes), wrong.sum(axis=0)])

    start = np.zeros((words + width + 1) * number)
    return parts(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x)


def _salience(found: Sequence[Labelled], turns: Any) -> Any:
    rows, told, of = [], [], []
    for number, each in enumerate(found):
        if each.salient:
            rows += salience.features(each.found, each.body)
            names = each.about.salient
            told += [float(any(is_same_name(one.name, name) for name in names)) for one in each.found.entities]
            of += [number] * len(each.found.entities)
    inputs, targets, owners = np.array(rows), np.array(told), np.array(of)
    sure = np.zeros(len(rows))
    for turn in range(TURNS):
        unseen = turns[owners] == turn
        sure[unseen] = 1 / (1 + np.exp(-inputs[unseen] @ _one_logistic(inputs[~unseen], targets[~unseen])))
    hits = labels = 0
    for number, each in enumerate(found):
        if each.salient:
            own = sure[owners == number]
            best = [each.found.entities[place] for place in np.argsort(-own, kind="stable")[:5]]
            labels += len(each.about.salient)
            hits += sum(any(is_same_name(one.name, name) for one in best) for name in each.about.salient)
    print(f"salience: {hits / labels:.3f} of {labels} labelled names are among the first five")
    return _one_logistic(inputs, targets)


def _one_logistic(rows: Any, told: Any) -> Any:
    def loss(weights: Any) -> tuple[float, Any]:
        scores = rows @ weights
        total = (np.logaddexp(0, scores) - told * scores).sum() + _PENALTY / 2 * (weights[:-1] ** 2).sum()
        slope = rows.T @ (1 / (1 + np.exp(-scores)) - told)
        slope[:-1] += _PENALTY * weights[:-1]
        return total, slope

    return minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x


def _focus(found: Sequence[Labelled], turns: Any) -> Any:
    """Return the weights of the features of a country, then the score of none."""
    examples: list[tuple[int, str | None, list[str], Any]] = []
    for number, each in enumerate(found):
        rows = focus.features(each.found, AnnotationInput(each.body, headline=each.headline))
        countries = sorted(rows)
        examples.append((number, country_code(each.about.country), countries, np.array([rows[c] for c in countries])))
    sure: list[tuple[float, bool]] = []
    for turn in range(TURNS):
        weights = _conditional([each for each in examples if turns[each[0]] != turn])
        for number, told, countries, rows in examples:
            if turns[number] == turn and countries:
                scores = np.exp(np.append(rows @ weights[:-1], weights[-1]))
                best = int(np.argmax(scores[:-1]))
                sure.append((float(scores[best] / scores.sum()), countries[best] == told))
    labels = sum(told is not None for _, told, _, _ in examples)
    for least in (0, 0.4, 0.5, 0.6, 0.7):
        shown = [right for likely, right in sure if likely >= least]
        print(
            f"focus from {least}: {np.mean(shown):.3f} of {len(shown)} right, {sum(shown) / labels:.3f} of the labelled"
        )
    weights = _conditional(examples)
    weights[focus.DATELINE] = _DATELINE
    return weights


def _conditional(examples: Sequence[tuple[int, str | None, list[str], Any]]) -> Any:
    def loss(weights: Any) -> tuple[float, Any]:
        total, slope = _PENALTY / 2 * (weights[:-1] ** 2).sum(), np.append(_PENALTY * weights[:-1], 0.0)
        for _, told, countries, rows in examples:
            if countries:
                scores = np.append(rows @ weights[:-1], weights[-1])
                shares = np.exp(scores - scores.max())
                shares /= shares.sum()
                right = countries.index(told) if told in countries else len(countries)
                total -= np.log(shares[right])
                shares[right] -= 1
                slope += np.append(rows.T @ shares[:-1], shares[-1])
        return total, slope

    return minimize(loss, np.zeros(focus.FEATURES + 1), jac=True, method="L-BFGS-B").x


if __name__ == "__main__":
    main()
