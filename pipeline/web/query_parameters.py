"""Parse the search parameters of pages and API from the address."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, create_model

from pipeline.documents.kind import Kind, Part
from pipeline.documents.kinds import PARTS, kind_asked_for
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import Client
from pipeline.search.filters import FILTERS, LEAST, Filter
from pipeline.search.search_query import SearchQuery, Sort, parse

_Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Query(max_length=2_000)]


class Line(BaseModel):
    """A search line in an address, and how to sort what it finds."""

    model_config = ConfigDict(extra="ignore")

    q: Annotated[
        str,
        Field(
            max_length=1_000,
            description='words, "phrases", AND, OR, NOT, brackets, prefix*, filters: speaker:"Xi Jinping" since:24h',
        ),
    ] = ""
    sort: Annotated[Sort | None, Field(description="by default by relevance if there are words, else by time")] = None
    advisories: Annotated[bool, Field(description="include advisories and test messages")] = False

    def search_query(self, kind: Kind = STORY, **page: Any) -> SearchQuery:
        """Return the query. Raises ConfigurationError."""
        given = {name: getattr(self, name) for name in FILTERS}
        return parse(self.q, given, kind, sort=self.sort, advisories=self.advisories, **page)


def _parameter(row: Filter) -> Any:
    several = "; several are alternatives" if row.several == "any" else ""
    about = Field(description=f"{row.meaning}{several}")
    if row.values is LEAST:
        return Annotated[int | None, Field(ge=1), about], None
    if row.several == "one":
        return Annotated[_Name, about], ""
    return Annotated[list[_Name], Field(max_length=20), about], []


def _switch(part: Part) -> Any:
    return Annotated[bool, Field(description=f"search {part.alias} instead of stories")], False


if TYPE_CHECKING:
    Parameters = Line
    Asked = BaseModel
else:
    Parameters = create_model(
        "Parameters", __base__=Line, __doc__="A search.", **{name: _parameter(row) for name, row in FILTERS.items()}
    )
    Asked = create_model("Asked", **{part.alias: _switch(part) for part in PARTS})


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
            description="one story of each group, one quote of those in which somebody says the same, or one mention "
            "of each event; by default so for stories and quotes"
        ),
    ] = None
    facets: Annotated[bool, Field(description="add counts by field, and over time")] = False

    def search_query(self, kind: Kind = STORY, **page: Any) -> SearchQuery:
        """Return the query. Raises ConfigurationError."""
        found = super().search_query(kind, size=self.size, cursor=self.cursor, **page)
        return found.as_list(collapsed=self.collapsed)


def _index(request: Request) -> Client:
    client: Client = request.app.state.elasticsearch
    return client


Search = Annotated[Parameters, Query()]
Page = Annotated[Paged, Query()]
Index = Annotated[Client, Depends(_index)]


def _kind(asked: Annotated[Asked, Query()]) -> Kind:
    return kind_asked_for(asked.model_dump())


KindAsked = Annotated[Kind, Depends(_kind)]
