"""The kind of documents "stories"."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.annotations import Entity
from pipeline.documents.entity_forms import listed_name, listed_speaker, other_forms, role_of
from pipeline.documents.fields import (
    BOOLEAN,
    DATE,
    KEYWORD,
    LONG,
    NAME,
    POINT,
    SECONDS,
    SHARE,
    STORED_KEYWORD,
    STORED_ONLY,
    TEXT,
)
from pipeline.documents.kind import Document, Kind
from pipeline.extractions import EXTRACTIONS
from pipeline.identity.registry import Registry, name_usage
from pipeline.knowledge.media_topics import top_concept
from pipeline.story import AnnotatedStory, story_id
from pipeline.topics import STORY_TOPICS

UNTAUGHT = Registry()
"""Every name means what its own story says."""
_FLAT = {"people": ("PERSON",), "organizations": ("ORG",), "places": ("GPE", "LOC", "FAC")}
"""The entity types in each flat field. Beside it stand the keys, which are counted across stories, and other forms."""
_NAMES = {f"{field}{form}": of for field in _FLAT for form, of in (("", NAME), ("_keys", KEYWORD), ("_forms", NAME))}
SALIENT = 0.5
"""The salience from which a story is about an entity."""
POINTS = ("city", "landmark")
"""What is small enough to be a point on a map of the world."""
_TITLE, _TEXT = 90, 500
"""How many characters of the body stand for a headline, and in a feed."""


def story_document(story: AnnotatedStory, registry: Registry = UNTAUGHT) -> dict[str, Any]:
    """Return the story's document, with flat lists of people, organizations, places, keys and speakers.

    Kibana charts count flat lists; the nested mentions remain for other uses. Before anything is derived, the story is
    alone in its group and storyline.
    """
    alone = story_id(story.uri)
    document = story.model_dump(mode="json") | {"group": alone, "storyline": alone}
    return _identified(document, story.entities, registry)


def identified_again(document: Document, registry: Registry) -> dict[str, Any]:
    """Return an indexed story's document with the identities of this registry."""
    return _identified({**document}, map(Entity.model_validate, document["entities"]), registry)


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
    document |= _about(document)
    known = {entity["id"]: entity for entity in document["entities"]}
    speakers = (listed_speaker(quote["speaker"], known) for quote in document["quotes"] if quote["speaker"])
    document["speakers"] = list(dict.fromkeys(filter(None, speakers)))
    return document


def _about(document: Document) -> dict[str, Any]:
    """Return the flat lists of what a story is about: names, topics, countries, and points on a map."""
    places = [entity["place"] for entity in document["entities"] if "place" in entity]
    salient = sorted(document["entities"], key=lambda entity: -entity.get("salience", 0))
    concepts = (top_concept(each.get("code"), each.get("name")) for each in document.get("subject", ()))
    lists = {
        "salient": [listed_name(entity) for entity in salient if entity.get("salience", 0) >= SALIENT],
        "topics": [concept.name for concept in concepts if concept],
        "countries": [place["country"] for place in places if "country" in place],
    }
    found: dict[str, Any] = {name: list(dict.fromkeys(values)) for name, values in lists.items() if values}
    # An area is no point.
    points = [{"lat": at["lat"], "lon": at["lon"]} for at in places if "lat" in at and at.get("precision") in POINTS]
    return found | ({"places_points": points} if points else {})


def _entry(story: Document) -> tuple[str, str]:
    body = story.get("body", "")
    return story.get("headline") or body[:_TITLE], body[:_TEXT]


_SOURCE = {"properties": {"name": NAME, "format": KEYWORD, "receivedat": DATE}}
_SUBJECT = {"properties": {"code": KEYWORD, "name": NAME, "creator": KEYWORD, "confidence": SHARE}}
_DEGREES = {"type": "float"}
_PLACE = {
    "properties": {
        "geonameid": LONG,
        **dict.fromkeys(("kind", "precision", "country", "admin1", "admin2"), KEYWORD),
        **dict.fromkeys(("lat", "lon"), _DEGREES),
    },
}

STORY = Kind(
    alias="stories",
    one="story",
    many="stories",
    words=("headline^3", "slugline.text^2", "keyword.text^2", "body"),
    same="group",
    columns={
        "uri": "uri",
        "version": "version",
        "versioncreated": "versioncreated",
        "headline": "headline",
        "source": "source.name",
        **{name: name for name in ("byline", "located", "urgency", "language", *_FLAT, "speakers", "body")},
        **{each.name: f"{each.name}.text" for each in EXTRACTIONS},
    },
    entry=_entry,
    mapping={
        "uri": KEYWORD,
        "version": LONG,
        "versioncreated": DATE,
        "firstcreated": DATE,
        "pubstatus": KEYWORD,
        "signal": KEYWORD,
        "urgency": LONG,
        "language": KEYWORD,
        "headline": {**TEXT, "fields": {**TEXT["fields"], "line": KEYWORD}},
        "slugline": NAME,
        "byline": NAME,
        "dateline": {"properties": {"text": KEYWORD, "place": NAME, "date": DATE}},
        "located": NAME,
        "subject": _SUBJECT,
        "genre": _SUBJECT,
        "keyword": NAME,
        "ednote": TEXT,
        "usageterms": {"type": "text", "index": False},
        "copyrightholder": KEYWORD,
        "embargoed": DATE,
        "source": _SOURCE,
        "body": TEXT,
        "removed": STORED_ONLY,
        "extra": STORED_ONLY,
        "versions": STORED_ONLY,
        "receivedas": KEYWORD,
        "copyof": KEYWORD,
        "variantof": KEYWORD,
        "updateof": KEYWORD,
        "differs": STORED_ONLY,
        "follows": KEYWORD,
        "group": KEYWORD,
        "storyline": KEYWORD,
        # The report of another agency, which that agency has withdrawn.
        "withdrawn": {"properties": {"uri": KEYWORD, "source": NAME, "versioncreated": DATE}},
        "signature": STORED_ONLY,
        "unfinished": BOOLEAN,
        "digest": STORED_KEYWORD,
        "trace": {"properties": dict.fromkeys((*(name.rpartition(".")[2] for name in STORY_TOPICS), "indexed"), DATE)},
        "latency": SECONDS,
        "name_usage": KEYWORD,
        "entities": {
            "type": "nested",
            "properties": {
                "id": KEYWORD,
                "key": KEYWORD,
                "name": NAME,
                "usual": KEYWORD,
                "type": KEYWORD,
                "aliases": NAME,
                "mentions": STORED_ONLY,
                "place": _PLACE,
                "roles": KEYWORD,
                "wikidata": KEYWORD,
                "salience": SHARE,
                "instory": STORED_ONLY,
            },
        },
        "quotes": STORED_ONLY,
        "dates": STORED_ONLY,
        "focus": {"properties": {"country": KEYWORD, "entity": KEYWORD, "name": NAME, "confidence": SHARE}},
        "unread": KEYWORD,
        **{each.name: each.mapping for each in EXTRACTIONS},
        "events": STORED_ONLY,
        "roles": KEYWORD,
        **_NAMES,
        "salient": NAME,
        "topics": KEYWORD,
        "countries": KEYWORD,
        "places_points": POINT,
        "speakers": NAME,
    },
)

_CONTEXT = (
    "uri", "headline", "source", "versioncreated", "firstcreated", "urgency", "language", "subject", "keyword",
    "slugline", "storyline", "topics", "countries", "focus", *_NAMES,
)  # fmt: skip
"""What dashboards and searches need of the story of a quote or an event: Kibana cannot join."""
CONTEXT_MAPPING: Mapping[str, Any] = {
    "version": LONG,
    "story": {"properties": {name: STORY.mapping[name] for name in _CONTEXT}},
}


def context_of(story: Document) -> dict[str, Any]:
    """Return the fields that quotes and events have of their story's document."""
    return {"version": story["version"], "story": {name: story[name] for name in _CONTEXT if name in story}}
