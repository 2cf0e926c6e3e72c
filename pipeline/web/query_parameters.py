"""Parse the search parameters of pages and API from the address."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from pipeline.connect.elasticsearch_client import Client
from pipeline.search.search_query import MULTIPLE, TIME_FILTERS, SearchQuery, Sort, parse

_Name = Annotated[str, Field(max_length=200)]
_Names = Annotated[list[_Name], Field(max_length=20)]
Text = Annotated[str, Query(max_length=2_000)]


class Parameters(BaseModel):
    """A search in an address."""

    model_config = ConfigDict(extra="ignore")

    q: Annotated[
        str,
        Field(
            max_length=1_000,
            description='words, "phrases", AND, OR, NOT, brackets, prefix*, filters: speaker:"Xi Jinping" since:24h',
        ),
    ] = ""
    speaker: Annotated[_Names, Field(description="who speaks")] = []
    about: Annotated[_Names, Field(description="who or what a quote names")] = []
    entity: Annotated[_Names, Field(description="a person, organization or place named")] = []
    person: Annotated[_Names, Field(description="a person named")] = []
    organization: Annotated[_Names, Field(description="an organization named")] = []
    place: Annotated[_Names, Field(description="a place named")] = []
    source: Annotated[_Names, Field(description="where the story comes from; several are alternatives")] = []
    subject: Annotated[_Names, Field(description="a subject's name or code; several are alternatives")] = []
    keyword: Annotated[_Names, Field(description="a keyword or slugline")] = []
    language: Annotated[_Names, Field(description="a language's code; several are alternatives")] = []
    urgency: Annotated[_Names, Field(description="1 to 9, or a range such as 1-3; several are alternatives")] = []
    kind: Annotated[_Names, Field(description="direct, mixed or indirect, of quotes; several are alternatives")] = []
    unnamed: Annotated[
        _Names,
        Field(description="the kind of an unnamed source: official, police, document, analyst …; of quotes"),
    ] = []
    storyline: Annotated[_Names, Field(description="a storyline's id")] = []
    type: Annotated[_Names, Field(description="an event's PLOVER type; several are alternatives")] = []
    mode: Annotated[_Names, Field(description="an event's mode; several are alternatives")] = []
    status: Annotated[_Names, Field(description="happened, ongoing, planned, possible or denied, of events")] = []
    quad: Annotated[_Names, Field(description="an event's quad class: verbal or material cooperation or conflict")] = []
    actor: Annotated[_Names, Field(description="who acts in an event")] = []
    recipient: Annotated[_Names, Field(description="whom an event concerns")] = []
    participant: Annotated[_Names, Field(description="who acts in an event, or whom it concerns")] = []
    happening: Annotated[_Names, Field(description="a happening's id; several are alternatives")] = []
    country: Annotated[_Names, Field(description="the ISO 3166 code of an event's country")] = []
    dead: Annotated[int | None, Field(ge=1, description="events that killed at least so many")] = None
    happened_since: Annotated[_Name, Field(description="as since, of the date of an event")] = ""
    happened_until: Annotated[_Name, Field(description="as until, of the date of an event")] = ""
    since: Annotated[_Name, Field(description="2024-05-16, 2024-05-16T12:00Z, today, last 24h, 7d")] = ""
    until: Annotated[_Name, Field(description="as since; before that time")] = ""
    sort: Annotated[Sort | None, Field(description="by default by relevance if there are words, else by time")] = None
    advisories: Annotated[bool, Field(description="include advisories and test messages")] = False

    def search_query(self, **more: Any) -> SearchQuery:
        """Return the query. Raises ConfigurationError."""
        filters = {name: getattr(self, name) for name in MULTIPLE}
        times = {name: getattr(self, name) for name in TIME_FILTERS}
        return parse(self.q, **filters, **times, dead=self.dead, sort=self.sort, advisories=self.advisories, **more)


class Paged(Parameters):
    """A search, and which page of it."""

    size: Annotated[int, Field(ge=0, le=1_000, description="hits per page")] = 20
    cursor: Annotated[
        str | None,
        Field(max_length=4_000, description="the cursor of the previous page; *: page through a snapshot of the index"),
    ] = None
    collapsed: Annotated[
        bool | None,
        Field(
            description="one story of each group, one quote of those in which somebody says the same, or one event of "
            "each happening; by default so for stories and quotes"
        ),
    ] = None
    facets: Annotated[bool, Field(description="add counts by field, and over time")] = False

    def search_query(self, **more: Any) -> SearchQuery:
        """Return the query. Raises ConfigurationError."""
        return super().search_query(size=self.size, cursor=self.cursor, **more).as_list(collapsed=self.collapsed)


def _index(request: Request) -> Client:
    client: Client = request.app.state.elasticsearch
    return client


Search = Annotated[Parameters, Query()]
Page = Annotated[Paged, Query()]
Index = Annotated[Client, Depends(_index)]


@dataclass(frozen=True)
class Chosen:
    """Whether an address that serves all of them asks for stories, quotes or events."""

    quotes: bool
    events: bool


def _chosen(
    quotes: Annotated[bool, Query(description="search quotes instead of stories")] = False,
    events: Annotated[bool, Query(description="search events instead of stories")] = False,
) -> Chosen:
    return Chosen(quotes, events)


What = Annotated[Chosen, Depends(_chosen)]
