"""Say how stories relate: which repeats, varies or updates which earlier one.

All of it is a function of the stories that are there and of what people decided. A story relates to one earlier
story at most, so that the stories of a report are a tree; its root gives the group its name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.derive.claims import Difference, contradict, differences
from pipeline.derive.signatures import Resemblance
from pipeline.derive.updates import Comparable, is_update
from pipeline.story import story_id

FIELDS = ("copyof", "variantof", "updateof", "differs", "follows", "group", "storyline")
"""The fields of a document that this decides."""
KINDS = ("copyof", "variantof", "updateof")
"""The fields that name an earlier story; a document has one of them at most."""


@dataclass(frozen=True)
class Relation:
    """How a story relates to earlier ones: the ``kind`` of relation to ``to``, with what ``differs``.

    ``follows`` is the earlier story on the same topic whose storyline it continues.
    """

    kind: str = ""
    to: str | None = None
    differs: tuple[Difference, ...] = ()
    follows: str | None = None


ALONE = Relation()


def relation(story: Comparable, resemblance: Resemblance, others: Mapping[str, Comparable]) -> Relation:
    """Return how a story relates to those it resembles; ``others`` are the ones that are still there.

    It is an update of the earliest story of its feed that it replaces. Otherwise it is a copy of the earliest story of
    another feed that says the same, or a variant of the earliest that says something else.
    """
    updated = (other for uri in resemblance.updated if (other := others.get(uri)))
    if earlier := next((other for other in updated if is_update(other, story)), None):
        return _related("updateof", story, earlier)
    variant = ALONE
    for other in (other for uri in resemblance.copied if (other := others.get(uri))):
        found = differences(story.claims, other.claims)
        if not contradict(found):
            return Relation("copyof", other.uri, follows=other.uri)
        if variant is ALONE:
            variant = Relation("variantof", other.uri, tuple(found), other.uri)
    if variant is ALONE and resemblance.topic in others:
        return Relation(follows=resemblance.topic)
    return variant


def _related(kind: str, story: Comparable, other: Comparable) -> Relation:
    return Relation(kind, other.uri, tuple(differences(story.claims, other.claims)), other.uri)


def derived_fields(uri: str, relation: Relation, labels: Callable[[str], Mapping[str, Any]]) -> dict[str, Any]:
    """Return the fields of a story's document, given the document of each earlier story that it relates to."""
    alone = story_id(uri)
    found: dict[str, Any] = {"group": alone, "storyline": alone}
    if relation.to is not None:
        found |= {relation.kind: relation.to, "group": labels(relation.to).get("group") or story_id(relation.to)}
        if relation.differs:
            found["differs"] = [
                {"kind": each.kind, "here": list(each.here), "there": list(each.there)} for each in relation.differs
            ]
    if relation.follows is not None:
        earlier = labels(relation.follows)
        found |= {"follows": relation.follows, "storyline": earlier.get("storyline") or story_id(relation.follows)}
    return found
