"""The page of a name: of a person, organization or place."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from pipeline.documents.event import EVENT
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.search import entity_names
from pipeline.search.search_query import SearchQuery
from pipeline.search.stories import execute
from pipeline.web.links import Links
from pipeline.web.query_parameters import Index
from pipeline.web.templating import rendered

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


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


def _newest_first(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events by their dates, newest first; those without a date come last."""
    return sorted(events, key=lambda event: str(event.get("date", {}).get("value", "")), reverse=True)
