"""Say how stories relate: which repeats, varies or updates which earlier one.

All of it is a function of the stories that are there and of what people decided. A story relates to one earlier
story at most, so that the stories of a report are a tree; its root gives the group its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.derive.claims import Difference, contradict, differences
from pipeline.derive.decisions import UNDECIDED, Decided
from pipeline.derive.signatures import Resemblance
from pipeline.derive.updates import Comparable, is_update
from pipeline.desk.record import Withdrawn
from pipeline.story import story_id

FIELDS = ("copyof", "variantof", "updateof", "differs", "follows", "group", "storyline", "withdrawn")
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


def relation(
    story: Comparable, resemblance: Resemblance, others: Mapping[str, Comparable], decided: Decided = UNDECIDED
) -> Relation:
    """Return how a story relates to those it resembles; ``others`` are the ones that are still there.

    What people decided comes first. Otherwise it is an update of the earliest story of its feed that it replaces, or a
    copy of the earliest story of another feed that says the same, or a variant of the earliest that says something
    else.
    """
    alone = Relation(follows=resemblance.topic)
    if decided.separate:
        return alone
    joined = (other for uri in decided.joined if (other := others.get(uri)) and other.position < story.position)
    if earliest := min(joined, key=lambda other: other.position, default=None):
        return _retold(story, earliest)
    updated = (other for uri in resemblance.updated if (other := others.get(uri)))
    if earlier := next((other for other in updated if is_update(other, story)), None):
        return _related("updateof", earlier, differences(story.claims, earlier.claims))
    copied = (_retold(story, other) for uri in resemblance.copied if (other := others.get(uri)))
    variant = None
    for found in copied:
        if found.kind == "copyof":
            return found
        variant = variant or found
    return variant or alone


def _retold(story: Comparable, other: Comparable) -> Relation:
    found = differences(story.claims, other.claims)
    return _related("variantof", other, found) if contradict(found) else _related("copyof", other)


def _related(kind: str, other: Comparable, differs: Sequence[Difference] = ()) -> Relation:
    return Relation(kind, other.uri, tuple(differs), other.uri)


def is_withdrawn_too(story: Comparable, withdrawn: Withdrawn) -> bool:
    """Return whether a story carries the text that its agency has withdrawn in another feed."""
    return story.source == withdrawn.source and story.digest == withdrawn.digest


def derived_fields(
    uri: str,
    relation: Relation,
    labels: Mapping[str, Mapping[str, Any]],
    withdrawn: tuple[str, Withdrawn] | None = None,
) -> dict[str, Any]:
    """Return the fields of a story's document, given the document of each earlier story that it relates to, and the
    report like it that was ``withdrawn`` (its uri, and what was kept of it), if any.
    """
    alone = story_id(uri)
    found: dict[str, Any] = {"group": alone, "storyline": alone}
    if relation.to is not None:
        found |= {
            relation.kind: relation.to,
            "group": labels.get(relation.to, {}).get("group") or story_id(relation.to),
        }
        if relation.differs:
            found["differs"] = [
                {"kind": each.kind, "here": list(each.here), "there": list(each.there)} for each in relation.differs
            ]
    if withdrawn is not None:
        gone, text = withdrawn
        found["withdrawn"] = {"uri": gone, "source": text.source, "versioncreated": _written(text.versioncreated)}
    if relation.follows is not None:
        earlier = labels.get(relation.follows, {})
        found |= {"follows": relation.follows, "storyline": earlier.get("storyline") or story_id(relation.follows)}
    return found


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
