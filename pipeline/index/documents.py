"""AnnotatedStory → what is done to the indices for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.desk.rules import Record
from pipeline.index.names import QUOTES, STORIES, index_of, quote_id, story_id
from pipeline.story import AnnotatedStory

NO_STORY = ("test", "advisory")
"""The signals of messages that tell no story."""
_FLAT = {"people": ("PERSON",), "organizations": ("ORG",), "places": ("GPE", "LOC", "FAC")}
"""The entity types in each of the flat fields; beside each stand the keys, which count across stories."""
_OF_STORY = (
    "uri", "headline", "source", "versioncreated", "firstcreated", "urgency", "language",
    "subject", "keyword", "slugline", "storyline",
)  # fmt: skip


@dataclass(frozen=True)
class Action:
    """One line of a bulk request: write ``document``, or delete where there is none.

    ``version`` is the story's; Elasticsearch keeps the highest it has seen (external_gte).
    """

    index: str
    id: str
    version: int
    document: dict[str, Any] | None = None


def actions(
    story: AnnotatedStory, known_quotes: int = 0, record: Record | None = None, trace: dict[str, str] | None = None
) -> list[Action]:
    """The story, then its quotes and the removal of what an earlier version had too many of.

    ``known_quotes`` is how many quotes the indexed version has; ``trace`` is when it stood on each
    topic. A story that is withheld or canceled is removed with all its quotes. Nobody said anything
    in a test or an advisory.
    """
    stories = index_of(STORIES, story.firstcreated)
    quotes = index_of(QUOTES, story.firstcreated)
    usable = story.pubstatus == "usable"
    document = story_document(story, record) | ({"trace": trace} if trace else {}) if usable else None
    written = list(quote_documents(story, document)) if document and story.signal not in NO_STORY else []
    return [
        Action(stories, story_id(story.uri), story.version, document),
        *(Action(quotes, quote_id(story.uri, number), story.version, quote) for number, quote in enumerate(written, 1)),
        *(
            Action(quotes, quote_id(story.uri, number), story.version)
            for number in range(len(written) + 1, known_quotes + 1)
        ),
    ]


def taken_back(story: AnnotatedStory) -> list[Action]:
    """The removal of the quotes that this version may have written before a newer one came.

    A worker that died between the quotes and their story left some that no document counts. Those
    of a newer version stay, since theirs is higher.
    """
    quotes = index_of(QUOTES, story.firstcreated)
    return [Action(quotes, quote_id(story.uri, number), story.version) for number in range(1, len(story.quotes) + 1)]


def story_document(story: AnnotatedStory, record: Record | None = None) -> dict[str, Any]:
    """The story as it is printed, with its people, organizations, places (and their keys) and speakers beside.

    Kibana's charts count flat arrays; the nested mentions stay for those who want them. What the
    desk remembers comes from its ``record``: earlier versions, copies in other feeds, the storyline.
    """
    document = story.model_dump(mode="json")
    if record:
        kept = record.model_dump(mode="json", include={"alsoin", "duplicateof", "storyline"})
        document |= kept | ({"versions": _history(record)} if len(record.versions) > 1 else {})
    for field, types in _FLAT.items():
        entities = [entity for entity in document["entities"] if entity["type"] in types]
        document[field] = list(dict.fromkeys(entity["name"] for entity in entities))
        document[f"{field}_keys"] = list(dict.fromkeys(entity["key"] for entity in entities))
    located = [entity["place"] for entity in document["entities"] if "lat" in entity.get("place", {})]
    if located:
        document["places_points"] = [{"lat": place["lat"], "lon": place["lon"]} for place in located]
    speakers = (quote["speaker"]["name"] for quote in document["quotes"] if quote["speaker"])
    document["speakers"] = list(dict.fromkeys(speakers))
    return document


def _history(record: Record) -> list[dict[str, Any]]:
    return [version.model_dump(mode="json") for version in record.versions]


def quote_documents(story: AnnotatedStory, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The quotes, each with whom and what it names, and what a dashboard needs of its story.

    Kibana does not join.
    """
    context = {name: document[name] for name in _OF_STORY if name in document}
    context |= {name: document[name] for field in _FLAT for name in (field, f"{field}_keys")}
    keys = {entity["id"]: entity["key"] for entity in document["entities"]}
    types = {each for of in _FLAT.values() for each in of}
    named = [entity for entity in document["entities"] if entity["type"] in types]
    for quote in document["quotes"]:
        speaker = quote["speaker"]
        if speaker and "entity" in speaker:
            speaker = {**speaker, "key": keys[speaker["entity"]]}
        about = [entity for entity in named if any(_within(mention, quote) for mention in entity["mentions"])]
        names = {"about": [entity["name"] for entity in about], "about_keys": [entity["key"] for entity in about]}
        yield {**quote, **names, "speaker": speaker, "version": story.version, "story": context}


def _within(mention: dict[str, Any], quote: dict[str, Any]) -> bool:
    return bool(quote["start"] <= mention["start"] and mention["end"] <= quote["end"])
