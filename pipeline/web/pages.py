"""The pages: search, story, changes, name, wall."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from pipeline.annotations import EVENT_TYPES
from pipeline.desk.store import read_one
from pipeline.documents.event import EVENT
from pipeline.documents.kinds import KINDS
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.envelope import Coordinate
from pipeline.errors import QueryError
from pipeline.kafka.reader import fetch_all
from pipeline.search import entity_names
from pipeline.search.filters import FILTERS
from pipeline.search.groups import add_members
from pipeline.search.happenings import happenings
from pipeline.search.search_query import SearchQuery
from pipeline.search.similar import similar_stories
from pipeline.search.stories import execute
from pipeline.search.stories import story as found_story
from pipeline.search.times import parse_duration
from pipeline.story import AnnotatedStory, Story
from pipeline.web.annotated import extracted, paragraphs
from pipeline.web.changes import changed
from pipeline.web.happenings import on_map
from pipeline.web.installation import Installed
from pipeline.web.links import Links
from pipeline.web.query_parameters import Index, KindAsked, Page, Text
from pipeline.web.templating import rendered

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_EXPORTS = (("ndjson", "NDJSON"), ("csv", "CSV"), ("rss", "RSS"), ("atom", "Atom"))
_TYPES, _REAL = tuple(each for each in EVENT_TYPES if each != "OTHER"), ("happened", "ongoing")
"""The events on the wall: those that have a type, and are no plans."""
_CLEARED = dict.fromkeys(FILTERS)


@router.get("/")
def search(request: Request, page: Page, kind: KindAsked, index: Index) -> str:
    """Show matching stories, quotes or events, newest or most relevant first, with facets."""
    query = page.search_query(kind)
    state = _state(request)
    links = Links(state)
    return rendered(
        "search.html",
        result=execute(index, query, with_facets=page.cursor is None),
        query=query,
        links=links,
        filters=list(links.chosen(FILTERS)),
        cleared=_CLEARED,
        kinds=KINDS,
        exports=(*_EXPORTS, *([("geojson", "GeoJSON")] if kind is EVENT else [])),
        q=page.q,
        since=state.get("since", ""),
        until=state.get("until", ""),
        here="search",
    )


@router.get("/story")
def story(uri: Text, index: Index) -> Response:
    """Show a story with its names and quotes, versions, map, the other members of its group and related stories."""
    found = found_story(index, uri)
    if found is None:
        return _no_story(uri)
    ours = {name: value for name, value in found.items() if name in AnnotatedStory.model_fields}
    annotated = AnnotatedStory.model_validate(ours)
    return HTMLResponse(
        rendered(
            "story.html",
            story=add_members(index, [found])[0],
            paragraphs=paragraphs(annotated),
            extracted=extracted(annotated),
            names={entity.id: entity.name for entity in annotated.entities},
            points=_points(found),
            related=similar_stories(index, found),
        )
    )


@router.get("/story/changes")
def changes(uri: Text, version: Annotated[int, Query(ge=0)], index: Index, installed: Installed) -> Response:
    """Show what changed in headline and text since a version, from what Kafka still holds."""
    found, record = found_story(index, uri), read_one(index, uri)
    if found is None or record is None:
        return _no_story(uri)
    at = record.place_of(version)
    before = fetch_all(installed.servers.kafka, [Coordinate.parse(at)]) if at else []
    if not before:
        return failed(404, f"The text of version {version} is kept no longer")
    old = Story.model_validate_json(before[0].payload)
    return HTMLResponse(
        rendered(
            "changes.html",
            story=found,
            version=version,
            changes=changed(_whole(old.headline, old.body), _whole(found.get("headline"), found["body"])),
        )
    )


@router.get("/name")
def name(name: Annotated[str, Query(min_length=1, max_length=200)], index: Index) -> str:
    """Show a person, organization or place: roles, other names, quotes, who speaks about it, events, related names."""
    took_part = SearchQuery("", EVENT, {"participant": name}, collapsed=True, size=12)
    return rendered(
        "name.html",
        name=name,
        roles=entity_names.roles_of(index, name),
        aliases=entity_names.aliases_of(index, name),
        stories=execute(index, SearchQuery(filters={"entity": name}, size=8).as_list(), with_facets=True),
        said=execute(index, SearchQuery("", QUOTE, {"speaker": name}, size=8).as_list()),
        about=execute(index, SearchQuery("", QUOTE, {"about": name}, size=5).as_list()),
        story_kind=STORY,
        quote_kind=QUOTE,
        speakers=entity_names.speakers_about(index, name, SearchQuery()),
        timeline=_newest_first(execute(index, took_part).hits),
        companions=entity_names.cooccurring(index, name, SearchQuery(), 12),
        links=Links({"entity": [name]}),
    )


@router.get("/wall")
def wall(index: Index, window: Annotated[str, Query(max_length=20)] = "24h") -> str:
    """Show a screen for a newsroom wall: latest stories, what most sources report, rising names, speakers, counts."""
    now = datetime.now(UTC)
    long = parse_duration(window)
    recent = SearchQuery(filters={"since": now - long}, size=0)
    speakers = execute(index, replace(recent, kind=QUOTE), with_facets=True).facets.get("speaker", ())
    return rendered(
        "wall.html",
        latest=execute(index, SearchQuery(size=18).as_list()),
        happenings=happenings(index, replace(recent, kind=EVENT).having(type=_TYPES, status=_REAL), 8)[1],
        rising=entity_names.rising(index, SearchQuery(), long, now, 8),
        speakers=speakers[:8],
        recent=execute(index, recent.as_list(), with_facets=True),
        window=window,
        today=now.date().isoformat(),
        links=Links({}),
        here="wall",
    )


def unreadable(request: Request, error: QueryError) -> Response:
    """Show the search line that cannot be read, where it is wrong, and the nearest one that can be."""
    at = error.position - 1
    line = error.query
    tried = Links(_state(request), request.url.path)(q=error.suggestion) if error.suggestion else None
    parts = (line[:at], line[at : at + 1], line[at + 1 :])
    return HTMLResponse(rendered("unreadable.html", q=line, parts=parts, error=error, tried=tried), 400)


def failed(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    """Show what went wrong."""
    return HTMLResponse(rendered("failed.html", reason=reason), status, headers)


def _no_story(uri: str) -> Response:
    return failed(404, f"There is no story {uri}")


def _state(request: Request) -> dict[str, str | list[str]]:
    """Return the address's parameters; repeatable ones as lists."""
    asked = request.query_params
    several = {name for name, row in FILTERS.items() if row.several != "one"}
    return {name: asked.getlist(name) if name in several else asked[name] for name in asked if asked[name]}


def _whole(headline: str | None, body: str) -> list[str]:
    return [headline or "", *body.split("\n")]


def _points(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the story's places with their positions on the map."""
    places = [(entity["name"], entity["place"]) for entity in found["entities"] if "place" in entity]
    return [on_map(called, place) for called, place in places if "lat" in place and "lon" in place]


def _newest_first(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events by their dates, newest first; those without a date come last."""
    return sorted(events, key=lambda event: str(event.get("date", {}).get("value", "")), reverse=True)
