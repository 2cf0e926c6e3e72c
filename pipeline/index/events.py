"""The kind of documents "events"."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline.annotations import QUAD_CLASSES
from pipeline.index.entity_forms import acting, listed_name
from pipeline.index.fields import BOOLEAN, DATE, KEYWORD, LONG, NAME, POINT, STORY_CONTEXT
from pipeline.index.happening import happening_id
from pipeline.index.kind import Kind
from pipeline.index.speakers import listed_speaker

_PARTICIPANT = {
    "properties": {"start": LONG, "end": LONG, "text": NAME, "entity": KEYWORD, "key": KEYWORD, "name": NAME}
}


def documents(story: Mapping[str, Any], context: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the documents of a story's events.

    Each has, besides the event, the keys of its participants, its quad class, day, point, claimant and happening. The
    names of participants, place and claimant are those by which lists have them.
    """
    entities = {entity["id"]: entity for entity in story["entities"]}
    speakers = {quote["id"]: quote["speaker"] for quote in story["quotes"]}
    for event in story["events"]:
        happening = happening_id(event, entities, story["uri"])
        found = {**event, "happening": happening, "version": story["version"], "story": context}
        found["actors"] = [_named(each, entities, acting) for each in event["actors"]]
        # Who bombs Baghdad bombs the city.
        found["recipients"] = [_named(each, entities, _itself) for each in event["recipients"]]
        if event.get("type") in QUAD_CLASSES:
            found["quad_class"] = QUAD_CLASSES[event["type"]]
        if "date" in event and (day := _first_day(event["date"]["value"])):
            found["date"] = {**event["date"], "day": day}
        if "place" in event:
            found["place"] = _located(event["place"], entities)
        speaker = speakers.get(event.get("quote"))
        if speaker:
            found["claimed_by"] = listed_speaker(speaker, entities) or speaker["name"]
        yield found


def _named(
    participant: dict[str, Any], entities: Mapping[str, Any], who: Callable[[Mapping[str, Any]], tuple[str, str]]
) -> dict[str, Any]:
    entity = entities.get(participant.get("entity", ""))
    if entity is None:
        return participant
    key, name = who(entity)
    return {**participant, "key": key, "name": name}


def _itself(entity: Mapping[str, Any]) -> tuple[str, str]:
    return str(entity["key"]), listed_name(entity)


def _located(place: dict[str, Any], entities: Mapping[str, Any]) -> dict[str, Any]:
    """Return the place with key, country and point: of its entity, or of one with the same name in the story."""
    named = (each for each in entities.values() if each["name"] == place["name"] and "place" in each)
    entity = entities.get(place.get("entity", "")) or next(named, None)
    if entity is None:
        return place
    where = entity.get("place")
    point = {"country": where["country"], "point": {"lat": where["lat"], "lon": where["lon"]}} if where else {}
    return {**place, "key": entity["key"], "name": listed_name(entity), **point}


def _first_day(value: str) -> str | None:
    """Return the value as a date that Elasticsearch counts by: the first day of a month or year."""
    day = value.partition("T")[0]
    if not day.replace("-", "").isdigit() or len(day) not in (4, 7, 10):
        return None
    return day + "-01-01"[: 10 - len(day)] if len(day) == 4 else day + "-01" * (len(day) == 7)


EVENTS = Kind(
    alias="events",
    letter="v",
    documents=documents,
    mapping={
        "id": KEYWORD,
        "start": LONG,
        "end": LONG,
        "text": NAME,
        "predicate": KEYWORD,
        "type": KEYWORD,
        "mode": KEYWORD,
        "status": KEYWORD,
        "quad_class": KEYWORD,
        "actors": _PARTICIPANT,
        "recipients": _PARTICIPANT,
        "date": {
            "properties": {
                "value": KEYWORD,
                "day": DATE,
                "stated": BOOLEAN,
                "start": LONG,
                "end": LONG,
                "text": KEYWORD,
            }
        },
        "place": {
            "properties": {
                "stated": BOOLEAN,
                "start": LONG,
                "end": LONG,
                "text": KEYWORD,
                "entity": KEYWORD,
                "key": KEYWORD,
                "name": NAME,
                "country": KEYWORD,
                "point": POINT,
            }
        },
        "quote": KEYWORD,
        "claimed_by": NAME,
        "happening": KEYWORD,
        "dead": LONG,
        "injured": LONG,
        "size": LONG,
        "version": LONG,
        "story": {"properties": STORY_CONTEXT},
    },
)
