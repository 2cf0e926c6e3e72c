"""Add what a story is about to what is found in it."""

from pipeline.annotations import Annotations
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.about.focus import focus
from pipeline.languages.en.about.salience import salience
from pipeline.languages.en.about.topics import topics


def with_about(found: Annotations, about: AnnotationInput) -> Annotations:
    """Return the annotations with topics, focus, and the salience of each entity."""
    values = salience(found, about.body)
    entities = tuple(
        entity.model_copy(update={"salience": value}) for entity, value in zip(found.entities, values, strict=True)
    )
    added = {"entities": entities, "subject": topics(about.headline, about.body), "focus": focus(found, about)}
    return found.model_copy(update=added)
