"""Show happenings: what several stories report, on a map, with the numbers that each report gives."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from pipeline.documents.event import EVENT, NUMBERS
from pipeline.search.happenings import Happening, happenings, reports
from pipeline.search.search_query import SearchQuery
from pipeline.web.api import FAILURES, Failed, Size, json_response, listed
from pipeline.web.links import Links
from pipeline.web.query_parameters import Index, Search
from pipeline.web.templating import rendered

router = APIRouter()
_NO_HAPPENING = FAILURES | {404: {"model": Failed, "description": "No event tells of such a happening."}}
_ON_A_PAGE = 60
Id = Annotated[str, Query(min_length=1, max_length=64)]


@router.get("/happenings", include_in_schema=False, response_class=HTMLResponse)
def listing(page: Search, index: Index) -> str:
    """Show what the matching events tell of, what most sources report first, in a list and on a map."""
    total, found = happenings(index, page.search_query(EVENT), _ON_A_PAGE)
    asked = page.model_dump(exclude_defaults=True)
    return rendered(
        "happenings.html",
        total=total,
        happenings=found,
        points=[point for each in found if (point := _point(each))],
        links=Links({name: value if isinstance(value, list) else str(value) for name, value in asked.items()}),
        q=page.q,
        here="happenings",
    )


@router.get("/happening", include_in_schema=False, response_class=HTMLResponse)
def one(id: Id, index: Index) -> str:
    """Show who reports a happening, oldest first, and how the numbers of dead or injured changed."""
    found, series = _one(index, id)
    given = [name for name in NUMBERS if name in found.numbers]
    return rendered("happening.html", happening=found, reports=series, given=given, links=Links({}))


@router.get("/api/v1/happenings", tags=["search"], responses=FAILURES)
def api_listing(page: Search, index: Index, size: Size = 20) -> Response:
    """List what the matching events tell of, what most sources report first: `event` is the newest report."""
    total, found = happenings(index, page.search_query(EVENT), size)
    return json_response({"total": total, **listed(found)})


@router.get("/api/v1/happening", tags=["search"], responses=_NO_HAPPENING)
def api_one(id: Id, index: Index) -> Response:
    """Return a happening with the stories that report it, oldest first, and the numbers that each gives."""
    found, series = _one(index, id)
    return json_response({**asdict(found), "series": [asdict(report) for report in series]})


def _one(index: Index, id: str) -> tuple[Happening, list[Any]]:
    _, found = happenings(index, SearchQuery(kind=EVENT, filters={"happening": id}), 1)
    if not found:
        raise HTTPException(404, f"no happening {id}")
    return found[0], reports(index, id)


def _point(happening: Happening) -> dict[str, Any] | None:
    place = happening.event.get("place", {})
    if "point" not in place:
        return None
    return {**on_map(place["name"], place["point"]), "happening": happening}


def on_map(name: str, point: Mapping[str, float]) -> dict[str, Any]:
    """Return a place with its position on a map of 720 by 360, half a degree per unit."""
    return {"name": name, "x": (point["lon"] + 180) * 2, "y": (90 - point["lat"]) * 2}
