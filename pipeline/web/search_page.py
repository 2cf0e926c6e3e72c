"""The page of a search, and that of a search line that cannot be read."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from pipeline.documents.event import EVENT
from pipeline.documents.kinds import KINDS
from pipeline.errors import QueryError
from pipeline.search.filters import FILTERS
from pipeline.search.stories import execute
from pipeline.web.links import Links
from pipeline.web.query_parameters import Index, KindAsked, Page
from pipeline.web.templating import rendered

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_EXPORTS = (("ndjson", "NDJSON"), ("csv", "CSV"), ("rss", "RSS"), ("atom", "Atom"))
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


def unreadable(request: Request, error: QueryError) -> Response:
    """Show the search line that cannot be read, where it is wrong, and the nearest one that can be."""
    at = error.position - 1
    line = error.query
    tried = Links(_state(request), request.url.path)(q=error.suggestion) if error.suggestion else None
    parts = (line[:at], line[at : at + 1], line[at + 1 :])
    return HTMLResponse(rendered("unreadable.html", q=line, parts=parts, error=error, tried=tried), 400)


def _state(request: Request) -> dict[str, str | list[str]]:
    """Return the address's parameters; repeatable ones as lists."""
    asked = request.query_params
    several = {name for name, row in FILTERS.items() if row.several != "one"}
    return {name: asked.getlist(name) if name in several else asked[name] for name in asked if asked[name]}
