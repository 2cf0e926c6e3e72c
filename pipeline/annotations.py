"""What the language pass finds in a story: entities with their mentions, quotes and events.

All offsets count Unicode code points into the story's ``body``, half-open. Entity types are OntoNotes labels
(PERSON, ORG, GPE, LOC, NORP, FAC, EVENT, PRODUCT, WORK_OF_ART, LAW). The terms quote, cue and speaker, and the
kinds direct, mixed and indirect, are those of quotation research (PolNeAR, Newell et al., LREC 2018).
"""

from types import GenericAlias
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import Field, create_model

from pipeline.extractions import EXTRACTIONS
from pipeline.span import Mention, Span
from pipeline.subject import Subject
from pipeline.value import Value, is_absent

Model = TypeVar("Model", bound=Value)

QUAD_CLASSES = {
    **dict.fromkeys(("AGREE", "CONSULT", "SUPPORT"), "verbal cooperation"),
    **dict.fromkeys(("COOPERATE", "AID", "CONCEDE", "RETREAT"), "material cooperation"),
    **dict.fromkeys(("REQUEST", "ACCUSE", "REJECT", "THREATEN"), "verbal conflict"),
    **dict.fromkeys(("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"), "material conflict"),
}
"""The four groups of PLOVER's event types (codebook, chapter 2)."""
EVENT_TYPES = (
    *QUAD_CLASSES, "ACCIDENT", "APPOINTMENT", "AWARD", "CRIME", "DEAL", "DEATH", "DISASTER", "DISCOVERY", "ECONOMY",
    "ELECTION", "HEALTH", "LAUNCH", "LAW", "RESULT", "TRIAL", "OTHER",
)  # fmt: skip
"""PLOVER's sixteen types, and those of what is not politics."""


PlaceKind = Literal["country", "admin1", "admin2", "city", "region", "water", "landmark"]
"""What a place is: a country, one of its first or second divisions, a city or village, a region, sea, river or lake, or
a landmark."""


class Place(Value):
    """Where an entity lies: its GeoNames id, ISO 3166 country and divisions by GeoNames' codes, those that it has.

    ``precision`` is what the degrees of latitude and longitude are those of: a place that no list knows lies
    somewhere in the city, division or country that the story places it in. Those of an area are its middle.
    """

    geonameid: Annotated[int | None, Field(exclude_if=is_absent)] = None
    kind: PlaceKind = "city"
    precision: PlaceKind = "city"
    country: Annotated[str | None, Field(exclude_if=is_absent)] = None
    admin1: Annotated[str | None, Field(exclude_if=is_absent)] = None
    admin2: Annotated[str | None, Field(exclude_if=is_absent)] = None
    lat: float
    lon: float


class EntityMention(Mention):
    """A stretch of the body, or of the headline if ``field`` says so, with its text."""

    field: Annotated[Literal["headline"] | None, Field(exclude_if=is_absent)] = None


class InStory(Value):
    """What a story alone says of an entity, if other stories have taught otherwise."""

    type: str
    key: str
    usual: Annotated[str | None, Field(exclude_if=is_absent)] = None


class Entity(Value):
    """A person, organization, place … of the story, once, with all of its mentions.

    ``name`` is the fullest in the story; ``key`` is the same in all stories, and ``usual`` the name under which lists
    of all stories have it, if that is another one. ``instory`` is what the story alone says, if other stories have
    taught another type, key or usual name. ``roles`` are the offices that the story gives a person, ``wikidata`` is the
    identifier of what the shipped lists know. ``salience`` is the probability, 0 to 1, that a reader names it among
    those the story is about.
    """

    id: str
    name: str
    key: str = Field(default_factory=lambda known: known["name"].casefold())
    usual: Annotated[str | None, Field(exclude_if=is_absent)] = None
    type: str
    aliases: tuple[str, ...]
    mentions: tuple[EntityMention, ...]
    place: Annotated[Place | None, Field(exclude_if=is_absent)] = None
    roles: Annotated[tuple[str, ...], Field(exclude_if=is_absent)] = ()
    wikidata: Annotated[str | None, Field(exclude_if=is_absent)] = None
    salience: Annotated[float | None, Field(exclude_if=is_absent)] = None
    instory: Annotated[InStory | None, Field(exclude_if=is_absent)] = None

    @property
    def in_body(self) -> tuple[EntityMention, ...]:
        """Its mentions in the body."""
        return tuple(mention for mention in self.mentions if mention.field is None)


class Speaker(Mention):
    """The mention nearest to the cue, and whom it means (``name`` is the text if unknown)."""

    entity: Annotated[str | None, Field(exclude_if=is_absent)] = None
    name: str


class Quote(Span):
    """What is reported as said: ``text`` is the body from ``start`` to ``end``.

    ``quoted`` are its stretches in quotation marks, without the marks. ``confidence`` is the probability (0 to 1) that
    somebody says it.
    """

    id: str
    kind: Literal["direct", "mixed", "indirect"]
    text: str
    quoted: tuple[Span, ...]
    confidence: float
    cue: Annotated[Mention | None, Field(exclude_if=is_absent)] = None
    speaker: Speaker | None = None


class DateMention(Mention):
    """An expression for a day, month, year or time of day; ``value`` is its ISO-TimeML value."""

    value: str


class Participant(Mention):
    """An actor or recipient: a phrase of the text, and the entity that it names or stands for, if any."""

    entity: Annotated[str | None, Field(exclude_if=is_absent)] = None
    name: str


class EventDate(Value):
    """When an event takes place; offsets and text only if the text states it."""

    value: str
    stated: bool
    start: Annotated[int | None, Field(exclude_if=is_absent)] = None
    end: Annotated[int | None, Field(exclude_if=is_absent)] = None
    text: Annotated[str | None, Field(exclude_if=is_absent)] = None


class EventPlace(Value):
    """Where an event takes place; offsets, text and entity only if the text states it."""

    stated: bool
    start: Annotated[int | None, Field(exclude_if=is_absent)] = None
    end: Annotated[int | None, Field(exclude_if=is_absent)] = None
    text: Annotated[str | None, Field(exclude_if=is_absent)] = None
    entity: Annotated[str | None, Field(exclude_if=is_absent)] = None
    name: str


class Focus(Value):
    """Where a story takes place: the ISO 3166 code of a country, and the town or division there that matters most.

    ``confidence`` is the probability (0 to 1) of the country.
    """

    country: str
    entity: Annotated[str | None, Field(exclude_if=is_absent)] = None
    name: Annotated[str | None, Field(exclude_if=is_absent)] = None
    confidence: float


Number = int | tuple[int | None, int | None]
"""A number of people, or its bounds: the least and the most, None where nothing is said."""


class EventMention(Mention):
    """A story's mention of an event, who did what to whom: ``text`` is the trigger, ``predicate`` its lemma.

    ``clause`` is one readable line that tells it. ``confidence`` is the probability (0 to 1) that the trigger names an
    event, and that one side at least is right. ``type`` is one of ``EVENT_TYPES``, ``mode`` PLOVER's subdivision of its
    own. ``quote`` is the quote in which the event is told: it is then a claim of that speaker. ``event`` is the
    id that all mentions of one event share; ``wire annotate`` and the index have it. ``main`` says that the story is
    about it: news begins with what it is about. The numbers are of people, ``size`` that of a crowd.
    """

    id: str
    predicate: str
    clause: str
    confidence: float
    type: str
    mode: Annotated[str | None, Field(exclude_if=is_absent)] = None
    status: Literal["happened", "ongoing", "planned", "possible", "demanded", "denied"]
    actors: tuple[Participant, ...]
    recipients: tuple[Participant, ...]
    date: Annotated[EventDate | None, Field(exclude_if=is_absent)] = None
    place: Annotated[EventPlace | None, Field(exclude_if=is_absent)] = None
    quote: Annotated[str | None, Field(exclude_if=is_absent)] = None
    dead: Annotated[Number | None, Field(exclude_if=is_absent)] = None
    injured: Annotated[Number | None, Field(exclude_if=is_absent)] = None
    missing: Annotated[Number | None, Field(exclude_if=is_absent)] = None
    displaced: Annotated[Number | None, Field(exclude_if=is_absent)] = None
    arrested: Annotated[Number | None, Field(exclude_if=is_absent)] = None
    size: Annotated[Number | None, Field(exclude_if=is_absent)] = None
    event: Annotated[str | None, Field(exclude_if=is_absent)] = None
    main: bool = False


def _with_extractions(annotations: type[Model]) -> type[Model]:
    """Return the model with a field for each extraction."""
    rows: dict[str, Any] = {
        each.name: (Annotated[GenericAlias(tuple, (each.value, ...)), Field(exclude_if=is_absent)], ())
        for each in EXTRACTIONS
    }
    about: dict[str, Any] = {"__base__": annotations, "__doc__": annotations.__doc__, "__module__": __name__}
    model: type[Model] = create_model(annotations.__name__, **about, **rows)
    return model


class LeastConfidence(NamedTuple):
    """The confidence, 0 to 1, from which quotes and events are kept."""

    quote: float = 0
    event: float = 0


@_with_extractions
class Annotations(Value):
    """Everything the language pass adds to a story: these, and a field for each extraction.

    ``subject`` are the topics that the text is about; in a story they stand after the sender's own. ``focus`` is where
    it takes place. ``unread`` says why it adds nothing: no folder reads the story's language, or its body is too long.
    """

    entities: tuple[Entity, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dates: tuple[DateMention, ...] = ()
    events: tuple[EventMention, ...] = ()
    subject: Annotated[tuple[Subject, ...], Field(exclude_if=is_absent)] = ()
    focus: Annotated[Focus | None, Field(exclude_if=is_absent)] = None
    unread: Annotated[Literal["language", "length"] | None, Field(exclude_if=is_absent)] = None

    def surer(self, least: LeastConfidence) -> Self:
        """Return them without the quotes and events whose confidence is lower."""
        quotes = tuple(each for each in self.quotes if each.confidence >= least.quote)
        kept = {None, *(each.id for each in quotes)}
        events = (each for each in self.events if each.confidence >= least.event)
        claims = (each if each.quote in kept else each.model_copy(update={"quote": None}) for each in events)
        return self.model_copy(update={"quotes": quotes, "events": tuple(claims)})

    def extracted(self, name: str) -> tuple[Mention, ...]:
        """Return what the extraction of this name has found."""
        found: tuple[Mention, ...] = getattr(self, name)
        return found
