"""Turn an AnnotatedStory into actions on the indices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.desk.record import Record
from pipeline.documents.kind import Part
from pipeline.documents.kinds import PARTS
from pipeline.documents.story import STORY, UNTAUGHT, story_document
from pipeline.identity.registry import Registry
from pipeline.index.templates import index_of
from pipeline.story import NO_STORY, AnnotatedStory, story_id

NOTHING: Mapping[str, Any] = {}
"""No documents of any kind, and no fields."""


@dataclass(frozen=True)
class Action:
    """One bulk action: write ``document``, or delete if it is None.

    Elasticsearch keeps the highest ``version``, and of two equal ones the later (external_gte). A ``strict`` write is
    refused if there is an equal one already: then somebody else has written since the document was read.
    """

    index: str
    id: str
    version: int
    document: dict[str, Any] | None = None
    strict: bool = False


_EDITS = 20
"""The bits of a document's version that count the writes within one revision: what is derived, and replays."""
_REPLAYED = 1 << 10
"""A replay leaves so many versions free, so that what was derived from the document before it is refused."""
_REMOVED = 1 << 19


def first_version(revision: int, before: int = 0) -> int:
    """Return the version of a document that is written with the desk's ``revision``, where ``before`` is there."""
    return before + _REPLAYED if is_of(revision, before) else revision << _EDITS


def is_of(revision: int, version: int) -> bool:
    """Return whether a document of this version was written with the desk's ``revision``."""
    return version >> _EDITS == revision


def last_version(revision: int) -> int:
    """Return a version that outranks all writes with this revision."""
    return (revision << _EDITS) + _REMOVED


def actions(
    story: AnnotatedStory,
    version: int,
    known: Mapping[str, int] = NOTHING,
    record: Record | None = None,
    more: Mapping[str, Any] = NOTHING,
    registry: Registry = UNTAUGHT,
) -> list[Action]:
    """Return the actions for the story, then for its quotes and events, then the deletions of surplus ones.

    ``version`` is that of the documents, ``known`` how many documents of each kind an earlier version has, ``more``
    further fields of the story's document, ``registry`` what other stories teach about names. ``record`` adds earlier
    versions. A withheld or canceled story is removed with all of them. Tests and advisories have none.
    """
    stories = index_of(STORY.alias, story.firstcreated)
    usable = story.pubstatus == "usable"
    document = {**story_document(story, registry), **_history(story, record), **more} if usable else None
    # A request that was given up and is carried out late must not undo what was written meanwhile.
    found = [Action(stories, story_id(story.uri), version, document, strict=document is not None)]
    for kind in PARTS:
        made = _parts(kind, document) if document else []
        found += [_part(story, version, kind, number, each) for number, each in enumerate(made, 1)]
        found += [_part(story, version, kind, number) for number in range(len(made) + 1, known.get(kind.alias, 0) + 1)]
    return found


def parts_again(document: Mapping[str, Any], version: int) -> list[Action]:
    """Return the actions that write what belongs to an indexed story anew, with this version."""
    uri, created = document["uri"], datetime.fromisoformat(document["firstcreated"])
    return [
        Action(index_of(kind.alias, created), kind.id(uri, number), version, each)
        for kind in PARTS
        for number, each in enumerate(_parts(kind, document), 1)
    ]


def _parts(kind: Part, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [] if document.get("signal") in NO_STORY else list(kind.documents(document))


def counts_of(story: AnnotatedStory) -> dict[str, int]:
    """Return how many documents of each kind a story has."""
    return {kind.alias: kind.count(story) for kind in PARTS}


def stale_deletes(story: AnnotatedStory, revision: int, written: Mapping[str, int]) -> list[Action]:
    """Return the deletions of all quotes and events that this revision, or one before it, may have written.

    A worker that died between them and their story left documents that no story counts. Those of a newer revision
    stay, since their version is higher.
    """
    last = last_version(revision)
    return [_part(story, last, kind, number) for kind in PARTS for number in range(1, written.get(kind.alias, 0) + 1)]


def _part(
    story: AnnotatedStory, version: int, kind: Part, number: int, document: dict[str, Any] | None = None
) -> Action:
    # Another attempt at the same version may have had other identities.
    place = index_of(kind.alias, story.firstcreated), kind.id(story.uri, number)
    return Action(*place, version, document, strict=document is not None)


def _history(story: AnnotatedStory, record: Record | None) -> dict[str, Any]:
    history = list(record.history((story.version, story.versioncreated))) if record else []
    return {"versions": history} if len(history) > 1 else {}
