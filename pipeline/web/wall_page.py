"""The page of a newsroom's wall."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from pipeline.annotations import EVENT_TYPES
from pipeline.documents.event import EVENT
from pipeline.documents.quote import QUOTE
from pipeline.search import entity_names
from pipeline.search.reported_events import most_reported
from pipeline.search.search_query import SearchQuery
from pipeline.search.stories import execute
from pipeline.search.times import parse_duration
from pipeline.web.links import Links
from pipeline.web.query_parameters import Index
from pipeline.web.templating import rendered

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_TYPES, _REAL = tuple(each for each in EVENT_TYPES if each != "OTHER"), ("happened", "ongoing")
"""The events on the wall: those that have a type, and are no plans."""


@router.get("/wall")
def wall(
    index: Index,
    window: Annotated[str, Query(max_length=20)] = "24h",
    topic: Annotated[str | None, Query(max_length=60)] = None,
) -> str:
    """Show a screen for a newsroom wall: latest stories, what most sources report, rising names, speakers, counts.

    With a topic, of the stories about it.
    """
    now = datetime.now(UTC)
    long = parse_duration(window)
    everything = SearchQuery(filters={"topic": topic})
    recent = replace(everything.having(since=now - long), size=0)
    topics = execute(index, recent.having(topic=None), with_facets=True).facets.get("topic", ())
    speakers = execute(index, replace(recent, kind=QUOTE), with_facets=True).facets.get("speaker", ())
    return rendered(
        "wall.html",
        latest=execute(index, replace(everything, size=18).as_list()),
        events=most_reported(index, replace(recent, kind=EVENT).having(type=_TYPES, status=_REAL), 8)[1],
        rising=entity_names.rising(index, everything, long, now, 8),
        speakers=speakers[:8],
        recent=execute(index, recent.as_list(), with_facets=True),
        window=window,
        topic=topic,
        topics=topics,
        today=now.date().isoformat(),
        links=Links({}),
        here="wall",
    )
