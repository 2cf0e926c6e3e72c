"""The learned models of events: is it one, of which type, who takes part, and is what was decided right.

``training/events.py`` learned their weights from whole stories; ``docs/explanation/accuracy.md`` says from which.
"""

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.annotations import EVENT_TYPES
from pipeline.languages.en.events.event_features import context
from pipeline.languages.en.events.word_classes import WordClasses, word_classes
from pipeline.languages.en.log_linear import Features, LogLinear, Scores, YesOrNo, log_odds, probabilities
from pipeline.reading.tree import Tree

_FILE = Path(__file__).parent / "weights.npz"
HARM = frozenset("ACCIDENT ASSAULT CRIME DEATH DISASTER HEALTH".split())
"""Types in which people die or come to harm."""
HOSTILE = frozenset("ACCUSE ASSAULT COERCE CRIME SANCTION THREATEN TRIAL".split())
"""Types that say something bad of somebody."""
_HOSTILE = np.array([kind in HOSTILE for kind in EVENT_TYPES])
_LEAST_HOSTILE = 0.5
"""The probability that such a type needs if no word names it."""
NOBODY, ACTOR, RECIPIENT = range(3)
"""The outcomes of a role."""
WRONG, PARTLY, RIGHT = range(3)
"""The outcomes of a decision: the word names no such event, one side is right, everything is."""


class Decision(NamedTuple):
    """What was decided about an event, and how sure each part is.

    ``event`` and ``type`` are probabilities; ``actors`` and ``recipients`` are those of the chosen ones, the surest
    first; ``spare`` are the highest of those not chosen. ``known`` is which sides have an entity, ``is_direct``
    whether the text itself says who takes part, ``is_governed`` whether the predicate depends on another one.
    """

    event: float
    type: float
    actors: Sequence[float]
    recipients: Sequence[float]
    spare: tuple[float, float]
    known: tuple[bool, bool]
    is_verb: bool
    happened: bool
    is_lead: bool
    has_pronoun: bool
    is_direct: bool
    is_hostile: bool
    is_governed: bool

    def values(self) -> list[float]:
        """Return it as numbers, of which the model of confidence is linear."""
        sides = (self.actors, self.recipients)
        return [
            log_odds(self.event), log_odds(self.type), *(log_odds(side[0]) if side else 0.0 for side in sides),
            *(float(not side) for side in sides), *self.spare, float(self.is_verb), float(not any(sides)),
            *(float(len(side)) for side in sides), float(self.happened), float(self.is_lead),
            *map(float, self.known), float(self.has_pronoun),
            float(self.is_direct), float(self.is_hostile), float(self.is_hostile and not self.is_direct),
            float(self.is_governed), float(self.is_hostile and self.is_governed),
        ]  # fmt: skip


class EventModel:
    """The weights of all models."""

    def __init__(self, words: WordClasses, path: Path = _FILE) -> None:
        """Read the weights."""
        with np.load(path, allow_pickle=False) as file:
            parts = {
                name: {key.removeprefix(f"{name}_"): file[key] for key in file.files if key.startswith(f"{name}_")}
                for name in ("event", "type", "role")
            }
            self._suggestions: Scores = file["suggestions"].astype(np.float32)
            self._decision: Scores = file["decision"].astype(np.float32)
        self._event = YesOrNo(parts["event"], words.vectors)
        self._type, self._role = (LogLinear(parts[name], words.vectors) for name in ("type", "role"))

    def contexts(self, tree: Tree) -> list[float]:
        """Return for each token how much the encoder's rows speak for an event there."""
        return [0.0] * len(tree) if tree.rows is None else self._event.contexts(tree.rows, context(tree))

    def event(self, features: Features, context: float = 0) -> float:
        """Return the probability that a predicate names an event worth a line."""
        return self._event.probability(features, context)

    def type(self, features: Features, suggestions: Scores, among: Collection[str] | None) -> tuple[str, float]:
        """Return the most probable type, among these if any are given, and its probability.

        A type that says something bad is taken only if a word names it, or it is more probable than all others.
        """
        odds = probabilities(self._type.scores(features) + suggestions @ self._suggestions)
        is_named = suggestions[:, :2].max(axis=1) > 0
        odds[_HOSTILE & (odds < _LEAST_HOSTILE) & ~is_named] = 0
        if among is not None:
            odds[[kind not in among for kind in EVENT_TYPES]] = 0
        best = int(odds.argmax())
        return EVENT_TYPES[best], float(odds[best])

    def roles(self, arguments: Sequence[Features]) -> list[list[float]]:
        """Return for each argument the probabilities that it takes no part, acts, and is acted on."""
        found: list[list[float]] = probabilities(self._role.all_scores(arguments)).tolist() if arguments else []
        return found

    def confidence(self, decision: Decision) -> float:
        """Return the probability that what was decided is right, or partly."""
        values = np.array([*decision.values(), 1.0], dtype=np.float32)
        return 1 - float(probabilities(values @ self._decision)[WRONG])


@cache
def event_model() -> EventModel:
    """Return the models, read once a process."""
    return EventModel(word_classes())
