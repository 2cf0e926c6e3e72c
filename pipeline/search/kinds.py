"""What a search of stories, quotes or events looks at: one description for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.index.index_names import EVENTS, QUOTES, STORIES

_NAMES = ("people", "organizations", "places", "people_forms", "organizations_forms", "places_forms")
"""Where names are looked for: as lists have them, and in the other forms that stories use."""
_OF_A_STORY: dict[str, Sequence[str]] = {
    "speaker": ("speakers",),
    "about": _NAMES,
    "entity": _NAMES,
    "person": ("people", "people_forms"),
    "organization": ("organizations", "organizations_forms"),
    "place": ("places", "places_forms"),
    "source": ("source.name",),
    "subject": ("subject.name", "subject.code"),
    "keyword": ("keyword", "slugline"),
    "language": ("language",),
    "storyline": ("storyline",),
}
_OF_ITS_STORY: dict[str, Sequence[str]] = {
    name: [f"story.{field}" for field in fields] for name, fields in _OF_A_STORY.items() if name != "speaker"
}


@dataclass(frozen=True)
class Searched:
    """A kind of documents that can be searched.

    ``words`` are the fields of the query's words, ``filters`` the fields of each filter, ``facets`` those that are
    counted. ``time`` is when the story was written, ``histogram`` what is counted over time, ``ties`` what order
    documents of the same time. ``same`` is the field in which documents that say the same have the same value: of
    those, a collapsed list has one. ``collapses`` means that lists are collapsed unless somebody asks for each.
    ``prefix`` stands before the fields of the story.
    """

    alias: str
    one: str
    words: Sequence[str]
    filters: Mapping[str, Sequence[str]]
    facets: Mapping[str, str]
    time: str
    histogram: str
    ties: Sequence[str]
    same: str
    collapses: bool = True
    prefix: str = ""

    @property
    def texts(self) -> list[str]:
        """The fields of ``words`` that are texts, not names."""
        return [column for column in self.words if not column.partition("^")[0].endswith(".text")]


STORY_SEARCH = Searched(
    alias=STORIES,
    one="story",
    words=("headline^3", "slugline.text^2", "keyword.text^2", "body"),
    filters=_OF_A_STORY,
    facets={
        "source": "source.name",
        "subject": "subject.name",
        "language": "language",
        "urgency": "urgency",
        "person": "people",
        "organization": "organizations",
        "place": "places",
        "speaker": "speakers",
    },
    time="versioncreated",
    histogram="versioncreated",
    ties=("uri",),
    same="group",
)
QUOTE_SEARCH = Searched(
    alias=QUOTES,
    one="quote",
    words=("text",),
    filters=_OF_ITS_STORY
    | {
        "speaker": ("speaker.name", "speaker.listed"),
        "about": ("about", "about_forms"),
        "kind": ("kind",),
        "unnamed": ("speaker.unnamed",),
    },
    facets={
        "speaker": "speaker.listed",
        "unnamed": "speaker.unnamed",
        "about": "about",
        "kind": "kind",
        "source": "story.source.name",
        "subject": "story.subject.name",
        "language": "story.language",
        "urgency": "story.urgency",
        "place": "story.places",
    },
    time="story.versioncreated",
    histogram="story.versioncreated",
    ties=("story.uri", "id"),
    same="once",
    prefix="story.",
)
EVENT_SEARCH = Searched(
    alias=EVENTS,
    one="event",
    words=("text.text^2", "actors.text.text", "recipients.text.text", "actors.name.text", "recipients.name.text",
           "place.name.text", "story.headline"),
    filters=_OF_ITS_STORY
    | {
        "speaker": ("claimed_by",),
        "type": ("type",),
        "mode": ("mode",),
        "status": ("status",),
        "quad": ("quad_class",),
        "actor": ("actors.name", "actors.text"),
        "recipient": ("recipients.name", "recipients.text"),
        "participant": ("actors.name", "actors.text", "recipients.name", "recipients.text"),
        "happening": ("happening",),
        "place": ("place.name",),
        "country": ("place.country",),
    },
    facets={
        "type": "type",
        "mode": "mode",
        "status": "status",
        "quad": "quad_class",
        "actor": "actors.name",
        "recipient": "recipients.name",
        "place": "place.name",
        "country": "place.country",
        "source": "story.source.name",
    },
    time="story.versioncreated",
    histogram="date.day",
    ties=("story.uri", "id"),
    same="happening",
    collapses=False,
    prefix="story.",
)  # fmt: skip
SEARCHES = (STORY_SEARCH, QUOTE_SEARCH, EVENT_SEARCH)
EXACT = frozenset(
    (
        "language",
        "kind",
        "speaker.unnamed",
        "storyline",
        "subject.code",
        "type",
        "mode",
        "status",
        "quad_class",
        "place.country",
        "happening",
    )
)
"""The fields whose values match as a whole; others match by their words."""


def is_exact(column: str) -> bool:
    """Return whether a field's values match as a whole."""
    return column.removeprefix("story.") in EXACT


def with_filter(name: str) -> list[str]:
    """Return the aliases of what a filter applies to."""
    return [each.alias for each in SEARCHES if name in each.filters]
