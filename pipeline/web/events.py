"""Show events: what happened, who reports it, on a map, with the numbers that each story gives."""

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.documents.event import EVENT, NUMBERS
from pipeline.search.reported_events import Event, most_reported, reports
from pipeline.search.search_query import SearchQuery
from pipeline.web.api import FAILURES, Failed, Size, json_response, listed
from pipeline.web.links import Links
from pipeline.web.query_parameters import Index, Search
from pipeline.web.templating import rendered
from pipeline.web.world_map import Marked, world_map

router = APIRouter()
_NO_EVENT = FAILURES | {404: {"model": Failed, "description": "No story mentions such an event."}}
_ON_A_PAGE = 60
_MOVED = {"/happenings": "/events", "/happening": "/event", "/api/v1/happenings": "/api/v1/events/reported",
          "/api/v1/happening": "/api/v1/event"}  # fmt: skip
"""Earlier addresses, and what stands there now."""
Id = Annotated[str, Query(min_length=1, max_length=64)]


@router.get("/events", include_in_schema=False, response_class=HTMLResponse)
def listing(page: Search, index: Index) -> str:
    """Show the events of the matching mentions, what most sources report first, in a list and on a map."""
    total, found = most_reported(index, page.search_query(EVENT), _ON_A_PAGE)
    asked = page.model_dump(exclude_defaults=True)
    return rendered(
        "events.html",
        total=total,
        events=found,
        map=world_map(map(_marked, found)),
        links=Links({name: value if isinstance(value, list) else str(value) for name, value in asked.items()}),
        q=page.q,
        here="events",
    )


@router.get("/event", include_in_schema=False, response_class=HTMLResponse)
def one(id: Id, index: Index) -> str:
    """Show who reports an event, oldest first, and how the numbers of dead or injured changed."""
    found, series = _one(index, id)
    given = [name for name in NUMBERS if name in found.numbers]
    return rendered("event.html", event=found, reports=series, given=given, links=Links({}))


@router.get("/api/v1/events/reported", tags=["search"], responses=FAILURES)
def api_listing(page: Search, index: Index, size: Size = 20) -> Response:
    """List the events of the matching mentions, what most sources report first, each as the best mention tells it."""
    total, found = most_reported(index, page.search_query(EVENT), size)
    return json_response({"total": total, **listed(found)})


@router.get("/api/v1/event", tags=["search"], responses=_NO_EVENT)
def api_one(id: Id, index: Index) -> Response:
    """Return an event with the stories that report it, oldest first, and the numbers that each gives."""
    found, series = _one(index, id)
    return json_response({**asdict(found), "series": [asdict(report) for report in series]})


def moved(request: Request) -> RedirectResponse:
    """Lead from an old address to the new one."""
    new = request.url.replace(path=_MOVED[request.url.path], scheme="", netloc="")
    return RedirectResponse(str(new), 308)


for _old in _MOVED:
    router.get(_old, include_in_schema=False)(moved)


def _one(index: Index, id: str) -> tuple[Event, list[Any]]:
    _, found = most_reported(index, SearchQuery(kind=EVENT, filters={"event": id}), 1)
    if not found:
        raise HTTPException(404, f"no event {id}")
    return found[0], reports(index, id)


def _marked(event: Event) -> Marked:
    """Return where an event takes place, for the map."""
    place = event.mention.get("place", {})
    at = {"kind": place.get("kind"), "precision": place.get("precision", "city"), "country": place.get("country")}
    return Marked(event.mention["clause"], at | place.get("point", {}), f"/event?id={quote(event.id)}", event.sources)
