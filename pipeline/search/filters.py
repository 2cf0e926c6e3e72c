"""All filters of a search, one row each.

A row is what may stand before a colon in the search line, beside it in an address, and as an option of ``wire search``.
From the table follow the query, the parameters of the API, the options of the command line, the grammar of the search
line, its completion, the facets and the reference.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pipeline.documents.event import EVENT, NUMBERS
from pipeline.documents.kind import Kind
from pipeline.documents.kinds import KINDS
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.errors import ConfigurationError
from pipeline.extractions import EXTRACTIONS
from pipeline.extractions.contract import Filter as ExtractionFilter
from pipeline.knowledge.media_topics import TOP
from pipeline.search.countries import codes_of, country_or_region
from pipeline.search.times import parse_time

Condition = dict[str, Any]
Fields = Mapping[Kind, Sequence[str]]
"""The fields that a filter looks at, by the kind of documents."""


@dataclass(frozen=True)
class Values:
    """The values that a filter takes.

    ``read`` returns a value as conditions have it, and raises ConfigurationError for one that is none; ``condition``
    returns what Elasticsearch is asked. ``metavar`` stands for a value in the help of a command,
    which may show ``examples``.
    """

    read: Callable[[str], str]
    condition: Callable[[Sequence[str], str], Condition]
    metavar: str
    examples: Sequence[str] = ()


@dataclass(frozen=True)
class Filter:
    """A row. ``finds`` says what it finds, in a phrase that can follow the name.

    Of ``several`` values all must hold, or any, or there is one. ``facets`` are the fields whose values are counted.
    ``completes`` are what is offered after the colon: names, or the values of a field of stories.
    """

    name: str
    finds: str
    fields: Fields
    values: Values
    several: Literal["all", "any", "one"] = "all"
    facets: Mapping[Kind, str] = field(default_factory=dict)
    completes: str | None = None

    def condition(self, kind: Kind, values: Sequence[str]) -> list[Condition]:
        """Return the conditions that must all hold for these values."""
        found = [self.values.condition(self.fields[kind], value) for value in values]
        return [any_of(found)] if found and self.several == "any" else found

    @property
    def where(self) -> str:
        """What has it: ``quotes and events``."""
        return " and ".join(kind.alias for kind in KINDS if kind in self.fields)

    @property
    def is_everywhere(self) -> bool:
        """Whether stories, quotes and events have it."""
        return len(self.fields) == len(KINDS)

    @property
    def meaning(self) -> str:
        """What it finds, and of what if only some have it."""
        return self.finds if self.is_everywhere else f"of {self.where}: {self.finds}"


def any_of(conditions: list[Condition]) -> Condition:
    """Return the condition that one of these holds."""
    return conditions[0] if len(conditions) == 1 else {"bool": {"should": conditions, "minimum_should_match": 1}}


def _by_words(columns: Sequence[str], value: str) -> Condition:
    # Of a code there is no other spelling.
    texts = [column if column.endswith(".code") else f"{column}.text" for column in columns]
    query = unicodedata.normalize("NFC", value)
    return {"multi_match": {"query": query, "fields": texts, "operator": "and", "type": "best_fields"}}


def _exactly(columns: Sequence[str], value: str) -> Condition:
    return {"terms": {columns[0]: [value]}}


def _in_country(columns: Sequence[str], value: str) -> Condition:
    return {"terms": {columns[0]: codes_of(value)}}


_URGENCIES = re.compile(r"([1-9])(?:-([1-9]))?$")


def _urgency(text: str) -> str:
    if not _URGENCIES.match(text):
        raise ConfigurationError(f"urgency: from 1 to 9, or 1-3, not {text!r}")
    return text


def _within(columns: Sequence[str], value: str) -> Condition:
    first, _, last = value.partition("-")
    return {"range": {columns[0]: {"gte": int(first), "lte": int(last or first)}}}


def _time(text: str) -> str:
    return parse_time(text).isoformat().replace("+00:00", "Z")


def _number(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,8}", text):
        raise ConfigurationError(f"not a number from 1 on: {text!r}")
    return text


def _share(text: str) -> str:
    if not re.fullmatch(r"0?\.\d{1,4}|0|1(\.0+)?", text):
        raise ConfigurationError(f"not a number from 0 to 1: {text!r}")
    return text


def _yes_or_no(text: str) -> str:
    said = {"yes": "true", "no": "false"}.get(text.casefold(), text)
    if said not in ("true", "false"):
        raise ConfigurationError(f"neither yes nor no: {text!r}")
    return said


def _topic(text: str) -> str:
    """Return the whole name of a topic, of which the first word is enough."""
    found = [topic.name for topic in TOP if topic.name.startswith(" ".join(text.casefold().split()))]
    if len(found) != 1:
        raise ConfigurationError(f"no topic {text!r}; the topics are {'; '.join(topic.name for topic in TOP)}")
    return found[0]


def _bounded(bound: str) -> Callable[[Sequence[str], str], Condition]:
    return lambda columns, value: {"range": {columns[0]: {bound: value}}}


NAME = Values(str, _by_words, "NAME")
CODE = Values(str, _exactly, "CODE")
CAPITALS = Values(str.upper, _exactly, "CODE")
COUNTRY = Values(country_or_region, _in_country, "COUNTRY")
URGENCY = Values(_urgency, _within, "N|N-N")
SINCE = Values(_time, _bounded("gte"), "TIME")
UNTIL = Values(_time, _bounded("lt"), "TIME")
LEAST = Values(_number, _bounded("gte"), "N")
YES = Values(_yes_or_no, _exactly, "yes|no")
SHARE = Values(_share, _bounded("gte"), "X")
TOPIC = Values(_topic, _exactly, "TOPIC")
NAMES = "names"
"""Names of people, organizations and places complete a filter."""


def _everywhere(*columns: str) -> Fields:
    """Return these fields of a story, also for its quotes and events."""
    return {kind: [f"{kind.prefix}{column}" for column in columns] for kind in KINDS}


def _facets(column: str, *of: Kind) -> dict[Kind, str]:
    return {kind: f"{kind.prefix}{column}" for kind in of}


_PEOPLE, _ORGANIZATIONS, _PLACES = (
    (name, f"{name}_forms") for name in ("people", "organizations", "places")
)  # as lists have them, and in the other forms that stories use
_NAMED = (*_PEOPLE, *_ORGANIZATIONS, *_PLACES)
_ACTORS, _RECIPIENTS = (("actors.name", "actors.text"), ("recipients.name", "recipients.text"))


def _of_extraction(name: str, row: ExtractionFilter) -> Filter:
    values = Values(row.read, lambda _, value: row.condition(value), row.metavar, row.examples)
    return Filter(row.name, f"{row.finds}: {', '.join(row.examples)}", {STORY: (name,)}, values)


_TABLE = (
    Filter("topic", "what it is about, a top concept of IPTC Media Topics: politics and government, sport …",
           _everywhere("topics"), TOPIC, "any", _facets("topics", STORY, QUOTE, EVENT), "topics"),
    Filter("focus", "the country that a story is about, or those of a region: Thailand, TH, Asia",
           _everywhere("focus.country"), COUNTRY, "any", _facets("focus.country", STORY, QUOTE)),
    Filter("speaker", "who speaks; of stories, somebody who does",
           {STORY: ("speakers",), QUOTE: ("speaker.name", "speaker.listed"), EVENT: ("claimed_by",)}, NAME,
           facets={STORY: "speakers", QUOTE: "speaker.listed"}, completes=NAMES),
    Filter("about", "whom or what a story is about, not only names; whom or what a quote names; of events, as entity",
           {STORY: ("salient",), QUOTE: ("about", "about_forms"), EVENT: _everywhere(*_NAMED)[EVENT]}, NAME,
           facets={STORY: "salient", QUOTE: "about"}, completes=NAMES),
    Filter("entity", "a person, organization or place named", _everywhere(*_NAMED), NAME, completes=NAMES),
    Filter("person", "a person named", _everywhere(*_PEOPLE), NAME,
           facets=_facets("people", STORY), completes=NAMES),
    Filter("organization", "an organization named", _everywhere(*_ORGANIZATIONS), NAME,
           facets=_facets("organizations", STORY), completes=NAMES),
    Filter("place", "a place named; of events, where they are",
           {**_everywhere(*_PLACES), EVENT: ("place.name",)}, NAME,
           facets={**_facets("places", STORY, QUOTE), EVENT: "place.name"}, completes=NAMES),
    Filter("unnamed", "the kind of a source without a name: official, police, military, document, media, analyst, "
           "witness, medic, lawyer, source, other",
           {QUOTE: ("speaker.unnamed",)}, CODE, "any", {QUOTE: "speaker.unnamed"}),
    Filter("kind", "direct, mixed or indirect", {QUOTE: ("kind",)}, CODE, "any", {QUOTE: "kind"}),
    Filter("type", "what kind of event: assault, consult and others of PLOVER, or accident, election, trial …",
           {EVENT: ("type",)}, CAPITALS, "any", {EVENT: "type"}),
    Filter("mode", "PLOVER's mode: arrest, visit …", {EVENT: ("mode",)}, CODE, "any", {EVENT: "mode"}),
    Filter("status", "happened, ongoing, planned, possible, demanded or denied", {EVENT: ("status",)}, CODE, "any",
           {EVENT: "status"}),
    Filter("quad", "PLOVER's quad class: verbal or material cooperation or conflict", {EVENT: ("quad_class",)}, CODE,
           "any", {EVENT: "quad_class"}),
    Filter("actor", "who acts", {EVENT: _ACTORS}, NAME, facets={EVENT: "actors.name"}, completes=NAMES),
    Filter("recipient", "whom the event concerns", {EVENT: _RECIPIENTS}, NAME,
           facets={EVENT: "recipients.name"}, completes=NAMES),
    Filter("participant", "who acts, or whom the event concerns", {EVENT: (*_ACTORS, *_RECIPIENTS)}, NAME,
           completes=NAMES),
    Filter("country", "a country in which a named place lies, by name or ISO 3166 code; of events, their own",
           {**_everywhere("countries"), EVENT: ("place.country",)}, COUNTRY, "any",
           {**_facets("countries", STORY, QUOTE), EVENT: "place.country"}),
    *(Filter(each, f"at least so many {each}", {EVENT: (each,)}, LEAST, "one") for each in NUMBERS if each != "size"),
    Filter("happened_since", "its own date is this or later", {EVENT: ("date.day",)}, SINCE, "one"),
    Filter("happened_until", "its own date is earlier", {EVENT: ("date.day",)}, UNTIL, "one"),
    Filter("min_confidence", "as sure as this or surer, from 0 to 1", {QUOTE: ("confidence",), EVENT: ("confidence",)},
           SHARE, "one"),
    Filter("main", "yes: what a story is about, no: the rest", {EVENT: ("main",)}, YES, "one"),
    Filter("event", "an event's id, which all its mentions share", {EVENT: ("event",)}, CODE, "any"),
    Filter("storyline", "a storyline's id", _everywhere("storyline"), CODE, "any"),
    Filter("source", "where the story comes from", _everywhere("source.name"), NAME, "any",
           _facets("source.name", STORY, QUOTE, EVENT), "source.name"),
    Filter("subject", "a subject's name or code", _everywhere("subject.name", "subject.code"), NAME, "any",
           _facets("subject.name", STORY, QUOTE), "subject.name"),
    Filter("keyword", "a keyword, or the slugline", _everywhere("keyword", "slugline"), NAME, completes="keyword"),
    Filter("language", "the code of the story's language", _everywhere("language"), CODE, "any",
           _facets("language", STORY, QUOTE), "language"),
    Filter("urgency", "from 1, most urgent, to 9, or a range such as 1-3", _everywhere("urgency"), URGENCY, "any",
           _facets("urgency", STORY, QUOTE)),
    *(_of_extraction(row.name, row.filter) for row in EXTRACTIONS if row.filter),
    Filter("since", "written at this time or later: 2024-05-16, 2024-05-16T12:00Z, today, 24h, last 7d",
           _everywhere("versioncreated"), SINCE, "one"),
    Filter("until", "written before this time", _everywhere("versioncreated"), UNTIL, "one"),
)  # fmt: skip
FILTERS: Mapping[str, Filter] = {each.name: each for each in _TABLE}
"""The rows by name; facets are shown in this order."""
COUNTRY_FILTERS = tuple(name for name, row in FILTERS.items() if row.values is COUNTRY)
"""Those whose values are codes that pages show as names."""


def checked(kind: Kind, given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return filters in the order of their names, with values as conditions have them, each once.

    Those without a value are left out. A value is a text, a number or a time, or several of these. Raises
    ConfigurationError for a filter that this search does not have, or a value that it cannot have.
    """
    found = {}
    for name, values in given.items():
        row = FILTERS[name]
        texts = [_as_text(value) for value in ([values] if isinstance(values, str | int | datetime) else values or ())]
        if not any(texts):
            continue
        if kind not in row.fields:
            raise ConfigurationError(f"{name}: only {row.where} have it")
        found[name] = tuple(dict.fromkeys(row.values.read(text) for text in texts))
    return dict(sorted(found.items()))


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def facets_of(kind: Kind) -> dict[str, str]:
    """Return the fields whose values are counted, by filter."""
    return {name: row.facets[kind] for name, row in FILTERS.items() if kind in row.facets}
