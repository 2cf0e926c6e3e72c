"""The things that travel, in IPTC's words: RawStory → Story → AnnotatedStory.

Field names are those of ninjs 1.x (https://iptc.org/standards/ninjs/); ``dateline`` is
NewsML-G2's. Times are UTC. Nothing here is ever changed in place.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.annotations import Annotations, Value, is_absent
from pipeline.envelope import Envelope, Headers

NO_STORY = ("test", "advisory")
"""The signals of messages that tell no story."""


def story_id(uri: str) -> str:
    """The story's id in every index: 32 hexadecimal digits made from its uri.

    A uri itself may be longer than the 512 bytes Elasticsearch takes.
    """
    return blake2b(uri.encode(), digest_size=16).hexdigest()


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a time without a zone is taken to be UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Time = Annotated[datetime, AfterValidator(as_utc)]
Words = Annotated[str | None, Field(exclude_if=is_absent)]


@dataclass(frozen=True, slots=True)
class RawStory:
    """An item as received: its bytes, and what the feed knows of it.

    ``uri`` is the item's identity: the one it states, else the one its feed gives it.
    ``source`` is who it is from, ``feed`` what the feed would call it if nobody says: where the two
    are the same, a source that the item itself states is the better one. ``published`` is a
    publication time somebody stated beside the item (``--published``).
    """

    uri: str
    value: bytes
    format: str
    source: str
    receivedat: datetime
    content_type: str = "application/octet-stream"
    published: datetime | None = None
    feed: str = ""

    @property
    def headers(self) -> Headers:
        """The headers of the message on ``wire.raw``."""
        return Headers(
            uri=self.uri,
            source=self.source,
            feed=self.feed,
            format=self.format,
            content_type=self.content_type,
            content_encoding="identity",
            received_at=self.receivedat,
            published=self.published,
        )

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        """The item back from a message on ``wire.raw``, whoever produced it."""
        headers = envelope.headers
        return cls(
            uri=headers.uri or envelope.name,
            value=envelope.payload,
            format=headers.format or "auto",
            source=headers.source,
            receivedat=headers.received_at or datetime.now(UTC),
            content_type=headers.content_type or "application/octet-stream",
            published=headers.published,
            feed=headers.feed,
        )


class Source(Value):
    """Where the story came from: the feed's name, the format it was in, when it arrived."""

    name: str
    format: str
    receivedat: Time


class Dateline(Value):
    """The dateline as the text has it, with its place and day."""

    text: str
    place: Words = None
    date: Words = None


class Subject(Value):
    """What the story is about, by a controlled vocabulary (IPTC Media Topics or the agency's)."""

    code: Words = None
    name: Words = None


class Removed(Value):
    """Furniture taken out of the body."""

    kind: Literal["caption", "credit", "advertisement", "promotion", "notice", "byline", "headline"]
    text: str


def _urgency(value: object) -> object:
    return value if isinstance(value, int) and 1 <= value <= 9 else None


class Story(Value):
    """One version of a story, its body in clean paragraphs separated by a newline.

    ``signal`` (NewsML-G2) is what the sender says of the message itself: a test and an advisory are
    no stories, a correction and an update (write-through) replace what came before.
    """

    uri: Annotated[str, Field(min_length=1, max_length=2048)]
    version: Annotated[int, Field(ge=1, lt=2**61)] = 1
    versioncreated: Time
    firstcreated: Time
    pubstatus: Literal["usable", "withheld", "canceled"] = "usable"
    signal: Annotated[Literal["test", "advisory", "correction", "update"] | None, Field(exclude_if=is_absent)] = None
    urgency: Annotated[int | None, BeforeValidator(_urgency), Field(exclude_if=is_absent)] = None
    language: Words = None
    headline: Words = None
    slugline: Words = None
    byline: Words = None
    dateline: Annotated[Dateline | None, Field(exclude_if=is_absent)] = None
    located: Words = None
    subject: Annotated[tuple[Subject, ...], Field(exclude_if=is_absent)] = ()
    genre: Annotated[tuple[Subject, ...], Field(exclude_if=is_absent)] = ()
    keyword: Annotated[tuple[str, ...], Field(exclude_if=is_absent)] = ()
    ednote: Words = None
    usageterms: Words = None
    copyrightholder: Words = None
    embargoed: Annotated[Time | None, Field(exclude_if=is_absent)] = None
    source: Source
    body: str
    removed: tuple[Removed, ...] = ()
    extra: Annotated[dict[str, Any], Field(exclude_if=is_absent)] = {}

    def annotated(self, annotations: Annotations) -> "AnnotatedStory":
        """The story with what the language pass found in it."""
        return AnnotatedStory.model_construct(**dict(self), **dict(annotations))


class AnnotatedStory(Annotations, Story):
    """A story with its entities, quotes and events."""


class Indexed(Value):
    """What the index stage tells of a version once it stands in the indices, or is out of them."""

    uri: str
    version: int
    versioncreated: Time
    firstcreated: Time
    pubstatus: Literal["usable", "withheld", "canceled"] = "usable"

    @classmethod
    def of(cls, story: Story) -> Self:
        """What is told of that story."""
        return cls(**{name: getattr(story, name) for name in cls.model_fields})
