"""In which country a story takes place, and where there.

A conditional log-linear model of all countries that a story names or whose people it names, against none of them.
``training/about.py`` learned its weights.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from pipeline.annotations import Annotations, Entity, Focus
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.about.lead import beginning
from pipeline.languages.en.about.weights import weights
from pipeline.languages.en.entities.location import dateline_country, demonyms
from pipeline.languages.en.log_linear import Scores

CITY, COUNTRY, PEOPLE = range(3)
"""How a country is meant: by a place in it, by its own name, by what its people are called."""
FEATURES = 3 * 3 + 8
_SHARE, _FIRST, _MAIN, _EVENTS, _PLACED, DATELINE, _SECOND, _HEADLINE = range(9, FEATURES)
_LEAST = 0.6
"""The probability from which a country is the focus."""


def focus(found: Annotations, about: AnnotationInput) -> Focus | None:
    """Return where a story takes place, or None if that is not sure."""
    rows = features(found, about)
    if not rows:
        return None
    countries = sorted(rows)
    model = weights().focus
    scores: Scores = np.append(np.array([rows[each] for each in countries]) @ model[:-1], model[-1])
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    best = int(np.argmax(shares[:-1]))
    if shares[best] < _LEAST:
        return None
    inside = next(_within(found, countries[best]), None)
    return Focus(
        country=countries[best],
        entity=inside.id if inside else None,
        name=inside.name if inside else None,
        confidence=round(float(shares[best]), 2),
    )


def _within(found: Annotations, country: str) -> Iterator[Entity]:
    """Yield the towns and divisions of a country that the story names, those of its main events and the first first."""
    main = {event.place.entity for event in found.events if event.main and event.place}
    inside = [
        entity
        for entity in found.entities
        if entity.place
        and entity.place.country == country
        and entity.place.kind in ("city", "admin1", "admin2")
        and entity.place.geonameid
    ]
    yield from sorted(inside, key=lambda entity: (entity.id not in main, -len(entity.mentions)))


def features(found: Annotations, about: AnnotationInput) -> Mapping[str, list[float]]:
    """Return by ISO code what the model is linear in, for each country that the story speaks of."""
    end = beginning(about.body)
    rows: dict[str, list[float]] = defaultdict(lambda: [0.0] * FEATURES)
    starts: dict[str, list[int]] = defaultdict(list)
    for entity in found.entities:
        if (meant := _meant(entity)) is None:
            continue
        country, how = meant
        row = rows[country]
        if entity.place and entity.place.geonameid is None and entity.place.precision == "country":
            row[_PLACED] += len(entity.mentions)
            continue
        for mention in entity.mentions:
            starts[country].append(0 if mention.field else mention.start)
            if mention.field:
                row[how] = row[_HEADLINE] = 1
            else:
                row[3 + how] = max(row[3 + how], float(mention.start < end.lead))
                row[6 + how] += 1
                row[_SECOND] = max(row[_SECOND], float(end.lead <= mention.start < end.second))
    places = {entity.id: entity.place.country for entity in found.entities if entity.place and entity.place.country}
    for event in found.events:
        if event.place and (where := places.get(event.place.entity or "")):
            rows[where][_EVENTS] += 1
            rows[where][_MAIN] = max(rows[where][_MAIN], float(event.main))
    if filed := dateline_country(about.located):
        rows[filed][DATELINE] = 1
    return _scaled(rows, starts)


def _scaled(rows: Mapping[str, list[float]], starts: Mapping[str, list[int]]) -> Mapping[str, list[float]]:
    total = sum(map(len, starts.values())) or 1
    first = min(starts, key=lambda country: (min(starts[country]), country), default=None)
    for country, row in rows.items():
        for number in (6, 7, 8, _EVENTS, _PLACED):
            row[number] = math.log1p(row[number])
        row[_SHARE] = len(starts.get(country, ())) / total
        row[_FIRST] = float(country == first)
    return rows


def _meant(entity: Entity) -> tuple[str, int] | None:
    """Return the country that an entity speaks for, and how."""
    if entity.place and entity.place.country:
        return entity.place.country, COUNTRY if entity.place.kind == "country" else CITY
    if entity.type == "NORP" and (country := demonyms().get(entity.name)):
        return country, PEOPLE
    return None
