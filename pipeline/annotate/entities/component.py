"""Component ``wire_entities``: one entity for each person, organization or place of a story.

Reads ``doc.ents``; writes ``doc._.wire_entities``, a tuple of ``Entity``.
"""

import re
from collections.abc import Iterable

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotate.entities.groups import grouped
from pipeline.annotate.entities.labels import labelled
from pipeline.annotate.entities.names import RANK, Name, recognised
from pipeline.annotations import Entity, Mention

if not Doc.has_extension("wire_entities"):
    Doc.set_extension("wire_entities", default=())


@Language.component("wire_entities", requires=["doc.ents"], assigns=["doc._.wire_entities"])
def entities(doc: Doc) -> Doc:
    """Put the story's entities on ``doc._.wire_entities``, in the order of their first mention."""
    groups = [labelled(doc.text, group) for group in grouped(doc.text, list(recognised(doc)))]
    found = with_missed(doc.text, groups)
    doc._.wire_entities = tuple(
        _entity(number, names) for number, names in enumerate(sorted(found, key=lambda names: names[0].start), 1)
    )
    return doc


def with_missed(text: str, groups: list[list[Name]]) -> list[list[Name]]:
    """The groups, and in each the places where its words stand without having been recognised.

    Only names that cannot be anything else: capitalised words, not inside another name.
    """
    taken = {n for group in groups for name in group for n in range(name.start, name.end)}
    owners = {
        name.text: number
        for number, group in enumerate(groups)
        for name in group
        if name.label in ("PERSON", "ORG", "GPE") and name.text[0].isupper() and len(name.text) > 1
    }
    longest_first = sorted(owners, key=len, reverse=True)
    if longest_first:
        anywhere = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
        for found in anywhere.finditer(text):
            if taken.isdisjoint(range(*found.span())):
                group = groups[owners[found[0]]]
                group.append(Name(*found.span(), found[0], group[0].label))
    return [sorted(group) for group in groups]


def _entity(number: int, names: list[Name]) -> Entity:
    fullest = max(names, key=lambda n: (len(RANK.sub("", n.text).split()), len(n.text), -n.start))
    name = RANK.sub("", fullest.text) or fullest.text
    return Entity(
        id=f"e{number}",
        name=name,
        type=names[0].label,
        aliases=tuple(text for text in dict.fromkeys(n.text for n in names) if text != name),
        mentions=tuple(Mention(start=n.start, end=n.end, text=n.text) for n in names),
    )
