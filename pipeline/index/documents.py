"""Turn an AnnotatedStory into actions on the indices."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.index.index_names import QUOTES, STORIES, index_of, quote_id
from pipeline.state.record import Record
from pipeline.story import NO_STORY, AnnotatedStory, story_id

_FLAT = {"people": ("PERSON",), "organizations": ("ORG",), "places": ("GPE", "LOC", "FAC")}
"""The entity types in each flat field. Beside each stand the keys, which are counted across stories."""
_OF_STORY = (
    "uri", "headline", "source", "versioncreated", "firstcreated", "urgency", "language",
    "subject", "keyword", "slugline", "storyline",
)  # fmt: skip


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
    known_quotes: int = 0,
    record: Record | None = None,
    trace: dict[str, str] | None = None,
) -> list[Action]:
    """Return the actions for the story, then for its quotes, then the deletes of an earlier version's surplus quotes.

    ``revision`` is the desk's number of the message, ``known_quotes`` the number of quotes of an earlier version,
    ``trace`` when the story was on each topic. A withheld or canceled story is removed with all its quotes. Tests
    and advisories have no quotes.
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
    """Return the deletes of all quotes that this revision, or one before it, may have written.

    A worker that died between the quotes and their story left quotes that no document counts. Quotes of a newer
    revision stay, since their version is higher.
    """
    return [_quote(story, revision, number) for number in range(1, quotes + 1)]


def _quote(story: AnnotatedStory, revision: int, number: int, document: dict[str, Any] | None = None) -> Action:
    return Action(index_of(QUOTES, story.firstcreated), quote_id(story.uri, number), revision, document)


def story_document(story: AnnotatedStory, record: Record | None = None) -> dict[str, Any]:
    """Return the story's document, with flat lists of people, organizations, places, keys and speakers.

    Kibana charts count flat lists; the nested mentions remain for other uses. ``record`` adds earlier versions,
    copies in other feeds and the storyline.
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
    """Return the quotes' documents, each with its names and the story's fields that dashboards need.

    Kibana cannot join.
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
