"""AnnotatedStory → what is done to the indices for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.index.index_names import QUOTES, STORIES, index_of, quote_id
from pipeline.state.record import Record
from pipeline.story import NO_STORY, AnnotatedStory, story_id

_FLAT = {"people": ("PERSON",), "organizations": ("ORG",), "places": ("GPE", "LOC", "FAC")}
"""The entity types in each of the flat fields; beside each stand the keys, which count across stories."""
_OF_STORY = (
    "uri", "headline", "source", "versioncreated", "firstcreated", "urgency", "language",
    "subject", "keyword", "slugline", "storyline",
)  # fmt: skip


@dataclass(frozen=True)
class Action:
    """One line of a bulk request: write ``document``, or delete where there is none.

    Elasticsearch keeps what has the highest ``version`` (external_gte). Revisions are doubled there,
    so that a removal outranks what was written with the same revision and arrives late.
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
    known_quotes: int = 0,
    record: Record | None = None,
    trace: dict[str, str] | None = None,
) -> list[Action]:
    """The story, then its quotes and the removal of what an earlier version had too many of.

    ``revision`` is the desk's number of what it passed on; ``known_quotes`` is how many quotes an
    earlier version has; ``trace`` is when it stood on each topic. A story that is withheld or
    canceled is removed with all its quotes. Nobody said anything in a test or an advisory.
    """
    stories = index_of(STORIES, story.firstcreated)
    usable = story.pubstatus == "usable"
    document = story_document(story, record) | ({"trace": trace} if trace else {}) if usable else None
    quotes = list(quote_documents(story, document)) if document and story.signal not in NO_STORY else []
    return [
        Action(stories, story_id(story.uri), revision, document),
        *(_quote(story, revision, number, quote) for number, quote in enumerate(quotes, 1)),
        *(_quote(story, revision, number) for number in range(len(quotes) + 1, known_quotes + 1)),
    ]


def stale_quote_deletes(story: AnnotatedStory, revision: int, quotes: int) -> list[Action]:
    """The removal of as many quotes as this revision, or one before it, may have written before a newer one came.

    A worker that died between the quotes and their story left some that no document counts. Those
    of a newer revision stay, since theirs is higher.
    """
    return [_quote(story, revision, number) for number in range(1, quotes + 1)]


def _quote(story: AnnotatedStory, revision: int, number: int, document: dict[str, Any] | None = None) -> Action:
    return Action(index_of(QUOTES, story.firstcreated), quote_id(story.uri, number), revision, document)


def story_document(story: AnnotatedStory, record: Record | None = None) -> dict[str, Any]:
    """The story as it is printed, with its people, organizations, places (and their keys) and speakers beside.

    Kibana's charts count flat arrays; the nested mentions stay for those who want them. What the
    desk remembers comes from its ``record``: earlier versions, copies in other feeds, the storyline.
    """
    document = story.model_dump(mode="json")
    if record:
        kept = record.model_dump(mode="json", include={"alsoin", "duplicateof", "storyline"})
        history = list(record.history((story.version, story.versioncreated)))
        document |= kept | ({"versions": history} if len(history) > 1 else {})
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
