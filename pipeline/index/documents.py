"""Turn an AnnotatedStory into actions on the indices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.annotations import Entity
from pipeline.desk.record import Record
from pipeline.identity.registry import Registry, name_usage
from pipeline.index.entity_forms import listed_name, other_forms, role_of
from pipeline.index.fields import STORY_CONTEXT
from pipeline.index.index_names import STORIES, index_of
from pipeline.index.kind import Kind
from pipeline.index.kinds import KINDS
from pipeline.index.speakers import listed_speaker
from pipeline.story import NO_STORY, AnnotatedStory, story_id

_FLAT = {"people": ("PERSON",), "organizations": ("ORG",), "places": ("GPE", "LOC", "FAC")}
"""The entity types in each flat field. Beside each stand the keys, which are counted across stories."""
NOTHING: Mapping[str, Any] = {}
"""No documents of any kind, and no fields."""
_UNTAUGHT = Registry()
"""Every name means what its own story says."""


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
    registry: Registry = _UNTAUGHT,
) -> list[Action]:
    """Return the actions for the story, then for its quotes and events, then the deletions of surplus ones.

    ``version`` is that of the documents, ``known`` how many documents of each kind an earlier version has, ``more``
    further fields of the story's document, ``registry`` what other stories teach about names. A withheld or canceled
    story is removed with all of them. Tests and advisories have none.
    """
    stories = index_of(STORIES, story.firstcreated)
    document = {**story_document(story, record, registry), **more} if story.pubstatus == "usable" else None
    # A request that was given up and is carried out late must not undo what was written meanwhile.
    found = [Action(stories, story_id(story.uri), version, document, strict=document is not None)]
    for kind in KINDS:
        made = _parts(kind, document) if document else []
        found += [_part(story, version, kind, number, each) for number, each in enumerate(made, 1)]
        found += [_part(story, version, kind, number) for number in range(len(made) + 1, known.get(kind.alias, 0) + 1)]
    return found


def parts_again(document: Mapping[str, Any], version: int) -> list[Action]:
    """Return the actions that write what belongs to an indexed story anew, with this version."""
    uri, created = document["uri"], datetime.fromisoformat(document["firstcreated"])
    return [
        Action(index_of(kind.alias, created), kind.id(uri, number), version, each)
        for kind in KINDS
        for number, each in enumerate(_parts(kind, document), 1)
    ]


def identified_again(document: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """Return an indexed story's document with the identities of this registry."""
    return _identified({**document}, map(Entity.model_validate, document["entities"]), registry)


def _parts(kind: Kind, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [] if document.get("signal") in NO_STORY else list(kind.documents(document, _context(document)))


def counts_of(story: AnnotatedStory) -> dict[str, int]:
    """Return how many documents of each kind a story has."""
    return {kind.alias: kind.count(story) for kind in KINDS}


def stale_deletes(story: AnnotatedStory, revision: int, written: Mapping[str, int]) -> list[Action]:
    """Return the deletions of all quotes and events that this revision, or one before it, may have written.

    A worker that died between them and their story left documents that no story counts. Those of a newer revision
    stay, since their version is higher.
    """
    last = last_version(revision)
    return [_part(story, last, kind, number) for kind in KINDS for number in range(1, written.get(kind.alias, 0) + 1)]


def _part(
    story: AnnotatedStory, version: int, kind: Kind, number: int, document: dict[str, Any] | None = None
) -> Action:
    # Another attempt at the same version may have had other identities.
    place = index_of(kind.alias, story.firstcreated), kind.id(story.uri, number)
    return Action(*place, version, document, strict=document is not None)


def _context(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what quotes and events take over from their story."""
    return {name: document[name] for name in STORY_CONTEXT if name in document}


def story_document(
    story: AnnotatedStory, record: Record | None = None, registry: Registry = _UNTAUGHT
) -> dict[str, Any]:
    """Return the story's document, with flat lists of people, organizations, places, keys and speakers.

    Kibana charts count flat lists; the nested mentions remain for other uses. ``record`` adds earlier versions. Before
    anything is derived, the story is alone in its group and storyline.
    """
    alone = story_id(story.uri)
    document = story.model_dump(mode="json") | {"group": alone, "storyline": alone}
    if record:
        history = list(record.history((story.version, story.versioncreated)))
        document |= {"versions": history} if len(history) > 1 else {}
    return _identified(document, story.entities, registry)


def _identified(document: dict[str, Any], entities: Iterable[Entity], registry: Registry) -> dict[str, Any]:
    """Return the document with these entities as the registry identifies them, and all that follows from them."""
    identified = [registry.identify(entity) for entity in entities]
    document["entities"] = [entity.model_dump(mode="json") for entity in identified]
    document["name_usage"] = name_usage(identified)
    document.pop("roles", None)
    held = {role_of(listed_name(entity), role) for entity in document["entities"] for role in entity.get("roles", ())}
    if held:
        document["roles"] = sorted(held)
    renamed = {entity.id: name for entity in identified if (name := registry.name_before_rename(entity))}
    for field, types in _FLAT.items():
        entities_of = [entity for entity in document["entities"] if entity["type"] in types]
        document[field] = list(dict.fromkeys(listed_name(entity) for entity in entities_of))
        document.pop(f"{field}_forms", None)
        others = [form for entity in entities_of for form in other_forms(entity)]
        if others := others + [renamed[entity["id"]] for entity in entities_of if entity["id"] in renamed]:
            document[f"{field}_forms"] = list(dict.fromkeys(others))
        document[f"{field}_keys"] = list(dict.fromkeys(entity["key"] for entity in entities_of))
    located = [entity["place"] for entity in document["entities"] if "lat" in entity.get("place", {})]
    if located:
        document["places_points"] = [{"lat": place["lat"], "lon": place["lon"]} for place in located]
    known = {entity["id"]: entity for entity in document["entities"]}
    speakers = (listed_speaker(quote["speaker"], known) for quote in document["quotes"] if quote["speaker"])
    document["speakers"] = list(dict.fromkeys(filter(None, speakers)))
    return document
