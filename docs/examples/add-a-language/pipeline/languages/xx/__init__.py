"""Language xx: places and people by a list."""

import spacy

from pipeline.annotations import Entity, EntityMention
from pipeline.languages.contract import AnnotationInput, Language, Reader
from pipeline.reading.tree import Tree

_NAMES = {"Lorne": "GPE", "Quorn Vad": "PERSON"}


def load(model: str, kept: int) -> Reader:
    """Return the reader, which needs no installed model and keeps no paragraphs."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": name} for name, label in _NAMES.items()])
    return lambda bodies: map(Tree, nlp.pipe(bodies))


def entities(tree: Tree, about: AnnotationInput) -> tuple[Entity, ...]:
    """Return one entity for each name of the list."""
    found: dict[str, list[EntityMention]] = {}
    for start, end, _ in tree.names:
        found.setdefault(tree.text[start:end], []).append(
            EntityMention(start=start, end=end, text=tree.text[start:end])
        )
    return tuple(
        Entity(id=f"e{number}", name=name, type=_NAMES[name], aliases=(), mentions=tuple(mentions))
        for number, (name, mentions) in enumerate(found.items(), 1)
    )


LANGUAGE = Language(load, entities)
