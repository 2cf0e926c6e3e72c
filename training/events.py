"""Learn what is an event, of which type, who takes part, and when that is right: the weights of events.

They learn from whole stories (``scoring/whole_stories/train.jsonl``), in which a reader labelled every event worth a
line; types and roles learn also from PLV's sentences, which label one relation each. The confidence learns from what
models decide about stories that they have not seen.

    python -m training.events [--data FOLDER]

The figures that it prints are of stories that the models have not seen, in six turns; what it writes has learned from
all. ``python -m scoring.whole`` measures that on stories that nobody learned from.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from pipeline.annotate.story_annotation import annotation_input
from pipeline.annotations import EVENT_TYPES, Entity, Quote
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en import LANGUAGE
from pipeline.languages.en.events import model as models
from pipeline.languages.en.events.argument_structure import Argument, arguments, is_predicate
from pipeline.languages.en.events.circumstances import Circumstances
from pipeline.languages.en.events.event_status import status
from pipeline.languages.en.events.find import Candidate, Decided, EventReader
from pipeline.languages.en.events.model import ACTOR, NOBODY, PARTLY, RECIPIENT, RIGHT, WRONG, Decision, EventModel
from pipeline.languages.en.events.word_classes import word_classes
from pipeline.languages.en.log_linear import Features, probabilities
from pipeline.reading.tree import Tree
from pipeline.settings import Settings
from scoring.whole import DATA, Happening, Judge, Judged, WholeStory, cleaned, stories
from training.log_linear import Shape, learn

WEIGHTS = Path(models.__file__).parent / "weights.npz"
SHAPES = {
    "event": Shape(8.0, 2, (("predicate", 1.0), ("objects", 0.5))),
    "type": Shape(2.0, 1, (("predicate", 2.0), ("objects", 1.0), ("governor", 1.0), ("clause", 2.0))),
    "role": Shape(2.0),
    "decision": Shape(3.0),
}
PLV_COUNTS = {"type": 1.0, "role": 1.0}
"""What a sentence of PLV counts, where a labelled event of a whole story counts 1."""
ADAPTED = 8
"""So many features of a role, the first, have weights of their own in each collection (Daumé III, ACL 2007)."""
CLEAR = ("C:dobj", "N:poss", "N:prep_of", "N:prep_by")
"""Arguments that are participants rather than none, if the label has some that no argument is."""
TURNS, SEED = 6, 1
SHOWN = (0.6, 1.0, 1.5, 2.0, 3.0)
"""How many events a story to show figures for."""


class Labelled(NamedTuple):
    """A whole story, what reads its events, and what judges them."""

    story: WholeStory
    reader: EventReader
    judge: Judge


class Relation(NamedTuple):
    """A sentence of PLV: its reader, the predicate that joins its actor and recipient, and its type."""

    reader: EventReader
    candidate: Candidate
    roles: tuple[int, ...]
    type: str


def main() -> None:
    """Learn, print the figures, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="where events and the texts of whole stories are")
    args = parser.parse_args()
    read = LANGUAGE.load(Settings().spacy.model, 0)
    found = list(labelled(args.data, read))
    known = list(relations(args.data / "events" / "plv-train.jsonl", read))
    print(f"{len(found)} stories, {sum(len(each.story.happenings) for each in found)} events, {len(known)} relations")
    decided = list(unseen(found, known))
    order = list(range(len(decided)))
    Random(SEED + 1).shuffle(order)
    print(*figures(found, decided, order), sep="\n")
    np.savez_compressed(WEIGHTS, **weights_of(found, known) | {"decision": confidence_of(decided)})


def labelled(data: Path, read: Any) -> Iterator[Labelled]:
    """Yield the whole stories whose texts are there."""
    found = stories("train", data)
    printed = [cleaned(story) for story in found]
    inputs = [annotation_input(story) for story in printed]
    for story, body, about, tree in zip(found, printed, inputs, read([each.body for each in inputs]), strict=True):
        entities = LANGUAGE.entities(tree, about)
        quotes = LANGUAGE.quotes(tree, entities)
        yield Labelled(story, reader_of(tree, about, entities, quotes), Judge(story, body))


def reader_of(tree: Tree, about: AnnotationInput, entities: Sequence[Entity], quotes: Sequence[Quote]) -> EventReader:
    """Return what reads a story's events."""
    dates = LANGUAGE.dates(tree, about)
    return EventReader(tree, entities, quotes, Circumstances(tree, dates, entities, about.written, about.located))


def relations(path: Path, read: Any) -> Iterator[Relation]:
    """Yield the sentences of PLV in which a predicate joins the labelled actor and recipient."""
    labels = [json.loads(line) for line in path.read_text().splitlines()]
    for label, tree in zip(labels, read([label["text"] for label in labels]), strict=True):
        reader = reader_of(tree, AnnotationInput(label["text"]), (), ())
        joining = [each for token in range(len(tree)) if (each := joins(tree, token, reader, label))]
        if joining and not is_held_out(label):
            _, token, roles = min(joining)
            state = status(tree, token, is_verb=reader.words.is_verb(token))
            yield Relation(reader, Candidate(token, state), roles, label["types"][0])


def is_held_out(label: dict[str, Any]) -> bool:
    """Return whether a sentence of PLV is kept for measuring: every third one."""
    return int(hashlib.sha256(label["id"].encode()).hexdigest(), 16) % 3 == 0


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


def weights_of(found: Sequence[Labelled], known: Sequence[Relation]) -> dict[str, Any]:
    """Return the weights of all models but that of confidence, by their names in the file."""
    vectors = word_classes().vectors
    events = [example for each in found for example in named_by(each)]
    named = [(each, candidate, each.story.happenings[n]) for each, candidate, _, n in events if n is not None]
    event = learn(SHAPES["event"], [f for *_, f, _ in events], [int(n is not None) for *_, n in events], 2, vectors)
    types = [(each.reader, candidate, happening.type, 1.0) for each, candidate, happening in named]
    types += [(each.reader, each.candidate, each.type, PLV_COUNTS["type"]) for each in known]
    kind = learn(
        SHAPES["type"],
        [
            reader.features.of_type(candidate.token, reader.arguments(candidate), candidate.status)
            for reader, candidate, *_ in types
        ],
        [EVENT_TYPES.index(kind) for *_, kind, _ in types],
        len(EVENT_TYPES),
        vectors,
        [count for *_, count in types],
        [reader.features.suggestions(candidate.token, reader.arguments(candidate)) for reader, candidate, *_ in types],
    )
    roles = [example for each in named for example in roles_of(*each)]
    for each in known:
        of = each.reader.role_features(each.candidate, each.reader.arguments(each.candidate), each.type)
        roles += [(adapted(one, "PLV"), own, PLV_COUNTS["role"]) for one, own in zip(of, each.roles, strict=True)]
    role = learn(SHAPES["role"], [f for f, *_ in roles], [r for _, r, _ in roles], 3, vectors, [c for *_, c in roles])
    parts = {"event": event.weights, "type": kind.weights, "role": without_copies(role.weights)}
    files = {f"{name}_{key}": value for name, weights in parts.items() for key, value in weights.items()}
    return files | {"suggestions": kind.shared}


def named_by(each: Labelled) -> Iterator[tuple[Labelled, Candidate, Features, int | None]]:
    """Yield the predicates of a story with their features, and the number of the event that they name."""
    for candidate, features in each.reader.candidates():
        start, end = each.reader.place(candidate)
        yield each, candidate, features, each.judge.happening(start, end)


def roles_of(each: Labelled, candidate: Candidate, happening: Happening) -> Iterator[tuple[Features, int, float]]:
    """Yield the features of each argument of a labelled event, its role, and what it counts."""
    found = each.reader.arguments(candidate)
    printed = [each.reader.participant(argument.token) for argument in found]
    acting, acted_on = (
        [any(each.judge.is_party(one, party) for party in side) for one in printed]
        for side in (happening.actors, happening.recipients)
    )
    is_open = (happening.actors and not any(acting)) or (happening.recipients and not any(acted_on))
    features = each.reader.role_features(candidate, found, happening.type)
    for argument, acts, is_acted_on, of in zip(found, acting, acted_on, features, strict=True):
        # Whoever a pronoun means may be the labelled one.
        if is_open and not acts and not is_acted_on and (argument.path[0] in "SAP" or argument.path in CLEAR):
            continue
        yield adapted(of, "whole"), ACTOR if acts else RECIPIENT if is_acted_on else NOBODY, 1


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


def unseen(found: Sequence[Labelled], known: Sequence[Relation]) -> Iterator[list[tuple[Decided, Judged]]]:
    """Yield what models decide of each story that they have not seen, and how much of it is right."""
    turns = list(range(len(found)))
    Random(SEED).shuffle(turns)
    with TemporaryDirectory() as folder:
        read = {}
        for turn in range(TURNS):
            rest = [each for number, each in zip(turns, found, strict=True) if number % TURNS != turn]
            file = Path(folder) / f"{turn}.npz"
            nothing = np.zeros((len(Decision._fields) + 10, 3))
            np.savez(file, **weights_of(rest, known) | {"decision": nothing})
            read[turn] = EventModel(word_classes(), file)
        for number, each in zip(turns, found, strict=True):
            made = each.reader.decided(read[number % TURNS])
            yield [(one, each.judge.verdict(each.reader.event(one, 1)).judged) for one in made]


def confidence_of(decided: Sequence[Sequence[tuple[Decided, Judged]]]) -> Any:
    """Return the weights of a decision's values and of one, a column for each outcome."""
    values = np.array([one.decision.values() for each in decided for one, _ in each])
    outcomes = [(WRONG, PARTLY, RIGHT)[judged] for each in decided for _, judged in each]
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = (values - mean) / spread
    slots = (("values", 1.0),)
    rows = [Features([], {"values": (row,)}) for row in range(len(scaled))]
    learned = learn(SHAPES["decision"]._replace(slots=slots), rows, outcomes, 3, scaled).weights
    of = learned["matrices"][0].astype(np.float64) / spread[:, None]
    return np.vstack([of, learned["bias"] - mean @ of]).astype(np.float32)


def figures(
    found: Sequence[Labelled], decided: Sequence[list[tuple[Decided, Judged]]], order: Sequence[int]
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
