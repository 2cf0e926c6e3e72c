"""The kind of documents "events"."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline.annotations import QUAD_CLASSES
from pipeline.documents.entity_forms import acting, listed_name, listed_speaker
from pipeline.documents.event_ids import event_id
from pipeline.documents.fields import BOOLEAN, DATE, KEYWORD, LINE, LONG, NAME, POINT, SHARE
from pipeline.documents.kind import Document, Part
from pipeline.documents.story import CONTEXT_MAPPING, POINTS, context_of

NUMBERS = ("dead", "injured", "missing", "displaced", "arrested", "size")
"""The numbers of people in an event that reports may differ in."""
_PARTICIPANT = {
    "properties": {"start": LONG, "end": LONG, "text": NAME, "entity": KEYWORD, "key": KEYWORD, "name": NAME}
}


def _documents(story: Document) -> Iterator[dict[str, Any]]:
    """Yield the documents of a story's mentions of events.

    Each has, besides the mention, the keys of its participants, its quad class, day, point, claimant and the id that
    all mentions of the event share. The names of participants, place and claimant are those by which lists have them.
    """
    context = context_of(story)
    entities = {entity["id"]: entity for entity in story["entities"]}
    speakers = {quote["id"]: quote["speaker"] for quote in story["quotes"]}
    for event in story["events"]:
        found = {**event, "event": event_id(event, entities, story["uri"]), **context}
        found["actors"] = [_named(each, entities, acting) for each in event["actors"]]
        # Who bombs Baghdad bombs the city.
        found["recipients"] = [_named(each, entities, _itself) for each in event["recipients"]]
        if event["type"] in QUAD_CLASSES:
            found["quad_class"] = QUAD_CLASSES[event["type"]]
        if "date" in event and (day := _first_day(event["date"]["value"])):
            found["date"] = {**event["date"], "day": day}
        if "place" in event:
            found["place"] = _located(event["place"], entities)
        speaker = speakers.get(event.get("quote"))
        if speaker:
            found["claimed_by"] = listed_speaker(speaker, entities) or speaker["name"]
        yield found


def highest(value: Any) -> int:
    """Return the highest number of people that is said: of a range the end that it has."""
    return int(value) if isinstance(value, int) else max(each for each in value if each is not None)


def number_text(name: str, value: Any) -> str:
    """Return a number of people in words: ``12 dead``, ``4 to 5 dead``, ``at least 107 dead``, ``5,000 people``."""
    whom = "people" if name == "size" else name
    if isinstance(value, int):
        return f"{value:,} {whom}"
    least, most = value
    if least is None:
        return f"up to {most:,} {whom}"
    return f"at least {least:,} {whom}" if most is None else f"{least:,} to {most:,} {whom}"


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
    found = {**place, "key": entity["key"], "name": listed_name(entity)}
    if where:
        found |= {name: where[name] for name in ("kind", "precision", "country") if name in where}
        # An area is no point.
        if where.get("precision", "city") in POINTS:
            found["point"] = {"lat": where["lat"], "lon": where["lon"]}
    return found


def _first_day(value: str) -> str | None:
    """Return the value as a date that Elasticsearch counts by: the first day of a month or year."""
    day = value.partition("T")[0]
    if not day.replace("-", "").isdigit() or len(day) not in (4, 7, 10):
        return None
    return day + "-01-01"[: 10 - len(day)] if len(day) == 4 else day + "-01" * (len(day) == 7)


def date_text(value: str, stated: bool) -> str:
    """Return the date of an event: ``2024-05-16``, or ``reported 2024-05-16`` if the text gives none."""
    return value if stated else f"reported {value}"


def line(event: Document) -> str:
    """Return the line that tells an event, and whose claim it is: ``Rebels fled (according to Ann Lee)``."""
    claim = f" (according to {event['claimed_by']})" if "claimed_by" in event else ""
    return f"{event['clause']}{claim}"


def _entry(event: Document) -> tuple[str, str]:
    return line(event), event["story"].get("headline", "")


_COLUMNS = {
    "Event ID": "key", "Event Date": "date.value", "Event Type": "type", "Event Mode": "mode",
    "Quad Code": "quad_class", "Actor Name": "actors.name", "Actor Name Raw": "actors.text",
    "Recipient Name": "recipients.name", "Recipient Name Raw": "recipients.text", "Placename": "place.name",
    "Country": "place.country", "Latitude": "place.point.lat", "Longitude": "place.point.lon",
    "Source": "story.source.name", "Publication Date": "story.versioncreated", "Story People": "story.people",
    "Story Organizations": "story.organizations", "Story Locations": "story.places", "Headline": "story.headline",
    "Language": "story.language", "Version": "version", "Status": "status", "Trigger": "text",
    "Claimed By": "claimed_by", "Dead": "dead", "Injured": "injured",
    "Missing": "missing", "Displaced": "displaced", "Arrested": "arrested", "Size": "size", "URI": "story.uri",
    "Event": "event", "Main": "main", "Clause": "clause", "Confidence": "confidence",
}  # fmt: skip
"""Named as in POLECAT's data dictionary (Halterman et al., 2023), so that scripts written for it work.

What POLECAT does not have comes last.
"""

EVENT = Part(
    alias="events",
    one="event mention",
    many="event mentions",
    letter="v",
    documents=_documents,
    words=("clause.text^2", "text.text", "actors.text.text", "recipients.text.text", "actors.name.text",
           "recipients.name.text", "place.name.text", "story.headline"),
    same="event",
    collapses=False,
    date="date.day",
    columns=_COLUMNS,
    entry=_entry,
    mapping={
        **dict.fromkeys(("id", "predicate", "type", "mode", "status", "quad_class", "quote", "event"), KEYWORD),
        **dict.fromkeys(("start", "end", *NUMBERS), LONG),
        "confidence": SHARE,
        "main": BOOLEAN,
        "clause": LINE,
        "text": LINE,
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
                **dict.fromkeys(("kind", "precision", "country"), KEYWORD),
                "point": POINT,
            }
        },
        "claimed_by": NAME,
        **CONTEXT_MAPPING,
    },
)  # fmt: skip
