"""The search API, ``/api/v1``: what the pages show, as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from pipeline.documents.event import EVENT
from pipeline.documents.kind import Kind
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.search import entity_names
from pipeline.search.completion import completions
from pipeline.search.render import render
from pipeline.search.similar import similar_stories
from pipeline.search.stories import execute, story
from pipeline.search.times import parse_duration
from pipeline.web.query_parameters import Index, KindAsked, Page, Paged, Search, Text


class Failed(BaseModel):
    """Why a request failed."""

    error: Annotated[str, Field(description="what is wrong, and where")]
    position: Annotated[int | None, Field(description="the character of `q` that is wrong, from 1")] = None
    suggestion: Annotated[str | None, Field(description="the nearest `q` that can be read")] = None


class Hits(BaseModel):
    """How many hits there are, and a page of them."""

    total: Annotated[int, Field(description="how many documents match")]
    hits: Annotated[list[dict[str, Any]], Field(description="documents, each with its `highlight`")]
    different: Annotated[
        int | None, Field(description="how many of them a collapsed list has; about, if above 40,000")
    ] = None
    cursor: Annotated[str | None, Field(description="asks for the next page; missing on the last one")] = None
    facets: Annotated[dict[str, list[dict[str, Any]]] | None, Field(description="`value` and `count`, by field")] = None
    histogram: Annotated[dict[str, Any] | None, Field(description="`seconds` of a bar, and `bars`")] = None
    partial: Annotated[bool | None, Field(description="some shards did not respond; there may be more results")] = None


class Listed(BaseModel):
    """A list, highest counts first."""

    values: list[dict[str, Any]]


FAILURES: dict[int | str, dict[str, Any]] = {
    400: {"model": Failed, "description": "The question cannot be asked; the reason says where it is wrong."},
    503: {"model": Failed, "description": "Elasticsearch is unavailable; retry later."},
}
router = APIRouter(prefix="/api/v1", responses=FAILURES, tags=["search"])
Size = Annotated[int, Query(ge=1, le=100)]
Name = Annotated[str, Query(min_length=1, max_length=200)]


@router.get("/search", response_model=Hits)
def search(page: Page, kind: KindAsked, index: Index) -> Response:
    """Search stories, quotes or events: newest first, or most relevant first if there are words."""
    return _hits(page, index, kind)


@router.get("/stories", response_model=Hits)
def stories(page: Page, index: Index) -> Response:
    """Search stories."""
    return _hits(page, index)


@router.get("/quotes", response_model=Hits)
def quotes(page: Page, index: Index) -> Response:
    """Search quotes; `speaker` is who said it, `about` is whom it is about."""
    return _hits(page, index, QUOTE)


@router.get("/events", response_model=Hits)
def events(page: Page, index: Index) -> Response:
    """Search events: who did what to whom, when and where. The histogram counts by the date of the event."""
    return _hits(page, index, EVENT)


@router.get("/story", responses={404: {"model": Failed, "description": "There is no such story."}})
def one(uri: Text, index: Index) -> dict[str, Any]:
    """Return the story with this uri."""
    return required_story(index, uri)


@router.get("/alike", response_model=Hits, responses={404: {"model": Failed, "description": "No such story."}})
def like(uri: Text, index: Index, size: Size = 5) -> Response:
    """Find stories similar to this one: of its storyline first, then by words."""
    found = similar_stories(index, required_story(index, uri), size)
    return json_response({"total": len(found), "hits": found})


@router.get("/entities", response_model=Listed)
def entities(
    page: Search, index: Index, begins: Annotated[str, Query(max_length=200)] = "", size: Size = 20
) -> Response:
    """List the names in the matching stories with the number of stories; `begins` filters by the beginning of words."""
    return json_response(listed(entity_names.entities(index, page.search_query(), begins, size)))


@router.get("/completions", response_model=Listed)
def complete(
    index: Index,
    line: Annotated[str, Query(max_length=1_000, description="the search line up to the cursor")] = "",
    size: Size = 8,
) -> Response:
    """Complete a search line: filters, names, sources, subjects and keywords; `line` is what results."""
    return json_response(listed(completions(index, line, size)))


@router.get("/roles", response_model=Listed)
def roles(name: Name, index: Index, size: Size = 8) -> Response:
    """List the roles that stories give this person, with the times of the first and the last such story."""
    return json_response(listed(entity_names.roles_of(index, name, size)))


@router.get("/speakers", response_model=Listed)
def speakers(about: Name, page: Search, index: Index, size: Size = 10) -> Response:
    """List who speaks about this name, and in how many quotes."""
    query = page.model_copy(update={"about": []}).search_query()
    return json_response(listed(entity_names.speakers_about(index, about, query, size)))


@router.get("/named-with", response_model=Listed)
def named_with(name: Name, page: Search, index: Index, size: Size = 10) -> Response:
    """List the names that stories mention together with this one."""
    return json_response(listed(entity_names.cooccurring(index, name, page.search_query(), size)))


@router.get("/rising", response_model=Listed)
def rising(
    page: Search, index: Index, window: Annotated[str, Query(max_length=20)] = "24h", size: Size = 10
) -> Response:
    """List names with more stories in the last `window` than in the seven windows before it."""
    found = entity_names.rising(index, page.search_query(), parse_duration(window), datetime.now(UTC), size)
    return json_response(listed(found))


def json_response(found: Any, status: int = 200) -> Response:
    """Return JSON without validating each value of Elasticsearch's documents."""
    return Response(orjson.dumps(found), status, media_type="application/json")


def listed(values: Sequence[Any]) -> dict[str, Any]:
    """Return dataclasses as a list response."""
    return {"values": [asdict(value) for value in values]}


def _hits(page: Paged, index: Index, kind: Kind = STORY) -> Response:
    query = page.search_query(kind)
    return json_response(render(execute(index, query, with_facets=page.facets)))


def required_story(index: Index, uri: str) -> dict[str, Any]:
    """Return the story with this uri. Raises HTTPException 404."""
    found = story(index, uri)
    if found is None:
        raise HTTPException(404, f"no story {uri}")
    return found
