"""Turn an AnnotatedStory into actions on the indices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.annotations import Entity
from pipeline.identity.registry import Registry, name_usage
from pipeline.index.entity_forms import listed_name, other_forms, role_of
from pipeline.index.fields import STORY_CONTEXT
from pipeline.index.index_names import STORIES, index_of
from pipeline.index.kind import Kind
from pipeline.index.kinds import KINDS
from pipeline.index.speakers import listed_speaker
from pipeline.state.record import Record
from pipeline.story import NO_STORY, AnnotatedStory, story_id

_FLAT = {"people": ("PERSON",), "organizations": ("ORG",), "places": ("GPE", "LOC", "FAC")}
"""The entity types in each flat field. Beside each stand the keys, which are counted across stories."""
NOTHING: Mapping[str, int] = {}
"""No documents of any kind."""
_UNTAUGHT = Registry()
"""Every name means what its own story says."""


@dataclass(frozen=True)
class Action:
    """One bulk action: write ``document``, or delete if it is None.

    Elasticsearch keeps the highest ``version`` (external_gte). It is twice the revision, so that a late removal
    outranks what was written with the same revision.
    """

    index: str
    id: str
    revision: int
    document: dict[str, Any] | None = None

    @property
    def version(self) -> int:
        """The version in Elasticsearch."""
        return 2 * self.revision + (self.document is None)


def actions(
    story: AnnotatedStory,
    revision: int,
    known: Mapping[str, int] = NOTHING,
    record: Record | None = None,
    trace: dict[str, str] | None = None,
    registry: Registry = _UNTAUGHT,
) -> list[Action]:
    """Return the actions for the story, then for its quotes and events, then the deletes of surplus ones.

    ``revision`` is the desk's number of the message, ``known`` how many documents of each kind an earlier version has,
    ``trace`` when the story was on each topic, ``registry`` what other stories teach about names. A withheld,
    canceled or replaced story is removed with all of them. Tests and advisories have none.
    """
    stories = index_of(STORIES, story.firstcreated)
    document = None
    if not story.is_removal:
        document = story_document(story, record, registry) | ({"trace": trace} if trace else {})
    found = [Action(stories, story_id(story.uri), revision, document)]
    for kind in KINDS:
        made = _parts(kind, document) if document else []
        found += [_part(story, revision, kind, number, each) for number, each in enumerate(made, 1)]
        found += [_part(story, revision, kind, number) for number in range(len(made) + 1, known.get(kind.alias, 0) + 1)]
    return found


def identified_again(document: Mapping[str, Any], revision: int, registry: Registry) -> list[Action]:
    """Return the actions that give an indexed story, and what belongs to it, the identities of this registry.

    ``revision`` is the one that the story was indexed with: whatever is newer stays.
    """
    changed = _identified({**document}, map(Entity.model_validate, document["entities"]), registry)
    uri, created = document["uri"], datetime.fromisoformat(document["firstcreated"])
    found = [Action(index_of(STORIES, created), story_id(uri), revision, changed)]
    for kind in KINDS:
        index = index_of(kind.alias, created)
        parts = enumerate(_parts(kind, changed), 1)
        found += [Action(index, kind.id(uri, number), revision, each) for number, each in parts]
    return found


def _parts(kind: Kind, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [] if document.get("signal") in NO_STORY else list(kind.documents(document, _context(document)))


def counts_of(story: AnnotatedStory) -> dict[str, int]:
    """Return how many documents of each kind a story has."""
    return {kind.alias: kind.count(story) for kind in KINDS}


def stale_deletes(story: AnnotatedStory, revision: int, written: Mapping[str, int]) -> list[Action]:
    """Return the deletes of all quotes and events that this revision, or one before it, may have written.

    A worker that died between them and their story left documents that no story counts. Those of a newer revision
    stay, since their version is higher.
    """
    return [
        _part(story, revision, kind, number) for kind in KINDS for number in range(1, written.get(kind.alias, 0) + 1)
    ]


def _part(
    story: AnnotatedStory, revision: int, kind: Kind, number: int, document: dict[str, Any] | None = None
) -> Action:
    return Action(index_of(kind.alias, story.firstcreated), kind.id(story.uri, number), revision, document)


def _context(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what quotes and events take over from their story."""
    return {name: document[name] for name in STORY_CONTEXT if name in document}


def story_document(
    story: AnnotatedStory, record: Record | None = None, registry: Registry = _UNTAUGHT
) -> dict[str, Any]:
    """Return the story's document, with flat lists of people, organizations, places, keys and speakers.

    Kibana charts count flat lists; the nested mentions remain for other uses. ``record`` adds earlier versions,
    copies in other feeds, updates under other uris and the storyline.
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
