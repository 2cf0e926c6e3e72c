"""How much a story is about each of its entities.

A log-linear model of where and how often an entity is named, what it does and what it says (after Dunietz and
Gillick, EACL 2014). ``training/about.py`` learned its weights.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.annotations import Annotations, Entity
from pipeline.languages.en.about.lead import beginning
from pipeline.languages.en.about.weights import weights

TYPES = ("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW")


def salience(found: Annotations, body: str) -> list[float]:
    """Return for each entity the probability, 0 to 1, that a reader names it among those the story is about."""
    if not found.entities:
        return []
    values = np.array(features(found, body)) @ weights().salience
    return [round(float(1 / (1 + np.exp(-value))), 2) for value in values]


def features(found: Annotations, body: str) -> list[list[float]]:
    """Return a row for each entity: what the model is linear in, the last a constant."""
    end = beginning(body)
    most = max((len(entity.in_body) for entity in found.entities), default=1) or 1
    roles = Counter(part.entity for event in found.events for part in (*event.actors, *event.recipients))
    main = Counter(part.entity for event in found.events if event.main for part in (*event.actors, *event.recipients))
    said = Counter(quote.speaker.entity for quote in found.quotes if quote.speaker)
    return [
        [
            *_named(entity, end.lead, end.second, len(body) or 1, most),
            math.sqrt(min(roles[entity.id], 4)),
            math.sqrt(min(main[entity.id], 3)),
            math.sqrt(min(said[entity.id], 4)),
            float(bool(entity.roles)),
            *(float(entity.type == type_) for type_ in TYPES),
            1.0,
        ]
        for entity in found.entities
    ]


def _named(entity: Entity, lead: int, second: int, length: int, most: int) -> Iterator[float]:
    """Yield where and how often an entity is named; ``most`` is how often the most frequent one is."""
    body: Sequence[int] = [mention.start for mention in entity.in_body]
    first = body[0] if body else 0
    yield float(len(body) < len(entity.mentions))
    yield float(bool(body) and first < lead)
    yield float(lead <= first < second)
    yield math.log1p(len(body))
    yield len(body) / most
    yield math.log1p(first) / 8
    yield first / length
