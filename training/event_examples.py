"""The stories that the models of events learn from, and what is known of them.

Readers labelled some (``scoring/whole_stories/train.jsonl``); ``training/event_teacher.py`` labels the others: AFP's
and Xinhua's, those of eww's training part, and the articles of PolNeAR's.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from pipeline.annotate.story_annotation import annotation_input
from pipeline.annotations import EVENT_TYPES, Entity, Quote
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en import LANGUAGE
from pipeline.languages.en.events.argument_structure import Argument
from pipeline.languages.en.events.circumstances import Circumstances
from pipeline.languages.en.events.find import Candidate, EventReader
from pipeline.languages.en.events.model import ACTOR, NOBODY, RECIPIENT
from pipeline.languages.en.log_linear import Features
from pipeline.reading.tree import Tree
from pipeline.settings import Settings
from scoring.whole import Judge, LabelledEvent, WholeStory, cleaned, stories

UNKNOWN = -1
_CLEAR = ("C:dobj", "N:poss", "N:prep_of", "N:prep_by")
"""Arguments that are participants rather than none, if the label has some that no argument is."""
_LONGEST = 3_500
"""Characters of the longest story that a teacher labels."""


class Read(NamedTuple):
    """A story, its parse and entities, what reads its events, and what judges all."""

    story: WholeStory
    tree: Tree
    entities: Sequence[Entity]
    reader: EventReader
    judge: Judge


class Asked(NamedTuple):
    """A predicate and its arguments, by token, and what is known: 1 if it names an event, its type, each one's role."""

    token: int
    arguments: tuple[int, ...]
    event: int
    type: int
    roles: tuple[int, ...]


class Questions(NamedTuple):
    """What is asked about a story: its words, their sentences, and its predicates."""

    id: str
    words: list[str]
    sentences: list[int]
    asked: list[Asked]


class Taught(NamedTuple):
    """A teacher's answers, as scores of each predicate and of its types.

    Of what it was not asked the score is not a number.
    """

    events: Any
    types: Any

    @classmethod
    def nothing(cls, story: Questions) -> Self:
        """Return no answers to these questions."""
        number = len(story.asked)
        return cls(*(np.full(shape, np.nan, np.float16) for shape in (number, (number, len(EVENT_TYPES)))))


class Example(NamedTuple):
    """A predicate of a story with its features, and the labelled event that it names, if any."""

    read: Read
    candidate: Candidate
    features: Features
    event: LabelledEvent | None


def reader() -> Any:
    """Return what reads bodies."""
    return LANGUAGE.load(Settings().spacy.model, 0)


def turn_of(id: str, turns: int) -> int:
    """Return in which of so many turns a story is left out."""
    return int(sha256(id.encode()).hexdigest(), 16) % turns


def labelled(data: Path, read: Any) -> Iterator[Read]:
    """Yield the whole stories whose texts are there."""
    yield from _read(stories("train", data), read)


def unlabelled(data: Path, read: Any) -> Iterator[Read]:
    """Yield the stories that nobody labelled."""
    known = {story.id for part in ("train", "held_out") for story in stories(part, data)}
    found = [WholeStory(*each, (), ()) for each in _texts(data) if each[0] not in known]
    yield from _read([each for each in found if len(each.text) <= _LONGEST], read)


def _texts(data: Path) -> Iterator[tuple[str, str, str]]:
    for name in ("wires/afp-xinhua.jsonl", "eww/train/gold.jsonl"):
        for line in (data / name).read_text("utf-8").splitlines():
            text = json.loads(line)
            yield str(text["id"]), text["text"], text.get("created") or "2016-01-01"
    for path in sorted((data / "polnear" / "train" / "text").glob("*.txt")):
        yield path.stem, path.read_text("utf-8"), "2016-01-01"


def _read(found: Sequence[WholeStory], read: Any) -> Iterator[Read]:
    printed = [cleaned(story) for story in found]
    inputs = [annotation_input(story) for story in printed]
    for story, body, about, tree in zip(found, printed, inputs, read([each.body for each in inputs]), strict=True):
        entities = LANGUAGE.entities(tree, about)
        quotes = LANGUAGE.quotes(tree, entities)
        yield Read(story, tree, entities, reader_of(tree, about, entities, quotes), Judge(story, body))


def reader_of(tree: Tree, about: AnnotationInput, entities: Sequence[Entity], quotes: Sequence[Quote]) -> EventReader:
    """Return what reads a story's events."""
    dates = LANGUAGE.dates(tree, about)
    return EventReader(tree, entities, quotes, Circumstances(tree, dates, entities, about.written, about.located))


def examples_of(each: Read) -> Iterator[Example]:
    """Yield the predicates of a story."""
    for candidate, features in each.reader.candidates():
        number = each.judge.event(*each.reader.place(candidate))
        yield Example(each, candidate, features, None if number is None else each.story.events[number])


def roles_of(example: Example, found: Sequence[Argument], event: LabelledEvent) -> list[int]:
    """Return the role of each argument in a labelled event: nobody, actor, recipient, or unknown."""
    read, judge = example.read, example.read.judge
    printed = [read.reader.participant(argument.token) for argument in found]
    acting, acted_on = (
        [any(judge.is_party(one, party) for party in side) for one in printed]
        for side in (event.actors, event.recipients)
    )
    is_open = (event.actors and not any(acting)) or (event.recipients and not any(acted_on))

    def role(argument: Argument, acts: bool, is_acted_on: bool) -> int:
        if acts or is_acted_on:
            return ACTOR if acts else RECIPIENT
        # Whoever a pronoun means may be the labelled one.
        return UNKNOWN if is_open and (argument.path[0] in "SAP" or argument.path in _CLEAR) else NOBODY

    return [role(*each) for each in zip(found, acting, acted_on, strict=True)]


def labelled_questions(data: Path) -> list[Questions]:
    """Return what is asked about the labelled stories, with the answers."""
    return [_questions(each) for each in labelled(data, reader())]


def unlabelled_questions(data: Path) -> list[Questions]:
    """Return what is asked about the unlabelled stories."""
    return [_questions(each) for each in unlabelled(data, reader())]


def _questions(read: Read) -> Questions:
    return Questions(read.story.id, read.tree.word, read.tree.sentence, [_asked(each) for each in examples_of(read)])


def _asked(example: Example) -> Asked:
    found, event = example.read.reader.arguments(example.candidate), example.event
    tokens = tuple(each.token for each in found)
    if event is None:
        return Asked(example.candidate.token, tokens, 0, UNKNOWN, (UNKNOWN,) * len(tokens))
    roles = roles_of(example, found, event)
    return Asked(example.candidate.token, tokens, 1, EVENT_TYPES.index(event.type), tuple(roles))
