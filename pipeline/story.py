"""The values that travel, in IPTC's words: RawStory → Story → AnnotatedStory.

Field names are those of ninjs 1.x (https://iptc.org/standards/ninjs/); ``dateline`` is NewsML-G2's. Times are UTC.
All values are immutable.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field

from pipeline import topics
from pipeline.annotations import Annotations
from pipeline.envelope import Envelope, Headers
from pipeline.subject import Subject
from pipeline.value import Time, Value, Words, is_absent

_URGENT = 2
"""The lowest urgency of a flash or a bulletin."""
NO_STORY = ("test", "advisory")
"""The signals of messages that are no stories."""


def story_id(uri: str) -> str:
    """Return the story's id in every index: 32 hexadecimal digits hashed from its uri.

    A uri itself may be longer than the 512 bytes that Elasticsearch accepts.
    """
    return blake2b(uri.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class RawStory:
    """An item as received: its bytes, and what the feed knows about it.

    ``uri`` identifies the item: the identifier it states, else one its feed assigns. ``source`` is the provider,
    ``feed`` the default name of the feed; where both are the same, a provider stated inside the item takes
    precedence. ``sender`` answers for the item and may give orders about its stories; "" means that the provider which
    the item states is believed. ``published`` is a publication time given beside the item (``--published``). With
    ``captions`` the caption of a picture makes a story. ``seems_urgent`` is what the feed guesses from the bytes.
    """

    uri: str
    value: bytes
    format: str
    source: str
    receivedat: datetime
    content_type: str = "application/octet-stream"
    published: datetime | None = None
    feed: str = ""
    sender: str = ""
    captions: bool = False
    seems_urgent: bool = False

    @property
    def topic(self) -> str:
        """The topic to send it to."""
        return topics.twin_of(topics.RAW) if self.seems_urgent else topics.RAW

    @property
    def headers(self) -> Headers:
        """The headers of the message on that topic."""
        return Headers(
            uri=self.uri,
            source=self.source,
            sender=self.sender,
            feed=self.feed,
            format=self.format,
            content_type=self.content_type,
            content_encoding="identity",
            received_at=self.receivedat,
            published=self.published,
            captions=self.captions or None,
        )

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        """Rebuild the item from a message on ``wire.raw``, whoever produced it."""
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
            sender=headers.sender,
            captions=bool(headers.captions),
        )


class Source(Value):
    """Where the story came from: the provider's name, the format, and the time it was received."""

    name: str
    format: str
    receivedat: Time


class Dateline(Value):
    """The dateline as written, with its place and date."""

    text: str
    place: Words = None
    date: Words = None


class Removed(Value):
    """Boilerplate removed from the body."""

    kind: Literal["caption", "credit", "advertisement", "promotion", "notice", "byline", "headline"]
    text: str


class Order(Value):
    """What a message orders in words, where no field says it: to hold its own story, or to kill one that it names.

    ``text`` are the words. ``names`` are the designations of the story to kill, as ``designation`` compares them.
    """

    kind: Literal["hold", "kill"]
    text: str
    names: Annotated[tuple[str, ...], Field(exclude_if=is_absent)] = ()


def _urgency(value: object) -> object:
    return value if isinstance(value, int) and 1 <= value <= 9 else None


class Story(Value):
    """One version of a story. The body is clean paragraphs separated by newlines.

    ``signal`` (NewsML-G2) is what the sender says about the message: a test or an advisory is no story; a
    correction or an update (write-through) replaces an earlier version. ``receivedas`` is the uri under which the
    story came, if that uri belongs to another story. ``order`` is what its words order: such a message is itself
    withheld or canceled.
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
    receivedas: Words = None
    order: Annotated[Order | None, Field(exclude_if=is_absent)] = None
    source: Source
    body: str
    removed: tuple[Removed, ...] = ()
    extra: Annotated[dict[str, Any], Field(exclude_if=is_absent)] = {}

    def annotated(self, annotations: Annotations) -> "AnnotatedStory":
        """Return the story with its annotations."""
        subject = self.subject + annotations.subject
        return AnnotatedStory.model_construct(**{**dict(self), **dict(annotations), "subject": subject})


def sender_of(story: Story, headers: Headers) -> str:
    """Return who answers for a message, in the spelling in which senders are compared.

    A kill, a hold or a new version counts for this sender's own stories only.
    """
    return " ".join((headers.sender or story.source.name).casefold().split())


def is_urgent(story: Story) -> bool:
    """Return whether the story overtakes others: it is a flash or a bulletin, or it removes a story."""
    return story.pubstatus != "usable" or (story.urgency is not None and story.urgency <= _URGENT)


class AnnotatedStory(Annotations, Story):
    """A story with its entities, quotes and events."""


class Signature(Value):
    """The signature of a story's text: two MinHashes (base64), and the numbers of words and facts in them."""

    words: str
    facts: str
    wordcount: int
    factcount: int


class SignedStory(Value):
    """A story's signature with what orders it, and the feed that it is of."""

    uri: str
    origin: str
    versioncreated: Time
    firstcreated: Time
    signature: Signature


class Indexed(Value):
    """The message that a version was written to the indices, or removed.

    With ``ishistory`` nothing was written, but what the document lists of earlier versions has changed.
    """

    uri: str
    version: int
    versioncreated: Time
    firstcreated: Time
    pubstatus: Literal["usable", "withheld", "canceled"] = "usable"
    ishistory: Annotated[bool, Field(exclude_if=lambda value: not value)] = False

    @classmethod
    def of(cls, story: Story, *, ishistory: bool = False) -> Self:
        """Return that message for the story."""
        names = ("uri", "version", "versioncreated", "firstcreated", "pubstatus")
        return cls(**{name: getattr(story, name) for name in names}, ishistory=ishistory)
