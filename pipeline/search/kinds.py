"""What a search of stories, quotes or events looks at: one description for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import ConfigurationError
from pipeline.index.index_names import EVENTS, QUOTES, STORIES


@dataclass(frozen=True)
class Searched:
    """A kind of documents that can be searched.

    ``words`` are the fields of the query's words. ``time`` is when the story was written, ``histogram`` what is counted
    over time; ``dated`` stands before ``since`` and ``until`` in the filters on that. ``ties`` order documents of the
    same time. ``same`` is the field in which documents that say the same have the same value: of those, a collapsed
    list has one. ``collapses`` means that lists are collapsed unless somebody asks for each. ``prefix`` stands before
    the fields of the story.
    """

    alias: str
    one: str
    words: Sequence[str]
    time: str
    histogram: str
    ties: Sequence[str]
    same: str
    collapses: bool = True
    prefix: str = ""
    dated: str = ""

    @property
    def texts(self) -> list[str]:
        """The fields of ``words`` that are texts, not names."""
        return [column for column in self.words if not column.partition("^")[0].endswith(".text")]


STORY_SEARCH = Searched(
    alias=STORIES,
    one="story",
    words=("headline^3", "slugline.text^2", "keyword.text^2", "body"),
    time="versioncreated",
    histogram="versioncreated",
    ties=("uri",),
    same="group",
)
QUOTE_SEARCH = Searched(
    alias=QUOTES,
    one="quote",
    words=("text",),
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
    time="story.versioncreated",
    histogram="date.day",
    ties=("story.uri", "id"),
    same="happening",
    collapses=False,
    prefix="story.",
    dated="happened_",
)  # fmt: skip
SEARCHES = (STORY_SEARCH, QUOTE_SEARCH, EVENT_SEARCH)


def searched_by(*, quotes: bool, events: bool) -> Searched:
    """Return what is searched: quotes, events, or else stories. Raises ConfigurationError if both are asked for."""
    if quotes and events:
        raise ConfigurationError("quotes, events: search one of them at a time")
    return EVENT_SEARCH if events else QUOTE_SEARCH if quotes else STORY_SEARCH
