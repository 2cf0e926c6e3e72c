"""Learn what is an event, of which type, who takes part, and when that is right: the weights of events.

They learn from whole stories (``scoring/whole_stories/train.jsonl``), in which a reader labelled every event worth a
line. Events and their types learn also from what ``training/event_teacher.py`` says of many more, types and roles from
PLV's sentences, which label one relation each. The confidence learns from what models decide about stories that they
have not seen.

    python -m training.event_teacher --minilm FOLDER --out TAUGHT
    python -m training.events [--data FOLDER] --taught TAUGHT

The figures that it prints are of stories that neither the models nor their teacher have seen; what it writes has
learned from all. ``python -m scoring.whole`` measures that on stories that nobody learned from.
"""

import argparse
import json
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from sys import intern
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from pipeline.annotations import EVENT_TYPES
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.events import model as models
from pipeline.languages.en.events.argument_structure import Argument, arguments, is_predicate
from pipeline.languages.en.events.event_features import context
from pipeline.languages.en.events.event_status import status
from pipeline.languages.en.events.find import Candidate, Decided, EventReader
from pipeline.languages.en.events.model import ACTOR, NOBODY, PARTLY, RECIPIENT, RIGHT, WRONG, Decision, EventModel
from pipeline.languages.en.events.word_classes import word_classes
from pipeline.languages.en.log_linear import Features, probabilities
from pipeline.reading.tree import Tree
from scoring.whole import DATA, Judged
from training.event_examples import UNKNOWN, Read, Taught, examples_of, labelled, reader, reader_of, roles_of, turn_of
from training.event_examples import unlabelled as unlabelled_stories
from training.log_linear import Shape, certain, learn

WEIGHTS = Path(models.__file__).parent / "weights.npz"
SHAPES = {
    "event": Shape(4.0, 3, (("predicate", 1.0), ("objects", 0.5))),
    "type": Shape(2.0, 3, (("predicate", 2.0), ("objects", 1.0), ("governor", 1.0), ("clause", 2.0))),
    "role": Shape(10.0, 3),
    "decision": Shape(3.0),
}
TAUGHT_COUNT = 0.6
"""What an answer of the teacher counts, where a labelled event of a whole story counts 1."""
LIKELY = 0.3
"""The least probability of an event whose type is learned from the teacher."""
ADAPTED = 8
"""So many features of a role, the first, have weights of their own in each collection (Daumé III, ACL 2007)."""
TURNS, SEED = 3, 1
SHOWN = (0.6, 1.0, 1.5, 2.0, 3.0)
"""How many events a story to show figures for."""
Target = Callable[[int | None], Any]
"""Returns probabilities of outcomes, given the turn: what the teacher says that has not seen its stories."""


class Lesson(NamedTuple):
    """An example of a model: features, what is right, how much it counts.

    For types what is suggested comes with it, for events the encoder's rows.
    """

    features: Features
    target: Target
    weight: float
    suggestions: Any = None
    context: Any = None


class Lessons(NamedTuple):
    """What the three models learn from."""

    event: Sequence[Lesson] = ()
    type: Sequence[Lesson] = ()
    role: Sequence[Lesson] = ()


def main() -> None:
    """Learn, print the figures, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="where events and the texts of whole stories are")
    parser.add_argument("--taught", type=Path, required=True, help="what training.event_teacher wrote")
    args = parser.parse_args()
    read = reader()
    found = list(labelled(args.data, read))
    own = [lessons_of(each) for each in found]
    with args.taught.open("rb") as file:
        answers: Mapping[str, Sequence[Taught]] = pickle.load(file)
    others = [taught_lessons(each, answers[each.story.id]) for each in unlabelled_stories(args.data, read)]
    others += relations(args.data / "events" / "plv-train.jsonl", read)
    print(f"{len(found)} labelled stories, {len(others)} others", flush=True)
    decided = list(unseen(found, own, others))
    order = list(range(len(decided)))
    Random(SEED).shuffle(order)
    print(*figures(found, decided, order), sep="\n")
    np.savez_compressed(WEIGHTS, **weights_of([*own, *others], None) | {"decision": confidence_of(decided)})


def lessons_of(read: Read) -> Lessons:
    """Return what the labels of a whole story teach."""
    event, kind, role = list[Lesson](), list[Lesson](), list[Lesson]()
    rows = rows_of(read.tree)
    for example in examples_of(read):
        is_event = _certain(example.features, int(example.event is not None), 2)
        event.append(is_event._replace(context=rows[example.candidate.token]))
        if example.event is None:
            continue
        found = read.reader.arguments(example.candidate)
        kind.append(_of_type(read.reader, example.candidate, found, example.event.type))
        roles = roles_of(example, found, example.event)
        of = read.reader.role_features(example.candidate, found, example.event.type)
        role += [_certain(adapted(one, "whole"), own, 3) for one, own in zip(of, roles, strict=True) if own != UNKNOWN]
    return Lessons(event, kind, role)


def rows_of(tree: Tree) -> Any:
    """Return the encoder's rows of the context of each token: (token, place, width)."""
    rows: Any = tree.rows
    return rows[context(tree)].transpose(1, 0, 2).astype(np.float16)


def _certain(features: Features, outcome: int, number: int, suggestions: Any = None) -> Lesson:
    return Lesson(_interned(features), lambda _: certain([outcome], number)[0], 1.0, suggestions)


def _of_type(reader: EventReader, candidate: Candidate, found: Sequence[Argument], kind: str) -> Lesson:
    features = reader.features.of_type(candidate.token, found, candidate.status)
    suggestions = reader.features.suggestions(candidate.token, found)
    return _certain(features, EVENT_TYPES.index(kind), len(EVENT_TYPES), suggestions)


def _interned(features: Features) -> Features:
    return features._replace(names=[intern(name) for name in features.names])


def taught_lessons(read: Read, answers: Sequence[Taught]) -> Lessons:
    """Return what teachers say of a story."""
    event, kind = list[Lesson](), list[Lesson]()
    rows = rows_of(read.tree)
    for number, example in enumerate(examples_of(read)):
        scores = np.array([each.events[number] for each in answers], np.float32)
        if np.isnan(scores).any():
            continue
        odds = 1 / (1 + np.exp(-scores))
        said = _said(example.features, np.stack([1 - odds, odds], 1))
        event.append(said._replace(context=rows[example.candidate.token]))
        if odds.mean() < LIKELY:
            continue
        found = read.reader.arguments(example.candidate)
        types = probabilities(np.array([each.types[number] for each in answers], np.float32))
        features = read.reader.features.of_type(example.candidate.token, found, example.candidate.status)
        suggestions = read.reader.features.suggestions(example.candidate.token, found)
        kind.append(_said(features, types, suggestions))
    return Lessons(event, kind)


def _said(features: Features, odds: Any, suggestions: Any = None) -> Lesson:
    def target(turn: int | None) -> Any:
        return odds.mean(0) if turn is None else odds[turn]

    return Lesson(_interned(features), target, TAUGHT_COUNT, suggestions)


def relations(path: Path, read: Any) -> Iterator[Lessons]:
    """Yield what PLV teaches by sentences in which a predicate joins the labelled actor and recipient."""
    labels = [json.loads(line) for line in path.read_text().splitlines()]
    for label, tree in zip(labels, read([label["text"] for label in labels]), strict=True):
        reader = reader_of(tree, AnnotationInput(label["text"]), (), ())
        joining = [each for token in range(len(tree)) if (each := joins(tree, token, reader, label))]
        if joining and not is_held_out(label):
            _, token, roles = min(joining)
            candidate = Candidate(token, status(tree, token, is_verb=reader.words.is_verb(token)))
            found, kind = reader.arguments(candidate), label["types"][0]
            of = reader.role_features(candidate, found, kind)
            role = [_certain(adapted(one, "PLV"), own, 3) for one, own in zip(of, roles, strict=True)]
            yield Lessons((), [_of_type(reader, candidate, found, kind)], role)


def is_held_out(label: dict[str, Any]) -> bool:
    """Return whether a sentence of PLV is kept for measuring: every third one."""
    return int(sha256(label["id"].encode()).hexdigest(), 16) % 3 == 0


def joins(
    tree: Tree, token: int, reader: EventReader, label: dict[str, Any]
) -> tuple[float, int, tuple[int, ...]] | None:
    """Return how far a predicate is from the labelled actor and recipient, if both are among its arguments."""

    def is_on(argument: Argument, side: str) -> bool:
        start, end = tree.start[argument.token], tree.end[argument.token]
        return any(start < last and first < end for first, last in label[side])

    if not is_predicate(tree, token, reader.words):
        return None
    found = arguments(tree, token, reader.words)
    roles = tuple(
        ACTOR if is_on(each, "actor") else RECIPIENT if is_on(each, "recipient") else NOBODY for each in found
    )
    if ACTOR not in roles or RECIPIENT not in roles:
        return None
    distance = sum(
        min(each.path.count(">") + each.path.count("<") for each, own in zip(found, roles, strict=True) if own == role)
        for role in (ACTOR, RECIPIENT)
    )
    is_report = reader.words.word(token).lemma in ("say", "tell", "announce", "report", "state")
    indirect = found[roles.index(ACTOR)].path[0] not in "SA"
    return distance + 0.5 * indirect + 0.4 * (not reader.words.is_verb(token)) + 1.5 * is_report, token, roles


def weights_of(found: Sequence[Lessons], turn: int | None) -> dict[str, Any]:
    """Return the weights of all models but that of confidence, by their names in the file."""
    vectors = word_classes().vectors

    def learned(name: str) -> Any:
        lessons: list[Lesson] = [lesson for each in found for lesson in getattr(each, name)]
        targets = np.array([lesson.target(turn) for lesson in lessons])
        shared = [lesson.suggestions for lesson in lessons] if name == "type" else None
        contexts = np.array([lesson.context for lesson in lessons]) if name == "event" else None
        counts = [lesson.weight for lesson in lessons]
        return learn(SHAPES[name], [each.features for each in lessons], targets, vectors, counts, shared, contexts)

    event, kind, role = map(learned, ("event", "type", "role"))
    parts = {"event": event.weights, "type": kind.weights, "role": without_copies(role.weights)}
    files = {f"{name}_{key}": value for name, weights in parts.items() for key, value in weights.items()}
    return files | {"suggestions": kind.shared}


def adapted(features: Features, collection: str) -> Features:
    """Return the features with copies that only this collection has."""
    copies = [f"{collection} {name}" for name in ("bias", *features.names[:ADAPTED])]
    return features._replace(names=[*features.names, *copies])


def without_copies(weights: dict[str, Any]) -> dict[str, Any]:
    """Return the weights for whole stories, with those of their copies added."""
    by_name = dict(zip(weights["features"].tolist(), weights["weights"].astype(np.float32), strict=True))
    added = {name.removeprefix("whole "): row for name, row in by_name.items() if name.startswith("whole ")}
    bias = weights["bias"] + added.pop("bias", 0)
    own = {name for name in (*by_name, *added) if not name.startswith(("whole ", "PLV "))}
    together = {name: by_name.get(name, 0) + added.get(name, 0) for name in sorted(own)}
    rows = np.array(list(together.values())).astype(np.float16)
    return weights | {"features": np.array(list(together)), "weights": rows, "bias": bias.astype(np.float32)}


def unseen(
    found: Sequence[Read], own: Sequence[Lessons], others: Sequence[Lessons]
) -> Iterator[list[tuple[Decided, Judged]]]:
    """Yield what models decide of each story that they have not seen, and how much of it is right."""
    turns = [turn_of(each.story.id, TURNS) for each in found]
    nothing = np.zeros((len(Decision._fields) + 10, 3))
    made = dict[int, EventModel]()
    with TemporaryDirectory() as folder:
        for turn in range(TURNS):
            rest = [lessons for lessons, other in zip(own, turns, strict=True) if other != turn]
            file = Path(folder) / f"{turn}.npz"
            np.savez(file, **weights_of([*rest, *others], turn) | {"decision": nothing})
            made[turn] = EventModel(word_classes(), file)
    for each, turn in zip(found, turns, strict=True):
        decided = each.reader.decided(made[turn])
        yield [(one, each.judge.verdict(each.reader.event(one, 1)).judged) for one in decided]


def confidence_of(decided: Sequence[Sequence[tuple[Decided, Judged]]]) -> Any:
    """Return the weights of a decision's values and of one, a column for each outcome."""
    values = np.array([one.decision.values() for each in decided for one, _ in each])
    outcomes = [(WRONG, PARTLY, RIGHT)[judged] for each in decided for _, judged in each]
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = (values - mean) / spread
    slots = (("values", 1.0),)
    rows = [Features([], {"values": (row,)}) for row in range(len(scaled))]
    learned = learn(SHAPES["decision"]._replace(slots=slots), rows, certain(outcomes, 3), scaled).weights
    of = learned["matrices"][0].astype(np.float64) / spread[:, None]
    return np.vstack([of, learned["bias"] - mean @ of]).astype(np.float32)


def figures(
    found: Sequence[Read], decided: Sequence[list[tuple[Decided, Judged]]], order: Sequence[int]
) -> Iterator[str]:
    """Yield a line for each number of events a story: the least confidence, and how many of these events are right."""
    shown: list[tuple[float, Judged]] = []
    for turn in range(TURNS):
        weights = confidence_of([decided[number] for at, number in enumerate(order) if at % TURNS != turn])
        for number in order[turn::TURNS]:
            judged = {id(one): judged for one, judged in decided[number]}
            odds = [(confidence(one, weights), one) for one, _ in decided[number]]
            shown += [(sure, judged[id(one)]) for sure, one in found[number].reader.distinct(odds)]
    shown.sort(key=lambda each: -each[0])
    for share in SHOWN:
        first = shown[: int(share * len(found))]
        right = sum(judged == Judged.RIGHT for _, judged in first) / len(first)
        either = sum(judged != Judged.WRONG for _, judged in first) / len(first)
        yield f"{share} a story: from {first[-1][0]:.2f}, right {right:.3f}, right or partly {either:.3f}"
    for low in np.arange(0.1, 0.9, 0.1):
        some = [judged != Judged.WRONG for sure, judged in shown if low <= sure < low + 0.1]
        yield f"confidence {low:.1f} to {low + 0.1:.1f}: {np.mean(some) if some else 0:.2f} of {len(some)}"


def confidence(one: Decided, weights: Any) -> float:
    """Return the confidence in a decision."""
    return 1 - float(probabilities(np.array([*one.decision.values(), 1.0], dtype=np.float32) @ weights)[WRONG])


if __name__ == "__main__":
    main()
