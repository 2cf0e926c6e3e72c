"""What a kind of documents is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pipeline.story import AnnotatedStory, story_id

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Kind:
    """A kind of documents. ``alias`` is that of its indices, ``one`` and ``many`` the words for them.

    ``words`` are the fields of a query's words. ``same`` is the field in which documents that say the same have the
    same value: of those, a collapsed list has one. ``collapses`` means that lists are collapsed unless somebody asks
    for each. ``date`` is the field of a date of its own, if it has one.

    ``columns`` are those of its table: the field in each, ``key`` for what ``key`` returns. ``entry`` returns the title
    and the text of a document in a feed.
    """

    prefix: ClassVar[str] = ""
    """What stands before the fields of the story."""
    ties: ClassVar[Sequence[str]] = ("uri",)
    """The fields that order documents of the same time."""
    alias: str
    one: str
    many: str
    mapping: Mapping[str, Any]
    words: Sequence[str]
    same: str
    collapses: bool = True
    date: str | None = None
    columns: Mapping[str, str]
    entry: Callable[[Document], tuple[str, str]]

    def __repr__(self) -> str:
        return self.alias

    @property
    def time(self) -> str:
        """The field of the time when the story was written."""
        return f"{self.prefix}versioncreated"

    @property
    def histogram(self) -> str:
        """The field that is counted over time."""
        return self.date or self.time

    @property
    def dated(self) -> str:
        """What stands before ``since`` and ``until`` in the filters on ``histogram``."""
        return "happened_" if self.date else ""

    @property
    def texts(self) -> list[str]:
        """The fields of ``words`` that are texts, not names."""
        return [field for field in self.words if not field.partition("^")[0].endswith(".text")]

    def counted(self, number: int) -> str:
        """Return a number of these documents in words: ``1 story``, ``1,212 stories``."""
        return f"{number:,} {self.one if number == 1 else self.many}"

    def row(self, document: Document) -> list[Any]:
        """Return the cells of a document in the table: a value, a list of values, or "" where it has none."""
        keyed = {**document, "key": key(document)}
        return [_value(keyed, field.split(".")) for field in self.columns.values()]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Part(Kind):
    """A kind of what stands in stories. ``alias`` is also the field of the story with the same things in it.

    ``documents`` makes the documents of a story's own. ``letter`` tells their ids from those of other kinds.
    """

    prefix: ClassVar[str] = "story."
    ties: ClassVar[Sequence[str]] = ("story.uri", "id")
    letter: str
    documents: Callable[[Document], Iterator[dict[str, Any]]]

    def id(self, uri: str, number: int) -> str:
        """Return the id of the story's nth document of this kind, counted from 1."""
        return f"{story_id(uri)}-{self.letter}{number}"

    def count(self, story: AnnotatedStory) -> int:
        """Return how many documents of this kind the story has."""
        return len(getattr(story, self.alias))


def story_of(document: Document) -> Document:
    """Return what a document says of its story; a story's own says it itself."""
    story: Document = document.get("story", document)
    return story


def key(document: Document) -> str:
    """Return what identifies a document among all of its kind: the story's uri, of a part with its id there."""
    uri = str(story_of(document)["uri"])
    return f"{uri}#{document['id']}" if "story" in document else uri


def _value(of: Any, path: Sequence[str]) -> Any:
    if not path:
        return of
    if isinstance(of, list):
        return [_value(each, path) for each in of]
    return _value(of.get(path[0], ""), path[1:]) if isinstance(of, Mapping) else ""
