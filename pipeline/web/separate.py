"""Keep a story beside the update that has replaced it, for those with a token."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from pipeline.errors import ConfigurationError
from pipeline.ops.separate import set_separate
from pipeline.web.api import Failed, json_response
from pipeline.web.context import Context
from pipeline.web.query_parameters import Text
from pipeline.web.status_pages import Entrance
from pipeline.web.templating import rendered
from pipeline.web.token_form import RESPONSES, submitted

router = APIRouter()
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **RESPONSES,
    404: {"model": Failed, "description": "No update has replaced such a story, or its text is kept no longer."},
}


@router.get("/story/separate", include_in_schema=False, response_class=HTMLResponse)
def ask(uri: Text) -> str:
    """Ask for a token."""
    return rendered("separate.html", uri=uri, done=False)


@router.post("/story/separate", include_in_schema=False, response_class=HTMLResponse)
async def decide(request: Request, context: Context, ingest_service: Entrance) -> str:
    """Keep the story beside its update."""
    uri = (await submitted(request, ingest_service)).get("uri", [""])[0]
    await _set(context, uri, separate=True)
    return rendered("separate.html", uri=uri, done=True)


@router.post("/api/v1/story/separate", tags=["search"], status_code=202, responses=_RESPONSES)
async def api_separate(
    uri: Text,
    context: Context,
    ingest_service: Entrance,
    separate: bool = True,
    authorization: Annotated[str, Header()] = "",
) -> Response:
    """Keep a story beside the update that has replaced it; with `separate=false`, let the update replace it again."""
    ingest_service.sender(authorization)
    await _set(context, uri, separate=separate)
    return json_response({"uri": uri, "separate": separate}, 202)


async def _set(context: Context, uri: str, *, separate: bool) -> None:
    try:
        await set_separate(context.servers, uri, is_separate=separate)
    except ConfigurationError as error:
        raise HTTPException(404, str(error)) from None
