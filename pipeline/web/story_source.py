"""Show where in its source each field of a story stands, for those with a token: a source may hold notes to desks."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from pipeline import formats
from pipeline.clean import clean
from pipeline.desk.store import read_one
from pipeline.elasticsearch.client import Client
from pipeline.envelope import Coordinate
from pipeline.errors import NoStory, PermanentError
from pipeline.formats.provenance import Explanation, explain
from pipeline.kafka.reader import fetch_all
from pipeline.search.stories import story as found_story
from pipeline.story import RawStory, Story
from pipeline.web.api import Failed, json_response
from pipeline.web.installation import Installation, Installed
from pipeline.web.query_parameters import Index, Text
from pipeline.web.status_pages import Entrance
from pipeline.web.templating import rendered
from pipeline.web.token_form import RESPONSES, submitted

router = APIRouter()
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **RESPONSES,
    404: {"model": Failed, "description": "There is no such story, or its source is kept no longer."},
}


@router.get("/story/source", include_in_schema=False, response_class=HTMLResponse)
def ask(uri: Text) -> str:
    """Ask for a token."""
    return rendered("source.html", uri=uri, story=None)


@router.post("/story/source", include_in_schema=False, response_class=HTMLResponse)
async def show(request: Request, index: Index, installed: Installed, ingest_service: Entrance) -> str:
    """Show the places of a story's fields in its source, and what was not used."""
    uri = (await submitted(request, ingest_service)).get("uri", [""])[0]
    story, found = await asyncio.to_thread(_explained, index, installed, uri)
    return rendered("source.html", uri=uri, story=story.model_dump(mode="json"), found=found)


@router.get("/api/v1/story/source", tags=["search"], responses=_RESPONSES)
def api_source(
    uri: Text,
    index: Index,
    installed: Installed,
    ingest_service: Entrance,
    authorization: Annotated[str, Header()] = "",
) -> Response:
    """Return where in its source each field of a story stands, and what of the source was not used."""
    ingest_service.sender(authorization)
    _, found = _explained(index, installed, uri)
    return json_response({"uri": uri, "fields": found.fields, "unused": [asdict(leaf) for leaf in found.unused]})


def _explained(index: Client, installed: Installation, uri: str) -> tuple[Story, Explanation]:
    """Read the source of the version shown once more, from Kafka. Raises HTTPException 404."""
    shown, record = found_story(index, uri), read_one(index, uri)
    at = record.place_of(shown["version"]) if shown and record else None
    kafka = installed.servers.kafka
    passed = fetch_all(kafka, [Coordinate.parse(at)]) if at else []
    received = fetch_all(kafka, [passed[0].origin]) if passed else []
    if not received:
        raise HTTPException(404, f"no source of {uri}: the story is unknown, or Kafka keeps it no longer")
    raw = RawStory.of(received[0])
    try:
        story = clean(formats.parse(raw))
    except (PermanentError, NoStory) as error:
        raise HTTPException(404, f"the source of {uri} is read differently now: {error}") from None
    return story, explain(raw, story)
