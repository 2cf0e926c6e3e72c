"""Identify the event that a story mentions: all its mentions share an id.

The id depends on the mention alone, not on what is indexed already, so that the order in which stories arrive, a replay
or a killed story changes nothing. Two reports agree on the type, the day, and whom they name first; on the place
instead for violence and protests, whose participants each report names differently.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from pipeline.story import AnnotatedStory

_BY_PLACE = ("ASSAULT", "PROTEST")
_SUFFIX = re.compile(r"[ivx]+|[js]r\.?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def event_id(mention: Mapping[str, Any], entities: Mapping[str, Mapping[str, Any]], uri: str) -> str:
    """Return the id of the event that is mentioned, given the story's entities by their ids, and its uri.

    A mention without a day, or that names nothing to compare, is of an event of its own.
    """
    parts = _signature(mention, entities) or (uri, mention["id"])
    return blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def with_event_ids(story: AnnotatedStory) -> AnnotatedStory:
    """Return a story whose mentions of events have the ids of these."""
    entities = {each.id: each.model_dump() for each in story.entities}
    ids = (event_id(each.model_dump(), entities, story.uri) for each in story.events)
    events = (each.model_copy(update={"event": found}) for each, found in zip(story.events, ids, strict=True))
    return story.model_copy(update={"events": tuple(events)})


def _signature(mention: Mapping[str, Any], entities: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...] | None:
    day = _DAY.match(mention.get("date", {}).get("value", ""))
    if day is None:
        return None
    kind, predicate = mention["type"], mention["predicate"]
    place = mention.get("place")
    where = _place(place, entities) if place else None
    if where and kind in _BY_PLACE:
        return kind, where, day[0]
    actor, recipient = (_first_named(mention[side], entities) for side in ("actors", "recipients"))
    if actor and recipient:
        return kind, *sorted((actor, recipient)), day[0]
    stated = where if place and place["stated"] else None
    common = actor or recipient or stated
    return (kind, predicate, common, day[0]) if common else None


def _first_named(participants: Iterable[Mapping[str, Any]], entities: Mapping[str, Mapping[str, Any]]) -> str | None:
    named = (entities.get(each.get("entity", "")) for each in participants)
    return next((_short(entity) for entity in named if entity), None)


def _short(entity: Mapping[str, Any]) -> str:
    """Return the key; of a person the last name, since not every story has the first."""
    key = str(entity["key"])
    if entity["type"] != "PERSON":
        return key
    names = [part for part in key.split() if not _SUFFIX.fullmatch(part)]
    return names[-1] if names else key


def _place(place: Mapping[str, Any], entities: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the name of a town or site, without the region that only some reports give; None for a whole country."""
    entity = entities.get(place.get("entity", ""))
    if entity is None:
        return str(place["name"]).casefold()
    town, comma, _ = str(entity["key"]).partition(",")
    return None if "place" in entity and not comma else town
